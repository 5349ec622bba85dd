"""``darkpair limits`` for a chain by its descriptor."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from darkpair.cli.factor_notes import factor_notes
from darkpair.cli.options import PRESETS
from darkpair.cli.terminal import show, show_lines
from darkpair.gen.errors import InputError
from darkpair.gen.tables import folded

if TYPE_CHECKING:
    from darkpair.chains.models.stated import StatedChain
    from darkpair.limits.ratios import RatioRow

__all__ = ["limits_of_chain", "require_of_chain"]


def require_of_chain(
    along: str | None, preset: str, *, hepdata: bool = False, likelihoods: bool = False
) -> None:
    """Refuse options that do nothing for a chain.

    Parameters
    ----------
    along : str or None
        Parameter of a model.
    preset : str
        Table of a model's inputs.
    hepdata, likelihoods : bool
        Files of a model's points.
    """
    if along is not None:
        raise InputError(f"--along {along} beside a chain, whose branching ratio is looked for; leave it out")
    if preset != PRESETS[0]:
        raise InputError(f"--inputs {preset} beside a chain, which has no couplings; leave it out")
    for option, wanted in (("--hepdata", hepdata), ("--likelihoods", likelihoods)):
        if wanted:
            raise InputError(
                f"{option} beside a chain, which expects no number of events; leave it out, or give a model"
            )


def limits_of_chain(
    descriptor: str,
    given: Mapping[str, str],
    which: Mapping[str, Any],
    *,
    folder: Path | None,
    channels: bool,
    as_json: bool,
) -> None:
    """Show which branching ratio of its parent each search excludes.

    Parameters
    ----------
    descriptor : str
        The chain.
    given : mapping of str to str
        Masses and c tau, as texts.
    which : mapping
        What `darkpair.limits.ratios.excluded_ratios` takes.
    folder : Path or None
        For every row as CSV and JSON, and the picture.
    channels, as_json : bool
        Whether rows have their channels, and are printed for machines.
    """
    from darkpair.gen.memory import keep_freed_memory
    from darkpair.gen.output.target import check_folder
    from darkpair.limits.parents import lines_of_nothing
    from darkpair.limits.ratios import chains_of, excluded_ratios, plain_ratios
    from darkpair.limits.silent import production_line

    keep_freed_memory()
    points = chains_of(descriptor, given)
    if folder is not None:
        from darkpair.run.own_rows import require_own_rows

        check_folder(folder)
        require_own_rows(folder, "limits", "give another folder")
    rows = excluded_ratios([chain for _, chain in points], **which)
    plain = plain_ratios(rows, channels=channels)
    asked = {"chain": descriptor, "settings": dict(given)} | _plain(which)
    written = [] if folder is None or not plain else _written(folder, asked, points, rows, plain)
    if as_json:
        click.echo(json.dumps(plain, indent=1))
    elif not plain:
        for line in lines_of_nothing(f"{points[0][1]}", points[0][1].parent, which):
            show_lines(folded(line, 80))
    else:
        for texts, of_masses in _by_masses(points, rows):
            _show(texts, of_masses, which["data"])
        notes = (row.row.note for of_chain in rows for row in of_chain)
        of_production = production_line(which.get("production", ""), notes)
        for line in filter(None, [of_production, *factor_notes(which["files"])]):
            show_lines(folded(f"note                   {line}", 80))
        show_lines(written)


def _plain(which: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked for, for the files' provenance."""
    from darkpair.searches import load_search

    own = {key: value for key, value in which.items() if value and key not in ("folder", "files")}
    files = [load_search(path) for path in which["files"]]
    return own | ({"files": files} if files else {})


def _by_masses(
    points: list[tuple[dict[str, str], StatedChain]], rows: list[list[RatioRow]]
) -> list[tuple[list[dict[str, str]], list[list[RatioRow]]]]:
    """Texts and rows of each pair of masses."""
    pairs: dict[tuple[float, float], tuple[list[dict[str, str]], list[list[RatioRow]]]] = {}
    for (texts, chain), of_chain in zip(points, rows, strict=True):
        texts_of, rows_of = pairs.setdefault((float(str(chain.m1)), float(str(chain.m2))), ([], []))
        texts_of.append(texts)
        rows_of.append(of_chain)
    return list(pairs.values())


def _show(texts: list[dict[str, str]], rows: list[list[RatioRow]], data: str) -> None:
    """Show every search of a pair of masses."""
    from darkpair.limits.ratio_tables import ratio_lines, ratio_table, title_of

    if any(rows):
        show(ratio_table(rows, texts, title_of(rows, data)))
        show_lines(ratio_lines(rows, texts))


def _written(
    folder: Path,
    asked: dict[str, Any],
    points: list[tuple[dict[str, str], StatedChain]],
    rows: list[list[RatioRow]],
    plain: list[dict[str, Any]],
) -> list[Path | str]:
    """Paths of the rows as CSV and JSON, and of their picture where one can be drawn; all are written or none.

    And lines on what is removed: files of a model's points, which an earlier command left there.
    """
    from darkpair.export.files import picture_contents, rows_contents
    from darkpair.gen.output.target import put
    from darkpair.limits.ratio_picture import ratio_picture
    from darkpair.limits.ratio_tables import title_of
    from darkpair.run.exchange_folders import outdated_files, remove_outdated

    contents: dict[Path, str | bytes] = {**rows_contents(folder, "limits", plain, asked)}
    pairs = _by_masses(points, rows)
    if len(pairs) == 1:
        figure = ratio_picture(rows, title_of(rows, asked["data"]))
        if figure is not None:
            contents |= picture_contents(figure, folder, "limits")
    outdated = outdated_files(folder, "limits", [], contents)
    return [*put(contents), *remove_outdated(outdated, [])]
