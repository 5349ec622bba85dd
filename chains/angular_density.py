"""The angular density of events: what the spin of X2 between production and decay makes of isotropic decays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from darkpair.chains.chain_set import ChainSet
from darkpair.gen.errors import InputError
from darkpair.gen.events import Batch
from darkpair.gen.kinematics import Array

if TYPE_CHECKING:
    import awkward as ak

    from darkpair.chains.chain import Chain
    from darkpair.gen.topology import Topology

__all__ = ["angular_density"]

#: PDG ids and mothers of a topology's particles.
_Kind: TypeAlias = tuple[tuple[int, ...], tuple[int, ...]]


def angular_density(chain: Chain | ChainSet, events: Batch | ak.Array) -> Array:
    """Density of each event over that of unpolarised decays, (n,): mean 1 over the decays' angles.

    The squared amplitude of the whole chain over the product of those of production and decays, each averaged over
    spins, the decaying fermions on their mass shells (narrow width): 1 + P.A for one X2, 1 + P1.A1 + P2.A2 + A1.C.A2
    for two, with polarisation P and correlation C from the production, A from the decays.  It is the law by which the
    chain's events are thrown.  The ratio of two chains' densities, times that of their squared matrix elements,
    re-weights events from one set of couplings to another of the same masses.

    Parameters
    ----------
    chain : Chain or ChainSet
        Chain by whose law the density is taken.
    events : Batch or awkward array
        Events of the chain's topologies, made by it or by another: `Chain.batch`, `Chain.generate`, or read from a
        file.

    Raises
    ------
    InputError
        For events of no topology of the chain.
    """
    out = np.full(len(events), np.nan)
    chains = chain.chains if isinstance(chain, ChainSet) else (chain,)
    for each in chains:
        by_kind = {_kind(topology): topology for topology in each.topologies}
        for rows, kind, momentum in _parts(events, tuple(by_kind)):
            out[rows] = each.density(by_kind[kind], momentum)
    if np.isnan(out).any():
        names = ", ".join(each.parent.name for each in chains)
        raise InputError(
            f"{int(np.isnan(out).sum())} of {len(out)} events are of no topology of the chain of {names}; "
            "take the chain that made them, at any couplings"
        )
    return out


def _parts(
    events: Batch | ak.Array, kinds: tuple[_Kind, ...]
) -> Iterator[tuple[NDArray[np.integer], _Kind, Array]]:
    """Rows and momenta (4, particles, n) of the events of each kind of topology."""
    if isinstance(events, Batch):
        for part in events.parts:
            if _kind(part.topology) in kinds and len(part):
                yield part.rows, _kind(part.topology), part.momentum
        return
    import awkward as ak

    counts = ak.num(events.particles)
    for kind in kinds:
        rows = np.flatnonzero(counts == len(kind[0]))
        some: Any = events.particles[rows]
        same = np.ones(len(rows), dtype=np.bool_)
        for name, values in zip(("pdgid", "mother"), kind, strict=True):
            same &= (ak.to_numpy(some[name]) == np.asarray(values)).all(axis=1)
        if same.any():
            momentum = np.stack([ak.to_numpy(some[name][same]).T for name in ("px", "py", "pz", "E")])
            yield rows[same], kind, momentum


def _kind(topology: Topology) -> _Kind:
    return topology.pdgid, topology.mother
