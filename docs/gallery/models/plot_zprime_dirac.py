"""
Z' and Dirac fermions: vector, axial and both
=============================================

.. math:: \\mathcal{L} = g_X Z'_\\mu\\,\\bar\\psi_2\\gamma^\\mu(c_V + c_A\\gamma_5)\\psi_1 + \\mathrm{h.c.}

Model ``zprime-dirac``. A spinless K_L makes the pair with a factor of the masses: the vector current needs m2 − m1, the axial
m2 + m1, so that the two separate where X1 is nearly as heavy as X2.

Source: arXiv:2005.07102, eqs. 42, 45 and 46; both charge channels are counted.
"""

import matplotlib.pyplot as plt
import numpy as np

from darkpair import ZPrimeDirac
from darkpair.report.picture_style import RC

m1 = np.linspace(0.0, 0.19, 96)

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
for label, c_V, c_A, line in (
    ("vector", 1.0, 0.0, "-"),
    ("axial", 0.0, 1.0, "--"),
    ("both", 1.0, 1.0, ":"),
):
    model = ZPrimeDirac(m1=m1, m2="200 MeV", G_X="1 GF", c_V=c_V, c_A=c_A)
    ratio = model.branching_ratio("K_L0", "X1 X2")
    axes.plot(
        1e3 * m1,
        ratio,
        ls=line,
        lw=1.8,
        label=f"{label}: $c_V$ = {c_V:g}, $c_A$ = {c_A:g}",
    )

axes.set(
    xlabel="mass of $X_1$ [MeV]",
    ylabel=r"branching ratio of $K_L\to X_1X_2$",
    yscale="log",
    xlim=(0.0, 190.0),
)
axes.set_title(
    r"Dirac fermions by a Z$'$, $G_X = G_F$, $m_2$ = 200 MeV", fontsize="medium"
)
axes.legend(frameon=False)
plt.show()
