"""
The spin of X2 in the angle of its pion
=======================================

A Dirac X2 that a Z' makes with vector and axial coupling together is polarised along its flight, and its decay X2 → X1 π⁰ shows it:
the pion goes with the flight. With the axial current alone it is isotropic, as for scalars. ``angular_density`` gives the same law
for each event, the line.

Source: arXiv:2005.07102, eq. 42, with the spin of the whole chain by helicity amplitudes.
"""

import matplotlib.pyplot as plt
import numpy as np

from darkpair import Gun, Pipeline, ZPrimeDirac, chunks
from darkpair.report.picture_style import RC

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
cosine = np.linspace(-1.0, 1.0, 51)
for vector, marker, line in ((1.0, "o", "-"), (0.0, "s", "--")):
    model = ZPrimeDirac(m1="50 MeV", m2="350 MeV", G_X="1 GF", c_V=vector, c_A=1.0)
    chain = model.chain("K_L0", "X1 X2", modes=["X1 pi0"])
    (chunk,) = chunks(
        Pipeline(source=Gun(parent="K_L0", momentum="1.5 GeV"), chain=chain, seed=1),
        50_000,
    )
    particles = chunk.record().particles
    kaon, pion = particles[:, 0], particles[particles.pdgid == 111][:, 0]
    heavy = particles[abs(particles.pdgid) == 902][:, 0].boostCM_of(kaon)
    along = (
        pion.boostCM_of(kaon).boostCM_of(heavy).to_3D().unit().dot(heavy.to_3D().unit())
    )
    counts, edges = np.histogram(along, 20, range=(-1.0, 1.0))
    style = axes.errorbar(
        0.5 * (edges[1:] + edges[:-1]),
        counts / 5000.0,
        np.sqrt(counts) / 5000.0,
        ls="none",
        marker=marker,
        ms=5,
    )
    slope = float(model.spin("K_L0", "X1 X2", "X1 pi0").slope)
    colour = style.lines[0].get_color()
    axes.plot(
        cosine,
        0.5 * (1.0 + slope * cosine),
        line,
        color=colour,
        label=f"$c_V$ = {vector:g}, $c_A$ = 1",
    )

axes.set(
    xlabel=r"cosine of the pion to the flight of $X_2$, in the frame of $X_2$",
    ylabel="events, normalised",
)
axes.set_title(
    r"$K_L\to\psi_1\psi_2$, $\psi_2\to\psi_1\pi^0$: events and the law of the model",
    fontsize="medium",
)
axes.set(ylim=(0.0, 1.0))
axes.legend(frameon=False)
plt.show()
