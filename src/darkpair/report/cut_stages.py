"""At which cut each event stopped, from a detector's own selection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from darkpair.gen.observed import Observed

__all__ = ["Stages", "observed_of", "stages_of"]

#: Events whose weights, powers of two, add up without rounding.
_BITS: Final = 48


@dataclass(frozen=True, kw_only=True)
class Stages:
    """What became of each of n events.

    Parameters
    ----------
    names : list of str
        What may become of an event, "accepted" last; empty where nobody selected.
    of : ndarray of int, (n,)
        Index of each event's in `names`.
    """

    names: list[str]
    of: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64]) -> Stages:
        """Those of some events."""
        return Stages(names=self.names, of=self.of[rows])


def stages_of(detector: Any, events: ak.Array) -> Stages:
    """What became of each event of `darkpair.gen.output.any_layout.read_some`.

    The selection is the detector's, run again on what it measured; what the file itself says of an event goes first, because
    numbers of the layout ``nano`` are rounded.
    """
    n = len(events)
    reco = events.reco if "reco" in events.fields else None
    said = reco is not None and "accepted" in reco.fields
    accepted = np.asarray(reco.accepted, bool) if said and reco is not None else np.ones(n, bool)
    if reco is None:
        return Stages(names=[], of=np.zeros(n, np.int64))
    if accepted.all():
        return Stages(names=["accepted"], of=np.zeros(n, np.int64))
    if detector is None:
        return Stages(names=["not accepted", "accepted"], of=accepted.astype(np.int64))
    names, passed = _passed(detector, observed_of(reco))
    of = np.where(accepted, len(names), np.minimum(passed, len(names) - 1))
    return Stages(names=[*(f"stopped at {name}" for name in names), "accepted"], of=of)


def _passed(detector: Any, observed: Observed) -> tuple[list[str], NDArray[np.int64]]:
    """Names of the cuts, and how many of them each event passed: with weights of powers of two every sum says which are in it."""
    names: list[str] = []
    passed = np.zeros(observed.n, np.int64)
    for first in range(0, observed.n, _BITS):
        last = min(first + _BITS, observed.n)
        weights = 2.0 ** np.arange(last - first)
        stages = detector.select(observed.span(first, last), weights).cutflow.stages[1:]
        names = [stage.name for stage in stages]
        for stage in stages:
            passed[first:last] += (int(stage.sum_w) >> np.arange(last - first)) & 1
    return names, passed


def observed_of(reco: ak.Array) -> Observed:
    """What a detector measured, from its record."""
    flat, lists = {}, {}
    for name in reco.fields:
        column = reco[name]
        if column.ndim == 1:
            flat[name] = np.asarray(column)
        elif column.fields:
            columns = {key: _wide(np.asarray(ak.flatten(column[key]))) for key in column.fields}
            lists[name] = (np.asarray(ak.num(column), np.int64), columns)
    return Observed(n=len(reco), flat=flat, lists=lists)


def _wide(column: NDArray[Any]) -> NDArray[Any]:
    """Real numbers as detectors have them."""
    return column.astype(np.float64) if column.dtype.kind == "f" else column
