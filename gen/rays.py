"""Straight rays through regions of space: distances [mm] at which they are inside, as formulas of columns or numbers.

An interval of distances is (first, last), and empty where the last is not above the first.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from darkpair.gen.compiled.columnwise import columnwise, where
from darkpair.gen.kinematics import Real

__all__ = [
    "Span",
    "all_ahead",
    "between_planes",
    "through_box",
    "through_cone",
    "through_cylinder",
    "through_frustum",
    "through_side",
    "through_slab",
]

#: Interval of distances along a ray.
Span: TypeAlias = tuple[Any, Any]


def between(position: Real, slope: Real, low: float, high: float) -> Span:
    """Distances between two planes; a ray parallel to them is inside for ever or never."""
    still = slope == 0.0
    safe = where(still, 1.0, slope)
    a, b = (low - position) / safe, (high - position) / safe
    inside = (position >= low) & (position <= high)
    first = where(still, where(inside, -np.inf, np.inf), np.minimum(a, b))
    return first, where(still, where(inside, np.inf, -np.inf), np.maximum(a, b))


def overlap(first: Real, last: Real, other_first: Real, other_last: Real) -> Span:
    """Where both are."""
    return np.maximum(first, other_first), np.minimum(last, other_last)


def ahead(first: Real, last: Real) -> Span:
    """The part ahead of the origin, and an empty one (0, 0) where the ray misses."""
    first = (
        np.maximum(first, 0.0) + 0.0
    )  # (of two zeros of different sign either is the greater one: now it is +0)
    hit = last > first
    return where(hit, first, 0.0), where(hit, last, 0.0)


all_ahead, between_planes = columnwise(ahead), columnwise(between)


@columnwise
def through_slab(z: Real, dz: Real, z_min: float, z_max: float) -> Span:
    """Ray at z with the direction's part dz between two planes."""
    first, last = between(z, dz, z_min, z_max)
    return ahead(first, last)


@columnwise
def through_box(
    x: Real,
    y: Real,
    z: Real,
    dx: Real,
    dy: Real,
    dz: Real,
    x_min: float,
    x_max: float,
    y_min: float,
    y_max: float,
    z_min: float,
    z_max: float,
) -> Span:
    """Ray from (x, y, z) along (dx, dy, dz) in a box."""
    first, last = between(x, dx, x_min, x_max)
    side_first, side_last = between(y, dy, y_min, y_max)
    first, last = overlap(first, last, side_first, side_last)
    end_first, end_last = between(z, dz, z_min, z_max)
    first, last = overlap(first, last, end_first, end_last)
    return ahead(first, last)


@columnwise
def through_cylinder(
    x: Real,
    y: Real,
    z: Real,
    dx: Real,
    dy: Real,
    dz: Real,
    square: float,
    z_min: float,
    z_max: float,
) -> Span:
    """The same in a cylinder about the z axis of that square of its radius."""
    first, last = quadratic(dx * dx + dy * dy, x * dx + y * dy, x * x + y * y - square)
    end_first, end_last = between(z, dz, z_min, z_max)
    first, last = overlap(first, last, end_first, end_last)
    return ahead(first, last)


@columnwise
def through_cone(
    x: Real,
    y: Real,
    z: Real,
    dx: Real,
    dy: Real,
    dz: Real,
    slope: float,
    r_min: float,
    z_min: float,
    z_max: float,
) -> Span:
    """The same in a cone whose radius is r_min at z_min and grows by the slope."""
    low, high = between(z, dz, z_min, z_max)
    radius = r_min + slope * (z - z_min)  # of the cone at the origin's z; changes by slope dz
    a = dx * dx + dy * dy - (slope * dz) ** 2
    half_b = x * dx + y * dy - slope * dz * radius
    c = x * x + y * y - radius**2
    wide = a >= 0.0
    inner, outer = quadratic(np.abs(a), where(wide, half_b, -half_b), where(wide, c, -c))
    # a ray steeper than the mantle (a < 0) is inside the double cone outside the two roots
    missed = outer <= inner
    before_out = where(missed, high, np.minimum(high, inner))
    behind_in = np.maximum(low, outer)
    second = high > behind_in
    flat_in, flat_out = overlap(low, high, inner, outer)
    first = where(wide, flat_in, where(second, behind_in, low))
    last = where(wide, flat_out, where(second, high, before_out))
    return ahead(first, last)


@columnwise
def through_frustum(
    x: Real,
    y: Real,
    z: Real,
    dx: Real,
    dy: Real,
    dz: Real,
    x_front: float,
    x_slope: float,
    y_front: float,
    y_slope: float,
    z_min: float,
    z_max: float,
) -> Span:
    """The same in a pyramid whose half widths are those of its front and grow by the slopes."""
    first, last = between(z, dz, z_min, z_max)
    behind = z - z_min
    # each side is a plane: front + slope (z - z_min) off the axis
    first, last = _within_sides(first, last, x, dx, x_front, x_slope, behind, dz)
    first, last = _within_sides(first, last, y, dy, y_front, y_slope, behind, dz)
    return ahead(first, last)


def _within_sides(
    first: Real,
    last: Real,
    at: Real,
    along: Real,
    front: float,
    slope: float,
    behind: Real,
    dz: Real,
) -> Span:
    """What is left of an interval between two opposite sides of a pyramid."""
    upper_in, upper_out = between(at - slope * behind, along - slope * dz, -np.inf, front)
    lower_in, lower_out = between(at + slope * behind, along + slope * dz, -front, np.inf)
    side_in, side_out = overlap(upper_in, upper_out, lower_in, lower_out)
    return overlap(side_in, side_out, first, last)


@columnwise
def through_side(
    first: Real, last: Real, x: Real, y: Real, dx: Real, dy: Real, a: float, b: float, c: float
) -> Span:
    """What is left of an interval inside of one side of a prism, a x + b y <= c."""
    side_in, side_out = between(a * x + b * y, a * dx + b * dy, -np.inf, c)
    return overlap(first, last, side_in, side_out)


def quadratic(a: Real, half_b: Real, c: Real) -> Span:
    """Interval in which a d² + 2 half_b d + c <= 0, for a >= 0, by the root that does not cancel."""
    flat = (a <= 1e-300) & (half_b == 0.0)
    line = (a <= 1e-300) & (half_b != 0.0)
    safe = where(flat | line, 1.0, a)
    discriminant = half_b * half_b - a * c
    root = np.sqrt(np.maximum(discriminant, 0.0))
    q = -(half_b + np.copysign(root, half_b))
    far = q / safe
    near = where(q == 0.0, far, c / where(q == 0.0, 1.0, q))
    none = (discriminant < 0.0) | (flat & (c > 0.0))
    end = -0.5 * c / where(line, half_b, 1.0)
    first = where(flat | (line & (half_b > 0.0)), -np.inf, where(line, end, np.minimum(far, near)))
    last = where(flat | (line & (half_b < 0.0)), np.inf, where(line, end, np.maximum(far, near)))
    return where(none, np.inf, first), where(none, -np.inf, last)
