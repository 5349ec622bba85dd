"""The stranger's package of tests/stranger: its modules, what it registers, and the pages that show its code."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["MODULES", "NAMES", "PAGES", "ROOT", "STRANGER", "blocks"]

ROOT = Path(__file__).parents[2]
STRANGER = ROOT / "tests" / "stranger"
MODULES = sorted(
    path for path in (STRANGER / "src" / "stranger").glob("*.py") if path.stem not in ("__init__", "exits")
)

#: Kind of registry -> names of the stranger's that work.
NAMES = {
    "chains": ["stranger_kaon"],
    "sources": ["stranger_phi", "stranger_cloud"],
    "models": ["stranger_pseudoscalar"],
    "detectors": ["stranger_chamber"],
    "searches": ["stranger_unseen"],
    "formats": ["stranger_vectors"],
    "studies": ["stranger_lengths"],
    "matrix_elements": ["stranger_photons"],
}

PAGES = sorted((ROOT / "docs" / "extending").glob("*.md"))


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
