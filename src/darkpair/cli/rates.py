"""``darkpair rates``."""

from __future__ import annotations

import json

import click

from darkpair.cli import completion
from darkpair.cli.options import json_option, pairs, preset_option, verbose_option
from darkpair.cli.terminal import show, show_lines
from darkpair.gen.tables import folded

__all__ = ["command"]


@click.command("rates", context_settings={"ignore_unknown_options": False})
@click.argument("model", shell_complete=completion.model_names)
@click.argument("settings", nargs=-1, metavar="[KEY=VALUE]...", shell_complete=completion.model_keys)
@preset_option
@json_option
@verbose_option
def command(model: str, settings: tuple[str, ...], preset: str, as_json: bool) -> None:
    """Show widths, branching ratios and c tau of a model at one point, as in zprime-scalar m1=0 m2='430 MeV' G_X='1 GF'."""
    from darkpair.chains.models.points import require_model_name
    from darkpair.chains.models.rates import build_model, rate_table
    from darkpair.gen.provenance import describe

    require_model_name(model)
    point = build_model(model, pairs(settings), preset)
    rows = rate_table(point)
    if as_json:
        plain = {"model": model, "point": describe(point), "rows": [describe(row) for row in rows]}
        click.echo(json.dumps(plain, indent=1))
        return
    from darkpair.chains.models.lacking import lacking
    from darkpair.chains.models.overfull import overfull_line
    from darkpair.chains.models.rate_text import rates_of

    show(rates_of(rows, f"{model}, inputs {point.inputs.preset}"))
    if line := lacking(point, model):
        show_lines([f"note                   {line}"])
    if line := overfull_line(point):
        show_lines(folded(f"note                   {line}", 80))
