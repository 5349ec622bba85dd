"""The command line: ``darkpair run | list | inspect | rates | limits | study``."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeRemainingColumn

from darkpair import __version__
from darkpair.chains.models.inputs import Inputs
from darkpair.chains.models.rates import build_model, rate_table
from darkpair.expected import expected_rows
from darkpair.expected_report import expected_lines
from darkpair.gen.errors import DarkpairError, InputError, UnknownNameError
from darkpair.gen.output.file_format import FORMAT, format_of
from darkpair.gen.output.reader import read_provenance
from darkpair.gen.output.target import folder_for
from darkpair.gen.provenance import describe
from darkpair.job import load_job
from darkpair.limits import limit_rows, models_of, plain_rows
from darkpair.limits_picture import limits_picture
from darkpair.picture import require_matplotlib
from darkpair.plugins import REGISTRIES
from darkpair.report import (
    cutflow_table,
    keys_table,
    limits_table,
    plugin_table,
    production_lines,
    rate_rows_table,
    recipe_lines,
    result_lines,
    sample_lines,
    strongest_table,
)
from darkpair.result import completed, summary
from darkpair.run import run_job
from darkpair.scan import cache_folder
from darkpair.schema import job_keys
from darkpair.studies import STUDIES, options_for
from darkpair.studies.exclusions import Size
from darkpair.studies.files import save_picture, write_rows

__all__ = ["main"]

console = Console(highlight=False, soft_wrap=True)


class _Group(click.Group):
    """Commands whose mistakes are one line and exit status 2."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run; as click's, with our way to stop."""
        kwargs["standalone_mode"] = False
        try:
            return super().main(*args, **kwargs)
        except DarkpairError as error:
            _stop(str(error))
        except click.exceptions.NoSuchOption as error:
            hint = f" (did you mean {error.possibilities[0]!r}?)" if error.possibilities else ""
            _stop(f"{error.message}{hint}")
        except click.UsageError as error:
            _stop(f"{error.format_message()} See darkpair --help.")
        except (click.Abort, KeyboardInterrupt):
            click.echo("darkpair: stopped; nothing is left behind", err=True)
            sys.exit(130)


def _stop(message: str) -> NoReturn:
    click.echo(f"darkpair: {' '.join(message.split())}", err=True)
    sys.exit(2)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="darkpair")
def main() -> None:
    """Dark-particle pair production in meson decays, as ROOT or HepMC3 files."""


@main.command()
@click.argument("job", type=click.Path(path_type=Path))
@click.option("-n", "n", type=float, help="Generated events.")
@click.option("-o", "--output", help="File: .root, .hepmc3 or .hepmc3.gz; the picture goes beside it.")
@click.option("--seed", type=int, help="Random seed.")
@click.option("--workers", type=int, help="Processes.")
@click.option("--branching-ratio", type=float, help="Of the chain's first decay, for the expected events.")
@click.option(
    "--set", "settings", multiple=True, metavar="SECTION.KEY=VALUE", help="Any key of the job file."
)
def run(
    job: Path,
    n: float | None,
    output: str | None,
    seed: int | None,
    workers: int | None,
    branching_ratio: float | None,
    settings: tuple[str, ...],
) -> None:
    """Generate the events of a job file."""
    overrides = {"run.n": n, "output.path": output, "run.seed": seed, "run.workers": workers}
    overrides["normalisation.branching_ratio"] = branching_ratio
    loaded = load_job(job, settings, overrides)
    columns = (
        *Progress.get_default_columns()[:-1],
        TimeRemainingColumn(),
        TextColumn("{task.fields[shown]}"),
    )
    with Progress(
        *columns, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True
    ) as progress:
        task = progress.add_task("events", total=loaded.run.n, shown="")
        result = run_job(
            loaded, progress=lambda done: progress.update(task, completed=done, shown=f"{done:,}")
        )
    told = summary(result.cutflow, result.factors)
    console.print(cutflow_table(told))
    expected = expected_lines(result.provenance["result"].get("expected"))
    for line in (*result_lines(told, result.seconds), *sample_lines(result.provenance), *expected):
        console.print(line)
    console.print(f"events                 {result.path}")
    for picture in result.pictures:
        console.print(f"picture                {picture}")


@main.command("list")
@click.argument("kind", required=False)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def list_plugins(kind: str | None, as_json: bool) -> None:
    """Show what may be named: chains, sources, detectors, models, studies; or the keys of a job file."""
    if kind == "keys":
        if as_json:
            click.echo(json.dumps([asdict(row) for row in job_keys()], indent=1))
        else:
            console.print(keys_table(job_keys()))
        return
    if kind is not None and kind not in REGISTRIES:
        raise UnknownNameError("kind", kind, [*REGISTRIES, "keys"])
    chosen = {name: r for name, r in REGISTRIES.items() if kind in (None, name)}
    if as_json:
        rows = {
            name: [
                {"name": p.name, "summary": p.summary, "origin": p.origin, "broken": p.broken}
                | ({"modes": dict(p.recipes)} if p.recipes else {})
                for p in r.plugins
            ]
            for name, r in chosen.items()
        }
        click.echo(json.dumps(rows, indent=1))
        return
    for name, registry in chosen.items():
        console.print(plugin_table(name, registry.plugins))


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--branching-ratio",
    type=click.FloatRange(0.0, 1.0, min_open=True),
    help="Of the chain's first decay, for the expected events.",
)
@click.option(
    "--exposure",
    type=click.FloatRange(0.0, min_open=True),
    help="Protons on target, K_L at the beam exit, pairs or events; the experiment's own unless given.",
)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def inspect(file: Path, branching_ratio: float | None, exposure: float | None, as_json: bool) -> None:
    """Show counts, weights, cut flow and provenance of a file."""
    told = read_provenance(file)
    result = told.get("result")
    if isinstance(result, dict) and "cutflow" in result:  # a program of one's own need not say how it went
        told["result"] = result = completed(result)
        expected = expected_rows(told, branching_ratio=branching_ratio, exposure=exposure)
        if expected is not None:
            result["expected"] = expected
    if as_json:
        click.echo(json.dumps({"file": str(file)} | told, indent=1))
        return
    if isinstance(result, dict) and "cutflow" in result:
        console.print(cutflow_table(result))
        for line in (*result_lines(result), *sample_lines(told), *expected_lines(result.get("expected"))):
            console.print(line)
    console.print(f"events in the file     {told['output']['events']:,}")
    if isinstance(told.get("chain"), dict):
        console.print(f"chain                  {told['chain'].get('decay')}")
        for line in recipe_lines(told):
            console.print(line)
    if "seed" in told:
        console.print(f"seed                   {told['seed']}")
    if (number := format_of(told, str(file))) != FORMAT:
        console.print(f"format                 {number} (today's is {FORMAT})")
    versions = ", ".join(f"{name} {version}" for name, version in told.get("versions", {}).items())
    if versions:
        console.print(f"made with              {versions}")


@main.command(context_settings={"ignore_unknown_options": False})
@click.argument("model")
@click.argument("settings", nargs=-1, metavar="[KEY=VALUE]...")
@click.option("--inputs", "preset", default="pdg", help="Table of inputs: pdg, paper or paper-10tev.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def rates(model: str, settings: tuple[str, ...], preset: str, as_json: bool) -> None:
    """Show widths, branching ratios and c tau of a model at one point, as in zprime-scalar m1=0 m2='430 MeV' G_X='1 GF'."""
    point = build_model(model, _pairs(settings), preset)
    rows = rate_table(point)
    if as_json:
        told = {"model": model, "point": describe(point), "rows": [describe(row) for row in rows]}
        click.echo(json.dumps(told, indent=1))
        return
    console.print(rate_rows_table(rows, f"{model}, inputs {point.inputs.preset}"))


def _pairs(settings: tuple[str, ...]) -> dict[str, str]:
    """Parameters of a model as given."""
    given = {}
    for setting in settings:
        key, sign, value = setting.partition("=")
        if not sign or not key:
            raise InputError(f"{setting!r}; allowed: key=value, as in m2='430 MeV'")
        given[key] = value
    return given


@main.command(context_settings={"ignore_unknown_options": False})
@click.argument("model")
@click.argument("settings", nargs=-1, metavar="[KEY=VALUE[,VALUE]...]...")
@click.option("--along", help="Parameter, a coupling, whose excluded ranges are wanted.")
@click.option("--inputs", "preset", default="pdg", help="Table of inputs: pdg, paper or paper-10tev.")
@click.option("--data", default="today", help="Measurements: 2020 (the paper's) or today.")
@click.option("--quick", is_flag=True, help="Small samples, one spectrum of the eta.")
@click.option(
    "-o", "--output", "folder", type=click.Path(path_type=Path), help="Folder for every row as CSV and JSON."
)
@click.option(
    "--cache",
    type=click.Path(path_type=Path),
    help="Folder of samples to keep; the user's cache unless given.",
)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def limits(
    model: str,
    settings: tuple[str, ...],
    along: str | None,
    preset: str,
    data: str,
    quick: bool,
    folder: Path | None,
    cache: Path | None,
    as_json: bool,
) -> None:
    """Show what KOTO, beam dumps, B, K, pi0 and Higgs decays say of model points, as in zprime-scalar m1=0 m2='430 MeV' G_X='1 GF'.

    Several values with commas make a grid, of which the strongest constraint of each point is shown. Samples know
    masses alone: other couplings at the same masses take seconds.
    """
    given, title = _pairs(settings), f"{model}, inputs {preset}, data {data}"
    points = models_of(model, given, preset)
    size = Size.of(quick=quick)
    place = None if folder is None else folder_for(folder)
    found = limit_rows(
        [point for _, point in points], data=data, along=along, size=size, folder=cache or cache_folder()
    )
    rows, written = plain_rows([varied for varied, _ in points], found, along), []
    if place is not None and rows:
        told = {"model": model, "settings": given, "inputs": preset, "data": data, "size": size}
        written = write_rows(place, "limits", rows, told)
        figure = limits_picture(points, found, given, along, title)
        written += [] if figure is None else save_picture(figure, place, "limits")
    if as_json:
        click.echo(json.dumps(rows, indent=1))
        return
    if not rows:
        console.print(f"{model} has none of the decays that these searches look for: see darkpair rates")
        return
    if len(found) == 1:
        unit = ("", 1.0) if along is None else (given[along], float(getattr(points[0][1], along)))
        console.print(limits_table(found[0], title, along, unit))
        for line in production_lines(found[0]):
            console.print(line)
    else:
        console.print(strongest_table(points, found, title))
    for path in written:
        console.print(str(path))


@main.command()
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
def study(
    name: str,
    folder: Path | None,
    quick: bool,
    preset: str | None,
    data: str | None,
    convention: str | None,
    cache: Path | None,
) -> None:
    """Make a figure or table of the paper: its data and its picture."""
    if name not in STUDIES:
        raise UnknownNameError("study", name, STUDIES)
    inputs = None if preset is None else Inputs.of(preset)
    chosen = options_for(name, data=data, convention=convention, cache=cache)
    require_matplotlib()
    folder = folder_for(folder or Path("studies-out") / name)
    for path in STUDIES[name](folder, inputs, quick=quick, **chosen):
        console.print(str(path))


if __name__ == "__main__":
    main()
