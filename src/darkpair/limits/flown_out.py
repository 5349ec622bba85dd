"""KOTO's efficiency for what is made beside X2, whose decays are not seen: one sample for every lifetime, and for every decay.

A decay of X2 that is seen vetoes the event, wherever the veto is; so X2 has to leave that volume first.  Of each accepted event the
proper lengths until then are kept, and an X2 of mean proper length c tau gets so far with the probability of the exponential law.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.detectors.efficiency import efficiency_of
from darkpair.detectors.koto_one_photon import KotoOnePhoton
from darkpair.gen.cutflow import Stage
from darkpair.gen.flight import Flight
from darkpair.gen.particles import spoken
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.limits.koto_boxes import beam_of, detector_of
from darkpair.limits.koto_nested import FROM_EXIT
from darkpair.limits.koto_samples import CTAU

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from darkpair.chains.chain import Chain
    from darkpair.detectors.koto import Koto
    from darkpair.gen.kinematics import Array
    from darkpair.gen.pipeline import Chunk
    from darkpair.gen.region import Region
    from darkpair.gen.topology import Columns

__all__ = ["FAR", "FlownOut", "OnePhotonFlownOut"]

#: Mean proper length of the only row of an efficiency that does not depend on it [mm].
FAR: Final = CTAU[0]

#: Value over error from which on an efficiency is known, errors above it that bound what is not stated, and the relative error of
#: what a few events decide: of short flights those that fly the fastest.  What is smaller than the last number, of the
#: largest efficiency, is not stated.
_CLEAR: Final = 3.0
_ABOVE: Final = 2.0
_POOR: Final = 3.0
_TINY: Final = 1e-12


@dataclass(frozen=True, kw_only=True)
class _Accepted:
    """Accepted events: proper lengths of each X2 until it has left the veto's volume, (particles, k) [mm], numbers, weights."""

    length: Array
    number: NDArray[np.int64]
    weight: Array

    @classmethod
    def of(cls, made: Iterable[Chunk], volume: Region) -> _Accepted:
        """Those of chunks with accepted events alone, as they come."""
        parts = [(chunk.numbers[part.rows], part) for chunk in made for part in chunk.events.parts]
        return cls(
            length=np.concatenate([_until_out(part, volume) for _, part in parts], axis=1),
            number=np.concatenate([number for number, _ in parts]).astype(np.int64),
            weight=np.concatenate(
                [np.prod([np.ones(len(part)), *part.weights.values()], axis=0) for _, part in parts]
            ),
        )

    def table(self, rows: NDArray[np.bool_], outside: int, generated: int, scale: float) -> dict[str, Any]:
        """Efficiencies and errors at each c tau [mm] that is not too short, ``most`` elsewhere, if so many X2 decay outside.

        Of two X2 of which one is to decay outside that is either, in the mean.
        """
        table: list[tuple[float, float, float]] = []
        most, floor = 0.0, _TINY * scale * float(np.sum(self.weight[rows])) / max(generated, 1)
        for ctau in CTAU if outside else (FAR,):
            away = np.exp(-self.length[:, rows] / ctau)
            left = np.prod(away, axis=0) if outside == len(away) else np.mean(away, axis=0)
            weight = self.weight[rows] * (left if outside else 1.0)
            accepted = efficiency_of(Stage.of("accepted", weight), generated)
            error = scale * (accepted.high if accepted.error is None else accepted.error)
            value = scale * accepted.value
            if value > _CLEAR * error or value > floor:
                table.append((ctau, value, error if value > _CLEAR * error else max(error, _POOR * value)))
            elif not table:
                most = max(most, value + _ABOVE * error)
        if table and most > 0.0:  # (shorter flights are fewer)
            most = table[0][1] + _ABOVE * table[0][2]
        columns = ("ctau", "efficiency", "error")
        return {name: [row[i] for row in table] for i, name in enumerate(columns)} | {"most": most}


def _until_out(part: Columns, volume: Region) -> Array:
    """Proper length at which each X2 leaves a volume, 0 where it never gets into it, (particles, n) [mm]."""
    topology = part.topology
    names = spoken({"X2": None}, topology.names)
    lengths = []
    for position in [i for i, name in enumerate(topology.names) if name in names]:
        px, py, pz, _ = part.momentum[:, position]
        x, y, z, _ = part.vertices[:, topology.vertex[position]]
        flight = Flight.through(volume, (px, py, pz), part.mass(position), (x, y, z))
        lengths.append(flight.d_out / flight.boost)
    return np.array(lengths).reshape(len(lengths), len(part))


def _tables(
    accepted: _Accepted, rows: NDArray[np.bool_], generated: int, scale: float
) -> dict[str, dict[str, Any]]:
    """Table of each number of X2 that decay outside, each of events of its own: "0", and "1" and "2" where there are so many."""
    shares = len(accepted.length) + 1
    return {
        str(outside): accepted.table(
            rows & (accepted.number % shares == outside),
            outside,
            len(range(outside, generated, shares)),
            scale,
        )
        for outside in range(shares)
    }


@dataclass(frozen=True, kw_only=True)
class FlownOut:
    """Efficiencies of KOTO for a pi0, or two photons, that is made beside X2, for each K_L at the beam exit.

    For `darkpair.scan.scan`: points are {"chain": whose X2 do not decay, "events": its digest}.

    Parameters
    ----------
    events : int
        Generated K_L; those that decay upstream of the beam of the Standard Model's decay are left out.
    selection : str
        Of KOTO, or "koto-ii" (`darkpair.limits.koto_boxes`).
    seed : int
        Of its random numbers.
    data : str
        As of `darkpair.limits.koto_samples.EfficiencyAgainstCtau`.
    """

    events: int
    selection: str
    seed: int = 5700
    data: str = ""

    def __call__(self, point: Mapping[str, Any]) -> dict[str, Any]:
        """By the number of X2 that decay outside the efficiencies and errors at each c tau [mm], and ``most`` elsewhere."""
        detector: Koto = detector_of(self.selection)
        source, chain = beam_of(self.selection), point["chain"]
        made = chunks(Pipeline(source=source, chain=chain, detector=detector, seed=self.seed), self.events)
        accepted = _Accepted.of(made, detector.veto_volume)
        rows = np.ones(len(accepted.number), dtype=bool)
        return _tables(accepted, rows, self.events, source.decay_probability)


@dataclass(frozen=True, kw_only=True)
class OnePhotonFlownOut:
    """Efficiencies of one photon above each least energy that is made beside X2, for each K_L at the beam exit.

    For `darkpair.scan.scan`: points are as of `FlownOut`.

    Parameters
    ----------
    events : int
        Generated K_L that decay from the beam exit on.
    least : tuple of float [GeV]
        Least energies of the photon, growing.
    seed : int
        Of its random numbers.
    """

    events: int
    least: tuple[float, ...]
    seed: int = 5800

    def __call__(self, point: Mapping[str, Any]) -> dict[str, Any]:
        """By least energy what `FlownOut` gives."""
        detector, chain = KotoOnePhoton(least=self.least), point["chain"]
        verdicts: list[Mapping[str, NDArray[np.bool_]]] = []
        made = self._looked_at(detector, chain, verdicts)
        accepted = _Accepted.of(made, detector.detector.veto_volume)
        return {
            name: _tables(
                accepted,
                np.concatenate([verdict[name] for verdict in verdicts]),
                self.events,
                FROM_EXIT.decay_probability,
            )
            for name in detector.selections
        }

    def _looked_at(
        self, detector: KotoOnePhoton, chain: Chain, verdicts: list[Mapping[str, NDArray[np.bool_]]]
    ) -> Iterable[Chunk]:
        """The chunks, one after the other; what each selection says of their events goes to the list."""
        pipeline = Pipeline(source=FROM_EXIT, chain=chain, detector=detector, seed=self.seed)
        for chunk in chunks(pipeline, self.events):
            assert chunk.reco is not None
            _, values = chunk.reco.lists[detector.candidates]
            order = np.concatenate([part.rows for part in chunk.events.parts]).astype(np.int64)
            verdicts.append(
                {
                    name: np.logical_and.reduce([cut(values) for cut in selection.cuts])[order]
                    for name, selection in detector.selections.items()
                }
            )
            yield chunk
