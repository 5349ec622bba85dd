"""
X2 to X1 and an electron pair
=============================

A Z' also lets X2 decay to X1 e⁺e⁻. The mass of the pair follows the matrix element of the model, and that of fermions is another one
than that of scalars; flat phase space, which a descriptor without a model has, is near the fermions here and
far from the scalars.

Source: arXiv:2005.07102, eqs. B5 and B6, with masses.
"""

import matplotlib.pyplot as plt

from darkpair import Gun, Pipeline, ZPrimeDirac, ZPrimeScalar, build, chunks
from darkpair.report.picture_style import RC

point = {"m1": "50 MeV", "m2": "400 MeV", "G_X": "1 GF"}
CHAINS = {
    "scalars": ZPrimeScalar(**point).chain("K_L0", "X1 X2", modes=["X1 e+ e-"]),
    "Dirac fermions, axial": ZPrimeDirac(**point, c_V=0.0, c_A=1.0).chain(
        "K_L0", "X1 X2", modes=["X1 e+ e-"]
    ),
    "phase space": build(
        "K_L0 -> X1 (X2 -> X1 e+ e-)", mass={"X1": "50 MeV", "X2": "400 MeV"}
    ),
}

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
for (label, chain), line in zip(CHAINS.items(), ("-", "--", ":"), strict=True):
    (chunk,) = chunks(
        Pipeline(source=Gun(parent="K_L0", momentum="1.5 GeV"), chain=chain, seed=1),
        50_000,
    )
    particles = chunk.record().particles
    electron, positron = (
        particles[particles.pdgid == pdgid][:, 0] for pdgid in (11, -11)
    )
    mass = 1e3 * (electron + positron).mass
    axes.hist(
        mass,
        70,
        range=(0.0, 350.0),
        density=True,
        histtype="step",
        lw=1.8,
        ls=line,
        label=label,
    )

axes.set(xlabel=r"mass of the $e^+e^-$ pair [MeV]", ylabel="events / MeV, normalised")
axes.set_title(
    r"$X_2\to X_1e^+e^-$, $m_2$ = 400 MeV, $m_1$ = 50 MeV", fontsize="medium"
)
axes.legend(frameon=False)
plt.show()
