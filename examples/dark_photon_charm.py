"""A dark photon at CHARM: a chain and a model of one's own, from a coupling to the excluded couplings.

pi0 and eta of the dump decay to gamma A', and A' to e+ e- in CHARM's decay volume, 480 m behind it.
Prints, for each mass, the largest coupling at which CHARM would have seen the events that it excludes:

    python examples/dark_photon_charm.py [mass in MeV ...]
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, field

import numpy as np
from scipy.constants import fine_structure

from darkpair import Chain, Pipeline, build, chunks, particle
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.gen.constants import HBAR_C
from darkpair.gen.importance import aim
from darkpair.gen.lifetime import Forced
from darkpair.gen.sources.dump_mesons import DumpMesons

ELECTRON = particle("e-").mass
#: Branching ratios to two photons (Particle Data Group).
TWO_PHOTONS = {"pi0": 0.98823, "eta": 0.3941}


@dataclass(frozen=True, kw_only=True)
class DarkPhoton:
    """A vector of mass m [GeV] that couples to electric charge with strength eps e; e+ e- is its only decay."""

    m: float
    eps: float

    @property
    def ctau(self) -> float:
        """Mean proper decay length [mm], of Gamma = alpha eps² m/3 (1 + 2 r²) sqrt(1 - 4 r²), r = m_e/m."""
        r = ELECTRON / self.m
        width = (
            fine_structure * self.eps**2 * self.m / 3.0 * (1.0 + 2.0 * r * r) * math.sqrt(1.0 - 4.0 * r * r)
        )
        return float(HBAR_C / width)

    def branching_ratio(self, meson: str) -> float:
        """Of meson -> gamma A', 2 eps² (1 - m²/M²)³ BR(gamma gamma); 0 where it is closed."""
        open_part = max(1.0 - (self.m / particle(meson).mass) ** 2, 0.0)
        return 2.0 * self.eps**2 * open_part**3 * TWO_PHOTONS[meson]

    def chain(self, meson: str, detector: FixedTarget) -> Chain:
        """Chain of meson -> gamma (A' -> e+ e-), the dark photon forced to decay in the detector's volume."""
        law = Forced(region=detector.region, ctau=self.ctau)
        return build(
            f"{meson} -> gamma (A' -> e+ e-)",
            mass={"A'": self.m},
            ctau={"A'": self.ctau},
            lifetimes={"A'": law},
        )


@dataclass(frozen=True, kw_only=True)
class Yield:
    """Expected events at CHARM against eps, from accepted decays at one eps, re-weighted to another."""

    at: DarkPhoton
    detector: FixedTarget
    n: int = 200_000
    generator: str = "pythia6"
    cells: tuple[int, int, int] = (48, 32, 32)
    accepted: dict[str, tuple[np.ndarray, np.ndarray, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for meson in TWO_PHOTONS:
            if self.at.branching_ratio(meson) > 0.0:
                self.accepted[meson] = self._sample(meson)

    def _sample(self, meson: str) -> tuple[np.ndarray, np.ndarray, float]:
        """Proper lengths [mm] and weights of the accepted decays, and mesons per proton."""
        source = DumpMesons(meson=meson, beam_energy=self.detector.beam_energy, generator=self.generator)
        chain = self.at.chain(meson, self.detector)
        aimed = aim(source, chain, seed=1, cells=self.cells)
        pipeline = Pipeline(source=aimed, chain=chain, detector=self.detector, seed=1)
        parts = [part for chunk in chunks(pipeline, self.n) for part in chunk.events.parts]
        length = np.concatenate([part.proper_length["A'"] for part in parts])
        weight = np.concatenate([np.prod(list(part.weights.values()), axis=0) for part in parts])
        return length, weight, source.table.multiplicity

    def events(self, eps: float) -> float:
        """Expected events at another coupling: the exponential law of the new c tau over that of the sample."""
        new = DarkPhoton(m=self.at.m, eps=eps)
        total = 0.0
        for meson, (length, weight, multiplicity) in self.accepted.items():
            # one exponent: slow dark photons have weights and ratios that only their product keeps finite
            with np.errstate(divide="ignore"):
                log = np.log(weight) + length / self.at.ctau - length / new.ctau
            acceptance = float(np.sum(np.exp(log))) * self.at.ctau / new.ctau / self.n
            number = self.detector.normalisation(multiplicity)
            total += float(number.events(branching_ratio=new.branching_ratio(meson), acceptance=acceptance))
        return total


def edge(m: float, detector: FixedTarget, *, rounds: int = 4, **settings: object) -> float:
    """Largest coupling at which the detector would have seen as many events as it excludes.

    Each round makes its sample at the last round's answer, so that re-weighting ends with ratios near 1.
    """
    eps = 4e-7 / m  # a first guess: 480 m is some fifteen decay lengths
    for _ in range(rounds):
        made = Yield(at=DarkPhoton(m=m, eps=eps), detector=detector, **settings)  # type: ignore[arg-type]
        grid = eps * np.geomspace(0.4, 2.5, 181)
        above = np.flatnonzero([made.events(e) > detector.run["n_90"].value for e in grid])
        eps = float(grid[above[-1]]) if len(above) else float(grid[0])
    return eps


if __name__ == "__main__":
    # the published edges, with which docs/beam_dumps.md compares, cut on true energies
    charm = FixedTarget(experiment="charm", resolution="none")
    for mass in [float(word) for word in sys.argv[1:]] or [20.0, 30.0, 50.0, 70.0, 90.0, 110.0]:
        print(f"m = {mass:g} MeV: CHARM excludes up to eps = {edge(1e-3 * mass, charm):.3g}")
