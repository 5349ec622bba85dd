"""Dark states of a sample, as the provenance of its file describes them: what others need to know of ids that they do not have."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from darkpair.gen.constants import HBAR_C
from darkpair.gen.particles import DARK_IDS, DARK_SPINS

__all__ = ["DarkState", "chains_of", "dark_states"]


@dataclass(frozen=True, kw_only=True)
class DarkState:
    """A dark state; none of them has a charge.

    Parameters
    ----------
    name : str
        Name as the chain spells it.
    pdgid : int
        PDG id, negative for an antiparticle.
    mass : float or None [GeV]
        Mass; None where no chain says it.
    ctau : float or None [mm]
        Mean proper decay length in the weighted sample, 0 for one that decays at once and infinite for a stable one; None
        where it is not one number, as in a scan that is weighted to none.
    law : str
        Law of its lifetime where that is not an exponential of `ctau`.
    """

    name: str
    pdgid: int
    mass: float | None = None
    ctau: float | None = None
    law: str = ""

    @property
    def spin(self) -> float:
        """Spin."""
        return DARK_SPINS[abs(self.pdgid)]

    @property
    def width(self) -> float | None:
        """Width [GeV] that the lifetime means; None of one that decays at once or whose lifetime is not one number."""
        if self.ctau is None or self.ctau == 0.0:
            return None
        return 0.0 if math.isinf(self.ctau) else HBAR_C / self.ctau


def chains_of(provenance: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Tables of the chains of a sample."""
    chain = provenance.get("chain")
    if not isinstance(chain, Mapping):
        return []
    tables = chain.get("chains", [chain])
    return [table for table in tables if isinstance(table, Mapping)]


def dark_states(provenance: Mapping[str, Any]) -> Iterator[DarkState]:
    """Dark states of every chain, one after the other; by their names alone where no chain is known.

    Parameters
    ----------
    provenance : mapping
        As `darkpair.read_provenance` gives it.
    """
    chains = chains_of(provenance)
    if not chains:
        yield from (DarkState(name=name, pdgid=pdgid) for name, pdgid in DARK_IDS.items())
    for chain in chains:
        laws = chain.get("lifetimes", {})
        for name, said in chain.get("particles", {}).items():
            if abs(said["pdgid"]) not in DARK_SPINS:
                continue
            law = str(laws[name].get("type", laws[name])) if name in laws else ""
            yield DarkState(
                name=name,
                pdgid=said["pdgid"],
                mass=float(said["mass"]),
                ctau=_ctau(said, laws.get(name)),
                law=law,
            )


def _ctau(said: Mapping[str, Any], law: Any) -> float | None:
    """Mean proper decay length [mm], by the law that the lifetime has in the weighted sample."""
    if law is None:
        return float(said["ctau"])
    stated = law.get("ctau") if isinstance(law, Mapping) else None
    return float(stated) if stated is not None and float(stated) > 0.0 else None
