"""``darkpair reach``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from darkpair.cli import completion
from darkpair.cli.dask import dask_option, on_dask
from darkpair.cli.factor_notes import factor_notes
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

if TYPE_CHECKING:
    from darkpair.limits.reach import ReachMap

__all__ = ["command"]


@click.command("reach")
@click.argument("model", shell_complete=completion.model_names)
@click.argument(
    "settings", nargs=-1, metavar="x=AXIS y=AXIS [KEY=VALUE]...", shell_complete=completion.model_keys
)
@preset_option
@search_options
@click.option(
    "--masses",
    type=int,
    help="Masses along an axis with samples, 14 unless given; more are made where a contour needs them.",
)
@click.option("--quick", is_flag=True, hidden=True, help="Half of the masses: the samples are small already.")
@click.option("--whole", is_flag=True, help="Samples as large as those of limits, with every spectrum.")
@production_option("none")
@click.option(
    "-o",
    "--output",
    "folder",
    type=Place(),
    help="Folder for rows as CSV, contours as JSON, and the picture.",
)
@click.option(
    "--cache",
    type=Place(file_okay=False),
    help="Folder of samples to keep; the user's cache unless given.",
)
@click.option(
    "--hepdata", is_flag=True, help="Leave a HEPData submission in FOLDER: contours, and efficiencies."
)
@click.option("--workers", type=click.IntRange(min=1), default=2, help="Processes.")
@dask_option
@json_option
@verbose_option
def command(
    model: str,
    settings: tuple[str, ...],
    preset: str,
    data: str,
    only: tuple[str, ...],
    without: tuple[str, ...],
    files: tuple[Path, ...],
    planned: bool,
    masses: int | None,
    quick: bool,
    whole: bool,
    production: str,
    folder: Path | None,
    cache: Path | None,
    hepdata: bool,
    workers: int,
    dask: str | None,
    as_json: bool,
) -> None:
    """Show every search over a grid of two parameters, as in zprime-scalar x="m2: 150 MeV .. 450 MeV, 40" y="G_X: 0.01 .. 10 GF, 40 log" m1="0.1*m2".

    An axis is a parameter of the model with its ends, and perhaps how many points and "log". Other parameters stand still, or are a product
    of axes and numbers. Samples are made at some masses and interpolated between, with the error of that in the result; a run that is
    stopped goes on with the same command. `darkpair limits` shows one point.
    """
    from darkpair.chains.models.points import require_model_name
    from darkpair.gen.memory import keep_freed_memory
    from darkpair.limits.reach import MASSES, reach_map
    from darkpair.limits.samples import Size
    from darkpair.scan.points import cache_folder

    require_model_name(model, "a map is of a model's parameters")
    keep_freed_memory()
    given = pairs(settings)
    x, y = _axis(given, "x"), _axis(given, "y")
    if quick and whole:
        raise InputError("--quick and --whole; give one of them")
    _require_folder(folder, hepdata=hepdata)
    with on_dask(dask):
        of_map = reach_map(
            model,
            x=x,
            y=y,
            settings=given,
            preset=preset,
            data=data,
            size=Size.of(quick=not whole),
            masses=masses if masses is not None else (MASSES // 2 if quick else MASSES),
            folder=cache or cache_folder(),
            workers=workers,
            only=only,
            without=without,
            files=files,
            planned=planned,
            production=production,
        )
    _show(of_map, f"{model}, inputs {preset}, data {data}", folder, as_json=as_json, hepdata=hepdata)
    if not as_json:
        show_lines(factor_notes(files))


def _require_folder(folder: Path | None, *, hepdata: bool) -> None:
    """Refuse a folder in which the files of a map cannot stand, and a submission without one."""
    from darkpair.gen.output.target import check_folder
    from darkpair.run.exchange_folders import require_own_folders
    from darkpair.run.own_rows import require_own_rows

    if folder is not None:
        check_folder(folder)
        require_own_rows(folder, "reach", "give another folder")
        require_own_folders(folder, "reach", ["hepdata"] * hepdata)
    elif hepdata:
        raise InputError("--hepdata without a folder for its files; give -o FOLDER")


def _axis(given: dict[str, str], name: str) -> str:
    """Text of an axis, taken from the settings."""
    if name not in given:
        raise InputError(
            f"{name} is missing; give an axis, as in {name}='m2: 150 MeV .. 450 MeV, 40' or {name}='G_X: 0.01 .. 10 GF, 40 log'"
        )
    return given.pop(name)


def _show(of_map: ReachMap, title: str, folder: Path | None, *, as_json: bool, hepdata: bool) -> None:
    """Show what the map says, and write it."""
    from darkpair.limits.reach_table import contour_rows, reach_lines, reach_table
    from darkpair.limits.silent import production_line

    fixed = [f"{key} = {text}" for key, text in of_map.plane.settings.items()]
    written = [] if folder is None else _written(folder, of_map, "; ".join([title, *fixed]), hepdata=hepdata)
    if as_json:
        click.echo(json.dumps(contour_rows(of_map), indent=1))
        return
    show(reach_table(of_map, title))
    show_lines(reach_lines(of_map))
    notes = [region.said.note for region in of_map.regions]
    show_lines(filter(None, [production_line(str(of_map.provenance.get("production", "")), notes)]))
    show_lines(written)


def _written(folder: Path, of_map: ReachMap, title: str, *, hepdata: bool) -> list[Path | str]:
    """Paths of rows, contours and picture, and of the submission; all are written or none."""
    from darkpair.export.files import csv_text, picture_contents, rows_contents
    from darkpair.limits.reach_picture import reach_picture
    from darkpair.limits.reach_table import contour_rows, reach_rows, region_rows
    from darkpair.studies.exchange_map import map_contents

    provenance = {**of_map.provenance, "samples at": list(of_map.sampled), "notes": list(of_map.notes)}
    table = {folder / "reach.csv": csv_text(reach_rows(of_map))}  # (nobody reads them as JSON)
    whole = rows_contents(folder, "reach", region_rows(of_map), provenance, contours=contour_rows(of_map))
    contents: dict[Path, str | bytes] = {path: text for path, text in table.items() if path.suffix == ".csv"}
    contents |= {path: text for path, text in whole.items() if path.suffix == ".json"}
    contents |= picture_contents(reach_picture(of_map, title), folder, "reach")
    return _put(folder, contents, map_contents(folder, of_map) if hepdata else None)


def _put(
    folder: Path, contents: Mapping[Path, str | bytes], submission: Mapping[Path, str] | None
) -> list[Path | str]:
    """Paths of what is written, of the submission its folder; what an earlier run had there and this one has not is removed."""
    from darkpair.gen.output.target import put
    from darkpair.run.exchange_folders import outdated_files, remove_outdated

    folders = [] if submission is None else ["hepdata"]
    whole = {**contents, **(submission or {})}
    outdated = outdated_files(folder, "reach", folders, whole)
    own: list[Path | str] = [path for path in put(whole) if path in contents]
    own += remove_outdated(outdated, folders)
    if submission is None:
        return own
    nothing = "" if submission else ", because no edge is inside the map and nothing was simulated"
    return [*own, f"{folder / 'hepdata'}: {len(submission)} files{nothing}"]
