"""Regions of a map: ranges of neighbouring lines joined, closer lines where they end, and contours of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from darkpair.limits.reach_roots import Span

__all__ = ["Branch", "Look", "branches_of", "refined"]

#: Lines are halved where a region changes until they are so close, and where an edge moves by more between two.
FINEST: Final = 1.0 / 300.0
_JUMP: Final = 0.08

#: How a region may end between two lines.
EDGE, ENDS, CLOSED, UNKNOWN, BETWEEN = "map's edge", "ends", "closed", "unknown", "between lines"


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a search says on a line: ranges of each of its regions, and where nothing is known.

    Parameters
    ----------
    spans : mapping of str to list of Span
        By what the region's name adds to the search's.
    blank : list of (float, float)
        Where nothing is known, from 0 to 1 along the line.
    """

    spans: Mapping[str, list[Span]] = field(default_factory=dict)
    blank: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True, kw_only=True)
class Branch:
    """A part of a region without holes: one range on each of some lines that follow each other.

    Parameters
    ----------
    spans : tuple of Span
        The ranges, by growing place of their lines.
    before, after : str
        How it ends before the first and after the last: "map's edge"; "ends", where the ratio is 1; "closed", where a decay
        closes; "unknown"; "between lines", somewhere before the next line, which is no closer.
    """

    spans: tuple[Span, ...]
    before: str
    after: str

    @property
    def area(self) -> float:
        """Part of the map that it covers [1]."""
        widths = [(span.across, span.high - span.low) for span in self.spans]
        return sum(0.5 * (before + width) * (place - at) for (at, before), (place, width) in pairwise(widths))


def refined(looks: dict[float, Look], look: Callable[[float], tuple[float, Look]]) -> dict[float, Look]:
    """Lines of a search, with closer ones where a region begins, ends or turns.

    Parameters
    ----------
    looks : dict of float to Look
        By place.
    look : callable
        Place -> the place of a line near it, and what is said there.
    """
    done = dict(looks)
    pairs = list(pairwise(sorted(done)))
    while pairs:
        low, high = pairs.pop()
        if high - low <= FINEST or _alike(done[low], done[high]):
            continue
        place, seen = look(0.5 * (low + high))
        if not low < place < high:
            continue
        done[place] = seen
        pairs += [(low, place), (place, high)]
    return dict(sorted(done.items()))


def _alike(low: Look, high: Look) -> bool:
    """Whether the regions of two lines go on from one to the other."""
    for name in {*low.spans, *high.spans}:
        before, after = low.spans.get(name, []), high.spans.get(name, [])
        if len(before) != len(after):
            return False
        for first, span in zip(before, after, strict=True):
            opened = (first.low_open, first.high_open) != (span.low_open, span.high_open)
            moved = max(abs(first.low - span.low), abs(first.high - span.high))
            if opened or moved > _JUMP or not _overlap(first, span):
                return False
    return True


def _overlap(first: Span, second: Span) -> bool:
    return first.low <= second.high and second.low <= first.high


def branches_of(looks: Mapping[float, Look], name: str, thresholds: Sequence[float]) -> list[Branch]:
    """Branches of a region.

    Parameters
    ----------
    looks : mapping of float to Look
        Lines by growing place.
    name : str
        What the region's name adds to the search's.
    thresholds : sequence of float
        Places at which a decay opens or closes.
    """
    places = list(looks)
    done: list[tuple[list[Span], str, str]] = []
    growing: list[tuple[list[Span], str]] = []
    for i, place in enumerate(places):
        spans = looks[place].spans.get(name, [])
        going: list[tuple[list[Span], str]] = []
        for span in spans:
            joined = [each for each in growing if _overlap(each[0][-1], span)]
            if joined:
                best = max(joined, key=lambda each: _shared(each[0][-1], span))
                growing = [each for each in growing if each is not best]
                going.append(([*best[0], span], best[1]))
            else:
                going.append(([span], _end(looks, places, i, i - 1, span, thresholds)))
        done += [(own, before, _end(looks, places, i - 1, i, own[-1], thresholds)) for own, before in growing]
        growing = going
    done += [(own, before, EDGE) for own, before in growing]
    ordered = sorted(done, key=lambda each: (each[0][0].across, each[0][0].low))
    return [Branch(spans=tuple(own), before=before, after=after) for own, before, after in ordered]


def _shared(first: Span, second: Span) -> float:
    return min(first.high, second.high) - max(first.low, second.low)


def _end(
    looks: Mapping[float, Look],
    places: Sequence[float],
    last: int,
    beyond: int,
    span: Span,
    thresholds: Sequence[float],
) -> str:
    """How a branch ends between its last line and the one beyond."""
    if not 0 <= beyond < len(places):
        return EDGE
    here, there = places[last], places[beyond]
    middle = 0.5 * (span.low + span.high)
    if any(low <= middle <= high for low, high in looks[there].blank):
        return UNKNOWN
    if any(min(here, there) <= at <= max(here, there) for at in thresholds):
        return CLOSED
    return ENDS if abs(here - there) <= 1.01 * FINEST else BETWEEN
