"""Where searches cross their limits on a line of a map: found as roots, those of all searches together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from darkpair.limits.ranges import Range, ranges_above

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array
    from darkpair.limits.reach_lines import Said

__all__ = ["Curve", "Evaluate", "Span", "spans_of"]

#: Evaluations of a root, how close the ratio is to 1 then, and a logarithm beyond which halving is safer.
_STEPS: Final = 30
_CLOSE: Final = 1e-6
_STEEP: Final = 30.0

#: Logarithm of a ratio that counts as none.
_LEAST: Final = -700.0

_SIDES: Final = ("low", "high")

#: A search and one of its regions.
Curve = tuple[str, str]

#: Which curves are asked, and places -> what exceeds 1 inside each.
Evaluate = Callable[[Sequence[str], "Array"], Mapping[Curve, "Array"]]


@dataclass(frozen=True, kw_only=True)
class Span:
    """A range along a line in which a search exceeds its limit, or explains.

    Parameters
    ----------
    across : float
        Place of the line, from 0 to 1.
    low, high : float
        Ends, from 0 to 1 along the line.
    low_open, high_open : bool
        Whether an end is not one: the map ends there, or nothing is known further on.
    unknown : str
        Where nothing is known further on, as of `darkpair.limits.ranges.Range`.
    low_error, high_error : float
        Standard error of each end, along the line; 0 where it is open.
    bent : float
        The larger part of them that interpolation makes.
    """

    across: float
    low: float
    high: float
    low_open: bool = False
    high_open: bool = False
    unknown: str = ""
    low_error: float = 0.0
    high_error: float = 0.0
    bent: float = 0.0


def spans_of(
    across: float, places: Array, said: Mapping[str, Said], evaluate: Evaluate | None
) -> dict[str, dict[str, list[Span]]]:
    """Ranges in which each region's ratio exceeds 1, with ends where it is 1, by search and region.

    Parameters
    ----------
    across : float
        Place of the line.
    places : ndarray, (n,)
        From 0 to 1 along it, growing.
    said : mapping of str to Said
        What searches say there.
    evaluate : callable, optional
        What says it elsewhere on the line; without it logarithms are joined by straight lines.
    """
    curves = {(name, suffix): inside for name, own in said.items() for suffix, inside in own.curves.items()}
    ranges = {curve: ranges_above(np.exp(places), inside) for curve, inside in curves.items()}
    ends = [
        (curve, i, side)
        for curve, own in ranges.items()
        for i, each in enumerate(own)
        for side in _SIDES
        if not getattr(each, f"{side}_open")
    ]
    logs = {curve: _logs(inside) for curve, inside in curves.items()}
    at = np.array([float(np.log(getattr(ranges[curve][i], side))) for curve, i, side in ends])
    after = np.clip(np.searchsorted(places, at), 1, len(places) - 1)
    f_a = np.array([logs[curve][k - 1] for (curve, _, _), k in zip(ends, after, strict=True)])
    f_b = np.array([logs[curve][k] for (curve, _, _), k in zip(ends, after, strict=True)])
    a, b = places[after - 1], places[after]
    slopes = (f_b - f_a) / (b - a)
    if evaluate is not None and len(at):
        at = _roots(evaluate, [curve for curve, _, _ in ends], at, (a, f_a), (b, f_b))
    exact = {end: (float(at[k]), abs(float(slopes[k]))) for k, end in enumerate(ends)}
    out: dict[str, dict[str, list[Span]]] = {name: {} for name in said}
    for (name, suffix), own in ranges.items():
        errors = said[name].error, said[name].interpolation
        out[name][suffix] = [
            _span(across, each, [exact.get(((name, suffix), i, side)) for side in _SIDES], places, errors)
            for i, each in enumerate(own)
        ]
    return out


def _logs(inside: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.isfinite(inside), np.maximum(np.log(inside), _LEAST), np.nan)


def _span(
    across: float,
    each: Range,
    exact: Sequence[tuple[float, float] | None],
    places: Array,
    errors: tuple[Array, Array],
) -> Span:
    """A range with its ends as they are solved, and their errors."""
    ends, own = [], []
    for end, plain in zip(exact, (each.low, each.high), strict=True):
        place, slope = (float(np.log(plain)), 0.0) if end is None else end
        ends.append(min(max(place, 0.0), 1.0))
        both = [np.interp(place, places, np.nan_to_num(part)) / slope if slope else 0.0 for part in errors]
        own.append([float(part) for part in both])
    return Span(
        across=across,
        low=ends[0],
        high=ends[1],
        low_open=each.low_open,
        high_open=each.high_open,
        unknown=each.unknown,
        low_error=own[0][0],
        high_error=own[1][0],
        bent=max(own[0][1], own[1][1]),
    )


def _roots(
    evaluate: Evaluate,
    curves: Sequence[Curve],
    guess: Array,
    low: tuple[Array, Array],
    high: tuple[Array, Array],
) -> Array:
    """Places at which curves are 1, each between two at which its logarithm has two signs."""
    (a, f_a), (b, f_b) = low, high
    best, done, before = np.array(guess), np.zeros(len(guess), dtype=bool), np.full(len(guess), np.nan)
    for _ in range(_STEPS):
        rest = np.flatnonzero(~done).tolist()
        made = evaluate(list(dict.fromkeys(curves[i][0] for i in rest)), best[rest])
        f = np.zeros(len(guess))
        f[rest] = _logs(np.array([made[curves[i]][k] for k, i in enumerate(rest)]))
        done = done | ~(np.abs(f) >= _CLOSE)  # (NaN: nothing is known there, and the guess stays)
        if np.all(done):
            break
        left = (f > 0.0) == (f_a > 0.0)
        # regula falsi, with an end halved that is kept twice
        again = np.where(left == before, 0.5, 1.0)
        f_b, f_a = np.where(left, again * f_b, f), np.where(left, f, again * f_a)
        before = left.astype(float)
        a, b = np.where(left, best, a), np.where(left, b, best)
        with np.errstate(divide="ignore", invalid="ignore"):
            line = a - f_a * (b - a) / (f_b - f_a)
        steep = np.maximum(np.abs(f_a), np.abs(f_b)) > _STEEP
        best = np.where(done, best, np.where(steep | ~np.isfinite(line), 0.5 * (a + b), line))
    return best
