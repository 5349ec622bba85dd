"""What Figs. 3 to 5 share: samples of every mass point, contours at every point, tables of both."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from darkpair.detectors.efficiency import ONE_SIGMA
from darkpair.export.files import write_rows
from darkpair.export.hepdata import Table, write_submission
from darkpair.export.workspace import koto_workspace
from darkpair.gen.output.target import folder_for
from darkpair.limits.contours import Contours
from darkpair.limits.samples import Size, samples_at
from darkpair.scan.points import scan
from darkpair.searches.koto import TWO_SIGMA, KotoLimit

__all__ = ["Panel", "rows_of", "save_rows", "save_workspace"]

_COLUMNS: Final = {
    "m1": ("m1 [MeV]", 1e3),
    "m2": ("m2 [MeV]", 1e3),
    "m_Zprime": ("m_Zprime [GeV]", 1.0),
    "fraction": ("BR(X2 -> dark)", 1.0),
}


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A panel: contours against one quantity.

    Parameters
    ----------
    name, title : str
    against : {"m1", "m_Zprime", "fraction"}
        What varies along the horizontal axis.
    contours : Contours
    points : tuple of mapping
    """

    name: str
    title: str
    against: str
    contours: Contours
    points: tuple[Mapping[str, float], ...]


def rows_of(
    panels: Sequence[Panel], size: Size, folder: Path | None, *, workers: int = 2
) -> list[dict[str, Any]]:
    """Ranges of every curve at every point of every panel.

    Parameters
    ----------
    panels : sequence of Panel
    size : Size
    folder : Path, optional
        The cache.
    workers : int
    """
    every = [(panel, point) for panel in panels for point in panel.points]
    masses = [(point["m1"], point["m2"]) for _, point in every]
    ready = [
        {**point, "samples": samples}
        for (_, point), samples in zip(every, samples_at(masses, size, folder, workers=workers), strict=True)
    ]
    found: dict[int, dict[str, Any]] = {}
    for contours in dict.fromkeys(panel.contours for panel in panels):
        mine = [i for i, (panel, _) in enumerate(every) if panel.contours == contours]
        made = scan(contours, [ready[i] for i in mine], folder=folder, workers=workers)
        found |= dict(zip(mine, made, strict=True))
    rows = []
    for i, (panel, point) in enumerate(every):
        told: dict[str, Any] = {
            "panel": panel.name,
            "X1, X2": panel.contours.model,
            "inputs": panel.contours.inputs.preset,
        }
        at = {name: scale * point[key] for key, (name, scale) in _COLUMNS.items() if key in point}
        told |= {name: at.get(name) for name, _ in _COLUMNS.values()}
        rows += [told | {"coupling": found[i]["coupling"], **one} for one in found[i]["ranges"]]
    return rows


def save_rows(
    folder: Path,
    name: str,
    rows: Sequence[Mapping[str, Any]],
    panels: Sequence[Panel],
    told: Mapping[str, Any],
    comment: str,
    **more: Any,
) -> list[Path]:
    """Paths of CSV, JSON, and the list of a HEPData submission with a table for each curve of a panel.

    Parameters
    ----------
    folder : Path
    name : str
        Of the study.
    rows : sequence of mapping
    panels : sequence of Panel
    told : mapping
        Provenance.
    comment : str
        What the submission is about.
    **more
        What else the JSON has.
    """
    tables = []
    for panel in panels:
        mine = [row for row in rows if row["panel"] == panel.name and row["X1, X2"] == panel.contours.model]
        column = _COLUMNS[panel.against][0]
        for curve in dict.fromkeys(row["curve"] for row in mine if row["kind"] != "unknown"):
            chosen = [row for row in mine if row["curve"] == curve and row["kind"] != "unknown"]
            fixed = {
                key: str(chosen[0][key])
                for key, _ in _COLUMNS.values()
                if key != column and chosen[0][key] is not None
            }
            coupling = chosen[0]["coupling"]
            tables.append(
                Table(
                    name=f"{panel.name}, {curve}"
                    + (f", {panel.contours.model}" if panel.contours.koto_only else ""),
                    description=f"{panel.title}: {chosen[0]['kind']}, {curve}; each row a range of {coupling}, "
                    "a dash where the range goes on",
                    rows=[
                        {column: row[column]}
                        | {
                            f"{_bare(coupling)} {end}{_unit(coupling)}": None
                            if row[f"{end} open"]
                            else row[end]
                            for end in ("low", "high")
                        }
                        for row in chosen
                    ],
                    independent=(column,),
                    qualifiers={
                        "X1, X2": panel.contours.model,
                        "inputs": panel.contours.inputs.preset,
                        "data": panel.contours.data,
                        **(
                            {"convention": panel.contours.convention}
                            if "Majorana" in panel.contours.model
                            else {}
                        ),
                        **({"g_X": "1"} if coupling == "eps_Z" else {}),
                        **_level(curve, chosen[0]["kind"]),
                        **fixed,
                    },
                )
            )
    return [
        *write_rows(folder, name, rows, told, **more),
        write_submission(folder_for(folder / "hepdata"), comment, tables)[0],  # it names the tables beside it
    ]


def save_workspace(
    folder: Path,
    name: str,
    rows: Sequence[Mapping[str, Any]],
    panel: Panel,
    size: Size,
    cache: Path | None,
) -> list[Path]:
    """Path of a pyhf workspace: the first point of a panel, in the middle of KOTO's band, at its last run.

    Parameters
    ----------
    folder : Path
    name : str
        Of the study.
    rows : sequence of mapping
        Of `rows_of`.
    panel : Panel
    size : Size
    cache : Path, optional
    """
    point: dict[str, Any] = dict(panel.points[0])
    (point["samples"],) = samples_at([(point["m1"], point["m2"])], size, cache, workers=1)
    band = next(
        row
        for row in rows
        if row["panel"] == panel.name
        and row["X1, X2"] == panel.contours.model
        and row["kind"] == "band"
        and row["m1 [MeV]"] == 1e3 * point["m1"]
    )
    middle = np.sqrt(band["low"] * band["high"])
    limits = [one for _, one in panel.contours.drawn(point).values() if isinstance(one, KotoLimit)]
    told = koto_workspace(limits[-1], panel.contours.point(point, middle))
    path = folder / f"{name}-pyhf.json"
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return [path]


def _level(curve: str, kind: str) -> dict[str, str]:
    """Confidence level of a curve, as a qualifier; a line at a part of a rate, and the Higgs boson's width, have none."""
    if kind == "band":
        level = TWO_SIGMA if curve.endswith("2 sigma") else ONE_SIGMA
        return {"confidence level [%]": f"{100.0 * level:.4g}"}
    limit = kind == "excluded" or "production" in curve
    return {"confidence level [%]": "90"} if limit and not curve.startswith("higgs") else {}


def _bare(coupling: str) -> str:
    return coupling.partition(" [")[0]


def _unit(coupling: str) -> str:
    return "".join(coupling.partition(" [")[1:])
