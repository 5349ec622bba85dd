"""
One sample for every lifetime
=============================

``lifetime = "scan"`` draws flights from a micrometre to ten kilometres. A weight takes the sample to any mean length, so that one run
gives the acceptance against cτ, the line; the points are runs of their own at fixed cτ.

Source: exact weights; the page on the analysis of files has the same with NumPy alone.
"""

import matplotlib.pyplot as plt
import numpy as np

from darkpair import Koto, KotoKL, Pipeline, build, chunks
from darkpair.detectors.lifetime_scan import ScanSample
from darkpair.gen.lifetime import Scan
from darkpair.report.picture_style import PALETTE, RC

DECAY = "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))"
MASS = {"X1": 0.0, "X2": "430 MeV"}
source, detector = KotoKL(), Koto(selection="2016-18")

scanned = build(DECAY, mass=MASS, lifetimes={"X2": Scan()})
sample = ScanSample.of(
    chunks(Pipeline(source=source, chain=scanned, detector=detector, seed=1), 200_000)
)
lengths = np.geomspace(1.0, 1e4, 41)
curve = [sample.efficiency(ctau) for ctau in lengths]

fixed = np.geomspace(1.0, 1e4, 5)
flows = []
for ctau in fixed:
    chain = build(DECAY, mass=MASS, ctau={"X2": ctau})
    (chunk,) = chunks(
        Pipeline(source=source, chain=chain, detector=detector, seed=2), 50_000
    )
    flows.append(chunk.cutflow)

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
value, error = (
    np.array([getattr(point, name) for point in curve]) for name in ("value", "error")
)
axes.fill_between(lengths, value - error, value + error, alpha=0.3, lw=0.0)
axes.plot(lengths, value, label="one scanned sample")
axes.errorbar(
    fixed,
    [f.acceptance for f in flows],
    [f.acceptance_error for f in flows],
    color=PALETTE["vermillion"],
    ls="none",
    marker="o",
    label="a sample for each",
)
axes.set(
    xscale="log",
    yscale="log",
    xlabel=r"$c\tau$ of $X_2$ [mm]",
    ylabel="acceptance at KOTO",
)
axes.legend(frameon=False)
plt.show()
