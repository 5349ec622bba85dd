"""Widths: closed two-body phase space, and fixed quadratures that are vectorised over model points.

A channel that energy conservation forbids has a width of exactly zero: a statement, not an accident of
rounding. Units: GeV.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.gen.kinematics import two_body_momentum

if TYPE_CHECKING:
    from collections.abc import Callable

    from darkpair.gen.kinematics import Array, Real

__all__ = ["ACCURACY", "momentum", "three_body_width", "three_body_window", "two_body_width"]

#: Nodes of the fixed quadrature in q^2. Worst where 2 m_e is far below the range: 7e-6, elsewhere 1e-11.
NODES: Final = 32

#: Relative accuracy of `three_body_width` for squared amplitudes without narrow peaks: what its nodes leave, rounded up.
ACCURACY: Final = 1e-5

_NODE, _WEIGHT = np.polynomial.legendre.leggauss(NODES)
#: x = sin^2(pi t / 2) on (0, 1) turns the square roots at both thresholds into smooth functions of t.
_X: Final = np.sin(0.25 * math.pi * (1.0 + _NODE)) ** 2
_DX: Final = 0.25 * math.pi * np.sin(0.5 * math.pi * (1.0 + _NODE)) * _WEIGHT

#: Numbers of nodes and model points that are worked out together.
_AT_ONCE: Final = 1 << 15

#: Couplings whose nodes are worked out together: an amplitude may have directions of its own beside both.
_FEW: Final = 1 << 10


def momentum(mass: Real, m1: Real, m2: Real) -> Array:
    """Momentum of a daughter of M -> 1 2 in the rest frame, exactly zero for a closed channel [GeV].

    Parameters
    ----------
    mass, m1, m2 : float or ndarray [GeV]
        Masses of the parent, above 0, and of the daughters; arrays broadcast.
    """
    m, a, b = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (mass, m1, m2)))
    is_open = m > a + b
    return _closed_is_zero(
        is_open, two_body_momentum(m, np.where(is_open, a, 0.0), np.where(is_open, b, 0.0)), m + a + b
    )


def _closed_is_zero(is_open: Any, value: Any, masses: Any) -> Array:
    """The value where a channel is open and 0 where it is closed; NaN where a mass is, about which nothing is known."""
    return np.where(is_open, value, 0.0 if np.all(is_open) else np.where(np.isnan(masses), np.nan, 0.0))


def two_body_width(mass: Real, m1: Real, m2: Real, squared_amplitude: Real) -> Array:
    """Width of M -> 1 2 [GeV].

    Parameters
    ----------
    mass, m1, m2 : float or ndarray [GeV]
        Masses of the parent and of the daughters.
    squared_amplitude : float or ndarray [GeV^2]
        Squared amplitude, summed over final and averaged over initial spins; with the factors of channels and of
        identical particles.
    """
    p = momentum(mass, m1, m2)
    return np.asarray(np.where(p > 0.0, squared_amplitude, 0.0) * p / (8.0 * math.pi * np.square(mass)))


def three_body_width(
    mass: Real,
    spectator: Real,
    m1: Real,
    m2: Real,
    averaged: Callable[[Array], Real],
    *,
    elementwise: bool = False,
) -> Array:
    """Width of M -> spectator (1 2) by a fixed quadrature in q^2 [GeV].

    It is the integral of |M|^2 / (2 M) over the phase space of (2 pi)^4 delta^4 and d^3p / ((2 pi)^3 2 E) of each daughter:
    a constant |M|^2 with massless daughters gives |M|^2 M / (512 pi^3). Nothing is divided by for identical daughters:
    `averaged` has their 1/2 or 1/6, the sum over final spins and the mean over initial ones. Accurate to 1e-5 (`ACCURACY`),
    worst where the pair is far lighter than the range of its mass; elsewhere to 1e-11.

    Parameters
    ----------
    mass, spectator, m1, m2 : float or ndarray [GeV]
        Masses of the parent, above 0, of the spectator and of the pair; arrays broadcast.
    averaged : callable
        Function of q^2 [GeV^2], an array of the broadcast shape, that gives the squared amplitude [1], averaged over
        the direction of the pair's decay.
    elementwise : bool
        Whether q^2 may have more dimensions, before those of couplings, and each of its elements is worked out by itself: where
        masses are numbers all nodes are asked at once then, which takes a tenth of the time.
    """
    m, s, a, b = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (mass, spectator, m1, m2)))
    is_open = m > s + a + b
    low = np.where(is_open, np.square(a + b), 1.0)
    # (M - s)^2 - (m1 + m2)^2 as a product, which stays exact at threshold; closed channels integrate over nothing
    span = np.where(is_open, (m - s - a - b) * (m - s + a + b), 0.0)

    def momenta(x: Array, q2: Array) -> tuple[Array, Array]:
        outer = np.sqrt(span * (1.0 - x) * np.maximum(np.square(m + s) - q2, 0.0))
        return outer, np.sqrt(span * x * np.maximum(q2 - np.square(a - b), 0.0)) / q2

    with _closed_unsaid(is_open):
        total = (_summed_at_once if elementwise and not m.ndim else _summed)(low, span, momenta, averaged)
        return _closed_is_zero(is_open, total * span / (256.0 * math.pi**3 * m**3), m + s + a + b)


def _summed(
    low: Array,
    span: Array,
    momenta: Callable[[Array, Array], tuple[Array, Array]],
    averaged: Callable[[Array], Real],
) -> Array:
    """Sum over the nodes of a range of q^2, for each model point: what no amplitude is in is worked out for many nodes at once."""
    total: Array = np.zeros(low.shape)
    many = max(1, _AT_ONCE // max(1, low.size))
    for start in range(0, NODES, many):
        q2, weight = _nodes(slice(start, start + many), low.ndim, low, span, momenta)
        for own, at in zip(weight, q2, strict=True):  # couplings may have more dimensions than masses
            total = total + own * averaged(at)
    return total


def _summed_at_once(
    low: Array,
    span: Array,
    momenta: Callable[[Array, Array], tuple[Array, Array]],
    averaged: Callable[[Array], Real],
) -> Array:
    """`_summed` of one set of masses, in the same order; node by node where there are many couplings."""
    first = averaged(low + span * _X[0])
    if np.size(first) > _FEW:
        return _summed(low, span, momenta, averaged)
    q2, weight = _nodes(slice(None), np.ndim(first), low, span, momenta)
    return np.asarray(np.add.accumulate(weight * averaged(q2), axis=0)[-1])


def _nodes(
    which: slice, points: int, low: Array, span: Array, momenta: Callable[[Array, Array], tuple[Array, Array]]
) -> tuple[Array, Array]:
    """q^2 [GeV^2] and weight of some nodes, before so many dimensions of points."""
    x = _X[which].reshape(-1, *(1,) * points)
    q2 = low + span * x
    outer, inner = momenta(x, q2)
    return q2, _DX[which].reshape(x.shape) * outer * inner


def _closed_unsaid(is_open: Any) -> np.errstate:
    """Context in which an amplitude may have its pole at a closed channel's q^2, which is any number; an open one says it."""
    return np.errstate() if np.all(is_open) else np.errstate(divide="ignore", invalid="ignore", over="ignore")


def three_body_window(
    mass: Real,
    spectator: Real,
    m1: Real,
    m2: Real,
    averaged: Callable[[Array], Real],
    low: float,
    high: float,
) -> Array:
    """Part of the width of M -> spectator (1 2) with q^2 between `low` and `high` [GeV].

    Parameters
    ----------
    mass, spectator, m1, m2, averaged
        Masses and amplitude of the decay, as in `three_body_width`.
    low, high : float [GeV^2]
        Ends of the range of q^2; where they lie beyond the kinematic limits, those count.
    """
    m, s, a, b = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (mass, spectator, m1, m2)))
    first, last = np.square(a + b), np.square(m - s)
    is_open = (m > s + a + b) & (first < high) & (last > low)
    start = np.where(is_open, np.maximum(first, low), 1.0)
    span = np.where(is_open, np.minimum(last, high) - start, 0.0)

    def momenta(_: Array, q2: Array) -> tuple[Array, Array]:
        outer = np.sqrt(np.maximum(last - q2, 0.0) * np.maximum(np.square(m + s) - q2, 0.0))
        return outer, np.sqrt(np.maximum(q2 - first, 0.0) * np.maximum(q2 - np.square(a - b), 0.0)) / q2

    with _closed_unsaid(is_open):
        total = _summed(start, span, momenta, averaged)
        return _closed_is_zero(
            is_open, total * span / (256.0 * math.pi**3 * m**3), m + s + a + b + low + high
        )
