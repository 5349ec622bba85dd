"""``darkpair inspect``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from darkpair.cli.options import Place, json_option, verbose_option
from darkpair.cli.terminal import show, show_lines

__all__ = ["command"]


@click.command("inspect")
@click.argument("file", type=Place())
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
@json_option
@verbose_option
def command(file: Path, branching_ratio: float | None, exposure: float | None, as_json: bool) -> None:
    """Show counts, weights, cut flow and provenance of a file, of what hadd made of several, or of a folder of parts."""
    from darkpair.run.expected import expected_rows
    from darkpair.run.joined import provenance_at

    provenance = provenance_at(file)
    result = provenance.get("result")
    if isinstance(result, dict) and "cutflow" in result:  # a program of one's own need not say how it went
        expected = expected_rows(provenance, branching_ratio=branching_ratio, exposure=exposure)
        if expected is not None:
            result["expected"] = expected
    if as_json:
        click.echo(json.dumps({"file": str(file)} | provenance, indent=1))
        return
    _show(provenance, str(file))


def _show(provenance: dict[str, Any], file: str) -> None:
    """Table and lines of a file with that provenance."""
    from darkpair.gen.output.file_format import FORMAT, format_of
    from darkpair.report.expected import expected_lines
    from darkpair.report.run import cutflow_table, part_lines, recipe_lines, result_lines, sample_lines

    result = provenance.get("result")
    if isinstance(result, dict) and "cutflow" in result:
        show(cutflow_table(result))
        show_lines(result_lines(result, provenance=provenance))
        show_lines(sample_lines(provenance))
        show_lines(expected_lines(result.get("expected")))
    output = provenance["output"]
    lines = [f"events in the file     {output['events']:,}"]
    if output.get("not_held"):
        lines.append(f"not in the file        {', '.join(map(str, output['not_held']))}")
    if isinstance(provenance.get("chain"), dict):
        lines += [f"chain                  {provenance['chain'].get('decay')}", *recipe_lines(provenance)]
    if "seed" in provenance:
        lines.append(f"seed                   {provenance['seed']}")
    lines += part_lines(provenance)
    if (number := format_of(provenance, file)) != FORMAT:
        lines.append(f"format                 {number} (today's is {FORMAT})")
    versions = ", ".join(f"{name} {version}" for name, version in provenance.get("versions", {}).items())
    if versions:
        lines.append(f"made with              {versions}")
    show_lines(lines)
