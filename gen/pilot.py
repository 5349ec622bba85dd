"""What a pilot asks of a detector before a run: which events of a batch its selection accepts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.border import check_observed, check_selected, observed
from darkpair.gen.events import Batch
from darkpair.gen.pipeline import EventDetector
from darkpair.gen.streams import Streams

__all__ = ["accepts"]


def accepts(detector: EventDetector, events: Batch, streams: Streams) -> NDArray[np.bool_]:
    """Which events of a batch a detector accepts, (n,)."""
    reco = observed(detector, events, streams.rng("detector"))
    check_observed(detector, reco, len(events))
    verdict = detector.select(reco, events.weight)
    check_selected(detector, verdict, reco, events.weight)
    return verdict.mask
