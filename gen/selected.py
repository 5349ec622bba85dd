"""What a detector's selection says of events: which are accepted, by which cuts, and what it looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import hist
    from numpy.typing import NDArray

    from darkpair.gen.cutflow import Cutflow

__all__ = ["Selected"]


@dataclass(frozen=True, kw_only=True)
class Selected:
    """A detector's verdict on n events.

    Parameters
    ----------
    mask : ndarray of bool, (n,)
        Which events are accepted.
    cutflow : Cutflow
        What is left after each cut.
    histograms : dict
        Histograms of what the selection looked at, by name; those of several blocks add.
    passed : mapping of str to ndarray of bool, (k,)
        Which of the k entries of a detector's list passed, by the list's name, where an event may have several. They
        become the column ``accepted`` of the list.
    """

    mask: NDArray[np.bool_]
    cutflow: Cutflow
    histograms: dict[str, hist.Hist[Any]] = field(default_factory=dict)
    passed: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)

    @classmethod
    def of_candidates(
        cls,
        name: str,
        event: NDArray[np.intp],
        accepted: NDArray[np.intp],
        *,
        n: int,
        cutflow: Cutflow,
        histograms: dict[str, hist.Hist[Any]],
    ) -> Selected:
        """Verdict on n events of which any accepted candidate will do.

        Parameters
        ----------
        name : str
            Name of the candidates' list.
        event : ndarray of int, (k,)
            Event of each candidate.
        accepted : ndarray of int
            Indices of the candidates that passed.
        n : int
            Number of events.
        cutflow : Cutflow
            What is left after each cut.
        histograms : dict
            Histograms of what the selection looked at, by name.
        """
        mask, passed = np.zeros(n, dtype=bool), np.zeros(len(event), dtype=bool)
        mask[event[accepted]] = True
        passed[accepted] = True
        return cls(mask=mask, cutflow=cutflow, histograms=histograms, passed={name: passed})
