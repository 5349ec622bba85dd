"""Acceptances of a beam dump at a mass point against c tau: one aimed scan sample for each spectrum of eta, for every coupling."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from darkpair.chains.chain import Chain
from darkpair.chains.descriptor import build
from darkpair.chains.models.channels import production_rate
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.detectors.lifetime_scan import ScanSample
from darkpair.detectors.target_mesons import FLYING, RARE, absorbed, generators, mesons, number_at
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.importance import aim
from darkpair.gen.lifetime import ScanInside
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.reweighting import weights_at
from darkpair.gen.sources.bottom import BOTTOM
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.limits.tails import Places
from darkpair.scan.acceptance import Acceptance
from darkpair.scan.points import scan, together

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.gen.kinematics import Array

__all__ = [
    "CHAIN",
    "CTAU",
    "FLYING",
    "LEAST_OF_ALL",
    "DumpAgainstCtau",
    "DumpYield",
    "EtaSample",
    "absorbed",
    "counted_parents",
    "dump_samples",
    "generators",
    "mesons",
]

#: The decay that dumps look for; the branching ratio is that of pi0 -> gamma gamma.
CHAIN: Final = "eta -> X1 (X2 -> X1 (pi0 -> gamma gamma [.98823]))"

#: Mean proper lengths of the table [mm], where the sample can tell.
CTAU: Final = tuple(float(x) for x in np.geomspace(1e1, 1e7, 97))

#: Share of the X2 of the parent with the most, below which such a meson is left out: a tenth of the uncertainty of eta's number.
LEAST_OF_ALL: Final = 0.03


@dataclass(frozen=True, kw_only=True)
class DumpAgainstCtau:
    """Acceptances of a beam dump for eta -> X1 X2, X2 -> X1 pi0 at a mass point.

    For `darkpair.scan.scan`: points are {"m1": ..., "m2": ...} in GeV.

    Parameters
    ----------
    experiment : str
        Name of its data file, or a file of the user's.
    generator : str
        Of the eta spectrum.
    events : int
        Generated eta, aimed at what the experiment accepts.
    resolution : {"data", "none"}
        Of the detector, see `darkpair.detectors.fixed_target.FixedTarget`; none unless given, because what is
        excluded is held against published contours, whose cuts and efficiencies are of true photons.
    cells, throws : tuple of int
        Of the pilot, see `darkpair.gen.importance.aim`.
    seed : int
        Of its random numbers.
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
        return mesons("eta", self.detector.beam_energy, self.generator)

    @property
    def law(self) -> ScanInside:
        """Decays in the experiment's volume, for any lifetime."""
        return ScanInside(region=self.detector.region, shortest=CTAU[0], longest=CTAU[-1])

    def chain(self, m1: float, m2: float) -> Chain:
        """The decay at masses [GeV]."""
        return build(CHAIN, mass={"X1": m1, "X2": m2}, lifetimes={"X2": self.law})

    def sample(self, m1: float, m2: float) -> ScanSample:
        """The sample for every c tau at masses [GeV]."""
        return self.placed(m1, m2)[0]

    def placed(self, m1: float, m2: float) -> tuple[ScanSample, Places]:
        """The sample for every c tau at masses [GeV], and where its mesons lie in the spectrum."""
        chain, law = self.chain(m1, m2), self.law
        for_all = partial(weights_at, law=law, ctau=law.grid)
        aimed = aim(
            self.source,
            chain,
            seed=self.seed,
            detector=self.detector,
            cells=self.cells,
            throws=self.throws,
            weights=for_all,
        )
        pipeline = Pipeline(source=aimed, chain=chain, detector=self.detector, seed=self.seed)
        places = Places(source=self.source)
        return ScanSample.of(places.of(chunks(pipeline, self.events)), law=law), places

    def __call__(self, point: Mapping[str, Any]) -> dict[str, Any]:
        """Acceptances, errors, effective sizes and the spectrum's own error at each c tau [mm] that the sample can tell; perhaps none."""
        sample, places = self.placed(point["m1"], point["m2"])
        rows = []
        for ctau in CTAU:
            try:
                accepted = sample.efficiency(ctau)
            except InputError:  # a few events would dominate: nothing is stated
                continue
            tail = places.tail(sample, ctau)
            rows.append((ctau, accepted.value, accepted.error, accepted.effective, tail))
        names = ("ctau", "efficiency", "error", "effective", "tail")
        return {name: [row[i] for row in rows] for i, name in enumerate(names)}


@dataclass(frozen=True, kw_only=True)
class EtaSample:
    """What a beam dump accepts of the eta of one generator, or of another meson.

    Parameters
    ----------
    generator : str
        Of the spectrum.
    multiplicity, multiplicity_error : float
        Mesons per proton on target, and its standard error.
    acceptance : Acceptance
        Of each meson.
    most : float
        What the acceptance does not exceed at those c tau of which the table says nothing [1].
    tail : tuple of float, optional
        Relative error of the acceptance by the mesons that were counted for the spectrum, at the acceptance's c tau [1]; none
        unless given.
    """

    generator: str
    multiplicity: float
    multiplicity_error: float
    acceptance: Acceptance
    most: float = 1.0
    tail: tuple[float, ...] = ()

    def tail_error(self, ctau: Array) -> Array:
        """Relative error by the mesons that were counted for the spectrum, at c tau [mm]: linear in its logarithm [1]."""
        length = np.maximum(np.asarray(ctau, dtype=np.float64), 1e-300)
        if not self.tail:
            return np.zeros(length.shape)
        return np.asarray(np.interp(np.log(length), np.log(self.acceptance.ctau), self.tail))

    def production_error(self, ctau: Array) -> Array:
        """Relative error of the yield by number and tail of the spectrum, in squares, at c tau [mm] [1]."""
        return np.asarray(np.hypot(self.multiplicity_error / self.multiplicity, self.tail_error(ctau)))


@dataclass(frozen=True, kw_only=True)
class DumpYield:
    """Number of eta on target times acceptance against c tau: the central one, or an end of the production uncertainty [1].

    Parameters
    ----------
    samples : tuple of EtaSample
        One for each generator.
    end : {"central", "low", "high"}
        "central": the first generator. The ends: the generators' least or greatest yield, with one standard error
        of the multiplicity and of the spectrum's tail, in squares.
    every : bool
        Whether an end is known where every generator's yield is, or where any is: of one sample with several spectra.
    """

    samples: tuple[EtaSample, ...]
    end: str = "central"
    every: bool = True

    def __post_init__(self) -> None:
        if self.end not in {"central", "low", "high"}:
            raise UnknownNameError("end of the production uncertainty", self.end, ("central", "low", "high"))

    @property
    def most(self) -> float:
        """What the yield does not exceed where it is not known [1]."""
        most = []
        for sample in self.samples:
            error = math.hypot(sample.multiplicity_error / sample.multiplicity, max(sample.tail, default=0.0))
            most.append(sample.multiplicity * (1.0 + error) * sample.most)
        return max(most)

    def relative_error(self, ctau: Array) -> Array:
        """Greatest statistical error of a sample over its acceptance [1]; NaN where it is not known."""
        samples = self.samples[:1] if self.end == "central" else self.samples
        relative = [s.acceptance.relative_error(ctau) for s in samples]
        return np.asarray(np.max(relative if self.every else np.nan_to_num(relative), axis=0))

    def at(self, ctau: Array) -> Array:
        """Number of eta per proton times acceptance at c tau [mm]; NaN where a sample is too small to tell."""
        sign = {"central": 0.0, "low": -1.0, "high": 1.0}[self.end]
        yields = [
            sample.multiplicity
            * np.maximum(1.0 + sign * sample.production_error(ctau), 0.0)
            * sample.acceptance.at(ctau)
            for sample in self.samples
        ]
        if self.end == "central":
            return yields[0]
        if not self.every:
            no_end = [np.where(np.isnan(each), -sign * np.inf, each) for each in yields]
            yields = [np.where(np.isnan(yields).all(axis=0), np.nan, each) for each in no_end]
        return np.asarray((np.min if sign < 0.0 else np.max)(yields, axis=0))


def dump_samples(
    experiment: str,
    masses: Sequence[tuple[float, float]],
    *,
    spectra: Sequence[str],
    events: int,
    cells: tuple[int, int, int],
    throws: tuple[int, ...],
    folder: Path | None = None,
    workers: int = 2,
) -> list[tuple[EtaSample, ...]]:
    """Samples of a beam dump at each mass point, one for each generator.

    Parameters
    ----------
    experiment, events, cells, throws
        As of `DumpAgainstCtau`.
    masses : sequence of (float, float) [GeV]
        m1 and m2 of each point.
    spectra : sequence of str
        Generators of the eta spectrum, the central one first.
    folder, workers
        The cache of samples, and the number of processes.
    """
    # what is kept of a file of the user's goes with its content
    own: dict[str, Any] = {}
    if experiment.endswith(".toml"):
        own["file"] = hashlib.sha256(Path(experiment).read_bytes()).hexdigest()
    points = [{"m1": m1, "m2": m2, **own} for m1, m2 in masses]
    makers = [
        DumpAgainstCtau(experiment=experiment, generator=generator, events=events, cells=cells, throws=throws)
        for generator in spectra
    ]
    tables = together(
        [partial(scan, evaluate, points, folder=folder, workers=workers) for evaluate in makers],
        workers=workers,
    )
    of_generator = []
    for evaluate, own_tables in zip(makers, tables, strict=True):
        number = evaluate.source.table
        own_eta = partial(
            EtaSample,
            generator=evaluate.generator,
            multiplicity=number.multiplicity,
            multiplicity_error=number.multiplicity_error,
        )
        of_generator.append(
            [own_eta(acceptance=Acceptance.of(table), tail=tuple(table["tail"])) for table in own_tables]
        )
    return list(zip(*of_generator, strict=True))


def counted_parents(
    experiment: str, parents: Sequence[str], over: Model, spectra: Callable[[str, str], Sequence[str]]
) -> tuple[str, ...]:
    """Parents without the flying ones and the B that make less than three hundredths of the X2 of the parent with the most, at every point.

    Mesons for each proton, times the mean probability to decay before absorption, times the branching ratio to X2: what flies
    towards a detector is faster than the mean, and decays more seldom yet.

    Parameters
    ----------
    experiment, parents : str, sequence of str
        Name of the detector's data file, or a file of the user's; and mesons of the search.
    over : Model
        All couplings that are asked for.
    spectra : callable
        Function of the data file and a meson that gives the meson's generators, the central one first.
    """
    if not set(parents) & set(RARE):
        return tuple(parents)
    made = {}
    for parent in parents:
        try:
            rate = production_rate(over, parent)
        except InputError:  # (of a model that has no width there, as where B would make a mediator itself)
            if parent not in BOTTOM:
                raise
            continue
        if np.any(rate > 0.0):
            made[parent] = rate * number_at(experiment, parent, spectra(experiment, parent)[0])
    most = np.max(np.stack(np.broadcast_arrays(*made.values())), axis=0) if made else np.zeros(())
    return tuple(
        parent
        for parent in parents
        if parent not in RARE or (parent in made and np.any(made[parent] > LEAST_OF_ALL * most))
    )
