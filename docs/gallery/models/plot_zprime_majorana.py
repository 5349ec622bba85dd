"""
Z' and Majorana fermions: how far X2 flies
==========================================

.. math:: \\mathcal{L} = g_X Z'_\\mu\\,\\bar\\psi_2\\gamma^\\mu(c_V + c_A\\gamma_5)\\psi_1 + \\mathrm{h.c.},
   \\quad c_V\\ \\text{imaginary},\\ c_A\\ \\text{real}

Model ``zprime-majorana``. The lifetime of X2 falls with the square of the coupling. At one coupling Majorana fermions live shorter than
Dirac fermions, which here live as long as scalars, so that each decays within an apparatus of some metres (the band) at other couplings.

Source: arXiv:2005.07102, eqs. 42 and 48.
"""

import matplotlib.pyplot as plt
import numpy as np

from darkpair import Inputs, ZPrimeDirac, ZPrimeMajorana, ZPrimeScalar
from darkpair.report.picture_style import RC

ratio = np.geomspace(0.01, 10.0, 61)
point = {"m1": "40 MeV", "m2": "400 MeV", "G_X": ratio * Inputs.of("pdg")["G_F"]}
MODELS = {
    "Majorana": ZPrimeMajorana(**point, c_V=0.0, c_A=1.0),
    "Dirac": ZPrimeDirac(**point, c_V=0.0, c_A=1.0),
    "scalars": ZPrimeScalar(**point),
}

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
for (label, model), line in zip(MODELS.items(), ("-", "--", ":"), strict=True):
    axes.loglog(ratio, 1e-3 * model.ctau("X2"), ls=line, lw=1.8, label=label)

axes.axhspan(0.1, 3.0, color="0.9", zorder=0)
axes.text(0.011, 0.15, "decays within some metres")
axes.set(xlabel="$G_X / G_F$", ylabel=r"$c\tau$ of $X_2$ [m]", xlim=(0.01, 10.0))
axes.set_title(
    r"A Z$'$, $(m_2, m_1)$ = (400, 40) MeV, axial current", fontsize="medium"
)
axes.legend(frameon=False)
plt.show()
