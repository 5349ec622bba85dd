"""
A transition dipole: X2 to X1 and a photon
==========================================

.. math:: \\mathcal{L} = \\tfrac12\\bar\\psi_1\\sigma^{\\mu\\nu}(\\mu + d\\gamma_5)\\psi_2F_{\\mu\\nu} + \\mathrm{h.c.}

Model ``dipole``. A magnetic moment μ lets ψ2 decay to ψ1 γ, and with an electric one, d, the photon's direction follows the spin. It
is combined here with the Z' that makes the pair: the more moment, the larger the share of decays with a photon.

Source: arXiv:2005.07102, eqs. 52 and 53.
"""

import matplotlib.pyplot as plt
import numpy as np

from darkpair import Dipole, ZPrimeDirac, combine
from darkpair.report.picture_style import RC

moment = np.geomspace(1e-9, 1e-4, 101)

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
for m2, line in ((0.1, "-"), (0.25, "--"), (0.4, ":")):
    masses = {"m1": 0.04, "m2": m2}
    model = combine(
        Dipole(**masses, mu=moment), ZPrimeDirac(**masses, G_X="1 GF", c_A=1.0)
    )
    axes.semilogx(
        moment,
        model.branching_ratio("X2", "X1 gamma"),
        ls=line,
        lw=1.8,
        label=f"$m_2$ = {1e3 * m2:g} MeV",
    )

axes.set(
    xlabel=r"magnetic transition moment $\mu$ [1/GeV]",
    ylabel=r"branching ratio of $X_2\to X_1\gamma$",
)
axes.set_title(
    r"Dipole beside a Z$'$ with $G_X = G_F$, $m_1$ = 40 MeV", fontsize="medium"
)
axes.legend(frameon=False)
plt.show()
