"""
Two, three and four bodies
==========================

A descriptor may ask for any number of daughters; what nobody gave a matrix element is flat in phase space. The mass of the dark pair is
that of the K_L for two bodies; each pion takes some of it away, and the range shrinks.

Source: phase space by successive decays, F. James, CERN 68-15, section 3.2.
"""

import matplotlib.pyplot as plt

from darkpair import Gun, Pipeline, build, chunks
from darkpair.report.picture_style import RC

CHAINS = {
    r"$K_L\to X_1X_2$": "K_L0 -> X1 X2",
    r"$K_L\to\pi^0X_1X_2$": "K_L0 -> pi0 X1 X2",
    r"$K_L\to\pi^0\pi^0X_1X_2$": "K_L0 -> pi0 pi0 X1 X2",
}

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
for (label, decay), line in zip(CHAINS.items(), ("-", "--", ":"), strict=True):
    chain = build(decay, mass={"X1": "10 MeV", "X2": "80 MeV"})
    (chunk,) = chunks(
        Pipeline(source=Gun(parent="K_L0", momentum="1.5 GeV"), chain=chain, seed=1),
        50_000,
    )
    particles = chunk.record().particles
    first, second = (particles[particles.pdgid == pdgid][:, 0] for pdgid in (51, 901))
    mass = 1e3 * (first + second).mass
    axes.hist(
        mass, 104, range=(0.0, 520.0), histtype="step", lw=1.8, ls=line, label=label
    )

axes.axvline(90.0, color="black", lw=0.8)
axes.text(84.0, 20.0, "$m_1 + m_2$", rotation=90, ha="right")
axes.set(
    xlabel=r"mass of $X_1X_2$ [MeV]",
    ylabel="events / 5 MeV",
    yscale="log",
    ylim=(1.0, 2e5),
)
axes.legend(frameon=False, loc="upper center")
plt.show()
