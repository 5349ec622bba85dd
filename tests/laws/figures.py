"""What the laws found: how many comparisons, and the largest difference in standard errors, as a table in Markdown.

``pytest tests/laws --laws-table FILE`` writes it (see `tests.laws.conftest`); docs/laws.md shows that of the full size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

__all__ = ["Law", "compared", "table", "taken"]

_HEAD = (
    "| law | cases | comparisons | largest difference [standard errors] | time [s] |",
    "|---|---:|---:|---:|---:|",
)

_found: list[float] = []


@dataclass
class Law:
    """What a test function found in all its cases.

    Parameters
    ----------
    cases, failed : int
    pulls : list of float
        Differences of each comparison in standard errors.
    seconds : float
    """

    cases: int = 0
    failed: int = 0
    pulls: list[float] = field(default_factory=list)
    seconds: float = 0.0


def compared(difference: float, error: float) -> None:
    """Note a comparison of the test that runs."""
    pull = 0.0 if difference == 0.0 else abs(difference) / error if error > 0.0 else math.inf
    _found.append(float(pull))  # (workers send plain numbers alone)


def taken() -> list[float]:
    """Differences in standard errors since the last call."""
    out = _found.copy()
    _found.clear()
    return out


def table(laws: dict[str, Law]) -> str:
    """The laws in Markdown, a row each."""
    rows = []
    for node, law in laws.items():
        module, test = node.split("::")
        name = f"{module.rsplit('/', 1)[-1].removesuffix('.py').removeprefix('test_')}: {test.removeprefix('test_')}"
        pull = f"{max(law.pulls):.2f}" if law.pulls else ""
        cases = f"{law.cases}, {law.failed} failed" if law.failed else f"{law.cases}"
        rows.append(
            f"| {name.replace('_', ' ')} | {cases} | {len(law.pulls) or ''} | {pull} | {law.seconds:.0f} |"
        )
    return "\n".join([*_HEAD, *rows]) + "\n"
