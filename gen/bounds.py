"""Whether points are inside of shapes [mm], as formulas of columns or numbers; ends are included."""

from __future__ import annotations

from typing import Any

import numpy as np

from darkpair.gen.compiled.columnwise import columnwise
from darkpair.gen.kinematics import Real

__all__ = [
    "beside_side",
    "crossed",
    "in_box",
    "in_cone",
    "in_cylinder",
    "in_disc",
    "in_frustum",
    "in_rectangle",
    "in_slab",
]


@columnwise
def in_slab(z: Real, z_min: float, z_max: float) -> Any:
    """Between two planes."""
    return (z >= z_min) & (z <= z_max)


def rectangle(x: Real, y: Real, x_min: float, x_max: float, y_min: float, y_max: float) -> Any:
    """In a rectangle."""
    return (x >= x_min) & (x <= x_max) & (y >= y_min) & (y <= y_max)


in_rectangle = columnwise(rectangle)


@columnwise
def in_disc(x: Real, y: Real, centre_x: float, centre_y: float, square: float) -> Any:
    """In a circle of that square of its radius."""
    dx, dy = x - centre_x, y - centre_y
    return dx * dx + dy * dy <= square


@columnwise
def in_box(
    x: Real,
    y: Real,
    z: Real,
    x_min: float,
    x_max: float,
    y_min: float,
    y_max: float,
    z_min: float,
    z_max: float,
) -> Any:
    """In a box."""
    return rectangle(x, y, x_min, x_max, y_min, y_max) & (z >= z_min) & (z <= z_max)


@columnwise
def in_cylinder(x: Real, y: Real, z: Real, square: float, z_min: float, z_max: float) -> Any:
    """In a cylinder of that square of the radius [mm²], its ends [mm] included."""
    return (x * x + y * y <= square) & (z >= z_min) & (z <= z_max)


@columnwise
def in_cone(
    x: Real, y: Real, z: Real, growth: float, length: float, r_min: float, z_min: float, z_max: float
) -> Any:
    """In a cone of the radius r_min at z_min that grows by `growth` over its length."""
    radius = r_min + growth * (z - z_min) / length
    return (z >= z_min) & (z <= z_max) & (x * x + y * y <= radius**2)


@columnwise
def in_frustum(
    x: Real,
    y: Real,
    z: Real,
    x_front: float,
    x_slope: float,
    y_front: float,
    y_slope: float,
    z_min: float,
    z_max: float,
) -> Any:
    """In a pyramid whose half widths are those of its front and grow by the slopes."""
    behind = z - z_min
    return (
        (np.abs(x) <= x_front + x_slope * behind)
        & (np.abs(y) <= y_front + y_slope * behind)
        & (z >= z_min)
        & (z <= z_max)
    )


@columnwise
def beside_side(inside: Any, x: Real, y: Real, a: float, b: float, c: float) -> Any:
    """What is inside, and inside of the side a x + b y <= c."""
    return inside & (a * x + b * y <= c)


@columnwise
def crossed(inside: Any, x: Real, y: Real, x1: float, y1: float, x2: float, y2: float) -> Any:
    """Truth values, the other way round where a line to the right crosses the side from (x1, y1) to (x2, y2)."""
    beside = (y1 > y) != (y2 > y)
    return inside != (beside & (x < x1 + (x2 - x1) * ((y - y1) / (y2 - y1))))
