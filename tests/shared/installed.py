"""Somebody else's package in a folder, laid out from its pyproject.toml as an installer lays it out."""

from __future__ import annotations

import tomllib
from pathlib import Path

__all__ = ["lay_out"]


def lay_out(pyproject: str, site: Path) -> None:
    """Write what installing a project leaves for entry points, into an import path that holds its modules."""
    project = tomllib.loads(pyproject)["project"]
    info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    lines = [
        line
        for group, points in project["entry-points"].items()
        for line in (f"[{group}]", *(f"{name} = {target}" for name, target in points.items()))
    ]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
