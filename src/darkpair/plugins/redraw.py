"""Pictures of the pages made again from stored outputs: nothing is simulated, no number changes.

``python -m darkpair.plugins.redraw NAME ...`` (or ``all``), in the root of the source tree.
"""

from __future__ import annotations

import shlex
import sys
from importlib import import_module
from pathlib import Path

import click

from darkpair.export.files import picture_contents
from darkpair.gen.errors import DarkpairError, InputError, UnknownNameError
from darkpair.gen.output.target import put
from darkpair.pages.outputs import Outputs
from darkpair.pages.runs import Run, read_runs, run_of
from darkpair.report.picture_style import in_style
from darkpair.studies import STUDIES, Study

__all__ = ["redrawable", "redrawn"]


def redrawable(runs: list[Run]) -> list[str]:
    """Names of the outputs whose pictures can be made of them alone."""
    studies = [(run, _study(run)) for run in runs]
    return [
        name
        for run, study in studies
        for name in run.outputs
        if study is not None and (len(run.outputs) == 1 or name == study.name)
    ]


def redrawn(name: str, runs: list[Run], root: Path) -> Path:
    """Path of the picture of a stored output, which is made again.

    Parameters
    ----------
    name : str
        Of the output.
    runs : list of Run
        Of `darkpair.pages.runs.read_runs`.
    root : Path
        Root of the source tree.

    Raises
    ------
    UnknownNameError
        For an output that no run makes, or whose study needs more than it.
    InputError
        For one without a picture in docs.
    """
    study = _study(run_of(name, runs))
    if study is None or name not in redrawable(runs):
        raise UnknownNameError("output with a picture of its own", name, redrawable(runs))
    picture = root / "docs" / f"{name}.png"
    if not picture.is_file():
        raise InputError(f"docs has no {picture.name}; make it with the study, and show it on a page")
    stored = Outputs(folder=root / "docs" / "results").output(name)
    module = import_module(str(study.target).partition(":")[0])
    with in_style():
        contents = picture_contents(
            module.picture(*(stored[key] for key in study.drawn_from)), picture.parent, name
        )
    put({picture: contents[picture]})
    return picture


def _study(run: Run) -> Study | None:
    """The study of a run's command, if it draws from its output."""
    words = shlex.split(run.command)
    study = STUDIES.ours.get(words[2]) if words[:2] == ["darkpair", "study"] else None
    return study if isinstance(study, Study) and study.drawn_from else None


def main(names: list[str]) -> int:
    """Status: 0, or 2 where a picture cannot be made."""
    root = Path.cwd()
    try:
        runs = read_runs(root / "docs" / "results")
        for name in redrawable(runs) if names == ["all"] else names:
            click.echo(redrawn(name, runs, root).name)
    except DarkpairError as error:
        click.echo(f"error: {error}", err=True)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
