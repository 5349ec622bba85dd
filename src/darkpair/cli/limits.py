"""``darkpair limits``."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from darkpair.cli import completion
from darkpair.cli.dask import dask_option, on_dask
from darkpair.cli.factor_notes import factor_notes
from darkpair.cli.limits_of_chain import limits_of_chain, require_of_chain
from darkpair.cli.options import (
    Place,
    json_option,
    pairs,
    preset_option,
    production_option,
    search_options,
    verbose_option,
)
from darkpair.cli.terminal import show, show_lines
from darkpair.gen.errors import InputError
from darkpair.gen.tables import folded

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.limits.rows import LimitRow

__all__ = ["command"]


@click.command("limits", context_settings={"ignore_unknown_options": False})
@click.argument("model", shell_complete=completion.model_names)
@click.argument(
    "settings", nargs=-1, metavar="[KEY=VALUE[,VALUE]...]...", shell_complete=completion.model_keys
)
@click.option("--along", help="Parameter, a coupling, whose excluded ranges are wanted.")
@preset_option
@search_options
@production_option("ends")
@click.option("--channels", is_flag=True, help="Show the events of every channel that a search adds up.")
@click.option("--quick", is_flag=True, help="Small samples, one spectrum of the eta.")
@click.option("-o", "--output", "folder", type=Place(), help="Folder for every row as CSV and JSON.")
@click.option(
    "--cache",
    type=Place(file_okay=False),
    help="Folder of samples to keep; the user's cache unless given.",
)
@click.option(
    "--hepdata", is_flag=True, help="Leave a HEPData submission in FOLDER: limits, and efficiencies."
)
@click.option(
    "--likelihoods", is_flag=True, help="Leave pyhf and HS3 models of searches that count in FOLDER."
)
@dask_option
@json_option
@verbose_option
def command(
    model: str,
    settings: tuple[str, ...],
    along: str | None,
    preset: str,
    data: str,
    only: tuple[str, ...],
    without: tuple[str, ...],
    files: tuple[Path, ...],
    planned: bool,
    production: str,
    channels: bool,
    quick: bool,
    folder: Path | None,
    cache: Path | None,
    hepdata: bool,
    likelihoods: bool,
    dask: str | None,
    as_json: bool,
) -> None:
    """Show what KOTO, beam dumps, B, K, pi0 and Higgs decays say of model points, as in zprime-scalar m1=0 m2='430 MeV' G_X='1 GF'.

    Several values with commas make a grid, of which the strongest search of each point is shown. Samples know
    masses alone: other couplings at the same masses take seconds. `darkpair list searches` shows what is asked. Models with plus
    signs between them are combined: zprime-dirac+dipole. In place of a model a chain, 'K_L0 -> X1 (X2 -> X1 pi0)' with m1, m2
    and ctau, is asked which branching ratio of its parent each search excludes.
    """
    from darkpair.limits.samples import Size
    from darkpair.scan.points import cache_folder

    which: dict[str, Any] = {"only": only, "without": without, "files": files, "planned": planned}
    which |= {} if production == "ends" else {"production": production}
    how: dict[str, Any] = {"size": Size.of(quick=quick), "folder": cache or cache_folder()}
    given = pairs(settings)
    leave = {"hepdata": hepdata, "likelihoods": likelihoods}
    _require_folder(folder, **leave)
    with on_dask(dask):
        if "->" in model:
            require_of_chain(along, preset, **leave)
            own = which | how | {"data": data}
            limits_of_chain(model, given, own, folder=folder, channels=channels, as_json=as_json)
            return
        asked = _Asked(model=model, settings=given, inputs=preset, data=data, along=along)
        _limits(asked, which, how, folder=folder, channels=channels, as_json=as_json, leave=leave)


def _require_folder(folder: Path | None, *, hepdata: bool, likelihoods: bool) -> None:
    """Refuse files without a place for them."""
    if folder is None and (hepdata or likelihoods):
        option = "--hepdata" if hepdata else "--likelihoods"
        raise InputError(f"{option} without a folder for its files; give -o FOLDER")


def _left_folders(leave: Mapping[str, bool]) -> list[str]:
    """Names of the folders that submission and likelihoods have."""
    return ["hepdata"] * leave["hepdata"] + ["pyhf", "hs3"] * leave["likelihoods"]


def _limits(
    asked: _Asked,
    which: dict[str, Any],
    how: dict[str, Any],
    *,
    folder: Path | None,
    channels: bool,
    as_json: bool,
    leave: Mapping[str, bool],
) -> None:
    """Ask the searches about the points of a model, show what they say and write it."""
    from darkpair.chains.models.rates import unit_of
    from darkpair.gen.memory import keep_freed_memory
    from darkpair.gen.output.target import check_folder
    from darkpair.limits.rows import limit_rows, models_of, plain_rows

    keep_freed_memory()
    points = models_of(asked.model, asked.settings, asked.inputs)
    if folder is not None:
        from darkpair.run.exchange_folders import require_own_folders
        from darkpair.run.own_rows import require_own_rows

        check_folder(folder)
        require_own_rows(folder, "limits", "give another folder")
        require_own_folders(folder, "limits", _left_folders(leave))
    rows = limit_rows([point for _, point in points], data=asked.data, along=asked.along, **how, **which)
    unit = None if asked.along is None else unit_of(points[0][1], asked.along)
    plain = plain_rows([varied for varied, _ in points], rows, asked.along, channels=channels, unit=unit)
    written: list[Path] = []
    lines: list[str] = []
    removed: list[str] = []
    if folder is not None and plain:
        contents, lines = _left(folder, asked, points, rows, which, how, leave)
        more = {"size": how["size"]} | which
        written, removed = _written(folder, asked, points, rows, plain, more, contents, _left_folders(leave))
    if as_json:
        click.echo(json.dumps(plain, indent=1))
    elif not plain:
        _say_nothing(asked.model, [point for _, point in points], which["only"])
    else:
        _show(asked, points, rows, channels=channels)
        _say_silent(asked, [point for _, point in points], rows, which)
        for line in lines:
            show_lines(folded(f"note                   {line}", 80))
        show_lines([*_shown(written), *removed])


def _say_silent(
    asked: _Asked, points: list[Model], rows: list[list[LimitRow]], which: Mapping[str, Any]
) -> None:
    """A line where KOTO, the dumps or a search that was asked for have no rows, and why."""
    from darkpair.chains.models.overfull import overfull_line
    from darkpair.limits.choice import choose
    from darkpair.limits.silent import open_lines, production_line, silent_lines

    choice = choose(asked.data, **which)
    lines = [
        line
        for point, of_point in zip(points, rows, strict=True)
        for line in silent_lines(asked.model, point, {row.constraint for row in of_point}, choice)
    ]
    lines += open_lines(which["only"], points).values()
    lines.append(overfull_line(*points))
    lines.append(production_line(choice.production, (row.note for of_point in rows for row in of_point)))
    lines += factor_notes(which["files"])
    for line in dict.fromkeys(filter(None, lines)):
        show_lines(folded(f"note                   {line}", 80))


def _say_nothing(name: str, points: list[Model], only: Sequence[str]) -> None:
    """Lines for a model that no search knows."""
    from darkpair.chains.models.lacking import lacking
    from darkpair.limits.silent import open_lines

    left_open = open_lines(only, points)
    for line in left_open.values():
        show_lines(folded(line, 80))
    if not only or {*only} - left_open.keys():
        show_lines([f"{name} has none of the decays that these searches look for: see darkpair rates"])
    lines = dict.fromkeys(lacking(point, name) for point in points)
    show_lines(f"note                   {line}" for line in lines if line)


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What was asked: a model, its settings as texts, a table of inputs, a set of data, and a parameter to follow."""

    model: str
    settings: Mapping[str, str]
    inputs: str
    data: str
    along: str | None

    @property
    def title(self) -> str:
        """Above tables and pictures."""
        return f"{self.model}, inputs {self.inputs}, data {self.data}"


def _written(
    folder: Path,
    asked: _Asked,
    points: list[tuple[dict[str, str], Model]],
    rows: list[list[LimitRow]],
    plain: list[dict[str, Any]],
    more: dict[str, Any],
    others: Mapping[Path, str],
    folders: Sequence[str],
) -> tuple[list[Path], list[str]]:
    """Paths of the rows as CSV and JSON, of their picture where one can be drawn, and of others; all are written or none.

    And lines on what an earlier run had left in folders that are not wanted now, which is removed.
    """
    from darkpair.export.files import picture_contents, rows_contents
    from darkpair.gen.output.target import put
    from darkpair.limits.picture import limits_picture
    from darkpair.run.exchange_folders import outdated_files, remove_outdated
    from darkpair.searches import load_search

    provenance: dict[str, Any] = {
        "model": asked.model,
        "settings": asked.settings,
        "inputs": asked.inputs,
        "data": asked.data,
    }
    more |= {"files": [load_search(path) for path in more["files"]]}
    provenance |= {key: value for key, value in more.items() if value}
    contents: dict[Path, str | bytes] = {**rows_contents(folder, "limits", plain, provenance)}
    figure = limits_picture(points, rows, asked.settings, asked.along, asked.title)
    if figure is not None:
        contents |= picture_contents(figure, folder, "limits")
    contents |= others
    outdated = outdated_files(folder, "limits", folders, contents)
    written = put(contents)
    return written, remove_outdated(outdated, folders)


def _shown(written: list[Path]) -> list[str]:
    """Paths of the files, of a folder of many that and their number."""
    folders = Counter(path.parent for path in written)
    own = min(folders, key=lambda folder: len(folder.parts), default=None)
    single = [str(path) for path in written if path.parent == own]
    return single + [f"{folder}: {number} files" for folder, number in folders.items() if folder != own]


def _left(
    folder: Path,
    asked: _Asked,
    points: list[tuple[dict[str, str], Model]],
    rows: list[list[LimitRow]],
    which: Mapping[str, Any],
    how: Mapping[str, Any],
    leave: Mapping[str, bool],
) -> tuple[dict[Path, str], list[str]]:
    """Contents of a HEPData submission and of likelihoods where they are wanted, and lines on what has none."""
    if not any(leave.values()):
        return {}, []
    from darkpair.studies.exchange import exchange_contents

    asked_for = {"model": asked.model, "settings": asked.settings, "inputs": asked.inputs, "data": asked.data}
    own: dict[str, Any] = {"size": how["size"], "cache": how["folder"], **leave}
    return exchange_contents(folder, points, rows, asked_for, which, **own)


def _show(
    asked: _Asked, points: list[tuple[dict[str, str], Model]], rows: list[list[LimitRow]], *, channels: bool
) -> None:
    """Show every search of a point, or the strongest of each of several."""
    from darkpair.limits.rows import parameter
    from darkpair.limits.tables import (
        answer,
        channels_table,
        limits_table,
        note_lines,
        production_lines,
        strongest_table,
    )

    if len(rows) > 1:
        show(strongest_table(points, rows, asked.title))
        return
    along, (_, model) = asked.along, points[0]
    unit = ("", 1.0) if along is None else (asked.settings[along], float(parameter(model, along)))
    show(limits_table(rows[0], asked.title, along, unit))
    show_lines(production_lines(rows[0]))
    if channels:
        show(channels_table(rows[0], asked.title))
    show_lines(answer(rows[0]))
    for line in note_lines(rows[0]):
        show_lines(folded(f"note                   {line}", 80))
