"""A mediator on or off its mass shell in a decay to three bodies: its propagator, and a quadrature that sees its peak."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from darkpair.gen.kinematics import Array, Real

__all__ = ["breit_wigner", "drawn_width", "resonant_width"]

#: Nodes on either side of the peak: 1e-8 at worst, with a narrow peak.
_NODE, _WEIGHT = np.polynomial.legendre.leggauss(32)
#: u = t^2 on (0, 1) makes the square root at the lower threshold smooth.
_T: Final = 0.5 * (1.0 + _NODE)
_U: Final = np.square(_T)
_DU: Final = _T * _WEIGHT

#: Events are drawn with a width of the mediator of at least so much of its mass.
_NARROWEST: Final = 1e-3

#: A width of zero is one that no arithmetic resolves, in units of the mass.
_STABLE: Final = 1e-24


def breit_wigner(q2: Real, mass: Real, width: Real) -> Array:
    """1 / ((q^2 - m^2)^2 + m^2 Gamma^2) with a constant width [GeV^-4].

    Parameters
    ----------
    q2 : float or ndarray [GeV^2]
        Squared momentum of the mediator.
    mass, width : float or ndarray [GeV]
        Mass and width of the mediator.
    """
    distance = np.asarray(q2) - np.square(mass)
    return np.asarray(1.0 / (np.square(distance) + np.square(np.multiply(mass, width))))


def drawn_width(mass: Real, width: Real, low: Real, high: Real) -> tuple[Array, Array]:
    """Width of the mediator that events are drawn with, and the factor that keeps the integral over the peak.

    A peak that is narrower than a thousandth of the mass is drawn as wide as that, which no detector resolves.

    Parameters
    ----------
    mass, width : float or ndarray [GeV]
        Mass and width of the mediator.
    low, high : float or ndarray [GeV]
        Least and greatest mass of the pair; a mediator outside is off its mass shell, and its width counts for nothing.
    """
    inside = (np.asarray(mass) > low) & (np.asarray(mass) < high)
    drawn = np.where(inside, np.maximum(width, _NARROWEST * np.asarray(mass)), width)
    return drawn, np.where(inside, drawn / np.where(drawn > 0.0, np.maximum(width, _STABLE * mass), 1.0), 1.0)


def resonant_width(
    masses: tuple[Real, Real, Real, Real], averaged: Callable[[Array], Real], mediator: tuple[Real, Real]
) -> Array:
    """Width of M -> spectator (1 2) through a mediator that may be on its mass shell [GeV].

    That of `darkpair.chains.widths.three_body_width`, in the variable ``asinh((q^2 - m^2) / (m Gamma))``, in which the peak has
    the width 1 whatever Gamma is.

    Parameters
    ----------
    masses : four of float or ndarray [GeV]
        Masses of the parent, of the spectator, and of the pair; arrays broadcast.
    averaged : callable
        Function of q^2 [GeV^2] that gives the squared amplitude without the propagator [GeV^4], averaged over the direction
        of the pair's decay.
    mediator : two of float or ndarray [GeV]
        Mass and width of the mediator.
    """
    given = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (*masses, *mediator)))
    m, s, a, b, pole, gamma = given
    is_open = m > s + a + b
    low = np.where(is_open, np.square(a + b), 1.0)
    span = np.where(is_open, (m - s - a - b) * (m - s + a + b), 0.0)
    unit = pole * np.maximum(gamma, _STABLE * pole)
    first, last = (np.arcsinh((edge - np.square(pole)) / unit) for edge in (low, low + span))
    middle = np.clip(0.0, first, last)
    total: Array = np.zeros(m.shape)
    for start, end in ((first, middle), (middle, last)):
        for u, du in zip(_U, _DU, strict=True):
            x = start + (end - start) * u
            q2 = np.clip(np.square(pole) + unit * np.sinh(x), low, low + span)
            outer = np.sqrt(np.maximum(low + span - q2, 0.0) * np.maximum(np.square(m + s) - q2, 0.0))
            inner = np.sqrt(np.maximum(q2 - low, 0.0) * np.maximum(q2 - np.square(a - b), 0.0)) / q2
            total = total + du * (end - start) * outer * inner * averaged(q2) / (unit * np.cosh(x))
    return np.where(is_open, total / (256.0 * math.pi**3 * m**3), 0.0)
