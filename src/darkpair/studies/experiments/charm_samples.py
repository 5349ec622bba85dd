"""Samples of the study ``charm``: eta at an experiment, aimed for one c tau."""

from __future__ import annotations

from dataclasses import dataclass

from darkpair.chains.chain import Chain
from darkpair.chains.descriptor import build
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.gen.importance import aim
from darkpair.gen.lifetime import Forced
from darkpair.gen.pipeline import Chunk, Pipeline, chunks
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.limits.dump_samples import CHAIN

__all__ = ["MASS", "DumpPoint"]

#: Masses of the study [GeV].
MASS = {"X1": 0.04, "X2": 0.4}

_CELLS, _THROWS = (40, 32, 24), (8, 8, 16)


@dataclass(frozen=True, kw_only=True)
class DumpPoint:
    """A sample of eta at an experiment, aimed for one c tau.

    Parameters
    ----------
    experiment : {"charm", "nucal"}
    generator : str
        Of the spectrum.
    ctau : float [mm]
        Of X2.
    n : int
        Eta.
    seed : int
        Of their random numbers.
    """

    experiment: str
    generator: str
    ctau: float
    n: int
    seed: int

    @property
    def detector(self) -> FixedTarget:
        """The experiment."""
        return FixedTarget(experiment=self.experiment)

    @property
    def source(self) -> DumpMesons:
        """Its eta."""
        energy = self.detector.beam_energy
        return DumpMesons(meson="eta", beam_energy=energy, generator=self.generator)

    @property
    def chain(self) -> Chain:
        """The decay, forced into the experiment's volume."""
        law = Forced(region=self.detector.region, ctau=self.ctau)
        return build(CHAIN, mass=MASS, ctau={"X2": self.ctau}, lifetimes={"X2": law})

    @property
    def pipeline(self) -> Pipeline:
        """What makes the sample; the pilot runs here."""
        chain = self.chain
        aimed = aim(self.source, chain, seed=self.seed, detector=self.detector, cells=_CELLS, throws=_THROWS)
        return Pipeline(source=aimed, chain=chain, detector=self.detector, seed=self.seed)

    def made(self) -> Chunk:
        """Cut flow and histograms."""
        return Chunk.concatenate([chunk.tally() for chunk in chunks(self.pipeline, self.n)])
