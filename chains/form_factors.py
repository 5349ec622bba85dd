"""Form factors of meson transitions."""

from __future__ import annotations

from darkpair.gen.kinematics import Real
from darkpair.gen.particles import particle

__all__ = ["kaon_pion_scalar", "kaon_pion_vector"]

_F_ZERO = 0.9709  # f+(0) of K -> pi, N_f = 2+1+1; +-0.0046; recalled with arXiv:1602.04113, from memory
_LAMBDA_VECTOR = 24.22e-3  # Lambda+; +-1.16e-3; arXiv:1602.04113, as public flavor codes carry it
_LN_C = 0.1998  # ln C; +-0.0138; arXiv:1602.04113, as public flavor codes carry it
_CURVE_VECTOR = (
    5.79e-4  # quadratic Taylor term beyond Lambda+^2 of the dispersive form; derived from arXiv:1602.04113
)
_CURVE_SCALAR = 4.16e-4  # the same for the scalar form factor
_G_ZERO = 0.0398  # slope of G(q2) that is taken from ln C; arXiv:1602.04113


def kaon_pion_vector(q2: Real) -> Real:
    """Vector form factor f+ of K -> pi.

    Taylor expansion of the dispersive form to second order, as arXiv:2005.07102 (appendix B) uses it.

    Parameters
    ----------
    q2 : float or ndarray [GeV²]
        Squared momentum transfer.

    References
    ----------
    arXiv:1602.04113, eqs 2 to 5.
    """
    t = q2 / particle("pi+").mass ** 2
    return _F_ZERO * (1.0 + _LAMBDA_VECTOR * t + 0.5 * (_LAMBDA_VECTOR**2 + _CURVE_VECTOR) * t * t)


def kaon_pion_scalar(q2: Real) -> Real:
    """Scalar form factor f0 of K -> pi; as `kaon_pion_vector`.

    Parameters
    ----------
    q2 : float or ndarray [GeV²]
    """
    m_pi2, m_k2 = particle("pi+").mass ** 2, particle("K_L0").mass ** 2
    slope = m_pi2 / (m_k2 - m_pi2) * (_LN_C - _G_ZERO)
    t = q2 / m_pi2
    return _F_ZERO * (1.0 + slope * t + 0.5 * (slope**2 + _CURVE_SCALAR) * t * t)
