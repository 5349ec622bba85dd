"""
KOTO: the plane of Z and transverse momentum
============================================

Two photons on the calorimeter make a π⁰ candidate under the hypothesis that it decayed on the beam axis. Left, K_L → X1 X2, X2 → X1 π⁰
in the plane in which KOTO has its signal box (outlined), before the box; right, what is left of all K_L after each cut in turn.

Source: arXiv:2005.07102, section IV.A and Fig. 2; every cut with its source: ``darkpair list detectors --show koto``.
"""

import matplotlib.pyplot as plt
import numpy as np

from darkpair import Koto, KotoKL, Pipeline, build, chunks
from darkpair.report.picture_style import PALETTE, RC

detector = Koto(selection="2016-18")
chain = build(
    "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))", mass={"X1": 0.0, "X2": "430 MeV"}
)
(chunk,) = chunks(
    Pipeline(source=KotoKL(), chain=chain, detector=detector, seed=1), 200_000
)
plane, stages = chunk.histograms["pt_z"], chunk.cutflow.stages

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, (left, right) = plt.subplots(1, 2, figsize=(11.0, 4.8), layout="constrained")
values = np.ma.masked_equal(plane.values(), 0.0)
mesh = left.pcolormesh(*plane.axes.edges.T, values.T, cmap="viridis", rasterized=True)
figure.colorbar(mesh, ax=left, label="candidates / bin")
corners = detector.signal_box()
left.plot(*zip(*corners, corners[0], strict=True), color=PALETTE["vermillion"], lw=2.0)
left.set(
    xlabel=r"reconstructed $Z_\mathrm{vtx}$ [mm]",
    ylabel=r"reconstructed $p_T$ [MeV]",
    ylim=(0.0, 350.0),
)
left.set_title("the signal box, and events before it", fontsize="medium")

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
