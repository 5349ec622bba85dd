"""``darkpair schema``."""

from __future__ import annotations

import json

import click

__all__ = ["command"]


@click.command("schema")
@click.argument("what", type=click.Choice(["job"]), default="job")
def command(what: str) -> None:  # noqa: ARG001 (there is one so far)
    """Write the JSON schema of a job file, with which an editor completes one: darkpair schema > job.schema.json."""
    from darkpair.schema import job_schema

    click.echo(json.dumps(job_schema(), indent=1))
