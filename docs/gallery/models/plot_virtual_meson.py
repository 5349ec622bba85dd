"""
Virtual mesons: no new flavour at all
=====================================

.. math:: \\mathcal{L} = m_\\mathrm{eff}\\,S_1S_2\\left(\\pi^0 + \\frac{2}{\\sqrt3}\\frac{y_s}{y_d}\\,\\eta\\right)

Model ``virtual-meson``. The Standard Model turns a K_L into a virtual π⁰ or η, and these couple to S1 S2 with a mass m_eff. The same
coupling makes the decays of the η, and the decay of X2. Both rates fall where X2 is nearly as heavy as its parent.

Source: arXiv:2005.07102, eqs. 54 to 61.
"""

import matplotlib.pyplot as plt
import numpy as np

from darkpair import VirtualMeson
from darkpair.report.picture_style import RC

m2 = np.linspace(0.14, 0.54, 201)
model = VirtualMeson(m1=0.0, m2=m2, m_eff="100 eV")

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
for (parent, label), line in zip(
    {"K_L0": "$K_L$", "eta": r"$\eta$"}.items(), ("-", "--"), strict=True
):
    ratio = model.branching_ratio(parent, "X1 X2")
    axes.plot(
        1e3 * m2,
        np.where(ratio > 0.0, ratio, np.nan),
        ls=line,
        lw=1.8,
        label=rf"{label} $\to X_1X_2$",
    )

axes.set(xlabel="mass of $X_2$ [MeV]", ylabel="branching ratio", yscale="log")
axes.set_title(
    r"Virtual $\pi^0$ and $\eta$, $m_\mathrm{eff}$ = 100 eV, $m_1$ = 0",
    fontsize="medium",
)
axes.legend(frameon=False)
plt.show()
