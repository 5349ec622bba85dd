"""Numbers and shapes of a data file's tables, checked: decay volumes, and windows with holes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.detectors.data_file import Number
from darkpair.gen.bounds import in_disc, in_rectangle, in_slab
from darkpair.gen.directions import Vector3
from darkpair.gen.errors import InputError, UnknownNameError, shown
from darkpair.gen.kinematics import Array
from darkpair.gen.prism import Points, Prism, circle, inside_polygon, octagon, require_polygon
from darkpair.gen.ranges import PLACES, require_within
from darkpair.gen.region import Box, Cylinder, Frustum, extent
from darkpair.gen.units import LENGTH

__all__ = ["FACES", "MEANINGS", "VOLUMES", "Window", "number_of", "size_of", "volume_of", "window_of"]

#: Half the thickness of a window [mm], for who asks where it is.
_THIN: Final = 1.0

_METRE: Final = LENGTH["m"]

#: Shapes of decay volumes with their numbers [mm], beside z_min and z_max.
VOLUMES: Final[Mapping[str, tuple[str, ...]]] = {
    "box": ("x_min", "x_max", "y_min", "y_max"),
    "cylinder": ("radius",),
    "frustum": ("x_front", "x_back", "y_front", "y_back"),
    "polygon": ("points",),
    "octagon": ("across",),
}

#: Shapes of windows and of their holes with their numbers [mm]; a window has its z and may have holes.
FACES: Final[Mapping[str, tuple[str, ...]]] = {
    "box": ("x_min", "x_max", "y_min", "y_max"),
    "cylinder": ("radius",),
    "disc": ("x", "y", "radius"),
    "polygon": ("points",),
    "octagon": ("across",),
}

#: What the numbers of the shapes are, of those whose names do not say it.
MEANINGS: Final[Mapping[str, str]] = {
    "x_front": "half width along x at z_min",
    "x_back": "half width along x at z_max",
    "y_front": "half width along y at z_min",
    "y_back": "half width along y at z_max",
    "across": "full width, from side to side",
}


@dataclass(frozen=True, kw_only=True)
class _Face:
    """A part of a plane: a shape with its numbers [mm]."""

    shape: str
    numbers: tuple[float, ...] = ()
    points: Points = ()

    def contains(self, x: Array, y: Array) -> NDArray[np.bool_]:
        """Which points (n,) are in it."""
        if self.shape == "box":
            inside: NDArray[np.bool_] = in_rectangle(x, y, *self.numbers)
            return inside
        if self.points:
            return inside_polygon(self.points, x, y)
        *centre, radius = self.numbers
        within: NDArray[np.bool_] = in_disc(x, y, *(centre or (0.0, 0.0)), radius**2)
        return within

    @property
    def corners(self) -> list[tuple[float, float]]:
        """Corners (x, y) [mm] in order; of a circle those of a polygon in it."""
        if self.points:
            return list(self.points)
        if self.shape == "box":
            x_min, x_max, y_min, y_max = self.numbers
            return [(x_min, y_min), (x_max, y_min), (x_max, y_max), (x_min, y_max)]
        *centre, radius = self.numbers
        return circle(radius, *centre)

    @property
    def ends(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Along x and y [mm]."""
        if self.shape == "box":
            x_min, x_max, y_min, y_max = self.numbers
            return (x_min, x_max), (y_min, y_max)
        if self.points:
            x, y = zip(*self.points, strict=True)
            return (min(x), max(x)), (min(y), max(y))
        *centre, radius = self.numbers
        at = tuple(centre) or (0.0, 0.0)
        return (at[0] - radius, at[0] + radius), (at[1] - radius, at[1] + radius)


@dataclass(frozen=True, kw_only=True)
class Window:
    """A window on a plane, less its holes, as a thin region about it.

    Parameters
    ----------
    face : part of a plane
        Outline of the window.
    holes : tuple of the same
        Outlines of the holes.
    z : float [mm]
        Place of the plane on the beam's axis.
    """

    face: _Face
    holes: tuple[_Face, ...] = ()
    z: float

    @classmethod
    def disc(cls, *, radius: float, z: float, hole_half: float) -> Window:
        """A disc about the axis on a plane, less a square hole of that half width [mm]."""
        hole = _Face(shape="box", numbers=(-hole_half, hole_half, -hole_half, hole_half))
        return cls(face=_Face(shape="cylinder", numbers=(radius,)), holes=(hole,), z=z)

    def path(self, origin: Vector3, direction: Vector3) -> tuple[Array, Array]:
        """Distances (d_in, d_out) [mm], the same one twice, at which a ray ahead of its origin meets it; 0 where it misses."""
        (x, y, z), (dx, dy, dz) = origin, direction
        flight = (self.z - z) / np.where(dz == 0.0, np.inf, dz)
        met = (flight > 0.0) & self.contains(x + flight * dx, y + flight * dy, z + flight * dz)
        out: Array = np.where(met, flight, 0.0)
        return out, out

    @property
    def outlines(self) -> list[list[tuple[float, float]]]:
        """Corners (x, y) [mm] of the window and of each hole, in order; of circles many."""
        return [face.corners for face in (self.face, *self.holes)]

    def contains(self, x: Array, y: Array, z: Array) -> NDArray[np.bool_]:
        """Whether points (n,) [mm] are on it, within a millimetre of its plane."""
        out = self.face.contains(x, y) & in_slab(z, self.z - _THIN, self.z + _THIN)
        for hole in self.holes:
            out &= ~hole.contains(x, y)
        return np.asarray(out)

    @property
    def corners(self) -> Array:
        """Corners of the box about it, (3, 8) [mm]."""
        x, y = self.face.ends
        return np.array(np.meshgrid(x, y, [self.z - _THIN, self.z + _THIN])).reshape(3, -1)


def number_of(entries: Mapping[str, Any], name: str, unit: str, where: str) -> float:
    """A number of a table, which has to have that unit.

    Parameters
    ----------
    entries : mapping
        Table of the data file, checked.
    name, unit : str
        Key of the number, and the unit that it has to have.
    where : str
        Names of the file and the table, for the message.

    Raises
    ------
    InputError
        For an entry that is missing, bare, no number or in another unit.
    """
    try:
        number = Number(**entries[name])
    except (KeyError, TypeError):
        raise InputError(
            f"{where}: {name} is missing or bare; write  "
            f'{name} = {{ value = ..., unit = "{unit}", source = "...", confidence = "read" }}'
        ) from None
    except InputError:
        value = entries[name]["value"]
        raise InputError(f"{where}: {name} = {value!r}; allowed: a number in {unit or 'no unit'}") from None
    if number.unit != unit:
        raise InputError(
            f"{where}: {name} = {number.value:g} {number.unit}; allowed: numbers in {unit}; convert it"
        )
    return number.value


def volume_of(entries: Mapping[str, Any], where: str) -> Box | Cylinder | Frustum | Prism:
    """The shape of a table with its own numbers [mm].

    Raises
    ------
    UnknownNameError
        For another shape.
    InputError
        For numbers that are missing, too many or none of a shape.
    """
    shape = _checked_shape(entries, where, VOLUMES, ("z_min", "z_max"))
    points = _points(entries, shape, where)
    names = [name for name in (*VOLUMES[shape], "z_min", "z_max") if name not in ("points", "across")]
    at = {name: number_of(entries, name, "mm", where) for name in names}
    try:
        if points:
            return Prism(points=points, **at)
        return {"box": Box, "cylinder": Cylinder, "frustum": Frustum}[shape](**at)  # type: ignore[no-any-return]
    except InputError as error:
        raise InputError(f"{where}: {error}") from error


def size_of(region: Box | Cylinder | Frustum | Prism) -> str:
    """Full widths of a decay volume and its ends along z, in words.

    Examples
    --------
    >>> size_of(Frustum(z_min=0.0, z_max="5 m", x_front="1 m", y_front="1 m", x_back="2 m", y_back="2 m"))
    '2 m x 2 m at z = 0 m, 4 m x 4 m at z = 5 m (full widths)'
    """
    (x_low, x_high), (y_low, y_high), (first, last) = (
        (low / _METRE, high / _METRE) for low, high in extent(region)
    )
    ends = f"z = {first:g} m to {last:g} m (full widths)"
    if isinstance(region, Cylinder):
        return f"{x_high - x_low:g} m in diameter, {ends}"
    if isinstance(region, Frustum):
        front, back = (
            f"{2.0 * x / _METRE:g} m x {2.0 * y / _METRE:g} m"
            for x, y in ((region.x_front, region.y_front), (region.x_back, region.y_back))
        )
        return f"{front} at z = {first:g} m, {back} at z = {last:g} m (full widths)"
    return f"{x_high - x_low:g} m x {y_high - y_low:g} m, {ends}"


def window_of(entries: Mapping[str, Any], where: str) -> Window:
    """The shape of a window on the plane ``z`` of a table, less its ``holes``."""
    z = number_of(entries, "z", "mm", where)
    holes = entries.get("holes", ())
    if not isinstance(holes, Sequence) or isinstance(holes, str):
        raise InputError(f"{where}: holes = {shown(holes)}; allowed: a list of tables, each with a shape")
    face = _face({name: entry for name, entry in entries.items() if name not in ("z", "holes")}, where)
    return Window(
        face=face, holes=tuple(_face(hole, f"{where}, hole {i}") for i, hole in enumerate(holes, 1)), z=z
    )


def _face(entries: Any, where: str) -> _Face:
    if not isinstance(entries, Mapping):
        raise InputError(f"{where} = {shown(entries)}; allowed: a table with a shape")
    shape = _checked_shape(entries, where, FACES, ())
    points = _points(entries, shape, where)
    numbers = () if points else tuple(number_of(entries, name, "mm", where) for name in FACES[shape])
    try:
        if shape == "box":  # (the ends are checked where boxes are made)
            x_min, x_max, y_min, y_max = numbers
            Box(x_min=x_min, x_max=x_max, y_min=y_min, y_max=y_max, z_min=0.0, z_max=1.0)
        elif points:
            require_polygon(points)
        else:
            Cylinder(radius=numbers[-1], z_min=0.0, z_max=1.0)
            for value in numbers[:-1]:
                require_within(value, PLACES, "centre", "mm")
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
    return _Face(shape=shape, numbers=numbers, points=points)


def _checked_shape(
    entries: Mapping[str, Any], where: str, shapes: Mapping[str, tuple[str, ...]], ends: tuple[str, ...]
) -> str:
    """The shape of a table, which has to have its numbers and no others."""
    shape = str(entries.get("shape"))
    if shape not in shapes:
        raise UnknownNameError(f"shape of {where}", shape, shapes)
    wanted = [*ends, *shapes[shape]]
    given = [name for name in entries if name != "shape"]
    if set(given) != set(wanted):
        raise InputError(
            f"{where}: a {shape} of {', '.join(given) or 'no numbers'}; allowed: {', '.join(wanted)}; give these"
        )
    return shape


def _points(entries: Mapping[str, Any], shape: str, where: str) -> Points:
    """Corners of a polygon; none for another shape."""
    if shape == "octagon":
        across = number_of(entries, "across", "mm", where)
        if not across > 0.0:
            raise InputError(f"{where}: across = {across:g} mm; allowed: above 0")
        return octagon(across)
    if shape != "polygon":
        return ()
    points = entries["points"]["value"]
    return tuple((float(x), float(y)) for x, y in points)
