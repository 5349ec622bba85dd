"""Acceptance of a beam dump at a mass point against c tau: one aimed scan sample, for every coupling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal

import numpy as np

from darkpair.chains.chain import Chain
from darkpair.chains.descriptor import build
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.detectors.lifetime_scan import ScanSample
from darkpair.gen.errors import InputError
from darkpair.gen.importance import aim
from darkpair.gen.lifetime import ScanInside
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.reweighting import weights_at
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.studies.charm import CHAIN

__all__ = ["DumpAgainstCtau"]

#: Mean proper lengths of the table [mm], where the sample can tell.
_CTAU: Final = tuple(float(x) for x in np.geomspace(1e1, 1e7, 97))


@dataclass(frozen=True, kw_only=True)
class DumpAgainstCtau:
    """Acceptances of a beam dump for eta -> X1 X2, X2 -> X1 pi0 at a mass point.

    For `darkpair.scan.scan`: points are {"m1": ..., "m2": ...} in GeV.

    Parameters
    ----------
    experiment : str
    generator : str
        Of the eta spectrum.
    events : int
        Generated eta, aimed at the experiment's decay volume.
    resolution : {"data", "none"}
        Of the detector, see `darkpair.detectors.fixed_target.FixedTarget`; none unless given, because what is
        excluded is held against published contours, whose cuts and efficiencies are of true photons.
    cells, throws : tuple of int
        Of the pilot, see `darkpair.gen.importance.aim`.
    seed : int
    """

    experiment: str
    generator: str
    events: int
    cells: tuple[int, int, int] = (40, 32, 24)
    throws: tuple[int, ...] = (8, 8, 16)
    seed: int = 5200
    resolution: Literal["data", "none"] = "none"

    @property
    def detector(self) -> FixedTarget:
        """The experiment."""
        return FixedTarget(experiment=self.experiment, resolution=self.resolution)

    @property
    def source(self) -> DumpMesons:
        """Its eta."""
        return DumpMesons(meson="eta", beam_energy=self.detector.beam_energy, generator=self.generator)

    @property
    def law(self) -> ScanInside:
        """Decays in the experiment's volume, for any lifetime."""
        return ScanInside(region=self.detector.region, shortest=_CTAU[0], longest=_CTAU[-1])

    def chain(self, m1: float, m2: float) -> Chain:
        """The decay at masses [GeV]."""
        return build(CHAIN, mass={"X1": m1, "X2": m2}, lifetimes={"X2": self.law})

    def sample(self, m1: float, m2: float) -> ScanSample:
        """The sample for every c tau at masses [GeV]."""
        chain, law = self.chain(m1, m2), self.law
        for_all = partial(weights_at, law=law, ctau=law.grid)
        aimed = aim(self.source, chain, seed=self.seed, cells=self.cells, throws=self.throws, weights=for_all)
        pipeline = Pipeline(source=aimed, chain=chain, detector=self.detector, seed=self.seed)
        return ScanSample.of(chunks(pipeline, self.events), law=law)

    def __call__(self, point: Mapping[str, Any]) -> dict[str, Any]:
        """Acceptances, errors and effective sizes at each c tau [mm] that the sample can tell; perhaps none."""
        sample = self.sample(point["m1"], point["m2"])
        rows = []
        for ctau in _CTAU:
            try:
                found = sample.efficiency(ctau)
            except InputError:  # a few events would dominate: nothing is stated
                continue
            rows.append((ctau, found.value, found.error, found.effective))
        names = ("ctau", "efficiency", "error", "effective")
        return {name: [row[i] for row in rows] for i, name in enumerate(names)}
