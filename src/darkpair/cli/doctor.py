"""``darkpair doctor``."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from darkpair.cli.options import json_option, verbose_option
from darkpair.cli.terminal import show_lines

__all__ = ["command"]


@click.command("doctor")
@json_option
@verbose_option
def command(as_json: bool) -> None:
    """Show versions, extras, plug-ins and caches of this installation; exit status 1 if anything is broken."""
    from darkpair.plugins.doctor import examine

    findings = examine()
    broken = [finding for finding in findings if finding.state == "broken"]
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=1))
    else:
        width = max(len(finding.name) for finding in findings)
        part = ""
        for finding in findings:
            if finding.part != part:
                part = finding.part
                show_lines([part])
            state = "" if finding.state == "ok" else f"{finding.state.upper()}: "
            show_lines([f"  {finding.name:<{width}}  {state}{finding.text}"])
        show_lines([f"{len(broken)} broken" if broken else "nothing is broken"])
    if broken:
        sys.exit(1)
