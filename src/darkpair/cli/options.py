"""Arguments and options that several commands have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from darkpair.cli import completion
from darkpair.cli.verbose import logged
from darkpair.gen.errors import InputError

__all__ = [
    "Place",
    "job_argument",
    "json_option",
    "overrides_of",
    "pairs",
    "part_of",
    "preset_option",
    "production_option",
    "run_options",
    "search_options",
    "settings_option",
    "verbose_option",
]

#: Names of tables of inputs, `darkpair.chains.models.inputs.PRESETS`, which is not imported for them.
PRESETS = ("pdg", "paper", "paper-10tev")


class Place(click.Path):
    """A path that has a name, as a `Path`: "", as an unset variable of a shell leaves it, would be the folder where one stands.

    Parameters
    ----------
    **kwargs
        As of `click.Path`.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(path_type=Path, **kwargs)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path; a usage error for an empty name."""
        if value in ("", b""):
            self.fail("it is empty; give a name.", param, ctx)
        return super().convert(value, param, ctx)


job_argument = click.argument("job", type=Place())

settings_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="SECTION.KEY=VALUE",
    shell_complete=completion.settings,
    help="Any key of the job file.",
)

json_option = click.option("--json", "as_json", is_flag=True, help="For machines.")

preset_option = click.option(
    "--inputs",
    "preset",
    default="pdg",
    shell_complete=completion.words(*PRESETS),
    help="Table of inputs: pdg, paper or paper-10tev.",
)

verbose_option = click.option(
    "-v",
    "--verbose",
    count=True,
    expose_value=False,
    callback=lambda ctx, _, count: ctx.with_resource(logged(count)) if count else None,
    help="Say on the errors' output what is read, compiled and written, and how far it is; -vv more of it.",
)


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The keys of a job that have an option of their own; `overrides_of` gives them back."""
    for option in reversed(
        (
            click.option("-n", "n", type=float, help="Generated events."),
            click.option(
                "-o",
                "--output",
                help="File, its format by its ending: .root, .hepmc3, .hepmc3.gz, .lhe, .lhe.gz, .parquet; the picture goes beside it. A name that ends in / "
                "is a folder of parts.",
            ),
            click.option("--seed", type=int, help="Random seed."),
            click.option("--workers", type=int, help="Processes."),
            click.option(
                "--branching-ratio",
                type=float,
                help="Of the chain's first decay, for the expected events.",
            ),
        )
    ):
        command = option(command)
    return command


def overrides_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Keys of a job, as `darkpair.job.load_job` takes them, of `run_options` as given."""
    keys = {
        "n": "run.n",
        "output": "output.path",
        "seed": "run.seed",
        "workers": "run.workers",
        "branching_ratio": "normalisation.branching_ratio",
    }
    values = {keys[name]: value for name, value in given.items()}
    if isinstance(n := values.get("run.n"), float) and n.is_integer() and abs(n) < 2.0**53:
        values["run.n"] = int(n)  # (1e6 is a number of events, and -n 0 is repeated as it was written)
    return values


def part_of(text: str | None) -> tuple[int, int] | None:
    """Which of how many parts, of the option ``--part``; None where it is not given.

    Raises
    ------
    InputError
        For another text than two numbers.
    """
    if text is None:
        return None
    k, sign, n = text.partition("/")
    if not (sign and k.strip().isdecimal() and n.strip().isdecimal() and 1 <= int(k) <= int(n)):
        raise InputError(f"--part {text}; allowed: K/N with K from 1 to N, as 3/100")
    return int(k), int(n)


def pairs(settings: tuple[str, ...]) -> dict[str, str]:
    """Parameters of a model as given."""
    given: dict[str, str] = {}
    for setting in settings:
        key, sign, value = setting.partition("=")
        if not sign or not key:
            raise InputError(f"{setting!r}; allowed: key=value, as in m2='430 MeV'")
        if key in given:
            raise InputError(f"{key} is given twice, {given[key]!r} and {value!r}; give it once")
        given[key] = value
    return given


def production_option(default: str) -> Callable[..., Any]:
    """How a dump's production uncertainty is taken, `darkpair.limits.production.WAYS`; without a word it is "ends".

    Parameters
    ----------
    default : str
        Unless the option is given.
    """
    return click.option(
        "--production",
        is_flag=False,
        flag_value="ends",
        default=default,
        metavar="ends|nuisance|none",
        shell_complete=completion.words("ends", "nuisance", "none"),
        help=f"Of a dump: both ends of its uncertainty beside the limit, averaged over in it, or none; {default} unless given.",
    )


#: Which searches are asked: a set of data, names, data files, plans.
_SEARCHES = (
    click.option(
        "--data",
        default="today",
        shell_complete=completion.words("2020", "today", "projected"),
        help="Measurements: 2020 (the paper's), today, or projected: today's with --planned.",
    ),
    click.option(
        "--only",
        multiple=True,
        metavar="NAME",
        shell_complete=completion.search_names,
        help="A search that is wanted; all unless given.",
    ),
    click.option(
        "--without",
        multiple=True,
        metavar="NAME",
        shell_complete=completion.search_names,
        help="A search that is not wanted.",
    ),
    click.option("--search", "files", multiple=True, type=Place(), help="Data file of one more."),
    click.option("--planned", is_flag=True, help="Ask projections and estimates too."),
)


def search_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that say which searches are asked, the same wherever searches are.

    Parameters
    ----------
    command : callable
        The command's function.
    """
    for option in reversed(_SEARCHES):
        command = option(command)
    return command
