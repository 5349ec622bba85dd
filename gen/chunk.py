"""Some blocks' kept events, which travel together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from darkpair.gen.cutflow import Cutflow
from darkpair.gen.events import Batch
from darkpair.gen.histogram_sums import Pictures, Rest
from darkpair.gen.observed import Observed

if TYPE_CHECKING:
    import awkward as ak
    import hist
    from numpy.typing import NDArray

__all__ = ["Chunk"]


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Some blocks' kept events.

    Parameters
    ----------
    events : Batch
        The kept events.
    reco : Observed or None
        The detector's quantities of the kept events.
    cutflow : Cutflow
        Cut flow of all generated events of the blocks.
    numbers : ndarray of int, (k,)
        Index in the whole sample of each kept event, from 0.
    run : int
        Number of the run.
    histograms : dict
        What the detector's selection looked at, by name.
    rests : mapping
        What is beyond the rounded sums of the histograms, by name (`darkpair.gen.histogram_sums`).
    """

    events: Batch
    reco: Observed | None
    cutflow: Cutflow
    numbers: NDArray[np.int64]
    run: int
    histograms: dict[str, hist.Hist[Any]] = field(default_factory=dict)
    rests: Mapping[str, Rest] = field(default_factory=dict)

    @property
    def pictures(self) -> Pictures:
        """The histograms as what adds exactly."""
        return Pictures(histograms=self.histograms, rests=self.rests)

    @staticmethod
    def concatenate(parts: Sequence[Chunk]) -> Chunk:
        """One chunk of several of the same pipeline, in order."""
        first = parts[0]
        if len(parts) == 1:
            return first
        pictures = Pictures.total([part.pictures for part in parts])
        seen = [part.reco for part in parts if part.reco is not None]
        return Chunk(
            events=Batch.concatenate([part.events for part in parts]),
            reco=Observed.concatenate(seen) if seen else None,
            cutflow=Cutflow.total([part.cutflow for part in parts]),
            numbers=np.concatenate([part.numbers for part in parts]),
            run=first.run,
            histograms=dict(pictures.histograms),
            rests=pictures.rests,
        )

    def span(self, first: int, last: int) -> Chunk:
        """The kept events first to last - 1, as views of the same columns."""
        return replace(
            self,
            events=self.events.span(first, last),
            reco=None if self.reco is None else self.reco.span(first, last),
            numbers=self.numbers[first:last],
        )

    def copied(self) -> Chunk:
        """The same with columns of its own, whatever becomes of these."""
        return replace(
            self, events=self.events.copied(), reco=None if self.reco is None else self.reco.copied()
        )

    def close(self) -> None:
        """Let nobody write into the columns any more, which somebody else reads later."""
        for part in self.events.parts:
            named = (part.weights, part.proper_length, part.masses)
            for column in (part.momentum, part.vertices, *(c for each in named for c in each.values())):
                column.flags.writeable = False
        lists = {} if self.reco is None else self.reco.lists
        observed = () if self.reco is None else self.reco.flat.values()
        for column in (
            *observed,
            *(c for counts, entries in lists.values() for c in (counts, *entries.values())),
        ):
            column.flags.writeable = False

    def tally(self) -> Chunk:
        """The chunk without its events: the cut flow and the histograms."""
        none = np.zeros(len(self.events), dtype=bool)
        return replace(self, events=self.events.take(none), reco=None, numbers=self.numbers[:0])

    def record(self) -> ak.Array:
        """Kept events with their names (``run``, ``luminosityBlock``, ``event``), and the detector's record as the field ``reco``."""
        from darkpair.gen.record import named  # awkward takes long to import

        return named(
            self.events.record(), self.run, self.numbers, None if self.reco is None else self.reco.record()
        )
