"""
Belle: how far X2 has to fly
============================

Belle has no published efficiency against q², so that its selection here is the acceptance alone. Left, which share of B⁺ → K⁺ X1 X2
events has a kaon and nothing else, against the lifetime of X2: prompt π⁰ are seen, X2 of metres is missing energy, as neutrinos are.
Right, the cut flow at two lifetimes.

Source: arXiv:2005.07102, section IV.C; the limit that uses it: arXiv:1702.03224.
"""

import matplotlib.pyplot as plt
import numpy as np

from darkpair import Belle2, Pipeline, Upsilon4S, build, chunks
from darkpair.report.picture_style import RC

source, detector = Upsilon4S(parent="B+", machine="belle"), Belle2(experiment="belle")


def cutflow(ctau):
    """Cut flow at a mean proper length [mm]."""
    decay = "B+ -> K+ X1 (X2 -> X1 (pi0 -> gamma gamma))"
    chain = build(decay, mass={"X1": "40 MeV", "X2": "400 MeV"}, ctau={"X2": ctau})
    (chunk,) = chunks(
        Pipeline(source=source, chain=chain, detector=detector, seed=1), 16_384
    )
    return chunk.cutflow


lengths = np.geomspace(1.0, 1e5, 16)
flows = [cutflow(ctau) for ctau in lengths]

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, (left, right) = plt.subplots(1, 2, figsize=(11.0, 4.8), layout="constrained")
left.errorbar(
    lengths,
    [f.acceptance for f in flows],
    [f.acceptance_error for f in flows],
    marker="o",
    ms=4,
)
left.set(
    xscale="log",
    xlabel=r"$c\tau$ of $X_2$ [mm]",
    ylabel="share that counts as missing energy",
    ylim=(0.0, None),
)

for ctau, height in ((10.0, 0.4), (1e4, -0.4)):
    stages = cutflow(ctau).stages
    share = [stage.sum_w / stages[0].n for stage in stages]
    bars = right.barh(
        [stage.name for stage in stages],
        share,
        height,
        align="edge",
        label=rf"$c\tau$ = {1e-3 * ctau:g} m",
    )
    right.bar_label(bars, fmt="%.2g", padding=3, fontsize="small")
right.invert_yaxis()
right.margins(x=0.15)
right.set(xlabel="left of all generated events")
right.legend(loc="lower right")
plt.show()
