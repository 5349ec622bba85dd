"""Histograms whose bins add exactly, in any order and grouping of the samples that they are of.

Each bin, value and variance, is the correctly rounded sum of the samples' bins; what is beyond it is kept beside the
histogram (`darkpair.gen.exact_sums`). Axes that grow with what is filled are joined, and what they have then, as names of
histograms that not every sample has, stands in growing order, because no sample is the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError
from darkpair.gen.exact_sums import expansions
from darkpair.gen.kinematics import Array

if TYPE_CHECKING:
    from typing import TypeAlias

    import hist

    _Move: TypeAlias = Callable[[NDArray[np.int64]], NDArray[np.int64]]

__all__ = ["ADDITIVE", "MOST_BINS", "Pictures", "Rest", "numbers", "storage_name"]

#: Storages whose bins are sums. Means are not: they round when they are joined.
ADDITIVE = ("Weight", "Double", "Int64", "AtomicInt64", "Unlimited")

#: Most bins of the histograms of a sample, flow included: each block has all of them, and a file holds those that are filled.
MOST_BINS = 1 << 22


@dataclass(frozen=True)
class Rest:
    """What is beyond the rounded numbers of some of a histogram's bins.

    Parameters
    ----------
    at : ndarray of int, (k,)
        Places in the row of `numbers`, growing.
    values : ndarray, (r, k)
        Expansion of the rest of each, the largest first.
    """

    at: NDArray[np.int64]
    values: Array


@dataclass(frozen=True, kw_only=True)
class Pictures:
    """Histograms of a sample, which add exactly.

    Parameters
    ----------
    histograms : mapping of str to hist.Hist
        By name.
    rests : mapping of str to Rest
        What is beyond their rounded numbers, by name; none where that is nothing.
    """

    histograms: Mapping[str, hist.Hist[Any]] = field(default_factory=dict)
    rests: Mapping[str, Rest] = field(default_factory=dict)

    @staticmethod
    def total(parts: Sequence[Pictures]) -> Pictures:
        """Histograms of all the samples together.

        Raises
        ------
        InputError
            For histograms of one name whose axes or storages differ, or whose bins are no sums.
        """
        histograms, rests = {}, {}
        lists = [list(part.histograms) for part in parts if part.histograms]
        for name in _same(lists, _union) if lists else ():
            having = [part for part in parts if name in part.histograms]
            summed, rest = _total(
                name, [p.histograms[name] for p in having], [p.rests.get(name) for p in having]
            )
            histograms[name] = summed
            if rest is not None:
                rests[name] = rest
        return Pictures(histograms=histograms, rests=rests)


def storage_name(histogram: Any) -> str:
    """Name of what a histogram has in each bin, as ``"Weight"``."""
    return str(getattr(getattr(histogram, "storage_type", None), "__name__", "unknown"))


def numbers(histogram: hist.Hist[Any]) -> NDArray[Any]:
    """All numbers of a histogram, flow included, the first axis changing fastest: a view, with value and variance in turn.

    Raises
    ------
    InputError
        For bins that are no sums.
    """
    view = np.asarray(histogram.view(flow=True)).T
    if view.dtype.names not in (None, ("value", "variance")):
        raise InputError(
            f"a histogram of {storage_name(histogram)} bins does not add exactly; allowed: {', '.join(ADDITIVE)}"
        )
    return view.view(np.float64).reshape(-1) if view.dtype.names else view.reshape(-1)


def _same(lists: Sequence[Any], other: Callable[[Sequence[Any]], Any]) -> Any:
    """What all are, or what is made of those that are not the same."""
    return lists[0] if all(entry is lists[0] or entry == lists[0] for entry in lists[1:]) else other(lists)


def _union(lists: Sequence[Sequence[Any]]) -> list[Any]:
    return sorted(set().union(*lists))


def _total(
    name: str, histograms: Sequence[hist.Hist[Any]], rests: Sequence[Rest | None]
) -> tuple[hist.Hist[Any], Rest | None]:
    """Sum of histograms, and what is beyond it."""
    each = [numbers(histogram) for histogram in histograms]
    kinds = {(row.dtype, len(row) // h.size, h.ndim) for row, h in zip(each, histograms, strict=True)}
    if len(kinds) > 1:
        raise InputError(f"the histograms {name!r} are of different kinds, and do not add; give all the same")
    out, moved = _joined(name, histograms)
    summed = numbers(out)
    rows: list[tuple[NDArray[np.int64], NDArray[Any]]] = []
    for own, rest, move in zip(each, rests, moved, strict=True):
        at = np.flatnonzero(own)
        rows.append((move(at), own[at]))
        if rest is not None:
            rows += [(move(rest.at), values) for values in rest.values]
    if summed.dtype.kind == "i":
        for at, values in rows:
            summed[at] += values
        return out, None
    used = np.zeros(len(summed), dtype=bool)
    for at, _ in rows:
        used[at] = True
    places = np.flatnonzero(used)
    column = np.cumsum(used) - 1
    terms = np.zeros((len(rows), len(places)))
    for term, (at, values) in zip(terms, rows, strict=True):
        term[column[at]] = values
    sums = expansions(terms)
    summed[places] = sums[0]
    left = np.flatnonzero(sums[1:].any(axis=0))
    return out, Rest(places[left], sums[1:, left]) if len(left) else None


def _joined(name: str, histograms: Sequence[hist.Hist[Any]]) -> tuple[hist.Hist[Any], list[_Move]]:
    """An empty histogram that has the bins of all, and what takes the places of each one's numbers to its own."""
    first = histograms[0]
    axes = [_same(list(several), _grown) for several in zip(*(h.axes for h in histograms), strict=True)]
    if any(axis is None for axis in axes):
        raise InputError(f"the histograms {name!r} have different axes, and do not add; give all the same")
    if all(axis is own for axis, own in zip(axes, first.axes, strict=True)):
        empty = first.copy()
        numbers(empty)[...] = 0
        return empty, [_unmoved] * len(histograms)
    empty = type(first)(*axes, storage=first.storage_type(), name=first.name, label=first.label)
    return empty, [_mover(histogram, empty) for histogram in histograms]


def _grown(axes: Sequence[Any]) -> Any:
    """Axis with the bins of several; None where there is none."""
    first, kinds = axes[0], {type(axis).__name__ for axis in axes}
    words = {"name": first.name, "label": first.label}
    if not all(axis.traits == first.traits for axis in axes):
        return None
    if first.traits.growth and kinds in ({"StrCategory"}, {"IntCategory"}):
        return type(first)(_union([list(axis) for axis in axes]), growth=True, **words)
    if first.traits.growth and kinds == {"Integer"}:
        ends = np.array([axis.edges[[0, -1]] for axis in axes], dtype=np.int64)
        return type(first)(int(ends[:, 0].min()), int(ends[:, 1].max()), growth=True, **words)
    ordered = first.traits.ordered and all(np.array_equal(axis.edges, first.edges) for axis in axes)
    return first if ordered else None


def _mover(histogram: hist.Hist[Any], joined: hist.Hist[Any]) -> _Move:
    """What takes the places of one histogram's numbers to another's, whose bins are the same or more."""
    each = len(numbers(histogram)) // histogram.size
    bins = []
    for own, axis in zip(histogram.axes, joined.axes, strict=True):
        grown = own.traits.growth and own != axis
        bins.append(np.array([axis.index(value) for value in own]) if grown else np.arange(own.extent))

    def move(at: NDArray[np.int64]) -> NDArray[np.int64]:
        old = np.unravel_index(at // each, histogram.axes.extent, order="F")
        new = tuple(place[index] for place, index in zip(bins, old, strict=True))
        return np.ravel_multi_index(new, joined.axes.extent, order="F") * each + at % each

    return move


def _unmoved(at: NDArray[np.int64]) -> NDArray[np.int64]:
    return at
