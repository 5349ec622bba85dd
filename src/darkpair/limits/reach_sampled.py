"""What a map has simulated: its sampled points with the searches there, as others take them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from darkpair.gen.errors import DarkpairError
from darkpair.limits.reach_regions import Rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from darkpair.chains.models.model import Model
    from darkpair.limits.reach_regions import Lines
    from darkpair.searches.search import Search

    #: A sampled point, and the searches there by name with what they are.
    Sampled = tuple[Model, Mapping[str, tuple[str, Search]]]

__all__ = ["sampled_points"]


def sampled_points(lines: Lines) -> tuple[Sampled, ...]:
    """Points of a map that have samples of their own, in growing order; one where the same samples serve all.

    Parameters
    ----------
    lines : Lines
        The map's, with all of their samples.
    """
    if isinstance(lines, Rows):
        at = [
            (lines.xy(lines.across.number(row), lines.along.number(place)), searches)
            for row, nodes in lines.rows.items()
            for place, searches in nodes.sampled
        ]
    else:
        middle = lines.along.numbers[lines.along.points // 2]
        at = [
            (lines.xy(lines.across.number(place), middle), searches)
            for place, searches in lines.nodes.sampled
        ]
    out = []
    for (x, y), searches in at:
        try:
            point = lines.plane.point(x, y)
        except DarkpairError:  # (there is no such model, as with m1 above m2)
            continue
        out.append((point, searches))
    return tuple(out)
