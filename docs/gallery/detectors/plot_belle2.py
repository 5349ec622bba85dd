"""
Belle II: a kaon and nothing else
=================================

B⁺ → K⁺ X1 X2, X2 → X1 π⁰ with cτ = 30 cm. The event counts as missing energy if no photon meets a crystal: left, where X2 decays, for
events in which something of it is seen and for those in which it is not (behind the crystals, or towards their gaps). Right, the cut
flow, whose last cut draws the published efficiency of the tag.

Source: arXiv:2005.07102, section IV.C; geometry of basf2, efficiency of arXiv:2507.12393.
"""

import awkward as ak
import matplotlib.pyplot as plt

from darkpair import Job, chunks
from darkpair.report.picture_style import PALETTE, RC

chain = {
    "name": "bplus_kx1x2_pi0",
    "mass": {"X1": "40 MeV", "X2": "400 MeV"},
    "ctau": {"X2": "30 cm"},
}
job = Job(
    source={"name": "upsilon4s", "parent": "B+"},
    chain=chain,
    detector={"name": "belle2"},
    output={"path": "events.root", "events": "all"},
)
(chunk,) = chunks(job.pipeline(), 100_000)
extra = chunk.record().reco.Extra
seen = ak.any(extra.seen == 1, axis=1)

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, (left, right) = plt.subplots(1, 2, figsize=(11.0, 4.8), layout="constrained")
for mask, colour, marker, label in (
    (seen, PALETTE["blue"], ".", "seen: vetoed"),
    (~seen, PALETTE["vermillion"], "x", "not seen"),
):
    some = extra[mask][:1500]
    left.plot(
        1e-3 * some.z[:, 0],
        1e-3 * some.r[:, 0],
        ls="none",
        marker=marker,
        ms=3,
        color=colour,
        label=label,
    )
left.set(
    xlabel="z of the decay of $X_2$ [m]",
    ylabel="its distance from the axis [m]",
    xlim=(-3, 4),
    ylim=(0, 3),
)
left.set_title(r"$X_2\to X_1\pi^0$, $c\tau$ = 30 cm", fontsize="medium")
left.legend(loc="upper left", frameon=True)

stages = chunk.cutflow.stages
bars = right.barh(
    [stage.name for stage in stages],
    [stage.sum_w / chunk.cutflow.generated for stage in stages],
)
right.bar_label(bars, fmt="%.2g", padding=3, fontsize="small")
right.invert_yaxis()
right.margins(x=0.15)
right.set(xlabel="left of all generated events")
right.set_title("cut flow", fontsize="medium")
plt.show()
