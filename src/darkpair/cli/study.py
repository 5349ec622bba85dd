"""``darkpair study``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from darkpair.cli.terminal import show_lines

__all__ = ["command"]


@click.command("study")
@click.argument("name")
@click.option(
    "-o", "--output", "folder", type=click.Path(path_type=Path), help="Folder; studies-out/NAME unless given."
)
@click.option("--quick", is_flag=True, help="Fewer events: a minute's version.")
@click.option("--inputs", "preset", help="One table of inputs for everything: pdg, paper or paper-10tev.")
@click.option(
    "--data",
    help="Measurements of studies that draw limits: 2020 (the paper's) or today; today unless given.",
)
@click.option("--convention", help="Majorana convention of fig4 and fig5: literal (unless given) or printed.")
@click.option(
    "--cache", type=click.Path(path_type=Path), help="Folder of samples to keep; OUTPUT/cache unless given."
)
def command(
    name: str,
    folder: Path | None,
    quick: bool,
    preset: str | None,
    data: str | None,
    convention: str | None,
    cache: Path | None,
) -> None:
    """Make a figure or table of the paper: its data and its picture."""
    from darkpair.chains.models.inputs import Inputs
    from darkpair.gen.output.target import folder_for
    from darkpair.picture import require_matplotlib
    from darkpair.studies import options_for

    study = study_of(name)
    inputs = None if preset is None else Inputs.of(preset)
    given = options_for(name, data=data, convention=convention, cache=cache)
    require_matplotlib()
    folder = folder_for(folder or Path("studies-out") / name)
    show_lines(study(folder, inputs, quick=quick, **given))


def study_of(name: str) -> Callable[..., list[Path]]:
    """The study of that name; a name that is none is told with the nearest one."""
    from darkpair.gen.errors import UnknownNameError
    from darkpair.studies import STUDIES

    if name not in STUDIES:
        raise UnknownNameError("study", name, STUDIES)
    return STUDIES[name]
