"""
SHiP: a vessel that opens
=========================

A projected experiment at 400 GeV: a vessel of 60 m that opens like a pyramid behind the target. Left, where the accepted decays of X2
are, seen from above; two showers are asked for, 10 cm apart. Right, the cut flow.

Source: SHiP in ECN3 as ALPINIST has it; every number with its source: ``darkpair list detectors --show ship``.
"""

import matplotlib.pyplot as plt

from darkpair import Job, chunks
from darkpair.report.picture_style import RC

job = Job(
    source={
        "name": "dump_mesons",
        "meson": "eta",
        "beam_energy": "400 GeV",
        "aim": True,
    },
    chain={
        "name": "eta_x1x2_pi0",
        "mass": {"X1": "40 MeV", "X2": "400 MeV"},
        "ctau": {"X2": "1 m"},
        "lifetime": {"X2": "forced"},
    },
    detector={"name": "ship"},
    output={"path": "events.root"},
)
(chunk,) = chunks(job.pipeline(), 100_000)
where, stages = chunk.histograms["where"], chunk.cutflow.stages

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, (left, right) = plt.subplots(1, 2, figsize=(11.0, 4.5), layout="constrained")
mesh = left.pcolormesh(
    *where.axes.edges.T, where.values().T, cmap="viridis", rasterized=True
)
figure.colorbar(mesh, ax=left, label="sum of weights / bin")
left.set(
    xlabel="z of the decay, from the target [m]",
    ylabel="x of the decay, from the beam [m]",
)
left.set_title("accepted decays of $X_2$", fontsize="medium")

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
