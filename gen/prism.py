"""Polygons in the plane of x and y: prisms as regions of space, and which points are inside of any polygon."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.bounds import beside_side, crossed, in_slab
from darkpair.gen.directions import Vector3
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array
from darkpair.gen.parameters import Length, settle
from darkpair.gen.ranges import PLACES, require_within
from darkpair.gen.rays import Span, all_ahead, between_planes, through_side
from darkpair.gen.region import ordered

__all__ = ["Points", "Prism", "circle", "inside_polygon", "octagon", "require_polygon"]

#: Corners (x, y) [mm] in order, either way round.
Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True)
class Prism:
    """A convex polygon between two planes z = const [mm].

    Parameters
    ----------
    points : tuple of (float, float) [mm]
        Corners (x, y) of the polygon in order, either way round.
    z_min, z_max : float [mm]
        Where the two planes are.

    Raises
    ------
    InputError
        For a polygon that has no area, crosses itself or is not convex: a straight flight would be inside twice.
    """

    points: Annotated[Points, Length]
    z_min: Annotated[float, Length]
    z_max: Annotated[float, Length]

    def __post_init__(self) -> None:
        settle(self)
        ordered("z", self.z_min, self.z_max)
        require_polygon(self.points)
        turns = _turns(self.points)
        whole = abs(_winding(self.points) - 2.0 * math.pi) < 1e-6
        if not whole or (min(turns) < -_ROUNDING and max(turns) > _ROUNDING):
            raise InputError(
                f"polygon {self.points} mm is not convex; allowed: a decay volume without an inward corner; split it, or take the "
                "convex one around it and cut on the vertex"
            )

    def path(self, origin: Vector3, direction: Vector3) -> tuple[Array, Array]:
        """Distances at which the ray is inside [mm]."""
        (x, y, z), (dx, dy, dz) = origin, direction
        span: Span = between_planes(z, dz, self.z_min, self.z_max)
        for side in self._sides:
            span = through_side(*span, x, y, dx, dy, *side)
        return all_ahead(*span)  # type: ignore[no-any-return]

    def contains(self, x: Array, y: Array, z: Array) -> NDArray[np.bool_]:
        """Whether points are inside."""
        inside: NDArray[np.bool_] = in_slab(z, self.z_min, self.z_max)
        for side in self._sides:
            inside = beside_side(inside, x, y, *side)
        return inside

    @property
    def corners(self) -> Array:
        """Its corners, (3, 2k) [mm]."""
        return np.array([(x, y, z) for z in (self.z_min, self.z_max) for x, y in self.points]).T

    @property
    def normals(self) -> list[tuple[float, float]]:
        """Outward normals (a, b) of its sides, of length 1."""
        return [(a, b) for a, b, _ in self._sides]

    @cached_property
    def _sides(self) -> list[tuple[float, float, float]]:
        """Normal (a, b), outwards, of length 1, and distance c of each side from the axis."""
        anticlockwise = 1.0 if _area(self.points) > 0.0 else -1.0
        sides = []
        for (x1, y1), (x2, y2) in zip(self.points, self.points[1:] + self.points[:1], strict=True):
            length = anticlockwise * math.hypot(x2 - x1, y2 - y1)
            a, b = (y2 - y1) / length, (x1 - x2) / length
            sides.append((a, b, a * x1 + b * y1))
        return sides


def circle(radius: float, x: float = 0.0, y: float = 0.0, *, corners: int = 48) -> list[tuple[float, float]]:
    """Corners of a regular polygon in a circle, for pictures.

    Parameters
    ----------
    radius, x, y : float [mm]
        The circle's radius and centre.
    corners : int
        Number of corners.
    """
    turns = (2.0 * math.pi * i / corners for i in range(corners))
    return [(x + radius * math.cos(turn), y + radius * math.sin(turn)) for turn in turns]


def octagon(across: float, x: float = 0.0, y: float = 0.0) -> Points:
    """Corners of a regular octagon with sides along x and y.

    Parameters
    ----------
    across : float [mm]
        Distance from one side to the opposite one.
    x, y : float [mm]
        Centre of the octagon.
    """
    half, corner = 0.5 * across, 0.5 * across * math.tan(math.pi / 8.0)
    quarter = ((half, -corner), (half, corner))
    turns = ((1, 0), (0, 1), (-1, 0), (0, -1))
    return tuple((x + c * p - s * q, y + s * p + c * q) for c, s in turns for p, q in quarter)


def inside_polygon(points: Points, x: Array, y: Array) -> NDArray[np.bool_]:
    """Which points (n,) are inside of a polygon of any shape: a line from each to the right crosses its sides an odd number of times.

    Parameters
    ----------
    points : tuple of (float, float) [mm]
        Corners (x, y) of the polygon in order.
    x, y : ndarray, (n,) [mm]
        Coordinates of the points.
    """
    inside = np.zeros(len(x), dtype=bool)
    for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1], strict=True):
        if y1 == y2:
            continue
        inside = crossed(inside, x, y, x1, y1, x2, y2)
    return inside


def require_polygon(points: Points) -> None:
    """Refuse what is no polygon: fewer than three corners, two at one place, no area, or sides that cross.

    Raises
    ------
    InputError
        With the corners.
    """
    for point in points:
        for value in point:
            if not math.isfinite(value):
                raise InputError(f"corner {point} mm of a polygon; allowed: finite numbers")
            require_within(value, PLACES, "corner of a polygon", "mm")
    if len(points) < 3 or len(set(points)) < len(points):
        raise InputError(f"polygon {points} mm; allowed: three or more corners, no two at one place")
    sides = list(zip(points, points[1:] + points[:1], strict=True))
    for i, side in enumerate(sides):
        for j, other in enumerate(sides[i + 2 :], start=i + 2):
            if (i, j) != (0, len(sides) - 1) and _cross(*side, *other):
                raise InputError(
                    f"polygon {points} mm: its sides {side} and {other} cross; give the corners in order"
                )
    if _area(points) == 0.0:
        raise InputError(
            f"polygon {points} mm encloses no area; allowed: three or more corners that are not on one line"
        )


_ROUNDING = 1e-9


def _area(points: Points) -> float:
    return 0.5 * math.fsum(
        x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1], strict=True)
    )


def _turns(points: Points) -> list[float]:
    """Sine of the turn at each corner."""
    out = []
    for (x0, y0), (x1, y1), (x2, y2) in zip(
        points[-1:] + points[:-1], points, points[1:] + points[:1], strict=True
    ):
        ax, ay, bx, by = x1 - x0, y1 - y0, x2 - x1, y2 - y1
        out.append((ax * by - ay * bx) / (math.hypot(ax, ay) * math.hypot(bx, by)))
    return out


def _winding(points: Points) -> float:
    """Size of the whole turn around the polygon: two pi unless it goes round twice."""
    total = 0.0
    for (x0, y0), (x1, y1), (x2, y2) in zip(
        points[-1:] + points[:-1], points, points[1:] + points[:1], strict=True
    ):
        ax, ay, bx, by = x1 - x0, y1 - y0, x2 - x1, y2 - y1
        total += math.atan2(ax * by - ay * bx, ax * bx + ay * by)
    return abs(total)


def _cross(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float]
) -> bool:
    """Whether two sides have a point in common."""

    def side(p: tuple[float, float], q: tuple[float, float], r: tuple[float, float]) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) <= 0.0 and side(c, d, a) * side(c, d, b) <= 0.0
