"""``darkpair particles``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from darkpair.cli import completion
from darkpair.cli.options import Place, verbose_option
from darkpair.gen.errors import InputError

__all__ = ["command"]

#: Names of `darkpair.gen.output.particle_tables.PROGRAMS`, which is not imported for them.
PROGRAMS = ("pythia8", "root", "geant4", "geant4_pybind", "evtgen")


#: In the first line of a table of ours.
_OURS: Final = b"Dark states of "


@click.command("particles")
@click.argument("file", type=Place())
@click.option(
    "--for",
    "program",
    required=True,
    shell_complete=completion.words(*PROGRAMS),
    help="Who reads the table: pythia8, root, geant4 (C++), geant4_pybind or evtgen.",
)
@click.option("-o", "--output", type=Place(), help="File to write; else it is printed.")
@verbose_option
def command(file: Path, program: str, output: Path | None) -> None:
    """Print the dark states of a file of events, a folder of parts or a job file as another program reads them.

    With it PYTHIA 8, ROOT (and what asks its TDatabasePDG, as Delphes does), Geant4 and EvtGen know the ids 51, 52, 901, ...
    """
    from darkpair.gen.dark_states import dark_states
    from darkpair.gen.output.particle_tables import particle_table
    from darkpair.gen.output.target import put

    text = particle_table(dark_states(_provenance(file)), program, file.name)
    if output is None:
        click.echo(text, nl=False)
    else:
        _require_own(output)
        put({output: text})


def _require_own(path: Path) -> None:
    """Refuse a file that is no table of this command."""
    try:
        with path.open("rb") as file:
            head = file.readline(4096)
    except OSError:  # (none is there, or it cannot be written either)
        return
    if head and _OURS not in head:
        raise InputError(
            f"{str(path)!r}, where the table goes, is no table of darkpair, so it is not replaced; give another name with --output"
        )


def _provenance(file: Path) -> Mapping[str, Any]:
    """What a file says of itself, or a job file of what it would make."""
    if file.suffix.lower() == ".toml" and not file.is_dir():
        from darkpair.gen.provenance import describe_object
        from darkpair.job.job import load_job

        return {"chain": describe_object(load_job(file).pipeline().chain)}
    from darkpair.run.joined import provenance_at

    return provenance_at(file)
