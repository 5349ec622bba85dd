"""
FASER2: forward at the LHC
==========================

η mesons of 13.6 TeV collisions, and a volume 650 m away along the beam. Whatever reaches it has TeV of energy, so that lifetimes of
metres and less are within reach. Left, where the accepted showers hit the calorimeter; right, the cut flow.

Source: the Forward Physics Facility as FORESEE and SensCalc have it; ``darkpair list detectors --show faser2``.
"""

import matplotlib.pyplot as plt

from darkpair import Job, chunks
from darkpair.report.picture_style import RC

job = Job(
    source={
        "name": "dump_mesons",
        "meson": "eta",
        "beam_energy": "6.8 TeV",
        "generator": "sibyll23d",
        "aim": True,
    },
    chain={
        "name": "eta_x1x2_pi0",
        "mass": {"X1": "40 MeV", "X2": "400 MeV"},
        "ctau": {"X2": "1 m"},
        "lifetime": {"X2": "forced"},
    },
    detector={"name": "faser2"},
    output={"path": "events.root"},
)
(chunk,) = chunks(job.pipeline(), 100_000)
impact, stages = chunk.histograms["impact"], chunk.cutflow.stages

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, (left, right) = plt.subplots(1, 2, figsize=(11.0, 4.5), layout="constrained")
mesh = left.pcolormesh(
    *impact.axes.edges.T, impact.values().T, cmap="viridis", rasterized=True
)
figure.colorbar(mesh, ax=left, label="sum of weights / bin")
left.set(
    xlabel="x on the calorimeter [m]", ylabel="y on the calorimeter [m]", aspect="equal"
)
left.set_title("accepted showers", fontsize="medium")

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
