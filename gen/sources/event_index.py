"""What one pass through an event file tells: parents, masses, weights, and where each block begins."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["EventIndex"]


@dataclass(frozen=True)
class EventIndex:
    """What one pass through the file tells."""

    counts: dict[int, int]  # parents of each kind
    masses: dict[int, float]
    mean_weight: float
    parents_per_event: (
        float | None
    )  # by the weights of both; None where those of the events add up to nothing
    parents_per_event_error: float | None  # that the number of events leaves
    starts: tuple[tuple[int, int], ...]  # for each block, and after the last: event, and its parents before

    @property
    def n_parents(self) -> int:
        """Parents of all kinds."""
        return sum(self.counts.values())
