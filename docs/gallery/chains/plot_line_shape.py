"""
A resonance with its natural width
==================================

In B⁰ → K*⁰ X1 X2 the K* has in each event a mass of its own, by a Breit-Wigner with the momenta of its decay. Close to the largest
mass that X1 and X2 leave, the upper side of the line is cut by phase space.

Source: the law of EvtGen's relativistic Breit-Wigner with barrier factors, PDG masses and widths.
"""

import matplotlib.pyplot as plt

from darkpair import Pipeline, Upsilon4S, build, chunks, particle
from darkpair.report.picture_style import RC

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
for heavy, line in ((0.4, "-"), (2.14, "--")):
    chain = build("B0 -> (K*0 -> K+ pi-) X1 X2", mass={"X1": heavy, "X2": heavy})
    (chunk,) = chunks(
        Pipeline(source=Upsilon4S(parent="B0"), chain=chain, seed=1), 50_000
    )
    particles = chunk.record().particles
    kaon, pion = (particles[particles.pdgid == pdgid][:, 0] for pdgid in (321, -211))
    label = f"$m_1 = m_2$ = {heavy:g} GeV"
    axes.hist(
        1e3 * (kaon + pion).mass,
        75,
        range=(630.0, 1230.0),
        density=True,
        histtype="step",
        lw=1.8,
        ls=line,
        label=label,
    )

nominal = 1e3 * particle("K*0").mass
axes.axvline(nominal, color="black", lw=0.8, ls=":")
axes.text(nominal + 5.0, 1.2e-5, "PDG's mass", rotation=90)
axes.set(
    xlabel=r"mass of $K^+\pi^-$ [MeV]",
    ylabel="events / MeV, normalised",
    yscale="log",
    ylim=(1e-5, 0.02),
)
axes.set_title(r"$B^0\to K^{*0}X_1X_2$: the line of the $K^*$", fontsize="medium")
axes.legend(frameon=False)
plt.show()
