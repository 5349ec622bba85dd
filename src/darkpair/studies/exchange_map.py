"""What `darkpair reach` leaves for others: a HEPData submission of the map's contours, and of the efficiencies that they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from darkpair.export.hepdata import Table, submission_contents
from darkpair.limits.reach_table import contour_rows
from darkpair.studies.exchange_tables import efficiency_tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from darkpair.limits.reach import ReachMap

__all__ = ["contour_tables", "map_contents"]

#: Column that tells lines of a contour apart.
PART: Final = "line"

#: What lies inside a region, by the kind of its search.
_INSIDE: Final = {"excluded": "excluded", "line": "within reach, or above a line", "band": "explained"}


def contour_tables(of_map: ReachMap) -> list[Table]:
    """Tables of contours, one for each region that has an edge inside the map: points in their order along each of its lines.

    Parameters
    ----------
    of_map : ReachMap
        The map.
    """
    x, y = of_map.plane.x.title, of_map.plane.y.title
    stated = _stated(of_map)
    tables = []
    for region in contour_rows(of_map):
        rows = [
            {PART: number, x: at_x, y: at_y}
            for number, line in enumerate(region["contours"], start=1)
            for at_x, at_y in zip(line[x], line[y], strict=True)
        ]
        if not rows:
            continue
        level = region["confidence level"]
        tables.append(
            Table(
                name=f"{region['region']}: contour"[:64],
                description=f"{region['region']}: where the observable is its limit; a side of it is {_INSIDE[region['kind']]}. Points of "
                "one line are joined in their order; where the map ends, or nothing is known, is no contour.",
                rows=rows,
                independent=(PART, x),
                qualifiers=stated
                | ({} if level is None else {"confidence level [%]": f"{100.0 * level:.4g}"}),
                keywords={"observables": ["CLS"], "phrases": ["dark sector", "long-lived particles"]},
            )
        )
    return tables


def map_contents(folder: Path, of_map: ReachMap) -> dict[Path, str]:
    """Contents of the files of ``hepdata/`` by their paths, for `darkpair.gen.output.target.put`.

    Beside the contours, efficiencies of every channel that was simulated against m1, m2 and c tau, at the masses that have
    samples of their own.  There is none of a map with neither: a submission has a table.

    Parameters
    ----------
    folder : Path
        Where ``hepdata`` goes.
    of_map : ReachMap
        The map.
    """
    models, searches = [point for point, _ in of_map.samples], [own for _, own in of_map.samples]
    tables = [*contour_tables(of_map), *efficiency_tables(models, searches)]
    return submission_contents(folder / "hepdata", _comment(of_map), tables) if tables else {}


def _stated(of_map: ReachMap) -> dict[str, str]:
    """What holds for the whole map."""
    own: dict[str, Any] = {
        "model": of_map.plane.model,
        **of_map.plane.settings,
        "inputs": of_map.plane.preset,
        "data": of_map.provenance.get("data", ""),
    }
    return {key: str(value) for key, value in own.items()}


def _comment(of_map: ReachMap) -> str:
    said = _stated(of_map)
    return (
        f"A map of {said['model']} by darkpair: contours of searches in the plane of {of_map.plane.x.title} and {of_map.plane.y.title}, and "
        f"efficiencies of what was simulated for them. {_without(contour_rows(of_map))}Inputs {said['inputs']}, data {said['data']}."
    )


def _without(regions: list[Mapping[str, Any]] | list[dict[str, Any]]) -> str:
    """A sentence on regions that have no edge inside the map."""
    names = [region["region"] for region in regions if not region["contours"]]
    return f"No edge inside the map: {', '.join(names)}. " if names else ""
