"""
Two flights in one event: K_S and X2
====================================

A chain may have several particles that fly. In B⁰ → K_S X1 X2 at Belle II the K_S has the lifetime of the PDG and X2 the one that is
given, here cτ = 10 cm; both decay at their own place. The line is the inner radius of the calorimeter's barrel.

Source: PDG for the K_S, by the package ``particle``; the chain is a descriptor of one's own.
"""

import matplotlib.pyplot as plt
import numpy as np

from darkpair import Pipeline, Upsilon4S, build, chunks
from darkpair.report.picture_style import RC

chain = build(
    "B0 -> (K_S0 -> pi+ pi-) X1 (X2 -> X1 gamma)",
    mass={"X1": "40 MeV", "X2": "400 MeV"},
    ctau={"X2": "10 cm"},
)
(chunk,) = chunks(Pipeline(source=Upsilon4S(parent="B0"), chain=chain, seed=1), 50_000)
particles = chunk.record().particles

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
bins = np.geomspace(1.0, 1e4, 61)
for pdgid, label, line in (
    (211, r"$K_S\to\pi^+\pi^-$", "-"),
    (22, r"$X_2\to X_1\gamma$, $c\tau$ = 10 cm", "--"),
):
    first = particles[particles.pdgid == pdgid][:, 0]
    radius = np.hypot(first.vx, first.vy)
    axes.hist(radius, bins, histtype="step", lw=1.8, ls=line, label=label)

axes.axvline(1250.0, color="black", lw=1.0)
axes.text(1350.0, 1500.0, "crystals", rotation=90)
axes.set(
    xscale="log",
    xlabel="distance of the decay from the axis [mm]",
    ylabel="decays / bin",
)
axes.set_title(r"$B^0\to K_SX_1X_2$ at Belle II", fontsize="medium")
axes.legend(frameon=False, loc="upper left")
plt.show()
