"""Tables of branches in docs/analysis.md, made of the titles that the branches have: python -m tests.shared.branch_tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from darkpair.detectors.branches import BELLE2, DUMP, KOTO, KOTO_KAON
from darkpair.gen.output.titles import EVENT, LENGTH_TITLE, PARTICLE, WEIGHTS

__all__ = ["PAGE", "TABLES", "renewed"]

PAGE = Path(__file__).parents[2] / "docs" / "analysis.md"

#: Titles of each table of the page, by the branch.
TABLES: dict[str, Mapping[str, str]] = {
    "truth": {f"GenPart_{name}": title for name, title in PARTICLE.items()}
    | {name: title for name, title in EVENT.items() if name != "nGenPart"}
    | {name if name == "genWeight" else f"weight_{name}": title for name, title in WEIGHTS.items()}
    | {"X2_properLength": LENGTH_TITLE.format("X2")},
    "koto": KOTO,
    "koto_kaon": {name: title for name, title in KOTO_KAON.items() if name not in KOTO},
    "belle2": BELLE2,
    "dumps": DUMP,
}


def _table(titles: Mapping[str, str]) -> str:
    rows = ["| branch | unit | what |", "|---|---|---|"]
    for branch, title in titles.items():
        what, _, unit = title.removesuffix("]").rpartition(" [")
        rows.append(f"| `{branch}` | {unit.replace('^2', '²')} | {what.replace('|', chr(92) + '|')} |")
    return "\n".join(rows)


def renewed(text: str) -> str:
    """The page with its tables as they should be."""
    for name, titles in TABLES.items():
        start, end = f"<!-- branches: {name} -->\n", "\n<!-- end -->"
        pattern = re.escape(start) + ".*?" + re.escape(end)
        text, found = re.subn(pattern, lambda _: start + _table(titles) + end, text, flags=re.DOTALL)  # noqa: B023
        assert found == 1, name
    return text


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
