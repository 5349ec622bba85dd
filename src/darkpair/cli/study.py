"""``darkpair study``."""

from __future__ import annotations

from pathlib import Path

import click

from darkpair.cli import completion
from darkpair.cli.dask import dask_option, on_dask
from darkpair.cli.options import PRESETS, Place, pairs, verbose_option
from darkpair.cli.terminal import show_lines
from darkpair.studies.study import OPTIONS

__all__ = ["command"]


#: Where a context keeps the study that was named.
_NAMED = "darkpair.study"


class _StudyCommand(click.Command):
    """The command, whose help of one study comes from the study's declaration."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Arguments, as click does; a study that is named is known to the help, which click asks for before."""
        from darkpair.studies import STUDIES

        ctx.meta[_NAMED] = next((word for word in args if word in STUDIES), None)
        return super().parse_args(ctx, args)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What the command is; of a study that is named what it shows and uses, of none the list of all."""
        from darkpair.studies import STUDIES
        from darkpair.studies.runner import study_lines

        super().format_help_text(ctx, formatter)
        name = ctx.meta[_NAMED]
        if name is not None:
            with formatter.section(name):
                formatter.write_dl(study_lines(name))
        else:
            with formatter.section("Studies"):
                formatter.write_dl([(plugin.name, plugin.summary) for plugin in STUDIES.plugins])


def _help(option: str) -> str:
    """What an option means, as a sentence."""
    text = OPTIONS[option]
    return f"{text[0].upper()}{text[1:]}."


@click.command("study", cls=_StudyCommand)
@click.argument("name", shell_complete=completion.named("studies"))
@click.option("-o", "--output", "folder", type=Place(), help="Folder; studies-out/NAME unless given.")
@click.option("--quick", is_flag=True, help="Fewer events: a minute's version.")
@click.option(
    "--inputs",
    "preset",
    shell_complete=completion.words(*PRESETS),
    help=_help("inputs"),
)
@click.option("--data", help=_help("data"))
@click.option("--convention", help=_help("convention"))
@click.option("--cache", type=Place(), help=_help("cache"))
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="An option of this study alone (events), or a number of its detectors' data files: cuts.pt.min='140 MeV'.",
)
@dask_option
@verbose_option
def command(
    name: str,
    folder: Path | None,
    quick: bool,
    preset: str | None,
    data: str | None,
    convention: str | None,
    cache: Path | None,
    settings: tuple[str, ...],
    dask: str | None,
) -> None:
    """Make a figure or table of the paper: its data and its picture."""
    from darkpair.gen.output.target import check_writable, folder_for
    from darkpair.job.settings import as_written
    from darkpair.run.own_rows import require_own_rows
    from darkpair.run.picture import require_matplotlib
    from darkpair.studies.runner import changes_of, options_for, run_study

    given = {"inputs": preset, "quick": quick, "data": data, "convention": convention, "cache": cache}
    written = {key: as_written(text) for key, text in pairs(settings).items()}
    of_files = {key: value for key, value in written.items() if "." in key}
    options = options_for(name, given, {key: written[key] for key in written.keys() - of_files.keys()})
    changes = changes_of(name, of_files)
    require_matplotlib()
    place = folder or Path("studies-out") / name
    for path in place.glob(f"{name}.*"):
        check_writable(path)
    if any((place / f"{name}.{ending}").exists() for ending in ("csv", "json")):
        require_own_rows(place, name, "give another folder")
    with on_dask(dask):
        paths = run_study(name, folder_for(place), options, changes)
    show_lines(paths)
