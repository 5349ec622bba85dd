"""``darkpair list``."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from darkpair.cli.options import json_option
from darkpair.cli.terminal import show

__all__ = ["command"]


@click.command("list")
@click.argument("kind", required=False)
@json_option
def command(kind: str | None, as_json: bool) -> None:
    """Show what may be named: chains, sources, detectors, models, studies; or the keys of a job file."""
    from darkpair.gen.errors import UnknownNameError
    from darkpair.plugins import REGISTRIES

    if kind == "keys":
        _keys(as_json)
        return
    if kind is not None and kind not in REGISTRIES:
        raise UnknownNameError("kind", kind, [*REGISTRIES, "keys"])
    chosen = {name: r for name, r in REGISTRIES.items() if kind in (None, name)}
    if as_json:
        rows = {
            name: [
                {"name": p.name, "summary": p.summary, "origin": p.origin, "broken": p.broken}
                | ({"modes": recipes} if (recipes := p.recipes) else {})
                for p in r.plugins
            ]
            for name, r in chosen.items()
        }
        click.echo(json.dumps(rows, indent=1))
        return
    from darkpair.plugin_report import plugin_table

    for name, registry in chosen.items():
        show(plugin_table(name, registry.plugins, recipes=kind is not None))


def _keys(as_json: bool) -> None:
    from darkpair.schema import job_keys

    if as_json:
        click.echo(json.dumps([asdict(row) for row in job_keys()], indent=1))
        return
    from darkpair.plugin_report import keys_table

    show(keys_table(job_keys()))
