"""
Higgs portal with a mediator: the spectrum shows its mass
=========================================================

.. math:: \\mathcal{L} = A_3\\,v h\\,S_3 + B\\,S_1S_2S_3 + B_{22}\\,S_2^2S_3

Model ``higgs-portal-trilinear``. In B⁺ → K⁺ X1 X2 the mediator S3 has its full propagator: if its mass is just beyond what the decay
can give, the dark pair comes out heavy. A mediator of 100 GeV gives the spectrum of a contact operator.

Source: arXiv:2005.07102, eqs. 20, 23, 26 and B2.
"""

import matplotlib.pyplot as plt

from darkpair import HiggsPortalTrilinear, Pipeline, Upsilon4S, chunks
from darkpair.report.picture_style import RC

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
for m_S3, line in ((100.0, "-"), (6.0, "--"), (4.9, ":")):
    model = HiggsPortalTrilinear(m1="40 MeV", m2="400 MeV", A_3=1.0, B=1.0, m_S3=m_S3)
    chain = model.chain("B+", "K+ X1 X2", modes=["X1 e+ e-"])
    (chunk,) = chunks(
        Pipeline(source=Upsilon4S(parent="B+"), chain=chain, seed=1), 40_000
    )
    particles = chunk.record().particles
    mother, kaon = particles[:, 0], particles[particles.pdgid == 321][:, 0]
    q2 = (mother - kaon).mass2
    axes.hist(
        q2,
        46,
        range=(0.0, 23.0),
        density=True,
        histtype="step",
        lw=1.8,
        ls=line,
        label=f"$m_{{S_3}}$ = {m_S3:g} GeV",
    )

axes.set(
    xlabel=r"$q^2$ of the dark pair [GeV$^2$]", ylabel=r"events / GeV$^2$, normalised"
)
axes.set_title(
    r"$B^+\to K^+X_1X_2$ by the Higgs portal, $(m_2, m_1)$ = (400, 40) MeV",
    fontsize="medium",
)
axes.legend(frameon=False)
plt.show()
