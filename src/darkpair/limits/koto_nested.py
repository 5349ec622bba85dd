"""KOTO's samples for selections of which each is part of the first: one sample serves all of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from darkpair.detectors.efficiency import efficiency_of
from darkpair.detectors.lifetime_scan import ScanSample
from darkpair.gen.cutflow import Stage
from darkpair.gen.lifetime import Scan, ScanInside
from darkpair.gen.pipeline import EventDetector, Pipeline, chunks
from darkpair.gen.sources.koto_kl import Z_EXIT, Z_TARGET, KotoKL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from darkpair.chains.chain import Chain
    from darkpair.detectors.selection import Selection
    from darkpair.gen.lifetime import Lifetime
    from darkpair.gen.pipeline import Chunk
    from darkpair.gen.region import Region

__all__ = ["FROM_EXIT", "UPSTREAM", "Nested", "flying", "prompt", "seen_of"]

#: The K_L that decay from the beam exit on: what is made there is seen.
FROM_EXIT: Final = KotoKL(z_min=Z_EXIT)

#: Those upstream of it, whose X2 alone get so far: they are scanned inside the vessel.  Below p_min K_L have less energy than a
#: photon of 1 GeV.
UPSTREAM: Final = KotoKL(z_min=Z_TARGET, z_max=Z_EXIT, p_min=0.7)

#: How many fewer of them are generated.
_FEWER: Final = 4


class Nested(EventDetector, Protocol):
    """A detector with one candidate at most in an event, and its loosest selection."""

    @property
    def region(self) -> Region:
        """Where a decay can be seen."""
        ...

    @property
    def candidates(self) -> str:
        """List of its candidates."""
        ...

    @property
    def selections(self) -> Mapping[str, Selection]:
        """Selections by name, each part of the detector's own."""
        ...


@dataclass(kw_only=True)
class _Verdicts:
    """What every selection says of the accepted events, as they come."""

    detector: Nested
    generated: int = 0
    parts: list[Mapping[str, NDArray[np.bool_]]] = field(default_factory=list)

    def of(self, made: Iterable[Chunk]) -> Iterator[Chunk]:
        """The chunks, looked at one after the other."""
        for chunk in made:
            assert chunk.reco is not None
            _, values = chunk.reco.lists[self.detector.candidates]
            self.generated += chunk.cutflow.generated
            # (a scan sample has one topology after the other)
            order = np.concatenate([part.rows for part in chunk.events.parts]).astype(np.int64)
            self.parts.append(
                {
                    name: np.logical_and.reduce([cut(values) for cut in selection.cuts])[order]
                    for name, selection in self.detector.selections.items()
                }
            )
            yield chunk

    def rows(self) -> dict[str, NDArray[np.intp]]:
        """Accepted events of each selection."""
        return {
            name: np.flatnonzero(np.concatenate([part[name] for part in self.parts]))
            for name in self.detector.selections
        }


def flying(
    chain: Callable[[Lifetime], Chain],
    detector: Nested,
    ctau: Sequence[float],
    *,
    events: int,
    seed: int,
    upstream: bool = True,
) -> dict[str, list[tuple[float, ScanSample]]]:
    """By selection: the decays in the range of each source for each K_L at the beam exit, and a scan sample there.

    Parameters
    ----------
    chain : callable
        Chain with a law of X2.
    detector : Nested
        What observes the events.
    ctau : sequence of float [mm]
        Mean proper lengths that are wanted, growing.
    events, seed : int
        Generated K_L of `FROM_EXIT`, and of their random numbers; the next seed is that of `UPSTREAM`, a quarter as many.
    upstream : bool
        Whether these are wanted.
    """
    parts: dict[str, list[tuple[float, ScanSample]]] = {name: [] for name in detector.selections}
    scans: list[tuple[KotoKL, Scan | ScanInside, int]] = [
        (FROM_EXIT, Scan(shortest=ctau[0], longest=ctau[-1]), events)
    ]
    if upstream:
        scans.append((UPSTREAM, ScanInside(region=detector.region), max(events // _FEWER, 1)))
    for number, (source, law, n) in enumerate(scans):
        pipeline = Pipeline(source=source, chain=chain(law), detector=detector, seed=seed + number)
        verdicts = _Verdicts(detector=detector)
        sample = ScanSample.of(verdicts.of(chunks(pipeline, n)), law=law)
        for name, rows in verdicts.rows().items():
            own = replace(sample, length=sample.length[:, rows], weight=sample.weight[rows])
            parts[name].append((source.decay_probability, own))
    return parts


def seen_of(made: Sequence[tuple[float, ScanSample]], ctau: float) -> tuple[float, float]:
    """Efficiency for each K_L at the beam exit, and its error, infinite where nothing is accepted.

    A part of which no accepted event has a weight at that lifetime counts nothing, which makes the efficiency too small rather
    than too large.

    Parameters
    ----------
    made : sequence of (float, ScanSample)
        Of a selection of `flying`.
    ctau : float [mm]
        Mean proper length.
    """
    each = [(decays, sample.efficiency(ctau, effective_min=0.0)) for decays, sample in made]
    stated = [(decays * part.value, decays * part.error) for decays, part in each if part.error is not None]
    value = sum(part for part, _ in stated)
    return value, (math.hypot(*(error for _, error in stated)) if value > 0.0 else math.inf)


def prompt(chain: Chain, detector: Nested, *, events: int, seed: int) -> dict[str, tuple[float, float]]:
    """By selection the efficiency for each K_L at the beam exit, and its error, of a chain without weights.

    Parameters
    ----------
    chain : Chain
        What the K_L decay to, at once.
    detector : Nested
        What observes the events.
    events, seed : int
        Generated K_L of `FROM_EXIT`, and of their random numbers.
    """
    verdicts = _Verdicts(detector=detector)
    for _ in verdicts.of(
        chunks(Pipeline(source=FROM_EXIT, chain=chain, detector=detector, seed=seed), events)
    ):
        pass
    decays = FROM_EXIT.decay_probability
    out = {}
    for name, rows in verdicts.rows().items():
        accepted = efficiency_of(Stage.of(name, np.ones(len(rows))), verdicts.generated)
        error = accepted.high if accepted.error is None else accepted.error
        out[name] = decays * accepted.value, decays * error
    return out
