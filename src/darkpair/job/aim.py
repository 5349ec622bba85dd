"""What ``aim = true`` makes of a job's source and chain: both drawn where the detector's events come from, with exact weights."""

from __future__ import annotations

from darkpair.chains.aimed import AimedChain
from darkpair.chains.chain import Chain
from darkpair.chains.chain_set import ChainSet
from darkpair.gen.aimable import require_aimable
from darkpair.gen.errors import InputError
from darkpair.gen.importance import Aimable, Aimed, aim
from darkpair.gen.lifetime import Forced
from darkpair.gen.particles import DARK_IDS
from darkpair.gen.pipeline import EventChain, EventDetector, EventSource
from darkpair.gen.sources.aimed_gun import GunDensity
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.gen.sources.gun import Gun
from darkpair.gen.sources.kaon_pilot import aim_kaons
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.sources.upsilon4s import Upsilon4S
from darkpair.gen.topology import DECAYED

__all__ = ["aimed_pair", "aimed_source"]


def aimed_pair(
    source: EventSource, chain: EventChain, detector: EventDetector | None, seed: int
) -> tuple[EventSource, EventChain]:
    """Source and chain, aimed at what the detector accepts.

    Of KOTO's beam momenta and places of decay are drawn, and directions of isotropic decays with them
    (`darkpair.gen.sources.kaon_pilot`); of mesons at a target, and of a gun, their momenta (`darkpair.gen.importance`).

    Parameters
    ----------
    source : EventSource
        KOTO's beam, a gun with a cone and a range of momenta, or one that is `darkpair.gen.bias.Aimable`.
    chain : EventChain
        One chain; of mesons its lifetimes are forced into the detector's region.
    detector : EventDetector or None
        What accepts events; KOTO's beam needs one.
    seed : int
        Random seed of the job.

    Raises
    ------
    InputError
        For what cannot be aimed, with what to do.
    """
    if isinstance(source, Upsilon4S):
        raise InputError(
            "source.aim = true does not pay with upsilon4s: its B all have nearly one energy, and the best choice of them leaves 1.01 "
            "times the effective events (docs/belle2.md); leave aim out"
        )
    if isinstance(source, Gun) and GunDensity.can_be(source):
        source = GunDensity(gun=source)
    if not isinstance(source, KotoKL):
        return aimed_source(source, chain, seed, detector), chain
    _require_one(chain)
    if detector is None:
        raise InputError(
            'source.aim = true needs a detector to aim at; add [detector] name = "koto", or leave aim out'
        )
    # (a stranger's own kind of chain makes its events its own way, and keeps its directions)
    steerable = AimedChain.of(chain) if type(chain) is Chain else chain
    return aim_kaons(source, steerable, detector, seed=seed)


def aimed_source(
    source: EventSource, chain: EventChain, seed: int, detector: EventDetector | None = None
) -> Aimed:
    """Source of mesons aimed at what a detector accepts, or without one at the region into which lifetimes are forced.

    Raises
    ------
    InputError
        For a source that has no density to aim, or a chain without a forced lifetime.
    """
    if not isinstance(source, DumpMesons):  # (whose draws are its density by construction)
        require_aimable(source)
    assert isinstance(source, Aimable)
    _require_one(chain)
    lifetimes = getattr(chain, "lifetimes", {})
    if not any(isinstance(law, Forced) for law in lifetimes.values()):
        dark = {
            name.removesuffix("~"): None
            for t in getattr(chain, "topologies", ())
            for name, status, pdgid in zip(t.names, t.status, t.pdgid, strict=True)
            if status == DECAYED and abs(pdgid) in {abs(i) for i in DARK_IDS.values()}
        }
        add = " and ".join(f"chain.lifetime.{name} = 'forced'" for name in dark or ("X2",))
        raise InputError(
            f"source.aim = true needs lifetimes that are forced into the detector's region; add {add}, or leave aim out"
        )
    return aim(source, chain, seed=seed, detector=detector)


def _require_one(chain: EventChain) -> None:
    if isinstance(chain, ChainSet):
        raise InputError("source.aim = true with several chains; give one, or leave aim out")
