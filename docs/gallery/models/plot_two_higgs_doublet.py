"""
A second Higgs doublet: from a heavy pseudoscalar to a flight
=============================================================

.. math:: \\mathcal{L} = \\lambda\\,i(\\Phi^\\dagger H - H^\\dagger\\Phi)\\,S_1S_2 + y_d(\\bar d_Ld_R\\Phi^0 + \\mathrm{h.c.})

Model ``two-higgs-doublet``. The pseudoscalar of a second doublet couples S1 S2 to quarks, so that X2 → X1 π⁰. The lifetime goes with
the fourth power of its mass; at a TeV, X2 flies some metres where the product of the couplings is 10⁻³.

Source: arXiv:2005.07102, eqs. 31 to 34.
"""

import matplotlib.pyplot as plt
import numpy as np

from darkpair import TwoHiggsDoublet
from darkpair.report.picture_style import RC

coupling = np.geomspace(1e-4, 1.0, 81)

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
for m_A, line in ((500.0, "-"), (1000.0, "--"), (2000.0, ":")):
    model = TwoHiggsDoublet(m1=0.0, m2="400 MeV", y_lambda=coupling, m_A=m_A)
    axes.loglog(
        coupling, 1e-3 * model.ctau("X2"), ls=line, lw=1.8, label=f"$m_A$ = {m_A:g} GeV"
    )

axes.set(xlabel=r"$y_d\lambda$", ylabel=r"$c\tau$ of $X_2$ [m]")
axes.set_title(
    r"Second Higgs doublet, $X_2\to X_1\pi^0$, $m_2$ = 400 MeV, $m_1$ = 0",
    fontsize="medium",
)
axes.legend(frameon=False)
plt.show()
