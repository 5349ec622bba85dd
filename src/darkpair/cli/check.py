"""``darkpair check``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from darkpair.cli.options import (
    job_argument,
    json_option,
    overrides_of,
    run_options,
    settings_option,
    verbose_option,
)
from darkpair.cli.terminal import show, show_lines, width

__all__ = ["command"]


@click.command("check")
@job_argument
@run_options
@settings_option
@json_option
@verbose_option
def command(job: Path, settings: tuple[str, ...], as_json: bool, **given: object) -> None:
    """Show what a job would do, with its rates and its first events, and write nothing."""
    from darkpair.job.job import load_job
    from darkpair.run.check import check_job

    preview = check_job(load_job(job, settings, overrides_of(given)))
    if not as_json:
        from darkpair.run.preview import preview_parts

        for part in preview_parts(preview, width()):
            show_lines([part]) if isinstance(part, str) else show(part)
        return
    from darkpair.gen.provenance import describe

    rows: dict[str, Any] = {"events": preview.events, "seconds": preview.seconds, "bytes": preview.size}
    rows |= {"warnings": list(preview.warnings), "rates": [describe(row) for row in preview.rates]}
    click.echo(json.dumps(rows | describe(preview.provenance), indent=1))
