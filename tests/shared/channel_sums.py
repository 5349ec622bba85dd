"""Channels of a model added up, and one job of all its productions and modes together with exponential lifetimes."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from darkpair.chains.chain import Chain
from darkpair.chains.models import Combined, Dipole, Model, ZPrimeDirac, ZPrimeScalar, combine
from darkpair.chains.models.channels import UNSEEN, Channel, channels_of, photon_channels, visible_modes
from darkpair.chains.models.decays import model_chain
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.detectors.koto import Koto
from darkpair.gen.decay import Decay
from darkpair.gen.importance import aim
from darkpair.gen.lifetime import Exponential, Scan
from darkpair.gen.particles import spoken
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.sources.koto_kl import Z_EXIT, KotoKL
from darkpair.limits.channels import ChannelAgainstCtau, seed_of
from darkpair.limits.dump_samples import mesons
from darkpair.limits.koto_samples import parts, summed
from darkpair.searches.dump_search import SHOWERS
from darkpair.searches.koto import OF_PION

__all__ = ["NEAR", "POINTS", "Point", "Sums", "kept", "near_file", "pairs"]

#: NuCal with a wide volume near the target, in which both X2 of an event often decay.
NEAR: Final = """based_on = "nucal"
kind = "fixed_target"
name = "near"
[decay_volume]
radius = { value = 20000.0, unit = "mm", source = "a test", confidence = "choice" }
z_min = { value = 1000.0, unit = "mm", source = "a test", confidence = "choice" }
[calorimeter]
radius = { value = 20000.0, unit = "mm", source = "a test", confidence = "choice" }
[[cuts]]
name = "shower_number"
max = 40
[[cuts]]
name = "shower_energy"
min = 0.1
[run]
pot = { value = 1e13, unit = "protons on target", source = "a test", confidence = "choice" }
n_90 = { value = 2.3, unit = "events", source = "a test", confidence = "choice" }
"""

_CELLS, _THROWS = (16, 12, 8), (6, 6)


def pairs(factor: float = 1.0, *, mu: float = 3e-8) -> Combined:
    """Pairs X1 X2 and X2 X2 of eta; photons of X2 by the dipole [1/GeV], nothing that is seen, and a few electrons."""
    made = ZPrimeDirac(m1=0.02, m2=0.14, G_X=factor * 1.166e-5, c_A22=1.0)
    return combine(made, Dipole(m1=0.02, m2=0.14, mu=factor * mu))


def pions_and_photons() -> Combined:
    """Pairs X1 X2 and X2 X2 of K_L; X2 to a pion and to a photon."""
    made = ZPrimeDirac(m1=0.0, m2=0.2, G_X=1.166e-5, c_A22=3.0)
    return combine(made, Dipole(m1=0.0, m2=0.2, mu=3e-7))


def scalars() -> ZPrimeScalar:
    """Pairs X1 X2 of eta; X2 to a pion, electrons, muons and neutrinos."""
    return ZPrimeScalar(m1=0.0, m2=0.138, G_X=1e-5)


@dataclass(frozen=True, kw_only=True)
class Point:
    """A model, what makes it, what sees it, and how long X2 lives.

    Parameters
    ----------
    what : str
        What the point is, in words.
    model : callable
        Gives the model.
    experiment : str
        Detector behind a target, "near" for `NEAR`; or "koto".
    ctau : float [mm]
        Mean proper length of X2, instead of the model's.
    events : (int, int)
        Generated, of the job of all and of each channel: error of 2 % at full size is 3 standard errors.
    """

    what: str
    model: Callable[[], Model]
    experiment: str
    ctau: float
    events: tuple[int, int]


#: Three points: both X2 often inside, a dump's aimed parents far away, and KOTO's photons.
POINTS: Final = (
    Point(
        what="pairs of η near a target",
        model=partial(pairs, mu=3e-7),
        experiment="near",
        ctau=1e3,
        events=(400_000, 200_000),
    ),
    Point(
        what="η → X1 X2 of scalars, SHiP",
        model=scalars,
        experiment="ship",
        ctau=1e3,
        events=(600_000, 200_000),
    ),
    Point(
        what="pairs of K_L, KOTO 2016-18",
        model=pions_and_photons,
        experiment="koto",
        ctau=10.0,
        events=(16_000_000, 8_000_000),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Sums:
    """Accepted events for each parent [1].

    Parameters
    ----------
    together, together_error : float
        Of one job, and its standard error.
    channels : mapping of Channel to (float, float)
        Of each channel, and its standard error.
    """

    together: float
    together_error: float
    channels: dict[Channel, tuple[float, float]]

    @property
    def added(self) -> float:
        """Sum over the channels."""
        return math.fsum(value for value, _ in self.channels.values())

    @property
    def error(self) -> float:
        """Standard error of the difference."""
        return math.hypot(self.together_error, *(error for _, error in self.channels.values()))

    def inside_twice(self, model: Model, seen: tuple[str, ...]) -> float:
        """The sum if an event with both X2 seen counted for each of them: twice the channels of one X2."""
        return math.fsum(self._alone(channel, model, seen) for channel in self.channels)

    def _alone(self, channel: Channel, model: Model, seen: tuple[str, ...]) -> float:
        if UNSEEN in channel.modes or len(channel.modes) == 1:
            return self.channels[channel][0]
        out = 0.0
        for mode in channel.modes:
            single = Channel(parent=channel.parent, production=channel.production, modes=(mode, UNSEEN))
            rates = [float(c.rate(model, seen)) for c in (channel, single)]
            out += self.channels[single][0] * rates[0] / rates[1]
        return out


@contextmanager
def near_file() -> Iterator[str]:
    """Path of the file of `NEAR`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "near.toml"
        path.write_text(NEAR)
        yield str(path)


def kept(point: Point, share: float = 1.0, seed: int = 71) -> Sums:
    """Both sides of a point.

    Parameters
    ----------
    point : Point
    share : float
        Of its events [1].
    seed : int
        Of the job of all.
    """
    whole, each = (int(share * n) for n in point.events)
    if point.experiment == "koto":
        return _at_koto(point, whole, each, seed)
    with near_file() as path:
        return _behind_a_target(
            point, path if point.experiment == "near" else point.experiment, whole, each, seed
        )


def all_modes(model: Model, parent: str, productions: tuple[str, ...], ctau: float) -> tuple[Chain, float]:
    """Chain of all productions and open modes with exponential lifetimes, and its branching ratio."""
    modes = [mode for _, mode in model.modes("X2") if model.partial_width("X2", mode) > 0.0]
    rates = [float(model.branching_ratio(parent, name)) for name in productions]
    ways = [
        replace(way, branching_ratio=way.branching_ratio * rate / sum(rates))
        for name, rate in zip(productions, rates, strict=True)
        for way in model_chain(model, parent, name, modes=modes).decay.modes
    ]
    decay = Decay(model_chain(model, parent, productions[0], modes=modes).parent, tuple(ways))
    laws = spoken({"X2": Exponential(ctau)}, decay.decaying)
    chain = Chain(decay=decay, lifetimes=laws)
    return chain, sum(rates) * chain.generated_branching_ratio


def _behind_a_target(point: Point, experiment: str, whole: int, each: int, seed: int) -> Sums:
    model, parent = point.model(), "eta"
    productions = tuple(name for _, name in model.modes(parent) if name in ("X1 X2", "X2 X2"))
    chain, rate = all_modes(model, parent, productions, point.ctau)
    detector = FixedTarget(experiment=experiment, selection="showers", resolution="none")
    source = mesons(parent, detector.beam_energy, "pythia6")
    aimed = aim(source, chain, seed=seed, detector=detector, cells=_CELLS, throws=_THROWS)
    flows = [
        c.cutflow for c in chunks(Pipeline(source=aimed, chain=chain, detector=detector, seed=seed), whole)
    ]
    flow = flows[0].total(flows)
    evaluate = ChannelAgainstCtau(
        experiment=experiment,
        selection="showers",
        spectra=("pythia6",),
        events=each,
        cells=_CELLS,
        throws=_THROWS,
    )
    seen = tuple(mode for mode in visible_modes(model) if mode in SHOWERS)
    channels = {}
    for channel in channels_of(model, (parent,), seen):
        own = channel.chain(model)
        accepted = evaluate.sample(parent, own)[0].efficiency(point.ctau, effective_min=1.0)
        scale = float(channel.rate(model, visible_modes(model))) * own.generated_branching_ratio
        channels[channel] = (scale * accepted.value, scale * float(accepted.error or 0.0))
    return Sums(
        together=rate * flow.acceptance,
        together_error=rate * float(flow.acceptance_error or 0.0),
        channels=channels,
    )


def _at_koto(point: Point, whole: int, each: int, seed: int) -> Sums:
    model, detector = point.model(), Koto(experiment="koto", selection="2016-18")
    chain, rate = all_modes(model, "K_L0", ("X1 X2", "X2 X2"), point.ctau)
    source = KotoKL(z_min=Z_EXIT)
    flows = [
        c.cutflow for c in chunks(Pipeline(source=source, chain=chain, detector=detector, seed=seed), whole)
    ]
    flow = flows[0].total(flows)
    scale = rate * source.decay_probability
    channels = {}
    for channel in (OF_PION, *photon_channels(model)):
        own = channel.chain(model)
        # (of the same K_L as the job's, from the exit on: those before it have no event at this lifetime, and now and then one of a large weight)
        made = parts({"chain": own}, events=each, seed=seed_of(5400, own), selection="2016-18")
        value, error = summed([part for part in made if isinstance(part[1].law, Scan)], point.ctau)
        size = float(channel.rate(model, visible_modes(model))) * own.generated_branching_ratio
        channels[channel] = (size * value, size * error)
    return Sums(
        together=scale * flow.acceptance,
        together_error=scale * float(flow.acceptance_error or 0.0),
        channels=channels,
    )
