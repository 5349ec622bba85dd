"""
An impostor of the π⁰
=====================

.. math:: \\mathcal{L} = \\lambda_\\Psi\\,\\bar\\Psi i\\gamma_5\\Psi\\,S_2,\\quad\\Psi\\ \\text{heavy, charge 1}

Model ``impostor``. A loop of a heavy charged fermion lets S2 decay to two photons, as a π⁰ does; with the π⁰'s mass it passes for one.
The model makes no S2 by itself: ``combine`` it with a portal that does, here the quartic Higgs portal.

Source: arXiv:2005.07102, eqs. 35 and 36.
"""

import matplotlib.pyplot as plt
import numpy as np

from darkpair import HiggsPortalQuartic, Impostor, combine, particle
from darkpair.report.picture_style import RC

m2 = np.linspace(0.05, 0.45, 81)

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
for m_Psi, line in ((100.0, "-"), (1000.0, "--"), (10000.0, ":")):
    model = combine(
        HiggsPortalQuartic(m1=0.01, m2=m2, lambda_12=1e-3),
        Impostor(m1=0.01, m2=m2, m_Psi=m_Psi),
    )
    axes.semilogy(
        1e3 * m2,
        model.ctau("X2"),
        ls=line,
        lw=1.8,
        label=rf"$m_\Psi$ = {1e-3 * m_Psi:g} TeV",
    )

axes.axvline(1e3 * particle("pi0").mass, color="black", lw=0.8)
axes.text(138.0, model.ctau("X2").max(), r"$m_{\pi^0}$", va="top")
axes.set(xlabel="mass of $X_2$ [MeV]", ylabel=r"$c\tau$ of $X_2$ [mm]")
axes.set_title(
    r"$X_2\to\gamma\gamma$ by a heavy charged fermion, $\lambda_\Psi$ = 1",
    fontsize="medium",
)
axes.legend(frameon=False)
plt.show()
