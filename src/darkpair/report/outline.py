"""A detector seen from the side and from above: outlines of the region in which it sees decays, and of its parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from darkpair.gen.region import Cone, Frustum, extent

__all__ = ["Outline", "outlines"]

#: What the first coordinate of a view is, in the order of `extent`.
VIEWS: Final = ("x", "y")


@dataclass(frozen=True, kw_only=True)
class Outline:
    """A line in both views.

    Parameters
    ----------
    name : str
        What it is.
    x, y : tuple of (float, float)
        Points (z, x) and (z, y) [mm].
    """

    name: str
    x: tuple[tuple[float, float], ...]
    y: tuple[tuple[float, float], ...]


def outlines(detector: Any) -> Iterator[Outline]:
    """Outlines of a detector: of its region, of what it says itself, of the plane of a calorimeter; none of another thing."""
    region = getattr(detector, "region", None)
    if region is not None and (ends := _ends(region)) is not None:
        x, y = ends
        yield Outline(name="where decays are seen", x=_closed(*x), y=_closed(*y))
    if hasattr(detector, "outline"):
        for name, line in detector.outline().items():
            both = (*line, *((z, -r) for z, r in reversed(line)))  # (about the axis)
            yield Outline(name=str(name), x=both, y=both)
    face = getattr(getattr(detector, "face", None), "face", None)
    if face is not None and hasattr(detector, "z_face"):
        (x0, x1), (y0, y1) = face.ends
        z = detector.z_face
        yield Outline(name="calorimeter", x=((z, x0), (z, x1)), y=((z, y0), (z, y1)))


#: The z of a plane, and from where to where something is on it [mm].
_End = tuple[float, float, float]


def _ends(region: Any) -> list[tuple[_End, _End]] | None:
    """Front and back of a region in both views; None of a shape that is not known here."""
    if isinstance(region, Frustum):
        widths = ((region.x_front, region.x_back), (region.y_front, region.y_back))
        return [((region.z_min, -a, a), (region.z_max, -b, b)) for a, b in widths]
    if isinstance(region, Cone):
        a, b = region.r_min, region.r_max
        return [((region.z_min, -a, a), (region.z_max, -b, b))] * 2
    try:
        x, y, (z0, z1) = extent(region)
    except (AssertionError, AttributeError):
        return None
    return [((z0, *across), (z1, *across)) for across in (x, y)]


def _closed(front: _End, back: _End) -> tuple[tuple[float, float], ...]:
    (z0, a0, b0), (z1, a1, b1) = front, back
    return ((z0, a0), (z0, b0), (z1, b1), (z1, a1), (z0, a0))
