"""Rates of a model in a table, and a model as what it prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from darkpair.chains.models.rate_rows import RateRow, rate_table
from darkpair.gen.errors import DarkpairError
from darkpair.gen.tables import Table

if TYPE_CHECKING:
    from darkpair.chains.models.portal import Portal

__all__ = ["model_table", "rates_of"]


def rates_of(rows: Sequence[RateRow], title: str) -> Table:
    """Table of partial widths, branching ratios and lifetimes."""
    lines = [
        (
            f"{row.parent} -> {row.mode}",
            "closed" if row.closed else f"{row.width:.4g}",
            "-" if row.branching_ratio is None else f"{row.branching_ratio:.4g}",
            f"{row.ctau:.4g}",
            row.equation,
        )
        for row in rows
    ]
    return Table(
        title=title,
        columns=("decay", "width [GeV]", "BR", "c tau [mm]", "eq."),
        rows=lines,
        right=("width [GeV]", "BR", "c tau [mm]"),
        fold=("eq.",),
    )


def model_table(model: Portal) -> Table:
    """Table of a model: its rates where it is one point, else its modes alone."""
    title = f"{type(model).__name__}({_parameters(model)})"
    try:
        return rates_of(rate_table(model), title)
    except DarkpairError:  # arrays, or a width beyond the computer's arithmetic: printing refuses nothing
        lines = [(f"{parent} -> {mode}", model.equation(parent, mode)) for parent, mode in model.modes()]
        return Table(title=title, columns=("decay", "eq."), rows=lines)


def _parameters(model: Portal) -> str:
    """Parameters other than their defaults, arrays by their shapes."""
    words = []
    for entry in fields(model):
        value = getattr(model, entry.name)
        if not (entry.init and entry.repr) or entry.name == "inputs":
            continue
        if np.ndim(value):
            words.append(f"{entry.name}: array {np.shape(value)}")
        elif value != entry.default:
            number = isinstance(value, float | int) and not isinstance(value, bool)
            words.append(f"{entry.name}={value:g}" if number else f"{entry.name}={value}")
    return ", ".join([*words, f"inputs={model.inputs.preset}"])
