"""Figures and tables of arXiv:2005.07102, one a module; each leaves its data before its picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from darkpair.studies import (
    audit,
    charm,
    fig1,
    fig2,
    fig6,
    fig7,
    fig8,
    koto_limits,
    koto_shifts,
    mesons,
    table1,
)

__all__ = ["STUDIES", "Study"]

#: (folder, inputs, quick=...) -> paths of what it wrote; the first line of its module says what it is.
Study = Callable[..., list[Path]]

#: Every study by name.
STUDIES: dict[str, Study] = {
    "audit": audit.run,
    "charm": charm.run,
    "table1": table1.run,
    "fig1": fig1.run,
    "fig2": fig2.run,
    "fig6": fig6.run,
    "fig7": fig7.run,
    "fig8": fig8.run,
    "koto-limits": koto_limits.run,
    "koto-shifts": koto_shifts.run,
    "mesons": mesons.run,
}
