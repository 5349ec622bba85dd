"""``darkpair limits``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from darkpair.cli import completion
from darkpair.cli.options import json_option, pairs, preset_option
from darkpair.cli.terminal import show, show_lines

__all__ = ["command"]


@click.command("limits", context_settings={"ignore_unknown_options": False})
@click.argument("model", shell_complete=completion.model_names)
@click.argument(
    "settings", nargs=-1, metavar="[KEY=VALUE[,VALUE]...]...", shell_complete=completion.model_keys
)
@click.option("--along", help="Parameter, a coupling, whose excluded ranges are wanted.")
@preset_option
@click.option(
    "--data",
    default="today",
    shell_complete=completion.words("2020", "today"),
    help="Measurements: 2020 (the paper's) or today.",
)
@click.option(
    "--only",
    multiple=True,
    metavar="NAME",
    shell_complete=completion.search_names,
    help="A search that is wanted; all unless given.",
)
@click.option(
    "--without",
    multiple=True,
    metavar="NAME",
    shell_complete=completion.search_names,
    help="A search that is not wanted.",
)
@click.option(
    "--search", "files", multiple=True, type=click.Path(path_type=Path), help="Data file of one more."
)
@click.option("--quick", is_flag=True, help="Small samples, one spectrum of the eta.")
@click.option(
    "-o", "--output", "folder", type=click.Path(path_type=Path), help="Folder for every row as CSV and JSON."
)
@click.option(
    "--cache",
    type=click.Path(path_type=Path),
    help="Folder of samples to keep; the user's cache unless given.",
)
@json_option
def command(
    model: str,
    settings: tuple[str, ...],
    along: str | None,
    preset: str,
    data: str,
    only: tuple[str, ...],
    without: tuple[str, ...],
    files: tuple[Path, ...],
    quick: bool,
    folder: Path | None,
    cache: Path | None,
    as_json: bool,
) -> None:
    """Show what KOTO, beam dumps, B, K, pi0 and Higgs decays say of model points, as in zprime-scalar m1=0 m2='430 MeV' G_X='1 GF'.

    Several values with commas make a grid, of which the strongest search of each point is shown. Samples know
    masses alone: other couplings at the same masses take seconds. `darkpair list searches` shows what is asked.
    """
    from darkpair.export.files import save_picture, write_rows
    from darkpair.gen.output.target import folder_for
    from darkpair.limits.picture import limits_picture
    from darkpair.limits.rows import limit_rows, models_of, plain_rows
    from darkpair.limits.samples import Size
    from darkpair.limits.tables import limits_table, production_lines, strongest_table
    from darkpair.scan.cache import cache_folder
    from darkpair.searches import load_search

    given, title = pairs(settings), f"{model}, inputs {preset}, data {data}"
    points = models_of(model, given, preset)
    size = Size.of(quick=quick)
    place = None if folder is None else folder_for(folder)
    chosen: dict[str, Any] = {"only": only, "without": without, "files": files}
    found = limit_rows(
        [point for _, point in points],
        data=data,
        along=along,
        size=size,
        folder=cache or cache_folder(),
        **chosen,
    )
    rows, written = plain_rows([varied for varied, _ in points], found, along), []
    if place is not None and rows:
        provenance = {"model": model, "settings": given, "inputs": preset, "data": data, "size": size}
        chosen |= {"files": [load_search(path) for path in files]}
        provenance |= {key: value for key, value in chosen.items() if value}
        written = write_rows(place, "limits", rows, provenance)
        figure = limits_picture(points, found, given, along, title)
        written += [] if figure is None else save_picture(figure, place, "limits")
    if as_json:
        click.echo(json.dumps(rows, indent=1))
        return
    if not rows:
        show_lines([f"{model} has none of the decays that these searches look for: see darkpair rates"])
        return
    if len(found) == 1:
        unit = ("", 1.0) if along is None else (given[along], float(getattr(points[0][1], along)))
        show(limits_table(found[0], title, along, unit))
        show_lines(production_lines(found[0]))
    else:
        show(strongest_table(points, found, title))
    show_lines(written)
