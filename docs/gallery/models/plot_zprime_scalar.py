"""
Z' and scalars: what X2 decays to
=================================

.. math:: \\mathcal{L} = g_X Z'^\\mu (S_2\\partial_\\mu S_1 - S_1\\partial_\\mu S_2)

Model ``zprime-scalar``, with mass mixing of the Z' and the Z. One contact coupling G_X makes the pair and lets X2 decay, so that
branching ratios depend on masses alone: X1 π⁰ above its threshold, X1 ν ν̄ below it.

Source: arXiv:2005.07102, eqs. 41, 47, B5 and B6, and Fig. 9.
"""

import matplotlib.pyplot as plt
import numpy as np

from darkpair import ZPrimeScalar
from darkpair.report.picture_style import RC

m2 = np.linspace(0.01, 0.50, 246)
model = ZPrimeScalar(m1=0.0, m2=m2, G_X="1 GF")

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
lines = iter(
    (
        "-",
        "--",
        ":",
        "-.",
        (0, (5, 1)),
        (0, (1, 3)),
        (0, (3, 1, 1, 1, 1, 1)),
        (0, (8, 3)),
    )
)
for _, mode in model.modes("X2"):
    ratio = model.branching_ratio("X2", mode)
    if ratio.max() > 1e-4:
        axes.plot(
            1e3 * m2,
            np.where(ratio > 0.0, ratio, np.nan),
            ls=next(lines),
            label=f"X2 → {mode}",
        )

axes.set(
    xlabel="mass of $X_2$ [MeV]",
    ylabel="branching ratio",
    yscale="log",
    ylim=(1e-4, 2.0),
    xlim=(0.0, 500.0),
)
axes.set_title(r"Decays of $X_2$ by a Z$'$, scalars, $m_1$ = 0", fontsize="medium")
axes.legend(frameon=False, loc="lower right", fontsize="small")
plt.show()
