"""What Figs. 3 to 5 share: samples of every mass point, contours at every point, tables of both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from darkpair.chains.descriptor import build
from darkpair.detectors.efficiency import ONE_SIGMA
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.export.hepdata import Table, write_submission
from darkpair.export.workspace import koto_workspace
from darkpair.gen.output.target import folder_for
from darkpair.gen.particles import particle
from darkpair.scan import scan
from darkpair.searches.koto import TWO_SIGMA, KotoLimit
from darkpair.studies.charm import CHAIN, generators
from darkpair.studies.dump_efficiency import DumpAgainstCtau
from darkpair.studies.files import write_rows
from darkpair.studies.koto_efficiency import efficiency_curves
from darkpair.studies.parameter_space import BOX, DUMPS, Contours

__all__ = ["Panel", "Size", "dump_tables", "rows_of", "save_rows", "save_workspace", "with_samples"]

#: Generator of the central eta spectrum; the others span the production uncertainty.
_CENTRAL: Final = "pythia6"

_COLUMNS: Final = {
    "m1": ("m1 [MeV]", 1e3),
    "m2": ("m2 [MeV]", 1e3),
    "m_Zprime": ("m_Zprime [GeV]", 1.0),
    "fraction": ("BR(X2 -> dark)", 1.0),
}


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much is generated.

    Parameters
    ----------
    kaons : int
        K_L of each mass point that decay near KOTO, a quarter as many upstream; four times as many for the Standard
        Model.
    etas : int
        Of each mass point, experiment and generator, aimed.
    spectra : {"all", "central"}
        Generators of the eta spectrum: all that have it at the beam's energy, or PYTHIA 6 alone.
    cells, throws : tuple of int
        Of the pilot.
    """

    kaons: int = 1_500_000
    etas: int = 100_000
    spectra: str = "all"
    cells: tuple[int, int, int] = (40, 32, 24)
    throws: tuple[int, ...] = (8, 8)

    @classmethod
    def of(cls, *, quick: bool) -> Size:
        """The whole size, or a minute's."""
        if not quick:
            return cls()
        return cls(kaons=250_000, etas=60_000, spectra="central", cells=(32, 24, 16))

    def generators(self, experiment: str) -> list[str]:
        """Generators of the eta spectrum for an experiment, the central one first: PYTHIA 6 where it has that energy."""
        able = generators(FixedTarget(experiment=experiment).beam_energy)
        central = _CENTRAL if _CENTRAL in able else able[0]
        return [central, *(name for name in able if name != central and self.spectra == "all")]


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


def with_samples(
    points: Sequence[Mapping[str, float]],
    size: Size,
    folder: Path | None,
    *,
    workers: int = 2,
    koto: bool = True,
    dumps: Sequence[str] = DUMPS,
) -> list[dict[str, Any]]:
    """Points with what the samples of their masses gave, see `Contours`: nothing where a decay is closed.

    Parameters
    ----------
    points : sequence of mapping
        With m1 and m2 [GeV].
    size : Size
    folder : Path, optional
        The cache.
    workers : int
    koto : bool
        Whether KOTO's are wanted.
    dumps : sequence of str
        Experiments whose samples are wanted.
    """
    masses = list(dict.fromkeys((point["m1"], point["m2"]) for point in points))
    of_koto: dict[tuple[float, float], dict[str, Any]] = {mass: {} for mass in masses}
    of_kaons = [mass for mass in masses if koto and _open("K_L0", *mass)]
    for box in dict.fromkeys(BOX.values()) if of_kaons else ():
        curves = efficiency_curves(
            of_kaons, events=size.kaons, selection=box, folder=folder, workers=workers, refuse=False
        )
        for mass, curve in zip(of_kaons, curves, strict=True):
            of_koto[mass][box] = {"ctau": curve.ctau, "ratio": curve.ratio, "error": curve.error}
    of_etas = [mass for mass in masses if _open("eta", *mass)]
    of_dumps: dict[tuple[float, float], dict[str, Any]] = {mass: {} for mass in masses}
    for experiment in dumps:
        found = dump_tables(experiment, of_etas, size, folder, workers=workers)
        for mass, tables in zip(of_etas, found, strict=True):
            of_dumps[mass][experiment] = tables
    daughters = build(CHAIN, mass={"X1": 0.0, "X2": 0.4}).generated_branching_ratio
    return [
        {
            **point,
            "koto": of_koto[point["m1"], point["m2"]],
            "dumps": of_dumps[point["m1"], point["m2"]],
            "daughters": daughters,
        }
        for point in points
    ]


def dump_tables(
    experiment: str,
    masses: Sequence[tuple[float, float]],
    size: Size,
    folder: Path | None,
    *,
    workers: int = 2,
) -> list[list[dict[str, Any]]]:
    """Tables of a beam dump at each mass point, one for each generator, as `DumpYield` takes them.

    Parameters
    ----------
    experiment : str
    masses : sequence of (float, float) [GeV]
        m1 and m2.
    size : Size
    folder : Path, optional
        The cache.
    workers : int
    """
    tables: list[list[dict[str, Any]]] = [[] for _ in masses]
    for generator in size.generators(experiment):
        one = DumpAgainstCtau(
            experiment=experiment,
            generator=generator,
            events=size.etas,
            cells=size.cells,
            throws=size.throws,
        )
        number = one.source.table
        own = {"file": _content(experiment)} if experiment.endswith(".toml") else {}
        found = scan(one, [{"m1": m1, "m2": m2, **own} for m1, m2 in masses], folder=folder, workers=workers)
        for mine, table in zip(tables, found, strict=True):
            mine.append(
                {
                    "generator": generator,
                    "ctau": table["ctau"],
                    "efficiency": table["efficiency"],
                    "multiplicity": number.multiplicity,
                    "multiplicity_error": number.multiplicity_error,
                }
            )
    return tables


def _content(path: str) -> str:
    """Hash of a data file that is not the package's: what is kept of it goes with its content."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def _open(parent: str, m1: float, m2: float) -> bool:
    """Whether a parent gives the pair and X2 a pi0."""
    return m1 + m2 < particle(parent).mass and m1 + particle("pi0").mass < m2


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
    ready = with_samples([point for _, point in every], size, folder, workers=workers)
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
    (point,) = with_samples(panel.points[:1], size, cache, workers=1)
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
