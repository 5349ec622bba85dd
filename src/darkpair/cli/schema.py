"""``darkpair schema``."""

from __future__ import annotations

import json

import click

from darkpair.cli.options import verbose_option

__all__ = ["command"]


@click.command("schema")
@click.argument("what", type=click.Choice(["job", "detector"]), default="job")
@verbose_option
def command(what: str) -> None:
    """Write the JSON schema of a job or of a detector's data file, with which an editor completes one.

    darkpair schema > job.schema.json; darkpair schema detector > detector.schema.json.
    """
    if what == "detector":
        from darkpair.detectors.file_schema import file_schema

        click.echo(json.dumps(file_schema(), indent=1))
        return
    from darkpair.plugins.shipped_schema import job_schema_text

    click.echo(job_schema_text(), nl=False)
