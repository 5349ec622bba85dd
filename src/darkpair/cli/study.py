"""``darkpair study``."""

from __future__ import annotations

from pathlib import Path

import click

from darkpair.cli import completion
from darkpair.cli.options import PRESETS, pairs
from darkpair.cli.terminal import show_lines

__all__ = ["command"]


@click.command("study")
@click.argument("name", shell_complete=completion.named("studies"))
@click.option(
    "-o", "--output", "folder", type=click.Path(path_type=Path), help="Folder; studies-out/NAME unless given."
)
@click.option("--quick", is_flag=True, help="Fewer events: a minute's version.")
@click.option(
    "--inputs",
    "preset",
    shell_complete=completion.words(*PRESETS),
    help="One table of inputs for everything: pdg, paper or paper-10tev.",
)
@click.option(
    "--data",
    help="Measurements of studies that draw limits: 2020 (the paper's) or today; today unless given.",
)
@click.option("--convention", help="Majorana convention of fig4 and fig5: literal (unless given) or printed.")
@click.option(
    "--cache", type=click.Path(path_type=Path), help="Folder of samples to keep; OUTPUT/cache unless given."
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="An option of this study alone, or a number of its detectors' data files: cuts.pt.min='140 MeV'.",
)
def command(
    name: str,
    folder: Path | None,
    quick: bool,
    preset: str | None,
    data: str | None,
    convention: str | None,
    cache: Path | None,
    settings: tuple[str, ...],
) -> None:
    """Make a figure or table of the paper: its data and its picture."""
    from darkpair.gen.output.target import folder_for
    from darkpair.job.settings import as_written
    from darkpair.run.picture import require_matplotlib
    from darkpair.studies.runner import changes_of, options_for, run_study

    given = {"inputs": preset, "quick": quick, "data": data, "convention": convention, "cache": cache}
    written = {key: as_written(text) for key, text in pairs(settings).items()}
    of_files = {key: value for key, value in written.items() if "." in key}
    options = options_for(name, given, {key: written[key] for key in written.keys() - of_files.keys()})
    changes = changes_of(name, of_files)
    require_matplotlib()
    show_lines(run_study(name, folder_for(folder or Path("studies-out") / name), options, changes))
