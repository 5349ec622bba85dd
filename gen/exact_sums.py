"""Sums of floats that are exact, so that they do not depend on how their terms were grouped.

A sum is held as an expansion: floats that add up to it exactly, of which the first is the sum correctly rounded, the second
what is left correctly rounded, and so on until nothing is left. That form is the only one of a number, so that the same terms
give the same bits in any order and grouping. The steps without error are those of J. R. Shewchuk, Discrete Comput. Geom.
18 (1997) 305, section 2.

Where a term is infinite or NaN the expansion is the plain sum; so it is beyond 1.8e308, where terms of both signs may be seen to
depend on their grouping.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from itertools import zip_longest

import numpy as np

from darkpair.gen.kinematics import Array

__all__ = ["expansion", "expansions"]


def expansion(terms: Iterable[float]) -> tuple[float, ...]:
    """Expansion of a sum; of no terms (0.0,).

    Parameters
    ----------
    terms : iterable of float
        What is added up.

    Returns
    -------
    tuple of float
        The sum correctly rounded, and what is beyond it: none of it 0, none at all where the sum is a float.
    """
    given = [float(term) for term in terms]
    if not all(map(math.isfinite, given)):
        beyond = {term for term in given if not math.isfinite(term)}
        return (math.inf if beyond == {math.inf} else -math.inf if beyond == {-math.inf} else math.nan,)
    try:
        out = [math.fsum(given) + 0.0]  # (no -0)
        while out[-1] != 0.0:
            out.append(math.fsum([*given, *(-term for term in out)]))
    except OverflowError:  # of a partial sum
        return _of_fraction(sum(map(Fraction, given), Fraction(0)))
    return tuple(out[:-1] or out)


def _of_fraction(left: Fraction) -> tuple[float, ...]:
    """Expansion of a rational number."""
    out: list[float] = []
    while left or not out:
        try:
            out.append(float(left))
        except OverflowError:
            return (math.inf if left > 0 else -math.inf,)
        left -= Fraction(out[-1])
    return tuple(out)


def expansions(terms: Array) -> Array:
    """Expansions of many sums at once.

    Parameters
    ----------
    terms : ndarray, (m, k)
        The m terms of each of k sums.

    Returns
    -------
    ndarray, (r, k)
        As `expansion` gives, with zeros below where a sum needs fewer than others; r is 1 at least.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        sizes = np.abs(terms).sum(axis=0)
    if np.all(sizes < 2.0**53) and np.array_equal(terms, np.rint(terms)):  # whole numbers, as of unit weights
        return np.add.reduce(terms, axis=0, keepdims=True) + 0.0
    plain = sizes < 2.0**1022
    if not plain.all():
        columns = [expansion(column) for column in terms.T]
        return np.array(list(zip_longest(*columns, fillvalue=0.0)))
    rows = _distilled(_fewer(terms))[::-1]
    for place in range(len(rows) - 2):
        _round(rows[place:])
    used = np.flatnonzero(rows.any(axis=1))
    return rows[: used[-1] + 1 if len(used) else 1] + 0.0


def _two_sum(a: Array, b: Array) -> tuple[Array, Array]:
    """Sum of two floats correctly rounded, and what is beyond it."""
    total = a + b
    seen = total - a
    return total, (a - (total - seen)) + (b - seen)


def _fewer(terms: Array) -> Array:
    """The same sums, (r, k), of mostly much fewer terms, the largest last."""
    out: list[Array] = []
    while len(terms):
        beyond = []
        while len(terms) > 1:
            pairs = len(terms) // 2
            total, rest = _two_sum(terms[:pairs], terms[pairs : 2 * pairs])
            beyond.append(rest[rest.any(axis=1)])
            terms = np.concatenate([total, terms[2 * pairs :]])
        out.append(terms[0])
        terms = np.concatenate(beyond) if beyond else terms[:0]
    return np.array(out[::-1])


def _distilled(rows: Array) -> Array:
    """The same sums, each term at most half a last bit of the next, and zeros first."""
    rows = rows.copy()
    while True:
        before = rows.copy()
        for i in range(1, len(rows)):
            rows[i], rows[i - 1] = _two_sum(rows[i], rows[i - 1])
        if np.array_equal(rows, before):
            return rows


def _round(rows: Array) -> None:
    """Round the first of the terms, the largest first, where what follows it is a tie, and more."""
    top, low, below = rows[:3]
    beyond = np.sign(low) * np.sign(below) > 0.0
    twice = 2.0 * low
    at = np.flatnonzero(beyond & ((top + twice) - top == twice))
    if len(at):
        rows[0, at] += twice[at]
        rows[1, at] *= -1.0
        rows[1:, at] = _distilled(rows[:0:-1, at])[::-1]
