"""What KOTO's numbers cannot be to each other: a hole as large as the calorimeter, a face that no photon of the vessel reaches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError

__all__ = ["require_decays", "require_koto_geometry"]

#: Largest relative error of an energy at 1 GeV: beyond it smearing takes most clusters away, and the rest mean nothing.
_POOREST: Final = 1.0


def require_koto_geometry(data: Mapping[str, Any], where: str) -> None:
    """Refuse geometry, veto and resolution of a file of KOTO's kind that contradict each other.

    Parameters
    ----------
    data : mapping
        Contents, each number in its unit.
    where : str
        Name of the file, for messages.

    Raises
    ------
    InputError
        With both numbers and what is allowed.
    """
    size, veto = (
        {name: entry["value"] for name, entry in data[table].items()} for table in ("geometry", "veto")
    )
    if size["hole_half"] >= size["radius"]:
        hole, radius = apart(size["hole_half"], size["radius"])
        raise InputError(
            f"{where}, [geometry]: hole_half = {hole} mm and radius = {radius} mm: the hole takes all of the "
            "calorimeter; allowed: a hole_half below the radius"
        )
    if size["z_calorimeter"] <= veto["z_min"]:
        face, begins = apart(size["z_calorimeter"], veto["z_min"])
        raise InputError(
            f"{where}: geometry.z_calorimeter = {face} mm and veto.z_min = {begins} mm; allowed: a face "
            "behind it, for photons fly to the face from z_min on"
        )
    if veto["radius"] < size["radius"]:
        around, radius = apart(veto["radius"], size["radius"])
        raise InputError(
            f"{where}: veto.radius = {around} mm and geometry.radius = {radius} mm; allowed: a veto's volume around "
            "the whole vessel, in which decays are seen"
        )
    for name in ("constant", "stochastic"):
        if (value := data["resolution"][name]["value"]) > _POOREST:
            given, most = apart(value, _POOREST)
            raise InputError(
                f"{where}, [resolution]: {name} = {given}; allowed: 0 to {most}, a share of the energy (1 % is 0.01)"
            )


def require_decays(vertices: tuple[float, float] | None, veto_end: float, face: float, where: str) -> None:
    """Refuse accepted vertices that all lie behind the calorimeter's face, or behind all that vetoes.

    Parameters
    ----------
    vertices : tuple of float or None [mm]
        Between which z accepted events decay; None where no cut says so.
    veto_end, face : float [mm]
        Where the veto's volume ends, and z of the face.
    where : str
        Name of the detector, for messages.
    """
    if vertices is None:
        return
    low, high = vertices
    for name, end in (("geometry.z_calorimeter", face), ("veto.z_max", veto_end)):
        if low >= end:
            own, least = apart(end, low)
            raise InputError(
                f"{where}: {name} = {own} mm, and its cut z_vtx accepts vertices from {least} mm on: all lie behind it; allowed: a "
                f"{name} above {least} mm, or another cuts.z_vtx.min"
            )
    if not low <= high:
        begins, most = apart(low, high)
        raise InputError(
            f"{where}: its vessel begins at veto.z_min = {begins} mm, and its cut z_vtx accepts vertices up to {most} mm: all lie in front "
            f"of it; allowed: a veto.z_min below {most} mm, or another cuts.z_vtx.max"
        )
