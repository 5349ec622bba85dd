"""Every detector with every chain of an unstable dark particle that its source can start: what the laws run over.

Source, masses and lifetime of each pair in one place; a law asks `PAIRS` and takes from each what it needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import awkward as ak

from darkpair import Chain, Pipeline, build
from darkpair.chains.catalogue import CHAINS
from darkpair.gen.lifetime import Lifetime
from darkpair.gen.pipeline import EventSource
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.sources.upsilon4s import PARENTS, Upsilon4S
from darkpair.gen.streams import Streams
from darkpair.plugins import REGISTRIES

__all__ = ["PAIRS", "Pair", "observed"]

#: Kinds of chain that the catalogue has no name for: a visible companion, charged daughters, one of two modes.
MORE: dict[str, str] = {
    "kl_pi0s_gammagamma": "K_L0 -> (pi0 -> gamma gamma) (S -> gamma gamma)",
    "kl_pi0s_ee": "K_L0 -> (pi0 -> gamma gamma) (S -> e+ e-)",
    "kl_pi0yy_gammagamma": "K_L0 -> (pi0 -> gamma gamma) (Y -> gamma gamma) (Y -> gamma gamma)",
    "kl_2pi0s_ee": "K_L0 -> (pi0 -> gamma gamma) (pi0 -> gamma gamma) (S -> e+ e-)",
    "kl_x2x2_ee": "K_L0 -> (X2 -> X1 e+ e-) (X2 -> X1 e+ e-)",
    "kl_x1x2_modes": "K_L0 -> X1 (X2 -> X1 gamma [.5] | X1 e+ e- [.5])",
    "eta_pi0s_mumu": "eta -> (pi0 -> gamma gamma) (S -> mu+ mu-)",
    "eta_x2x2_gamma": "eta -> (X2 -> X1 gamma) (X2 -> X1 gamma)",
    "eta_x1x2_mumu": "eta -> X1 (X2 -> X1 mu+ mu-)",
    "bplus_ks_mumu": "B+ -> K+ (S -> mu+ mu-)",
    "b0_x2x2_gamma": "B0 -> (X2 -> X1 gamma) (X2 -> X1 gamma)",
}

#: Masses by the chain's parent [GeV], open in every chain: X2 -> X1 pi0, and two X2 of one parent.
MASSES: dict[str, dict[str, float]] = {
    "K_L0": {"X1": 0.02, "X2": 0.2, "S": 0.1, "Y": 0.05},
    "K+": {"X1": 0.02, "X2": 0.2, "S": 0.1},
    "eta": {"X1": 0.02, "X2": 0.26, "S": 0.25},
    "B+": {"X1": 0.1, "X2": 1.0, "S": 0.5},
    "B0": {"X1": 0.1, "X2": 1.0, "S": 0.5},
}


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A detector and a chain.

    Parameters
    ----------
    detector : str
        Name in the registry.
    settings : mapping
        Of the detector.
    chain : str
        Name in the catalogue, or in `MORE`.
    """

    detector: str
    settings: Mapping[str, Any]
    chain: str

    def __str__(self) -> str:
        return "-".join([self.detector, *map(str, self.settings.values()), self.chain])

    def __hash__(self) -> int:
        return hash(str(self))

    @property
    def descriptor(self) -> str:
        """Of the chain."""
        return MORE[self.chain] if self.chain in MORE else CHAINS[self.chain].descriptor

    @property
    def parent(self) -> str:
        """The chain's first particle."""
        return self.descriptor.split(" ", 1)[0]

    @property
    def unstable(self) -> tuple[str, ...]:
        """Names of the dark particles that decay in the chain, in alphabetical order."""
        decaying = self._decaying()
        return tuple(sorted(name for name in MASSES[self.parent] if name in decaying))

    def apparatus(self, **more: Any) -> Any:
        """The detector."""
        return REGISTRIES["detectors"][self.detector](**{**self.settings, **more})

    def source(self) -> EventSource | None:
        """What the detector expects, with the chain's parent; None if it makes no such particle."""
        detector = self.apparatus()
        if detector.source == "koto_kl":
            return KotoKL() if self.parent == "K_L0" else None
        if detector.source == "upsilon4s":
            machine = detector.experiment
            return Upsilon4S(parent=self.parent, machine=machine) if self.parent in PARENTS else None
        assert detector.source == "dump_mesons"
        if self.parent not in MASSES or self.parent in PARENTS:
            return None
        return DumpMesons(meson=self.parent, beam_energy=detector.beam_energy)

    def made(
        self, ctau: float | Mapping[str, float], lifetimes: Mapping[str, Lifetime] | None = None
    ) -> Chain:
        """The chain.

        Parameters
        ----------
        ctau : float or mapping of str to float [mm]
            Of every unstable dark particle, or by name.
        lifetimes : mapping of str to Lifetime, optional
        """
        mass = {name: value for name, value in MASSES[self.parent].items() if name in self._words()}
        decaying = self._decaying()
        names = [name for name in mass if name in decaying]
        by_name = ctau if isinstance(ctau, Mapping) else dict.fromkeys(names, ctau)
        return build(self.descriptor, mass=mass, ctau=by_name, lifetimes=lifetimes)

    def _words(self) -> list[str]:
        return self.descriptor.replace("(", " ").replace(")", " ").split()

    def _decaying(self) -> set[str]:
        return {first for first, arrow in pairwise(self._words()) if arrow == "->"}

    def pipeline(self, chain: Chain, *, seed: int = 1, **more: Any) -> Pipeline:
        """Source, a chain of the same parent, and the detector; all events are kept."""
        source = self.source()
        assert source is not None
        return Pipeline(source=source, chain=chain, detector=self.apparatus(**more), seed=seed, keep="all")


def observed(pair: Pair, n: int, *, ctau: float = 100.0) -> ak.Array:
    """Record of a few events of a pair as the detector sees them, all kept.

    Parameters
    ----------
    pair : Pair
    n : int
    ctau : float [mm]
        Of every unstable dark particle.
    """
    streams = Streams(1)
    source, detector = pair.source(), pair.apparatus()
    assert source is not None
    events = pair.made(ctau).batch(source.sample(n, streams.rng("source")), streams)
    reco = detector.observe(events, streams.rng("detector"))
    verdict = detector.select(reco, events.weight)
    return ak.with_field(events.record(), reco.marked(verdict.passed, verdict.mask).record(), "reco")


def _detectors() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every detector of the registry; those with several data files or numbers of pions once for each."""
    several: dict[str, list[dict[str, Any]]] = {
        "belle2": [{"experiment": "belle2"}, {"experiment": "belle"}],
        "belle": [],  # (the same by its own name)
        "koto_kaon": [{"pions": 2}, {"pions": 3}],
        "fixed_target": [],  # (each of its data files has a name of its own)
    }
    for name in REGISTRIES["detectors"]:
        for settings in several.get(name, [{}]):
            yield name, settings


def _pairs() -> Iterator[Pair]:
    for name, settings in _detectors():
        for chain in (*CHAINS, *MORE):
            pair = Pair(detector=name, settings=settings, chain=chain)
            if pair.parent in MASSES and pair.unstable and pair.source() is not None:
                yield pair


#: All of them.
PAIRS: tuple[Pair, ...] = tuple(_pairs())
