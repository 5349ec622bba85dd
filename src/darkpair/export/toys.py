"""CLs of a pyhf workspace by simulated experiments, for any workspace.

pyhf's own toys end in a ``TypeError`` with pyhf 0.7.6 and NumPy 2.4 or newer: `hypotest` asks for the expected
limits too, whose ``numpy.percentile(..., interpolation=)`` NumPy has taken out.  The likelihood here is pyhf's; the
fits are done for all experiments at once, and these come from a named stream, so the same seed gives the same limit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.stats import norm, poisson

from darkpair.export.toy_fits import ToyFits
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array
from darkpair.gen.streams import Streams

__all__ = ["ToyCls", "toy_cls", "toy_limit"]

#: Difference of two values of the statistic that the fits do not tell apart.
_EQUAL: Final = 1e-6


@dataclass(frozen=True, kw_only=True)
class ToyCls:
    """CLs at one strength of the signal.

    Parameters
    ----------
    strength : float
        Strength of the signal, in units of the workspace's [1].
    with_signal, without_signal : float
        Part of the experiments with the signal, and without it, that look less like it than the observed one, or as
        little: CL_{s+b} and CL_b.
    toys : int
        Number of experiments of each kind.
    """

    strength: float
    with_signal: float
    without_signal: float
    toys: int

    @property
    def value(self) -> float:
        """CLs, the ratio of the two."""
        return self.with_signal / self.without_signal

    @property
    def error(self) -> float:
        """Its standard error from the number of toys, at least that of one experiment."""
        square = sum(
            (1.0 - part) / (max(part, 1.0 / self.toys) * self.toys)
            for part in (self.with_signal, self.without_signal)
        )
        return max(self.value, 1.0 / self.toys) * math.sqrt(square)


def toy_cls(specification: Mapping[str, Any], strength: float, *, toys: int = 2000, seed: int = 1) -> ToyCls:
    """CLs by toys, with the test statistic for upper limits of a strength that is not negative.

    The experiments are drawn with the uncertain parameters where they fit the data best at that strength and at zero,
    their auxiliary measurements with them.  All strengths use the same random numbers.

    Parameters
    ----------
    specification : mapping
        Workspace in HistFactory's JSON, with its observations; see `darkpair.export.workspace`.
    strength : float
        Strength of the signal, above 0 [1].
    toys : int
        Number of experiments of each kind.
    seed : int
        Seed of the experiments.

    Raises
    ------
    InputError
        Where pyhf is not installed, for a strength that is not above 0, for fewer than ten toys, and where no toy
        without signal is as unlike it as the observed experiment.

    References
    ----------
    arXiv:1007.1727, eq. 16 (the statistic); Read, J. Phys. G28 (2002) 2693 (CLs).
    """
    try:
        import pyhf
    except ImportError as error:
        raise InputError("toy_cls needs pyhf; install 'darkpair[limits]'") from error
    if not (math.isfinite(strength) and strength > 0.0):
        raise InputError(f"strength = {strength}; allowed: a finite number above 0")
    if toys < 10:
        raise InputError(f"toys = {toys}; allowed: 10 or more")
    workspace = pyhf.Workspace(dict(specification))
    model = workspace.model()
    data = np.asarray(workspace.data(model), dtype=float)
    fits = ToyFits(workspace=workspace, strength=strength)
    observed = fits.statistic(data[None, :])[0]
    parts = []
    for name, at in (("with signal", strength), ("without signal", 0.0)):
        best = fits.best(data, at)
        drawn = _experiments(model, best, toys, Streams(seed=seed).rng(f"toys {name}"))
        parts.append(float(np.mean(fits.statistic(drawn) >= observed - _EQUAL)))
    if parts[1] == 0.0:
        raise InputError(
            f"none of {toys} experiments without signal is as unlike it as the observed one; use more toys"
        )
    return ToyCls(strength=strength, with_signal=parts[0], without_signal=parts[1], toys=toys)


def toy_limit(
    specification: Mapping[str, Any],
    confidence_level: float = 0.90,
    *,
    start: float = 1.0,
    toys: int = 2000,
    seed: int = 1,
    steps: int = 6,
) -> tuple[float, float]:
    """Upper limit on the strength by toys, and its standard error from their number.

    The strength where CLs crosses, linear in its logarithm between the nearest two strengths that were tried.

    Parameters
    ----------
    specification : mapping
        Workspace in HistFactory's JSON, with its observations; see `darkpair.export.workspace`.
    confidence_level : float
        Confidence level of the limit [1].
    start : float
        Strength at which to begin: the limit of an approximation [1].
    toys, seed : int
        Number of experiments of each kind, and their seed.
    steps : int
        Number of strengths that are tried once the limit lies between two.

    Raises
    ------
    InputError
        For a level out of (0, 1), and where no strength below 1e6 times the start is excluded.
    """
    if not 0.0 < confidence_level < 1.0:
        raise InputError(f"confidence level = {confidence_level}; allowed: between 0 and 1")
    alpha = 1.0 - confidence_level

    def at(strength: float) -> ToyCls:
        return toy_cls(specification, strength, toys=toys, seed=seed)

    low = high = at(start)
    while high.value > alpha:
        low, high = high, at(1.5 * high.strength)
        if high.strength > 1e6 * start:
            raise InputError(f"no strength below {high.strength:g} is excluded at {confidence_level:g}")
    while low.value <= alpha:
        low, high = at(low.strength / 1.5), low
    for _ in range(steps):
        if high.strength < 1.02 * low.strength:
            break
        middle = at(math.sqrt(low.strength * high.strength))
        low, high = (middle, high) if middle.value > alpha else (low, middle)
    slope = math.log(max(high.value, 0.5 / toys) / low.value) / (high.strength - low.strength)
    limit = low.strength + math.log(alpha / low.value) / slope
    return limit, _spread(at, limit)


def _spread(at: Callable[[float], ToyCls], limit: float) -> float:
    """Error of the limit: that of CLs over its slope, from the strengths a fifth below and above."""
    below, above = at(limit / 1.2), at(1.2 * limit)
    slope = (below.value - above.value) / (above.strength - below.strength)
    near = 0.5 * (below.error + above.error)
    return near / slope if slope > 0.0 else math.inf


def _experiments(model: Any, parameters: Array, toys: int, rng: np.random.Generator) -> Array:
    """Counts of every bin and every auxiliary measurement, (toys, k), by inverted uniform numbers."""
    parameters = np.asarray(parameters, dtype=float)
    main = np.asarray(model.expected_actualdata(parameters), dtype=float)
    none = not model.config.auxdata_order  # pyhf has no list of auxiliary data to ask for then
    auxiliary = np.zeros(0) if none else np.asarray(model.expected_auxdata(parameters), dtype=float)
    u = rng.random((toys, len(main) + len(auxiliary)))
    columns = [poisson.ppf(u[:, : len(main)], main)]
    done = 0
    for name in model.config.auxdata_order:
        of = model.config.param_set(name)
        mine = slice(done, done + of.n_parameters)
        chance = u[:, len(main) + done : len(main) + done + of.n_parameters]
        if of.pdf_type == "poisson":
            columns.append(poisson.ppf(chance, auxiliary[mine]))
        else:
            columns.append(norm.ppf(chance, auxiliary[mine], of.width()))
        done += of.n_parameters
    return np.hstack(columns)
