"""What the laws found: how many comparisons, and the largest difference in standard errors.

``pytest tests/laws --laws-table FOLDER`` leaves laws.json (see `tests.laws.conftest`); docs/laws-figures.md shows that of
the full size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Law", "compared", "rows", "taken"]

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


def rows(laws: dict[str, Law]) -> list[dict[str, Any]]:
    """The laws, a row each."""
    out = []
    for node, law in laws.items():
        module, test = node.split("::")
        name = f"{module.rsplit('/', 1)[-1].removesuffix('.py').removeprefix('test_')}: {test.removeprefix('test_')}"
        out.append(
            {
                "law": name.replace("_", " "),
                "cases": law.cases,
                "failed": law.failed,
                "comparisons": len(law.pulls) or None,
                "largest difference": max(law.pulls) if law.pulls else None,
                "time [s]": law.seconds,
            }
        )
    return out
