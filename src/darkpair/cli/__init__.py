"""The command line, ``darkpair COMMAND``: each command stands in the module of its name and is read when it is named."""

from __future__ import annotations

import click

from darkpair.cli.group import CommandGroup

__all__ = ["COMMANDS", "main"]

#: In the order of ``darkpair --help``.
COMMANDS = (
    "new",
    "examples",
    "run",
    "merge",
    "check",
    "list",
    "schema",
    "inspect",
    "report",
    "display",
    "cite",
    "particles",
    "rates",
    "limits",
    "reach",
    "study",
    "doctor",
)


@click.group(cls=CommandGroup, names=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="darkpair", prog_name="darkpair")
def main() -> None:
    """Dark-particle pair production in meson decays, as ROOT, HepMC3 or Parquet files."""
