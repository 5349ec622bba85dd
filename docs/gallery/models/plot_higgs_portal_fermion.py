"""
Higgs portal with a mediator: fermions
======================================

.. math:: \\mathcal{L} = A_3\\,v h\\,S_3 + y_X\\,S_3\\,\\bar\\psi\\psi

Model ``higgs-portal-fermion``; ψ is X2. A mediator S3 that is light is far more help to the K_L than to the Higgs boson, whose decays
it makes with its propagator at m_h. With a tenth of the width of h, the branching ratio of K_L → ψ ψ̄ rises until S3 comes near
the K_L's mass.

Source: arXiv:2005.07102, eqs. 22, 25 and 28.
"""

import matplotlib.pyplot as plt
import numpy as np

from darkpair import HiggsPortalFermion, particle
from darkpair.report.picture_style import RC

m_S3 = np.geomspace(0.6, 100.0, 121)

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
for m2, line in ((0.05, "-"), (0.15, "--"), (0.23, ":")):
    model = HiggsPortalFermion(m1=0.0, m2=m2, A_3=1.0, y_X=0.1, m_S3=m_S3).saturating(
        0.1
    )
    ratio = model.branching_ratio("K_L0", "X2 X2")
    axes.loglog(m_S3, ratio, ls=line, lw=1.8, label=rf"$m_\psi$ = {1e3 * m2:g} MeV")

axes.axvline(particle("K_L0").mass, color="black", lw=0.8)
axes.text(0.51, 0.5 * ratio.min(), "$m_{K}$", va="bottom")
axes.set(
    xlabel="mass of the mediator $S_3$ [GeV]",
    ylabel=r"largest branching ratio of $K_L\to\psi\bar\psi$",
)
axes.set_title(
    r"Higgs portal by $S_3$ where $h\to\psi\bar\psi$ has a tenth of the width",
    fontsize="medium",
)
axes.legend(frameon=False)
plt.show()
