"""docs/koto.md, its tables, and how far a printed number is from a known one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PAGE", "Known", "cells", "off"]

PAGE = (Path(__file__).parents[2] / "docs" / "koto.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Known:
    """A number and its standard error."""

    value: float
    error: float = 0.0


def off(text: str, known: Known) -> float:
    """How far a printed number is beyond its rounding, in standard errors."""
    digits = len(text.partition(".")[2])
    beyond = max(abs(float(text) - known.value) - 0.5 * 10.0**-digits - 1e-9, 0.0)
    return beyond / known.error if known.error else math.inf * beyond if beyond else 0.0


def cells(heading: str) -> list[list[str]]:
    """Rows of the first table below a heading, without its head."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
