"""
CHARM: 480 m behind the dump
============================

η → X1 X2 in a copper dump, X2 → X1 π⁰ in a volume that lies beside the beam. Left, where the accepted decays are in the plane of z and
x: CHARM's volume is 35 m long and centred 5 m from the axis. Most are near its end, where both photons still meet the window, and on the
side of the beam. Right, the cut flow in sums of weights: decays are forced into the volume, and parents aimed at it.

Source: arXiv:2005.07102, section IV.C; CHARM: Phys. Lett. B 157 (1985) 458, cuts of ALPINIST.
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
        "ctau": {"X2": "10 m"},
        "lifetime": {"X2": "forced"},
    },
    detector={"name": "charm"},
    output={"path": "events.root"},
)
(chunk,) = chunks(job.pipeline(), 250_000)
where, stages = chunk.histograms["where"][::2j, ::2j], chunk.cutflow.stages

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
