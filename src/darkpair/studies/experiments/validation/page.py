"""The page of the study: the rule, what does not agree, and the tables by theme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from darkpair.export.files import markdown
from darkpair.studies.experiments.validation.row import AGREES, CONSISTENCY, DIFFERS, RULE, WITHIN

__all__ = ["page"]

_HEAD: Final = """# Published numbers beside ours

Made by `darkpair study validation`, whose output is [results/validation.json](results/validation.json). A test makes every row
again, the simulated ones from fewer events, and holds it to that output. The numbers that arXiv:2005.07102 prints are in the
[audit](audit.md), and are not repeated here.

![pulls of all rows](validation.png)

## The rule

"""

_SOURCES: Final = """`read`: read in the named source, or in the public code that is named with it. `derived`: computed from numbers that were.
`memory`: recalled, and not read again. A row that needs a file of another group's which the package does not hold
(`DARKPAIR_REFERENCE` names its folder) is skipped without it.
"""


#: Columns of the table of what does not agree, and of every theme's.
_SHORT: Final = ("quantity", "unit", "published number", "our number", "pull", "ratio")
_WHY: Final = (*_SHORT, "why")
_LONG: Final = (*_SHORT, "verdict", "source", "confidence")


def page(rows: Sequence[Mapping[str, Any]]) -> str:
    """The page as Markdown; docs/results/validation.toml binds each of its tables to the rows.

    Parameters
    ----------
    rows : sequence of mapping
        Columns of every row, as the study's JSON has them.
    """
    count = {name: sum(row["verdict"] == name for row in rows) for name in (AGREES, WITHIN, DIFFERS)}
    own = [row for row in rows if row["theme"] == CONSISTENCY]
    agree = count[AGREES] - sum(row["verdict"] == AGREES for row in own)
    counts = (
        f"{len(own)} are no predictions but consistency: what the package takes, against its own source. Of the others "
        f"{agree} agree, {count[WITHIN]} are {WITHIN}, and {count[DIFFERS]} do not agree"
    )
    differ = _table([row for row in rows if row["verdict"] == DIFFERS], _WHY)
    parts = [
        f"{_HEAD}{RULE}\n\nOf the {len(rows)} rows {counts}.\n\n{_SOURCES}\n## What does not agree\n\n{differ}"
    ]
    for theme in dict.fromkeys(row["theme"] for row in rows):
        mine = [row for row in rows if row["theme"] == theme]
        parts.append(f"\n## {theme[0].upper()}{theme[1:]}\n\n{_table(mine, _LONG)}")
    return "".join(parts)


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    return markdown([{name: "" if row[name] is None else row[name] for name in columns} for row in rows])
