"""Parts of a detector as rings of points, which any picture in three dimensions can draw, and where rays leave them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from darkpair.detectors.shapes import Window
from darkpair.gen.kinematics import Array
from darkpair.gen.prism import Prism, circle
from darkpair.gen.rays import through_box
from darkpair.gen.region import Box, Cone, Cylinder, Frustum, Region

__all__ = ["Outline", "bounds", "leaves", "outlines", "solids_of"]

#: Corners (x, y) [mm] in order.
Ring: TypeAlias = list[tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class Outline:
    """A part of a detector.

    Parameters
    ----------
    name : str
        Name of the part.
    rings : list of (float, list of (float, float)) [mm]
        Planes z with as many corners each, which straight lines join; one of something flat.
    holes : list of list of (float, float) [mm]
        Corners of the holes of something flat.
    """

    name: str
    rings: list[tuple[float, Ring]]
    holes: list[Ring] = field(default_factory=list)

    @property
    def flat(self) -> bool:
        """Whether it lies in a plane: there measured energies are drawn."""
        return len(self.rings) == 1


def solids_of(detector: Any) -> dict[str, Region]:
    """Parts of a detector by name: its own ``solids()``, or its region; none of a detector without either."""
    if detector is None:
        return {}
    solids = getattr(detector, "solids", None)
    if solids is not None:
        return dict(solids())
    region = getattr(detector, "region", None)
    return {} if region is None else {"region": region}


def outlines(solids: Mapping[str, Region]) -> list[Outline]:
    """Outlines of regions by name; of a shape that is not known here there is none."""
    return [outline for name, solid in solids.items() if (outline := _outline(name, solid)) is not None]


def _outline(name: str, solid: Region) -> Outline | None:
    match solid:
        case Window():
            face, *holes = solid.outlines
            return Outline(name=name, rings=[(solid.z, face)], holes=holes)
        case Box():
            front = back = _rectangle(solid.x_min, solid.x_max, solid.y_min, solid.y_max)
        case Cylinder():
            front = back = circle(solid.radius)
        case Cone():
            front, back = circle(solid.r_min), circle(solid.r_max)
        case Frustum():
            front, back = (
                _rectangle(-x, x, -y, y)
                for x, y in ((solid.x_front, solid.y_front), (solid.x_back, solid.y_back))
            )
        case Prism():
            front = back = list(solid.points)
        case _:
            return None
    return Outline(name=name, rings=[(solid.z_min, front), (solid.z_max, back)])


def _rectangle(x_min: float, x_max: float, y_min: float, y_max: float) -> Ring:
    return [(x_min, y_min), (x_max, y_min), (x_max, y_max), (x_min, y_max)]


def bounds(parts: list[Outline]) -> Array | None:
    """Ends along x, y and z, (3, 2) [mm], of all parts together; None without any."""
    corners = [(x, y, z) for part in parts for z, ring in part.rings for x, y in ring]
    if not corners:
        return None
    low, high = np.min(corners, axis=0), np.max(corners, axis=0)
    return np.stack([low, high], axis=1)


def leaves(solids: Mapping[str, Region], box: Array, origin: Array, direction: Array) -> tuple[Array, Array]:
    """How far rays fly to the end of the detector, and to the end of a box around it, (n,) [mm] each; 0 where they miss.

    Parameters
    ----------
    solids : mapping of str to Region
        Parts of the detector.
    box : ndarray, (3, 2) [mm]
        Ends of the box.
    origin, direction : ndarray, (3, n) [mm], [1]
        Where rays begin, and unit vectors along them.
    """
    end = np.zeros(origin.shape[1])
    ray = tuple(origin), tuple(direction)
    for solid in solids.values():
        end = np.maximum(end, solid.path(*ray)[1])
    out: Array = np.asarray(through_box(*origin, *direction, *box.ravel())[1])
    return end, out
