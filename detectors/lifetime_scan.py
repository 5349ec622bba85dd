"""The efficiency against c tau: from one scan sample, and the estimate with a typical path."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from darkpair.detectors.efficiency import ONE_SIGMA, Efficiency, efficiency_of
from darkpair.gen.cutflow import Cutflow, Stage
from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.lifetime import Scan
from darkpair.gen.pipeline import Chunk
from darkpair.gen.reweighting import Reweightable, proper_lengths

__all__ = ["EFFECTIVE_MIN", "ScanSample", "estimated_decay_probability"]

#: Effective accepted events below which a re-weighted efficiency is refused: with this many, no event carries
#: more than a tenth of the sum, because (largest w / sum w)² <= sum w² / (sum w)².
EFFECTIVE_MIN = 100.0


@dataclass(frozen=True, kw_only=True)
class ScanSample:
    """Proper lengths of the accepted events of a scan sample: all that the efficiency at any c tau needs.

    Parameters
    ----------
    law : Reweightable
        Law of lifetimes that the sample was made with: `darkpair.gen.lifetime.Scan`, or ``ScanInside`` for a far
        detector.
    length : ndarray, (particles, k) [mm]
        Proper lengths of the decaying particles of each accepted event; NaN where a topology has fewer.
    weight : ndarray, (k,)
        Product of the accepted events' other weights.
    generated : int
        Number of events before the selection.
    largest : float, optional
        Largest product of the other weights among all generated events, or the largest sum of a parent's.
    parent : ndarray of int, (k,), optional
        Parent of each accepted event, where parents are used several times; which is `uses`.
    """

    law: Reweightable
    length: Array
    weight: Array
    generated: int
    largest: float | None = None
    parent: NDArray[np.int64] | None = None
    uses: int = 1

    @classmethod
    def of(
        cls, chunks: Iterable[Chunk], *, particle: str = "X2", law: Reweightable | None = None
    ) -> ScanSample:
        """Sample of a pipeline's chunks, one in memory at a time.

        Parameters
        ----------
        chunks : iterable of Chunk
            Chunks of a pipeline that keeps accepted events only.
        particle : str
            Name of the particle whose lifetime is scanned.
        law : Reweightable, optional
            Law that the chain has for the particle; ``Scan()`` unless given.

        Raises
        ------
        InputError
            Without events, if the particle has no proper length in them, if the sample is weighted to a c tau
            already, or if it holds events that were not accepted.
        """
        lengths: list[Array] = []
        weights: list[Array] = []
        parents: list[NDArray[np.int64]] = []
        first: Stage | None = None
        for chunk in chunks:
            before = chunk.cutflow.stages[0]
            first = before if first is None else first + before
            if len(chunk.events) != chunk.cutflow.stages[-1].n:
                raise InputError("a scan sample needs accepted events only; make it with keep = 'accepted'")
            for part in chunk.events.parts:
                if "lifetime" in part.weights:
                    raise InputError(
                        "the sample is weighted to a c tau already; make it with a Scan without one"
                    )
                lengths.append(proper_lengths(part, particle))
                parents.append(chunk.numbers[part.rows] // chunk.cutflow.uses)
                weights.append(np.prod([np.ones(len(part)), *part.weights.values()], axis=0))
        if first is None:
            raise InputError("a scan sample of no events; give at least one chunk")
        most = max(len(rows) for rows in lengths)
        uses = Cutflow((first,)).uses
        padded = [np.pad(r, ((0, most - len(r)), (0, 0)), constant_values=np.nan) for r in lengths]
        return cls(
            law=law or Scan(),
            length=np.concatenate(padded, axis=1),
            weight=np.concatenate(weights),
            generated=first.n,
            largest=first.largest,
            parent=np.concatenate(parents) if uses > 1 else None,
            uses=uses,
        )

    def efficiency(
        self, ctau: float, *, confidence_level: float = ONE_SIGMA, effective_min: float = EFFECTIVE_MIN
    ) -> Efficiency:
        """Efficiency at a mean proper length.

        Parameters
        ----------
        ctau : float [mm]
            Mean proper decay length of the scanned particle.
        confidence_level : float
            Probability of the central interval.
        effective_min : float
            Least effective number of accepted events that counts as enough.

        Raises
        ------
        InputError
            If c tau lies outside the scan, or if fewer effective events than that are left.
        """
        stage = self._stage(self.weights(ctau))
        if stage.effective < effective_min:
            has, needed = apart(stage.effective, effective_min, digits=3)
            raise InputError(
                f"{has} effective accepted events at c tau = {ctau:g} mm of {self.generated} generated, "
                f"less than {needed}: a few events dominate; generate more, or a dedicated sample"
            )
        largest = None if self.largest is None else self.largest * self.law.bound(ctau) ** len(self.length)
        # what the generated events' weights to this c tau add up to is not kept, and does not matter
        parents = None if self.parent is None else self.generated // self.uses
        before = Stage("generated", self.generated, 0.0, 0.0, largest, parents=parents)
        return efficiency_of(stage, before, confidence_level=confidence_level)

    def weights(self, ctau: float) -> Array:
        """Weights of the accepted events at a mean proper length [mm], (k,)."""
        weight = self.weight.copy()
        for length in self.length:  # one or two particles, over whole arrays
            there = np.flatnonzero(np.isfinite(length))
            weight[there] *= self.law.weight(length[there], ctau)
        return weight

    def _stage(self, weight: Array) -> Stage:
        """Stage of the accepted events with those weights, (k,)."""
        if self.parent is None:
            return Stage.of("accepted", weight)
        order = np.argsort(
            self.parent, kind="stable"
        )  # (events of several topologies stand one topology after the other)
        return Stage.of("accepted", weight[order], self.parent[order])


def estimated_decay_probability(
    mass: Real, ctau: Real, *, path: float, energy: float, particles: int = 1
) -> Array:
    """Probability that one, or each of several, decays on a typical path, 1 - exp(-path m/(p c tau)).

    An estimate: multiplied with a prompt efficiency it overestimates, because long flights are also accepted
    less often; `ScanSample` has the efficiency itself.

    Parameters
    ----------
    mass, ctau : float or ndarray [GeV], [mm]
        Mass and mean proper decay length; arrays broadcast.
    path, energy : float [mm], [GeV]
        Typical path through the decay volume, and typical energy of a particle.
    particles : int
        Number of particles that have to decay.

    Raises
    ------
    InputError
        For an energy that does not exceed the mass, or a negative length.

    References
    ----------
    arXiv:2005.07102, eq 66, with |p| = sqrt(E² - m²) and one particle; its power where all of several have
    to decay is ours.
    """
    m, length = np.asarray(mass, dtype=np.float64), np.asarray(ctau, dtype=np.float64)
    if not np.all((m > 0.0) & (m < energy)):
        raise InputError(f"mass = {mass} GeV at the energy {energy} GeV; allowed: between 0 and the energy")
    if not np.all(length >= 0.0) or path <= 0.0 or particles < 1:
        raise InputError(
            f"c tau = {ctau} mm, path = {path:g} mm, {particles} particles; allowed: 0 or more, above 0, 1 or more"
        )
    with np.errstate(divide="ignore"):  # at once: an infinite number of lengths
        lengths = np.divide(path, length * np.sqrt(energy**2 - np.square(m)) / m)
    return np.asarray((-np.expm1(-lengths)) ** particles)
