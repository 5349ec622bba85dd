"""``darkpair cite``."""

from __future__ import annotations

from pathlib import Path

import click

from darkpair.cli.options import Place, json_option, verbose_option

__all__ = ["command"]


@click.command("cite")
@click.argument("file", type=Place())
@json_option
@verbose_option
def command(file: Path, as_json: bool) -> None:
    """Print BibTeX of what the numbers of a file of events, a folder of parts or a job file rest on.

    Parts that declare no references are named in a comment.
    """
    import json

    from darkpair.gen.errors import one_line
    from darkpair.gen.references import bibtex, without_references

    parts = _parts(file)
    if as_json:
        click.echo(json.dumps({"file": str(file), "references": parts}, indent=1))
        return
    for part, keys in parts.items():
        click.echo(one_line(f"% {part}: {', '.join(keys) or without_references(part)}"))
    for entry in bibtex(key for keys in parts.values() for key in keys):
        click.echo(f"\n{entry}")


def _parts(file: Path) -> dict[str, list[str]]:
    """Keys by the part of a job, of a job file or of what a run wrote."""
    from darkpair.job.references import references_of_job, references_of_provenance

    if file.suffix.lower() == ".toml" and not file.is_dir():
        from darkpair.job.job import load_job

        job = load_job(file)
        return references_of_job(job, job.pipeline())
    from darkpair.run.joined import provenance_at

    return references_of_provenance(provenance_at(file))
