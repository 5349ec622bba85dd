"""Relic density of X1 by the Boltzmann equation: what a rate of annihilation leaves, and the rate that leaves what is seen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import scipy

from darkpair.gen.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from darkpair.gen.kinematics import Array

__all__ = ["OBSERVED", "relic_density", "relic_scale"]

#: Omega h^2 of dark matter, Planck 2018, arXiv:1807.06209 (memory).
OBSERVED: Final = 0.120

#: Planck mass [GeV], G_N^(-1/2) (PDG, memory).
_PLANCK_MASS: Final = 1.220890e19

#: Entropy density today over the critical density / h^2 [1/GeV]: 2891 cm^-3 over 1.0537e-5 GeV cm^-3 (PDG, memory).
_ENTROPY: Final = 2891.0 / 1.0537e-5

#: Relativistic degrees of freedom between some 1 MeV and some 20 MeV: photons, e+-, three neutrinos.
_DEGREES: Final = 10.75

#: Range of m/T: annihilation in equilibrium, and long after it has ceased.
_X: Final = (5.0, 3000.0)


def relic_density(
    average: Callable[[Array], Array], m: float, *, states: float, conjugate: bool, degrees: float = _DEGREES
) -> float:
    """Omega h^2 that annihilation leaves [1].

    Parameters
    ----------
    average : callable
        Function of m/T, an array, that gives the thermal average of sigma v_rel [GeV^-2].
    m : float [GeV]
        Mass of the dark matter.
    states : float
        Number of spin states of the particle.
    conjugate : bool
        Whether it annihilates with an antiparticle, which counts too: a Dirac fermion. Two particles of one kind
        otherwise.
    degrees : float
        Relativistic degrees of freedom, of energy and of entropy. The default is good to a few per cent for m of
        20 to 400 MeV.

    Raises
    ------
    InputError
        Where the equation cannot be solved.

    References
    ----------
    Gondolo and Gelmini, Nucl. Phys. B360, 145; the mediator is in equilibrium with the plasma throughout.
    """
    count = 2.0 * states if conjugate else states
    entropy = 2.0 * math.pi**2 / 45.0 * degrees * m**3
    expansion = math.sqrt(4.0 * math.pi**3 * degrees / 45.0) * m**2 / _PLANCK_MASS
    strength = (
        (0.5 if conjugate else 1.0) * entropy / expansion
    )  # half of the pairs of an n are particle-antiparticle

    def log_equilibrium(x: Any) -> Any:
        bessel = np.log(scipy.special.kve(2, x)) - x
        return np.log(45.0 / (4.0 * math.pi**4) * count / degrees * np.square(x)) + bessel

    def slope(x: float, w: Array) -> Array:
        """Slope of the logarithm of the number over the entropy against x = m/T."""
        rate = strength / x**2 * float(average(np.array([x]))[0])
        return np.asarray(-rate * (np.exp(w) - np.exp(2.0 * log_equilibrium(x) - w)))

    solution = scipy.integrate.solve_ivp(
        slope, _X, [float(log_equilibrium(_X[0]))], method="Radau", rtol=1e-7, atol=1e-8
    )
    if not solution.success:
        raise InputError(f"no relic density at m = {m} GeV: {solution.message}")
    return float(m * np.exp(solution.y[0, -1]) * _ENTROPY)


def relic_scale(
    average: Callable[[Array], Array], m: float, *, states: float, conjugate: bool, target: float = OBSERVED
) -> float:
    """Factor on a rate with which it leaves a relic density [1].

    Parameters
    ----------
    average, m, states, conjugate
        Rate, mass and kind of the dark matter, as in `relic_density`.
    target : float
        Relic density Omega h^2 [1] that is to be left.
    """

    def excess(log_factor: float) -> float:
        factor = math.exp(log_factor)
        left = relic_density(lambda x: factor * average(x), m, states=states, conjugate=conjugate)
        return math.log(left / target)

    return math.exp(scipy.optimize.brentq(excess, -9.0, 9.0, xtol=1e-9))
