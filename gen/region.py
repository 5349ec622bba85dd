"""Regions of space in which decays may be forced, or must happen."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, Any, Protocol, TypeVar, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.bounds import in_box, in_cone, in_cylinder, in_frustum, in_slab
from darkpair.gen.directions import Vector3
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array
from darkpair.gen.parameters import Ge, Gt, Length, settle
from darkpair.gen.ranges import PLACES, require_within
from darkpair.gen.rays import (
    Span,
    through_box,
    through_cone,
    through_cylinder,
    through_frustum,
    through_slab,
)

__all__ = [
    "Box",
    "Cone",
    "Cylinder",
    "Ended",
    "Frustum",
    "Region",
    "Slab",
    "covers",
    "extent",
    "ordered",
    "prolonged",
]


@runtime_checkable
class Region(Protocol):
    """A convex part of space."""

    def path(self, origin: Vector3, direction: Vector3) -> tuple[Array, Array]:
        """Distances (d_in, d_out) [mm] at which a ray is inside, ahead of its origin; equal where it misses.

        Parameters
        ----------
        origin : three ndarrays, (n,) [mm]
            Where each ray begins: x, y, z.
        direction : three ndarrays, (n,)
            Unit vectors x, y, z along the rays.
        """
        ...

    def contains(self, x: Array, y: Array, z: Array) -> NDArray[np.bool_]:
        """Whether points (n,) [mm] are inside: booleans (n,)."""
        ...


class Ended(Region, Protocol):
    """A region between two planes."""

    @property
    def z_min(self) -> float:
        """Where it begins [mm]."""
        ...

    @property
    def z_max(self) -> float:
        """Where it ends [mm]."""
        ...


T = TypeVar("T", bound=Ended)


@runtime_checkable
class Cornered(Protocol):
    """What its corners span."""

    @property
    def corners(self) -> Array:
        """Its corners, (3, k) [mm]."""
        ...


def covers(outer: Region, inner: Region) -> bool | None:
    """Whether a region holds the whole of another; None where the inner one's shape is not known here.

    The inner one's corners decide, as regions are convex; of a circle about the z axis the points that reach furthest
    towards each flat side of the outer one.  What sticks out by a rounding does not count.
    """
    if outer == inner:
        return True
    if isinstance(inner, Box):
        x, y = (np.array(ends) for ends in ((inner.x_min, inner.x_max), (inner.y_min, inner.y_max)))
        corners = np.array(np.meshgrid(x, y, [inner.z_min, inner.z_max])).reshape(3, -1)
    elif isinstance(inner, Cornered):
        corners = inner.corners
    elif isinstance(inner, Frustum):
        ends = (inner.x_front, inner.y_front, inner.z_min), (inner.x_back, inner.y_back, inner.z_max)
        corners = np.array([(i * x, j * y, z) for x, y, z in ends for i in (-1, 1) for j in (-1, 1)]).T
    elif isinstance(inner, Cylinder | Cone | Slab):
        radii = (
            (inner.r_min, inner.r_max)
            if isinstance(inner, Cone)
            else (inner.radius if isinstance(inner, Cylinder) else _FAR,) * 2
        )
        rims = [
            (r * c, r * s, z)
            for r, z in zip(radii, (inner.z_min, inner.z_max), strict=True)
            for c, s in (*_ROUND, *getattr(outer, "normals", ()))
        ]
        corners = np.array(rims).T
    else:
        return None
    middle = corners.mean(axis=1, keepdims=True)
    return bool(np.all(outer.contains(*(middle + (1.0 - _ROUNDING) * (corners - middle)))))


def prolonged(region: T, z: float) -> T:
    """The region with its sides carried on to a plane z [mm] behind it, or to where they meet."""
    if z <= region.z_max:
        return region
    if not isinstance(region, Frustum):
        return cast("T", replace(cast(Any, region), z_max=z))
    sides = ((region.x_front, region.x_back), (region.y_front, region.y_back))
    meet = min((front / (front - back) for front, back in sides if back < front), default=math.inf)
    far = (z - region.z_min) / (region.z_max - region.z_min)
    if meet < far:
        far, z = meet, region.z_min + (region.z_max - region.z_min) * meet
    x, y = (max(front + (back - front) * far, 0.0) for front, back in sides)
    return region if far <= 1.0 else cast("T", replace(region, z_max=z, x_back=x, y_back=y))


def extent(region: Ended | Cornered) -> tuple[tuple[float, float], ...]:
    """Ends of a region along x, y and z [mm]."""
    if isinstance(region, Cornered):
        return tuple((float(row.min()), float(row.max())) for row in region.corners)
    along = (region.z_min, region.z_max)
    if isinstance(region, Box):
        return (region.x_min, region.x_max), (region.y_min, region.y_max), along
    if isinstance(region, Cylinder):
        return (-region.radius, region.radius), (-region.radius, region.radius), along
    assert isinstance(region, Frustum)
    x, y = max(region.x_front, region.x_back), max(region.y_front, region.y_back)
    return (-x, x), (-y, y), along


_FAR = 1e100  # [mm]: the side of a region without one
_ROUNDING = 1e-12
_ROUND = ((1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0))


@dataclass(frozen=True, kw_only=True)
class Slab:
    """Everything between two planes z = const [mm]."""

    z_min: Annotated[float, Length]
    z_max: Annotated[float, Length]

    def __post_init__(self) -> None:
        settle(self)
        ordered("z", self.z_min, self.z_max)

    def path(self, origin: Vector3, direction: Vector3) -> tuple[Array, Array]:
        """Distances at which the ray is inside [mm]."""
        span: Span = through_slab(origin[2], direction[2], self.z_min, self.z_max)
        return span

    def contains(self, x: Array, y: Array, z: Array) -> NDArray[np.bool_]:
        """Whether points are inside."""
        inside: NDArray[np.bool_] = in_slab(z, self.z_min, self.z_max)
        return inside


@dataclass(frozen=True, kw_only=True)
class Box:
    """A box with its faces along the axes [mm]."""

    x_min: Annotated[float, Length]
    x_max: Annotated[float, Length]
    y_min: Annotated[float, Length]
    y_max: Annotated[float, Length]
    z_min: Annotated[float, Length]
    z_max: Annotated[float, Length]

    def __post_init__(self) -> None:
        settle(self)
        ordered("x", self.x_min, self.x_max)
        ordered("y", self.y_min, self.y_max)
        ordered("z", self.z_min, self.z_max)

    def path(self, origin: Vector3, direction: Vector3) -> tuple[Array, Array]:
        """Distances at which the ray is inside [mm]."""
        ends = self.x_min, self.x_max, self.y_min, self.y_max, self.z_min, self.z_max
        span: Span = through_box(*origin, *direction, *ends)
        return span

    def contains(self, x: Array, y: Array, z: Array) -> NDArray[np.bool_]:
        """Whether points are inside."""
        ends = self.x_min, self.x_max, self.y_min, self.y_max, self.z_min, self.z_max
        inside: NDArray[np.bool_] = in_box(x, y, z, *ends)
        return inside


@dataclass(frozen=True, kw_only=True)
class Cylinder:
    """A cylinder about the z axis [mm]."""

    radius: Annotated[float, Length, Gt(0.0)]
    z_min: Annotated[float, Length]
    z_max: Annotated[float, Length]

    def __post_init__(self) -> None:
        settle(self)
        ordered("z", self.z_min, self.z_max)
        require_within(self.radius, PLACES, "radius", "mm")

    def path(self, origin: Vector3, direction: Vector3) -> tuple[Array, Array]:
        """Distances at which the ray is inside [mm]."""
        span: Span = through_cylinder(*origin, *direction, self.radius**2, self.z_min, self.z_max)
        return span

    def contains(self, x: Array, y: Array, z: Array) -> NDArray[np.bool_]:
        """Whether points are inside."""
        inside: NDArray[np.bool_] = in_cylinder(x, y, z, self.radius**2, self.z_min, self.z_max)
        return inside


@dataclass(frozen=True, kw_only=True)
class Cone:
    """A truncated cone about the z axis, its radius linear from r_min at z_min to r_max at z_max [mm]."""

    z_min: Annotated[float, Length]
    z_max: Annotated[float, Length]
    r_min: Annotated[float, Length, Ge(0.0)]
    r_max: Annotated[float, Length, Ge(0.0)]

    def __post_init__(self) -> None:
        settle(self)
        ordered("z", self.z_min, self.z_max)
        if not max(self.r_min, self.r_max) > 0.0:
            raise InputError(f"r_min = {self.r_min} and r_max = {self.r_max} mm; allowed: not both 0")
        for radius in (self.r_min, self.r_max):
            require_within(radius, PLACES, "radius", "mm")

    def path(self, origin: Vector3, direction: Vector3) -> tuple[Array, Array]:
        """Distances at which the ray is inside [mm]."""
        slope = (self.r_max - self.r_min) / (self.z_max - self.z_min)
        span: Span = through_cone(*origin, *direction, slope, self.r_min, self.z_min, self.z_max)
        return span

    def contains(self, x: Array, y: Array, z: Array) -> NDArray[np.bool_]:
        """Whether points are inside."""
        growth, length = self.r_max - self.r_min, self.z_max - self.z_min
        inside: NDArray[np.bool_] = in_cone(x, y, z, growth, length, self.r_min, self.z_min, self.z_max)
        return inside


@dataclass(frozen=True, kw_only=True)
class Frustum:
    """A truncated pyramid about the z axis: a rectangle whose half widths are linear from z_min to z_max [mm].

    Parameters
    ----------
    z_min, z_max : float [mm]
        Where the two ends are.
    x_front, y_front : float [mm]
        Half widths of the rectangle at z_min.
    x_back, y_back : float [mm]
        Half widths of the rectangle at z_max.
    """

    z_min: Annotated[float, Length]
    z_max: Annotated[float, Length]
    x_front: Annotated[float, Length, Ge(0.0)]
    x_back: Annotated[float, Length, Ge(0.0)]
    y_front: Annotated[float, Length, Ge(0.0)]
    y_back: Annotated[float, Length, Ge(0.0)]

    def __post_init__(self) -> None:
        settle(self)
        ordered("z", self.z_min, self.z_max)
        for axis, front, back in (("x", self.x_front, self.x_back), ("y", self.y_front, self.y_back)):
            if not max(front, back) > 0.0:
                raise InputError(
                    f"{axis}_front = {front} and {axis}_back = {back} mm, half widths; allowed: not both 0"
                )
            for width in (front, back):
                require_within(width, PLACES, f"half width along {axis}", "mm")

    def path(self, origin: Vector3, direction: Vector3) -> tuple[Array, Array]:
        """Distances at which the ray is inside [mm]."""
        span: Span = through_frustum(*origin, *direction, *self._sides)
        return span

    def contains(self, x: Array, y: Array, z: Array) -> NDArray[np.bool_]:
        """Whether points are inside."""
        inside: NDArray[np.bool_] = in_frustum(x, y, z, *self._sides)
        return inside

    @cached_property
    def _sides(self) -> tuple[float, ...]:
        """Half widths of the front and their slopes along x and y, and the ends."""
        length = self.z_max - self.z_min
        x_slope, y_slope = (self.x_back - self.x_front) / length, (self.y_back - self.y_front) / length
        return self.x_front, x_slope, self.y_front, y_slope, self.z_min, self.z_max


def ordered(axis: str, low: float, high: float) -> None:
    """Refuse ends of a region that are not two finite places in growing order [mm]."""
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise InputError(f"{axis}_min = {low} and {axis}_max = {high} mm; allowed: growing order")
    for value in (low, high):
        require_within(value, PLACES, axis, "mm")
