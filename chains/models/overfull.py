"""Couplings with which a meson would decay to dark states more often than it decays at all: branching ratios above 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model

__all__ = ["overfull", "overfull_line"]


def overfull(model: Model) -> dict[str, float]:
    """Partial widths of a model together over the measured total width, of each parent with more than 1.

    Total widths of mesons are measured ones, to which a model adds nothing, so that a branching ratio grows without end.

    Parameters
    ----------
    model : Model
        One point.
    """
    sums: dict[str, float] = {}
    for parent, mode in model.modes():
        if parent not in ("X1", "X2"):
            part = np.asarray(model.partial_width(parent, mode) / model.width(parent))
            sums[parent] = sums.get(parent, 0.0) + float(np.max(part, initial=0.0))
    return {parent: total for parent, total in sums.items() if total > 1.0}


def overfull_line(*models: Model) -> str:
    """What is said of points among which are such, in a line of the worst; empty for any others.

    Parameters
    ----------
    *models : Model
        One point each.
    """
    beyond: dict[str, float] = {}
    for model in models:
        for parent, total in overfull(model).items():
            beyond[parent] = max(total, beyond.get(parent, 0.0))
    if not beyond:
        return ""
    most = max(beyond, key=lambda parent: beyond[parent])
    return (
        f"no probabilities: decays of {', '.join(beyond)} to dark states are more than the measured width, {beyond[most]:.3g} times "
        f"that of {most}; only smaller couplings are possible"
    )
