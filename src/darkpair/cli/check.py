"""``darkpair check``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from darkpair.cli.options import job_argument, json_option, overrides_of, run_options, settings_option
from darkpair.cli.terminal import show, show_lines

if TYPE_CHECKING:
    from darkpair.check import Preview
    from darkpair.job import Job

__all__ = ["command"]


@click.command("check")
@job_argument
@run_options
@settings_option
@json_option
def command(job: Path, settings: tuple[str, ...], as_json: bool, **given: object) -> None:
    """Show what a job would do, with its rates and its first events, and write nothing."""
    from darkpair.check import check_job
    from darkpair.job import load_job

    loaded = load_job(job, settings, overrides_of(given))
    preview = check_job(loaded)
    if not as_json:
        _show(loaded, preview)
        return
    from darkpair.gen.provenance import describe

    rows: dict[str, Any] = {"events": preview.events, "seconds": preview.seconds, "bytes": preview.size}
    rows |= {"warnings": list(preview.warnings), "rates": [describe(row) for row in preview.rates]}
    click.echo(json.dumps(rows | describe(preview.provenance), indent=1))


def _show(job: Job, preview: Preview) -> None:
    from darkpair.chains.models.rate_text import rates_of
    from darkpair.expected_report import expected_lines
    from darkpair.report import (
        cutflow_table,
        object_lines,
        recipe_lines,
        result_lines,
        sample_lines,
    )

    provenance, result = preview.provenance, preview.provenance["result"]
    names = {"source": job.source, "chain": {}, "detector": job.detector or {}}
    for section, table in names.items():
        show_lines(object_lines(section, provenance[section], str(table.get("name", ""))))
    show_lines(recipe_lines(provenance))
    if preview.rates:
        show(rates_of(preview.rates, f"{job.chain.model}, inputs {job.chain.inputs}"))
    show(cutflow_table(result))
    show_lines(result_lines(result))
    show_lines(sample_lines(provenance))
    show_lines(expected_lines(result.get("expected")))
    size = "not known: too few events are kept" if preview.size is None else f"about {_bytes(preview.size)}"
    show_lines(
        [
            f"these are the first    {result['generated']:,} of {preview.events:,} events, seed {job.run.seed}",
            f"time of all            about {_time(preview.seconds)} with {job.run.workers} worker"
            + ("s" if job.run.workers > 1 else ""),
            f"file                   {job.output.path}, {size}; nothing is written now",
        ]
    )
    show_lines(f"warning                {line}" for line in preview.warnings)


def _time(seconds: float) -> str:
    for unit, length in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2.0 * length:
            return f"{seconds / length:.2g} {unit}"
    return f"{seconds:.2g} s"


def _bytes(size: int) -> str:
    number, unit = float(size), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if number < 1000.0:
            break
        number, unit = number / 1000.0, larger
    return f"{number:.3g} {unit}"
