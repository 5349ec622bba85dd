"""
Higgs portal, quartic: as much as the Higgs boson allows
========================================================

.. math:: \\mathcal{L} = \\lambda_{12}\\,v h\\,S_1S_2 + \\lambda_{22}\\,v h\\,S_2^2

Model ``higgs-portal-quartic``. The coupling that makes K_L → S1 S2 also makes h → S1 S2. With a tenth of the Higgs boson's width
for that, the most that ``saturating`` allows here, the K_L's branching ratio is far below what KOTO could see (the line: its limit of
2015 on K_L → π⁰ ν ν̄).

Source: arXiv:2005.07102, eqs. 19, 21, 24 and 27; the limit: arXiv:1810.09655.
"""

import matplotlib.pyplot as plt
import numpy as np

from darkpair import HiggsPortalQuartic
from darkpair.report.picture_style import RC

m2 = np.linspace(0.05, 0.49, 111)

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
for m1, line in ((0.0, "-"), (0.05, "--"), (0.15, ":")):
    model = HiggsPortalQuartic(m1=m1, m2=np.maximum(m2, m1), lambda_12=0.01).saturating(
        0.1
    )
    ratio = model.branching_ratio("K_L0", "X1 X2")
    axes.plot(
        1e3 * m2,
        np.where(ratio > 0.0, ratio, np.nan),
        ls=line,
        lw=1.8,
        label=f"$m_1$ = {1e3 * m1:g} MeV",
    )

axes.axhline(3.0e-9, color="black", lw=1.0)
axes.text(60.0, 3.4e-9, r"limit on $K_L\to\pi^0\nu\bar\nu$, KOTO 2015")
axes.set(
    xlabel="mass of $X_2$ [MeV]",
    ylabel=r"largest branching ratio of $K_L\to X_1X_2$",
    yscale="log",
)
axes.set_ylim(2e-14, 3e-8)
axes.set_title(
    r"Quartic Higgs portal where $h\to X_1X_2$ has a tenth of the width",
    fontsize="medium",
)
axes.legend(frameon=False, loc="lower left")
plt.show()
