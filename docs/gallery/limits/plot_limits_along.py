"""
The smallest coupling that a search excludes
============================================

With ``along`` the same function moves a coupling until each search excludes it. Here the Z' with scalars and with fermions, by
B⁺ → K⁺ and K⁺ → π⁺ with an unseen pair, which need no sample. From the dotted line on X2 decays to X1 π⁰, and only those that fly out of
the detector or decay to neutrinos are unseen: it takes a larger coupling. K⁺ → π⁺ ends where the pair is too heavy.

Source: arXiv:2005.07102, Figs. 3 and 4; measurements of Belle II (arXiv:2311.14647) and NA62, as on the page on limits.
"""

import matplotlib.pyplot as plt
import numpy as np

from darkpair import Inputs, ZPrimeMajorana, ZPrimeScalar, limit_rows, particle
from darkpair.report.picture_style import PALETTE, RC

G_F = Inputs.of("pdg")["G_F"]
m2 = np.linspace(0.1, 0.5, 17)
MODELS = {
    "scalars": (ZPrimeScalar, {}, PALETTE["blue"]),
    "Majorana fermions": (ZPrimeMajorana, {"c_A": 1.0}, PALETTE["vermillion"]),
}
SEARCHES = {
    "b-to-k-belle2-2023": (r"$B^+\to K^+$, Belle II", "-"),
    "k-to-pi-na62": (r"$K^+\to\pi^+$, NA62", "--"),
}

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
for words, (model, couplings, colour) in MODELS.items():
    points = [model(m1=0.04, m2=mass, G_X=G_F, **couplings) for mass in m2]
    every = limit_rows(points, only=list(SEARCHES), along="G_X")
    for name, (label, line) in SEARCHES.items():
        least = [
            min(
                (
                    r.low / G_F
                    for row in rows
                    if row.constraint == name
                    for r in row.ranges
                ),
                default=np.nan,
            )
            for rows in every
        ]
        axes.semilogy(
            1e3 * m2, least, ls=line, lw=1.8, color=colour, label=f"{label}, {words}"
        )

axes.set(xlabel="mass of $X_2$ [MeV]", ylabel="smallest excluded $G_X / G_F$")
threshold = 40.0 + 1e3 * particle("pi0").mass
axes.axvline(threshold, color="black", lw=0.8, ls=":")
axes.set_title(r"A Z$'$, $m_1$ = 40 MeV: excluded above the line", fontsize="medium")
axes.legend(frameon=False)
plt.show()
