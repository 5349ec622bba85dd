"""A dark photon at a dump, to hold a detector against published contours: largest excluded coupling and its error.

pi0 and eta -> gamma A', A' -> e+ e-; one scan sample of each meson serves every coupling.  `examples/dark_photon_charm.py`
is the same by another way: samples at one coupling, re-weighted by hand.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Final

import numpy as np
import scipy
from scipy.constants import fine_structure

from darkpair.chains.descriptor import build
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.detectors.lifetime_scan import ScanSample
from darkpair.gen.constants import HBAR_C
from darkpair.gen.importance import aim
from darkpair.gen.lifetime import ScanInside
from darkpair.gen.particles import particle
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.reweighting import weights_at
from darkpair.gen.sources.dump_mesons import DumpMesons

__all__ = [
    "PUBLICATIONS",
    "DarkPhotonDump",
    "dark_photon_branching_ratio",
    "dark_photon_ctau",
    "publication",
]

#: Folder of published edges, and of selections as publications state them.
PUBLICATIONS: Final = Path(str(files("darkpair.studies.experiments") / "publications"))


#: Branching ratios to two photons of the mesons that make a dark photon (Particle Data Group, read in ALPINIST).
_TWO_PHOTONS: Final = {"pi0": 0.98823, "eta": 0.3941}
_SEED: Final = 8200
_OF: Final = {"faser2": "2018", "darkquest": "1804.00661"}  # what the others' files are of
#: Cells and throws of the pilots, at full size and quick.
_PILOT: Final = {False: ((40, 32, 24), (8, 8, 16)), True: ((32, 24, 16), (4, 4, 8))}
_ABOUT: Final = (
    1.0 / 9.0,
    9.0,
    7,
)  # lifetimes over the guess's that the pilot is aimed for: a factor of 3 in the coupling


def dark_photon_ctau(mass: float, eps: float) -> float:
    """Mean proper length of a dark photon that decays to e+ e- alone [mm].

    Gamma = alpha eps² m / 3 (1 + 2 r²) sqrt(1 - 4 r²), r = m_e / m.

    Parameters
    ----------
    mass : float [GeV]
    eps : float
        Coupling to the electromagnetic current over e.
    """
    square = (particle("e-").mass / mass) ** 2
    width = fine_structure * eps**2 * mass / 3.0 * (1.0 + 2.0 * square) * math.sqrt(1.0 - 4.0 * square)
    return float(HBAR_C / width)


def publication(name: str) -> Path:
    """Data file of an experiment as the publication has it whose dark photon it is held against.

    Parameters
    ----------
    name : {"charm", "nucal", "na62", "faser2", "darkquest"}
    """
    return PUBLICATIONS / f"{name}-{_OF.get(name, '1908.07525')}.toml"


def dark_photon_branching_ratio(meson: str, mass: float, eps: float) -> float:
    """Branching ratio of meson -> gamma A', 2 eps² (1 - m²/M²)³ BR(gamma gamma).

    Two photons are alike and one of them is the dark one: hence the 2.  The cube is phase space and the squared amplitude of
    two transverse vectors.

    Parameters
    ----------
    meson : {"pi0", "eta"}
    mass : float [GeV]
        Of the dark photon, below the meson's.
    eps : float
        Coupling to the electromagnetic current over e.
    """
    return 2.0 * eps**2 * (1.0 - (mass / particle(meson).mass) ** 2) ** 3 * _TWO_PHOTONS[meson]


@dataclass(frozen=True, kw_only=True)
class DarkPhotonDump:
    """Expected dark photons of a mass at an experiment, against the coupling.

    Parameters
    ----------
    experiment, generator : str
        The experiment's data file by name or path, and what the spectra of the mesons come from.
    target : str, optional
        What the protons hit; the spectrum's own unless given.
    without : tuple of str
        Cuts of the experiment that are left out.
    mass : float [GeV]
    guess : float
        A coupling near the edge, the upper one or the lower: the pilots are aimed for a factor of three about it.  It moves
        errors, not values.
    events : int
        Of each meson.
    quick : bool
        With small pilots.
    seed : int
        Of the random numbers.
    """

    experiment: str
    generator: str
    target: str | None = None
    without: tuple[str, ...] = ()
    mass: float
    guess: float
    events: int
    quick: bool = False
    seed: int = _SEED

    @property
    def detector(self) -> FixedTarget:
        """The experiment without resolution: the published cuts are on true energies."""
        return FixedTarget(experiment=self.experiment, without=self.without, resolution="none")

    def edge(self) -> tuple[float, float]:
        """Coupling near the guess at which as many events are expected as the experiment excludes, and its statistical error."""
        samples = {meson: self._sample(meson) for meson in self._open}
        excluded = self.detector.run["n_90"].value

        def excess(log: float) -> float:
            return math.log(self._events(samples, math.exp(log))[0] / excluded)

        middle = math.log(self.guess)
        log = float(scipy.optimize.brentq(excess, middle - 0.5, middle + 0.7, xtol=1e-6))
        step = 1e-3
        slope = (excess(log + step) - excess(log - step)) / (2.0 * step)
        number, error = self._events(samples, math.exp(log))
        return math.exp(log), math.exp(log) * error / number / abs(slope)

    @property
    def _open(self) -> list[str]:
        """Mesons that are heavy enough."""
        return [meson for meson in _TWO_PHOTONS if particle(meson).mass > self.mass]

    def _source(self, meson: str) -> DumpMesons:
        return DumpMesons(
            meson=meson,
            beam_energy=self.detector.beam_energy,
            generator=self.generator,
            target=self.target,
        )

    def _sample(self, meson: str) -> ScanSample:
        """Accepted decays of one meson, for every lifetime near the guess's."""
        middle = dark_photon_ctau(self.mass, self.guess)
        law = ScanInside(region=self.detector.region)
        chain = build(f"{meson} -> gamma (A' -> e+ e-)", mass={"A'": self.mass}, lifetimes={"A'": law})
        for_all = partial(weights_at, law=law, ctau=middle * np.geomspace(*_ABOUT), particle="A'")
        cells, throws = _PILOT[self.quick]
        aimed = aim(self._source(meson), chain, seed=self.seed, cells=cells, throws=throws, weights=for_all)
        pipeline = Pipeline(source=aimed, chain=chain, detector=self.detector, seed=self.seed)
        return ScanSample.of(chunks(pipeline, self.events), particle="A'", law=law)

    def _events(self, samples: dict[str, ScanSample], eps: float) -> tuple[float, float]:
        """Expected events at a coupling, and their statistical error."""
        ctau, numbers, errors = dark_photon_ctau(self.mass, eps), [], []
        for meson, sample in samples.items():
            accepted = sample.efficiency(ctau, effective_min=1.0)
            counted = self.detector.normalisation(self._source(meson).table.multiplicity)
            scale = counted.scale * dark_photon_branching_ratio(meson, self.mass, eps)
            numbers.append(scale * accepted.value)
            errors.append(scale * (accepted.error or 0.0))
        return float(np.sum(numbers)), math.hypot(*errors)
