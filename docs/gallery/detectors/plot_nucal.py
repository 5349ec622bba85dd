"""
NuCal: close behind a slower beam
=================================

The dump of the U70 (protons of 70 GeV), with a cylinder 64 m behind it. Nearer and less boosted than at CHARM, shorter lifetimes
survive. Left, the energies of all showers on the calorimeter before the cuts; a shower above 10 GeV (the line) is asked for. Right, the
cut flow.

Source: NuCal, arXiv:1311.3870, as recast by ALPINIST; arXiv:2005.07102, section IV.C.
"""

import matplotlib.pyplot as plt

from darkpair import Job, chunks
from darkpair.report.picture_style import RC

job = Job(
    source={
        "name": "dump_mesons",
        "meson": "eta",
        "beam_energy": "70 GeV",
        "aim": True,
    },
    chain={
        "name": "eta_x1x2_pi0",
        "mass": {"X1": "40 MeV", "X2": "400 MeV"},
        "ctau": {"X2": "3 m"},
        "lifetime": {"X2": "forced"},
    },
    detector={"name": "nucal"},
    output={"path": "events.root"},
)
(chunk,) = chunks(job.pipeline(), 100_000)
energy, stages = chunk.histograms["energy"], chunk.cutflow.stages

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, (left, right) = plt.subplots(1, 2, figsize=(11.0, 4.5), layout="constrained")
left.stairs(energy.values(), energy.axes[0].edges, lw=1.8)
left.axvline(10.0, color="black", lw=1.0)
left.text(10.2, 0.9 * energy.values().max(), "one above 10 GeV")
left.set(xlabel="energy of a shower [GeV]", ylabel="sum of weights / bin")

bars = right.barh(
    [stage.name for stage in stages],
    [stage.sum_w / chunk.cutflow.generated for stage in stages],
)
right.bar_label(bars, fmt="%.2g", padding=3, fontsize="small")
right.invert_yaxis()
right.margins(x=0.2)
right.locator_params(axis="x", nbins=4)
right.set(xlabel=r"probability of each $\eta$ to come so far")
right.set_title("cut flow", fontsize="medium")
plt.show()
