"""Rates of a model as rows: what prints them, and what only reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from darkpair.chains.models.edge import require_not_lost
from darkpair.gen.errors import InputError

if TYPE_CHECKING:
    from darkpair.chains.models.portal import Portal

__all__ = ["RateRow", "rate_table"]


@dataclass(frozen=True, kw_only=True)
class RateRow:
    """One decay mode of a model at one point.

    Parameters
    ----------
    parent, mode : str
        Parent and mode, as in ``model.modes()``.
    width : float [GeV]
        Partial width, exactly zero for a closed channel.
    branching_ratio : float or None
        Branching ratio of the mode [1]; None where the parent does not decay at all.
    ctau : float [mm]
        Mean proper decay length of the parent.
    equation : str
        Numbers of the equations of arXiv:2005.07102 that give the rate.
    """

    parent: str
    mode: str
    width: float
    branching_ratio: float | None
    ctau: float
    equation: str

    @property
    def closed(self) -> bool:
        """Whether the mode does not occur here: forbidden by energy, or a coupling that is zero."""
        return self.width == 0.0


def rate_table(model: Portal) -> list[RateRow]:
    """Rows of every mode of a model at one point, by parent.

    Parameters
    ----------
    model : Model
        Portal at one point: masses and couplings are numbers.
    """
    rows = []
    keys = [*model.modes(), ("X2", "invisible")]
    for parent, mode in sorted(keys, key=lambda key: key[0] == "X2"):
        width, total = model.partial_width(parent, mode), model.width(parent)
        if np.ndim(width):
            raise InputError(
                f"the rates of {parent} -> {mode} are an array of shape {np.shape(width)}; give one point"
            )
        if mode != "invisible":
            require_not_lost(model, parent, mode)
        rows.append(
            RateRow(
                parent=parent,
                mode=mode,
                width=float(width),
                branching_ratio=float(width / total) if total > 0.0 else None,
                ctau=float(model.ctau(parent)),
                equation=model.equation(parent, mode),
            )
        )
    return rows
