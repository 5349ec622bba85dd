"""Results that entries of data files feed: each a function that reads the files anew, so that a change shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, Final

import numpy as np

from darkpair.chains.descriptor import build
from darkpair.chains.models.dark_matter import energy_injection
from darkpair.chains.models.higgs_portal import HiggsPortalQuartic
from darkpair.chains.models.impostor import Impostor
from darkpair.chains.models.inputs import Inputs
from darkpair.chains.models.model import Model
from darkpair.chains.models.zprime import ZPrimeScalar
from darkpair.chains.models.zprime_fermions import ZPrimeDirac
from darkpair.chains.standard_model import known_laws
from darkpair.chains.standard_model_rates import (
    b_to_k_nunu,
    grossman_nir_factor,
    k_long_to_pi_nunu,
    k_plus_to_pi_nunu,
)
from darkpair.detectors.belle2 import Belle2
from darkpair.detectors.data_file import Number, read_data
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.detectors.koto import Koto
from darkpair.detectors.koto_results import factors, kaons
from darkpair.detectors.koto_results import run as run_of_koto
from darkpair.detectors.normalisation import by_kaons, by_pairs
from darkpair.gen.data_files import load
from darkpair.gen.events import Batch
from darkpair.gen.importance import aim
from darkpair.gen.kinematics import Array, two_body_momentum
from darkpair.gen.lifetime import Forced
from darkpair.gen.pipeline import EventDetector, EventSource
from darkpair.gen.region import Region
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.sources.meson_multiplicity import multiplicity
from darkpair.gen.sources.upsilon4s import Upsilon4S
from darkpair.gen.streams import BLOCK, Streams
from darkpair.limits.koto_samples import PI0, SM
from darkpair.searches import AtomicParity, KotoBand, KPlusToPiNuNu, NeutrinoElectron, Search
from darkpair.statistics import Counting, upper_limit

__all__ = [
    "Result",
    "Simulated",
    "belle",
    "counting",
    "dalitz",
    "dump",
    "kl",
    "koto",
    "koto_vetoes",
    "pairs",
    "production",
    "protons",
    "theory",
]

#: Events of a part, by which errors are told: a part of a block.
_PART: Final = 1024

#: Of the pilot, see `darkpair.gen.importance.aim`.
_CELLS, _THROWS = (24, 20, 16), (8, 8)

#: Where the models are asked: the masses of arXiv:2005.07102's figures [GeV].
_POINT: Final[dict[str, Any]] = {"m1": 0.04, "m2": 0.4}


@dataclass(frozen=True, kw_only=True)
class Result:
    """A number that follows from the data files alone.

    Parameters
    ----------
    name : str
        What it is, in words.
    number : callable
        Reads the files; several numbers are the cells of a distribution.
    """

    name: str
    number: Callable[[], Any]

    def sums(self, blocks: int, seed: int) -> Array:
        """The numbers, (1, cells)."""
        return np.atleast_2d(np.asarray(self.number(), dtype=np.float64))


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """Accepted events of a chain, the same generated ones whatever is changed in the detector.

    Parameters
    ----------
    name : str
    descriptor : str
    mass : mapping of str to float [GeV]
    ctau : float [mm]
        Of X2, or of S; 0 decays at once.
    detector : callable
        Reads its data file anew.
    source : callable
    forced : bool
        Whether the decay is forced into the detector's region, and the parents are aimed at it.
    """

    name: str
    descriptor: str
    detector: Callable[[], EventDetector]
    source: Callable[[], EventSource]
    mass: Mapping[str, float] = field(default_factory=dict)
    ctau: Mapping[str, float] = field(default_factory=dict)
    forced: bool = False

    def sums(self, blocks: int, seed: int) -> Array:
        """Sums of the accepted weights of each 1024 events, and of their squares, (2, parts)."""
        detector = self.detector()
        region = detector.region if self.forced else None  # type: ignore[attr-defined]
        parts = []
        for i, events in enumerate(_truth(self, region, blocks, seed)):
            seen = detector.observe(events, Streams(seed, i).rng("detector"))
            weight = np.where(detector.select(seen, events.weight).mask, events.weight, 0.0).reshape(
                -1, _PART
            )
            parts.append((weight.sum(axis=1), np.square(weight).sum(axis=1)))
        return np.concatenate(parts, axis=1)


#: The truth of one sample, in one volume: what is asked for many changes in turn.
_MADE: dict[Any, list[Batch]] = {}


def _truth(sample: Simulated, region: Region | None, blocks: int, seed: int) -> list[Batch]:
    """Generated events of each block."""
    key = (sample.name, region, blocks, seed)
    if key not in _MADE:
        _MADE.clear()
        chain = build(
            sample.descriptor, mass=sample.mass, ctau=sample.ctau, lifetimes=_forced(sample, region)
        )
        source = sample.source() if region is None else _aimed(sample, sample.detector().region, seed)  # type: ignore[attr-defined]
        streams = [Streams(seed, i) for i in range(blocks)]
        _MADE[key] = [chain.batch(source.sample(BLOCK, s.rng("source")), s) for s in streams]
    return _MADE[key]


def _forced(sample: Simulated, region: Region | None) -> dict[str, Forced]:
    if region is None:
        return {}
    return {name: Forced(region=region, ctau=ctau) for name, ctau in sample.ctau.items()}


#: Aimed sources by sample: aimed at the volume of the first call, exact for any.
_AIMED: dict[tuple[str, int], Any] = {}


def _aimed(sample: Simulated, region: Region, seed: int) -> Any:
    if (sample.name, seed) not in _AIMED:
        chain = build(
            sample.descriptor, mass=sample.mass, ctau=sample.ctau, lifetimes=_forced(sample, region)
        )
        source: Any = sample.source()
        _AIMED[sample.name, seed] = aim(source, chain, seed=seed, cells=_CELLS, throws=_THROWS)
    return _AIMED[sample.name, seed]


def koto(selection: str) -> Simulated:
    """Accepted K_L -> pi0 nu nubar."""
    return Simulated(
        name=f"KOTO {selection}: accepted K_L -> pi0 nu nubar",
        descriptor=SM,
        detector=partial(Koto, selection=selection),
        source=KotoKL,
    )


def koto_vetoes() -> Simulated:
    """Accepted pairs of pi0 and an S that decays to photons far away or not at all."""
    return Simulated(
        name="KOTO 2016-18: accepted K_L -> pi0 S, S -> gamma gamma of 100 MeV and c tau = 1 m",
        descriptor=f"K_L0 -> {PI0} (S -> gamma gamma)",
        mass={"S": 0.1},
        ctau={"S": 1e3},
        detector=Koto,
        source=KotoKL,
    )


def belle(experiment: str, decay: str) -> Simulated:
    """Accepted B -> K X1 X2: a charged kaon and X2 that decays at c tau = 7 cm, or a K_S alone."""
    chains = {
        "K+": (
            "B+",
            "B+ -> K+ X1 (X2 -> X1 (pi0 -> gamma gamma))",
            {"X2": 70.0},
            "X2 -> X1 pi0 at c tau = 7 cm",
        ),
        "K_S": ("B0", "B0 -> (K_S0 -> pi+ pi-) X1 X2", {}, "X2 stable"),
    }
    parent, descriptor, ctau, words = chains[decay]
    return Simulated(
        name=f"{experiment}: accepted {parent} -> {decay} X1 X2, {words}",
        descriptor=descriptor,
        mass={"X1": _POINT["m1"], "X2": _POINT["m2"]},
        ctau=ctau,
        detector=partial(Belle2, experiment=experiment, selection="acceptance"),
        source=partial(Upsilon4S, parent=parent, machine=experiment),
    )


#: Mean proper lengths of X2 behind a target [mm]: they fly far enough, and decay in the volume.
_FAR: Final = {"faser2": 1e3}


def dump(experiment: str, selection: str) -> Simulated:
    """Accepted eta -> X1 X2, X2 -> X1 pi0 or X1 mu mu, behind a target."""
    final = {"showers": "(pi0 -> gamma gamma)", "muons": "mu+ mu-"}[selection]
    ctau = _FAR.get(experiment, 1e4)
    return Simulated(
        name=f"{experiment}: accepted eta -> X1 X2, X2 -> X1 {'pi0' if selection == 'showers' else 'mu mu'} at "
        f"c tau = {1e-3 * ctau:g} m",
        descriptor=f"eta -> X1 (X2 -> X1 {final})",
        mass={"X1": _POINT["m1"], "X2": _POINT["m2"]},
        ctau={"X2": ctau},
        detector=partial(FixedTarget, experiment=experiment, selection=selection),
        source=partial(_eta, experiment),
        forced=True,
    )


def _eta(experiment: str) -> DumpMesons:
    energy = FixedTarget(experiment=experiment).beam_energy
    return DumpMesons(meson="eta", beam_energy=energy, generator="pythia6")


def counting(experiment: str) -> Result:
    """Limit on signal events of what was seen and expected."""

    def limit() -> float:
        if experiment.startswith("koto "):
            run = run_of_koto(experiment.removeprefix("koto "))
            seen, background = run.candidates, run.background
        else:
            numbers = FixedTarget(experiment=experiment).run
            seen, background = numbers["observed"], numbers["background"]
        error = background.error if background.value > 0.0 else None
        return upper_limit(
            Counting(observed=int(seen.value), background=background.value, background_error=error or 0.0)
        )

    return Result(name=f"{experiment}: 90 % CL limit on signal events, from the counts", number=limit)


def protons(experiment: str) -> Result:
    """Events of a rate behind a target."""
    return Result(
        name=f"{experiment}: expected events of a branching ratio",
        number=lambda: FixedTarget(experiment=experiment).normalisation(1.0).scale,
    )


def kl(run: str) -> Result:
    """Events of a rate, by the number of K_L and all that KOTO's detector does not simulate."""

    def scale() -> float:
        names = tuple(read_data("koto")["factors"])
        return by_kaons(kaons(run), decays=1.0, factors=factors(*names)).scale

    return Result(
        name=f"KOTO {run}: expected events of a branching ratio, by kaons and all factors", number=scale
    )


def pairs(experiment: str, charge: str) -> Result:
    """Events of a rate, by the number of pairs of B mesons."""

    def scale() -> float:
        data = read_data(experiment)["normalisation"]
        return by_pairs(Number(**data["pairs"]), Number(**data[charge])).scale

    return Result(name=f"{experiment}: expected events of a branching ratio of {charge} B", number=scale)


def production(meson: str) -> Result:
    """Mesons behind CHARM's target."""
    return Result(
        name=f"CHARM: expected events of a branching ratio of the {meson}",
        number=lambda: multiplicity(meson, 400.0)[0],
    )


def dalitz(section: str) -> Result:
    """Shape of the first decay of a section of chains/data/decays.toml: its parts in twenty cells of equal phase space."""

    def cells() -> Array:
        first = _decays()[section]["decays"][0]
        law = next(law for law in known_laws() if law.decay == first)
        parent, daughters = law.particles
        m, (m0, m1, m2) = parent.mass, (d.mass for d in daughters)
        pair = np.linspace(m1 + m2, m - m0, 401)
        pair, cosine = 0.5 * (pair[1:] + pair[:-1]), (np.arange(80) + 0.5) / 40.0 - 1.0
        q, c = np.meshgrid(pair, cosine, indexing="ij")
        space = two_body_momentum(m, m0, q) * two_body_momentum(q, m1, m2)
        cuts = np.searchsorted(np.cumsum(space.sum(axis=1)), space.sum() * np.arange(1, 5) / 5.0)
        density = law.matrix_element(m, [d.mass for d in daughters])(q * q, c) * space
        density /= density.sum()
        return np.asarray(
            [part.sum() for row in np.split(density, cuts) for part in np.split(row, 4, axis=1)]
        )

    return Result(name=f"{_first(section)}: part of the decays that moves on the Dalitz plot", number=cells)


def _decays() -> dict[str, Any]:
    """Contents of chains/data/decays.toml."""
    return load("darkpair.chains", "data/decays.toml")


@cache
def _first(section: str) -> str:
    return str(_decays()[section]["decays"][0])


def _zprime(model: type[Model] = ZPrimeScalar, **more: Any) -> Model:
    point: dict[str, Any] = {**_POINT, "G_X": 1e-5, **more}
    return model(**point)


def _excess(constraint: Search, **more: Any) -> float:
    return float(constraint.ratio(_zprime(**more)))


def _branching(model: Model, parent: str, mode: str) -> float:
    return float(model.branching_ratio(parent, mode))


def _quartic() -> Model:
    return HiggsPortalQuartic(**_POINT, lambda_12=0.01)


#: Results of the tables of theory and of constraints, by name.
_THEORY: Final[dict[str, Callable[[], float]]] = {
    "BR(K+ -> pi+ nu nubar)": lambda: k_plus_to_pi_nunu(Inputs()),
    "BR(K_L -> pi0 nu nubar)": lambda: k_long_to_pi_nunu(Inputs()),
    "BR(B+ -> K+ nu nubar)": lambda: b_to_k_nunu(Inputs()),
    "Grossman and Nir's factor": lambda: grossman_nir_factor(Inputs()),
    "width of X2 -> gamma gamma, impostor": lambda: float(
        Impostor(**_POINT).partial_width("X2", "gamma gamma")
    ),
    "BR(K_L -> X1 X2), Z' and Dirac pair": lambda: _branching(_zprime(ZPrimeDirac, c_V=1.0), "K_L0", "X1 X2"),
    "BR(K_L -> X1 X2), Z' and Dirac pair, preset paper-10tev": lambda: _branching(
        _zprime(ZPrimeDirac, c_V=1.0, inputs=Inputs("paper-10tev")), "K_L0", "X1 X2"
    ),
    "BR(K_L -> X1 X2), Higgs portal": lambda: _branching(_quartic(), "K_L0", "X1 X2"),
    "BR(K_L -> X1 X2), Higgs portal at a tenth of the Higgs width": lambda: _branching(
        HiggsPortalQuartic(**_POINT, lambda_12=0.01).saturating(), "K_L0", "X1 X2"
    ),
    "BR(B+ -> K+ X1 X2), Higgs portal": lambda: _branching(_quartic(), "B+", "K+ X1 X2"),
    "annihilation over the CMB's limit": lambda: float(energy_injection(1e-9, 0.05, Inputs())),
    "K+ -> pi+ X1 X2 over E949's limit": lambda: _excess(KPlusToPiNuNu(experiment="e949"), m1=0.02, m2=0.2),
    "K+ -> pi+ X1 X2 over NA62's limit": lambda: _excess(KPlusToPiNuNu(experiment="na62"), m1=0.02, m2=0.2),
    "atomic parity over its limit, m_Z' = 10 MeV": lambda: _excess(AtomicParity(), m_Zprime=0.01),
    "neutrinos on electrons over their limit, m_Z' = 100 MeV": lambda: _excess(
        NeutrinoElectron(), m_Zprime=0.1
    ),
    "branching ratio that explains KOTO's three events": lambda: KotoBand(efficiency_ratio=1.0).central,
}


def theory(name: str) -> Result:
    """A result of the models or of a constraint."""
    return Result(name=name, number=_THEORY[name])
