"""``darkpair list``."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from darkpair.cli import completion
from darkpair.cli.options import json_option, verbose_option
from darkpair.cli.terminal import show, show_lines, width

__all__ = ["command"]


@click.command("list")
@click.argument("kind", required=False, shell_complete=completion.kinds)
@click.option(
    "--show",
    "name",
    shell_complete=completion.of_kind,
    help="What stands behind this name of the kind: of a detector its data file, as it is; of keys those of this name alone.",
)
@json_option
@verbose_option
def command(kind: str | None, name: str | None, as_json: bool) -> None:
    """Show what may be named: chains, sources, detectors, models, ...; the keys of a job file; or the data files."""
    from darkpair.gen.errors import InputError, UnknownNameError

    if kind == "keys":
        _keys(name, as_json)
        return
    if name is not None:
        from darkpair.plugins.showing import show_name

        if kind is None:
            raise InputError(
                f"--show {name} of what? allowed: a kind before it, as in darkpair list detectors --show charm"
            )
        show_lines([show_name(kind, name, width())], fold=False)
        return
    if kind == "data":
        _data(as_json)
        return
    from darkpair.plugins.registries import REGISTRIES

    if kind is not None and kind not in REGISTRIES:
        raise UnknownNameError("kind", kind, [*REGISTRIES, "keys", "data"])
    from darkpair.plugins.listing import search_status

    registries = {k: r for k, r in REGISTRIES.items() if kind in (None, k)}
    if as_json:
        rows = {
            k: [
                {"name": p.name, "summary": p.summary, "origin": p.origin, "broken": p.broken}
                | ({"modes": recipes} if (recipes := p.recipes) else {})
                | ({"status": search_status(p.name)} if k == "searches" and not p.broken else {})
                for p in r.plugins
            ]
            for k, r in registries.items()
        }
        click.echo(json.dumps(rows, indent=1))
        return
    from darkpair.plugins.listing import plugin_table

    for k, registry in registries.items():
        show(plugin_table(k, registry.plugins, recipes=kind is not None))


def _data(as_json: bool) -> None:
    from darkpair.gen.data_files import data_files

    if as_json:
        click.echo(json.dumps(list(data_files()), indent=1))
    else:
        show_lines(data_files())


def _keys(owner: str | None, as_json: bool) -> None:
    """All keys, or those of one plug-in alone."""
    from darkpair.gen.errors import UnknownNameError
    from darkpair.plugins.schema import job_keys

    rows = job_keys()
    if owner is not None:
        owners = dict.fromkeys(row.owner for row in rows if row.owner)
        if owner not in owners:
            raise UnknownNameError("plug-in with keys of its own", owner, owners)
        rows = [row for row in rows if row.owner == owner]
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], indent=1))
        return
    from darkpair.plugins.listing import keys_table

    show(keys_table(rows))
