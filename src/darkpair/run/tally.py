"""What a span of blocks came to, without its events: cut flow, histograms, spectra; spans add in any order, to the bit."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from darkpair.detectors.lifetime_scan import EFFECTIVE_MIN
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.decay_places import decay_places
from darkpair.gen.errors import InputError
from darkpair.gen.histogram_sums import Pictures
from darkpair.gen.pipeline import Chunk, Pipeline
from darkpair.gen.shared_parents import shared
from darkpair.gen.sources.meson_spectra import SpectrumSums, SpectrumTally
from darkpair.gen.streams import BLOCK
from darkpair.run.summary import summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    import hist

    from darkpair.gen.events import Batch

__all__ = ["Tally"]


@dataclass(kw_only=True)
class Tally:
    """What a span of blocks came to.

    Parameters
    ----------
    flow : Cutflow or None
        Of all generated events; None before the first.
    pictures : Pictures
        What there are pictures of: the detector's histograms, or without one what decays where.
    spectra : SpectrumSums or None
        Accepted weights by the generators of a spectrum.
    places : bool
        Whether a picture of what decays where is wanted.
    counter : SpectrumTally or None
        What counts events for `spectra`; it does not travel.
    """

    flow: Cutflow | None = None
    pictures: Pictures = field(default_factory=Pictures)
    spectra: SpectrumSums | None = None
    places: bool = False
    counter: SpectrumTally | None = field(default=None, repr=False)

    @classmethod
    def of(cls, pipeline: Pipeline, *, pictures: bool) -> Tally:
        """Of a pipeline that has made nothing yet."""
        detected = pipeline.detector is not None
        counter = SpectrumTally.of(pipeline.source) if detected else None
        return cls(
            spectra=None if counter is None else counter.sums,
            places=pictures and not detected,
            counter=counter,
        )

    def add(self, chunk: Chunk) -> None:
        """Count the events of a chunk.

        Raises
        ------
        InputError
            Of a tally that was read, sent or added up, and has spectra: add a new one to it.
        """
        if self.spectra is not None and self.counter is None:
            raise InputError("this tally counts no more spectra; count with Tally.of(pipeline), and add that")
        seen = [self.pictures, chunk.pictures]
        if self.places:
            with shared(chunk.cutflow.uses):
                places = [decay_places(events) for events in _blocks(chunk)]
            seen += [Pictures(histograms={"decay_places": histogram}) for histogram in places]
        if self.counter is not None:
            accepted = None if chunk.reco is None else chunk.reco.flat.get("accepted")
            self.counter.add(chunk.events, accepted, chunk.numbers)
            self.spectra = self.counter.sums
        self.flow = chunk.cutflow if self.flow is None else self.flow + chunk.cutflow
        self.pictures = Pictures.total(seen)

    def __add__(self, other: Tally) -> Tally:
        """Of both spans; it counts no more events."""
        if (self.spectra is None) != (other.spectra is None) or self.places != other.places:
            raise InputError("tallies of two different jobs do not add; take those of one sample")
        flows = [tally.flow for tally in (self, other) if tally.flow is not None]
        return Tally(
            flow=Cutflow.total(flows) if flows else None,
            pictures=Pictures.total([self.pictures, other.pictures]),
            spectra=None if self.spectra is None or other.spectra is None else self.spectra + other.spectra,
            places=self.places,
        )

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "counter": None}

    @property
    def cutflow(self) -> Cutflow:
        """Cut flow of all generated events."""
        if self.flow is None:
            raise InputError("a tally of no events has no cut flow; add a chunk")
        return self.flow

    @property
    def histograms(self) -> dict[str, hist.Hist[Any]]:
        """What there are pictures of."""
        return dict(self.pictures.histograms)

    def summary(self, factors: dict[str, float]) -> dict[str, Any]:
        """What the file says that the run came to.

        Parameters
        ----------
        factors : dict of str to float
            Efficiencies that the detector does not simulate, by name.
        """
        result = summary(self.cutflow, factors)
        if self.spectra is not None and self.cutflow.generated:
            result["spectra"] = self.spectra.rows(self.cutflow.acceptance, effective_min=EFFECTIVE_MIN)
        return result

    def to_bytes(self) -> bytes:
        """The whole tally, as `darkpair.run.tally_bytes` writes it."""
        from darkpair.run.tally_bytes import stored

        return stored(flow=self.flow, pictures=self.pictures, spectra=self.spectra, places=self.places)

    @classmethod
    def from_bytes(cls, content: bytes) -> Tally:
        """A tally of bytes.

        Raises
        ------
        InputError
            For bytes that `to_bytes` did not write.
        """
        from darkpair.run.tally_bytes import restored

        return cls(**restored(content))


def _blocks(chunk: Chunk) -> Iterator[Batch]:
    """Events of a chunk, block by block."""
    ends = np.flatnonzero(np.diff(chunk.numbers // BLOCK)) + 1
    bounds = [0, *ends.tolist(), len(chunk.events)]
    for first, last in pairwise(bounds):
        if last > first:
            yield chunk.events.span(first, last)
