"""Arguments and options that several commands have."""

from __future__ import annotations

from pathlib import Path

import click

from darkpair.gen.errors import InputError

__all__ = ["job_argument", "json_option", "pairs", "preset_option", "settings_option"]

job_argument = click.argument("job", type=click.Path(path_type=Path))

settings_option = click.option(
    "--set", "settings", multiple=True, metavar="SECTION.KEY=VALUE", help="Any key of the job file."
)

json_option = click.option("--json", "as_json", is_flag=True, help="For machines.")

preset_option = click.option(
    "--inputs", "preset", default="pdg", help="Table of inputs: pdg, paper or paper-10tev."
)


def pairs(settings: tuple[str, ...]) -> dict[str, str]:
    """Parameters of a model as given."""
    given = {}
    for setting in settings:
        key, sign, value = setting.partition("=")
        if not sign or not key:
            raise InputError(f"{setting!r}; allowed: key=value, as in m2='430 MeV'")
        given[key] = value
    return given
