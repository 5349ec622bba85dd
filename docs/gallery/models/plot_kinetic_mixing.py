"""
Kinetic mixing: a dark photon that links X1 and X2
==================================================

.. math:: \\mathcal{L} = -\\tfrac{\\epsilon}{2}F_{\\mu\\nu}F'^{\\mu\\nu} + i g_D A'_\\mu\\,\\bar\\chi_2\\gamma^\\mu\\chi_1

Model ``kinetic-mixing``, inelastic dark matter. A π⁰ or an η gives a photon and the pair, through an A′ on its mass shell or off it, and
X2 decays to X1 and electrons: the smaller the difference of the masses, the longer it lives.

Source: arXiv:1908.07525, and arXiv:2005.07102, section III.C.
"""

import matplotlib.pyplot as plt
import numpy as np

from darkpair import KineticMixing
from darkpair.report.picture_style import RC

m1 = np.linspace(0.005, 0.25, 150)
model = KineticMixing(m1=m1, m2=1.1 * m1, m_Aprime=3.0 * m1, eps=1e-4, alpha_D=0.1)

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
for meson, label, line in (
    ("pi0", r"$\pi^0$", "-"),
    ("eta", r"$\eta$", "--"),
    ("eta'", r"$\eta'$", ":"),
):
    ratio = model.branching_ratio(meson, "gamma X1 X2")
    axes.semilogy(
        1e3 * m1,
        np.where(ratio > 0.0, ratio, np.nan),
        ls=line,
        lw=1.8,
        label=rf"{label} $\to\gamma X_1X_2$",
    )

axes.set(
    xlabel="mass of $X_1$ [MeV]",
    ylabel="branching ratio of the meson",
    ylim=(1e-16, 1e-7),
)
axes.set_title(
    r"$m_2 = 1.1\,m_1$, $m_{A'} = 3\,m_1$, $\alpha_D = 0.1$, $\epsilon = 10^{-4}$",
    fontsize="medium",
)
axes.legend(frameon=False)
plt.show()
