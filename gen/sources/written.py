"""Particles of events as they stand in a file, column by column, and what a detector said of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array

__all__ = ["Variable", "Written"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Variable:
    """What a detector says of accepted candidates.

    Parameters
    ----------
    values : ndarray, (k,)
        Value of each candidate, in the units of `darkpair.gen.units`.
    event : ndarray of int, (k,)
        Event of each.
    """

    values: Array
    event: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Written:
    """Events of a file, particle by particle.

    Parameters
    ----------
    offsets : ndarray of int, (n + 1,)
        Where the particles of each event begin.
    pdgid, status, mother : ndarray of int, (k,)
        PDG id, status, and row of the mother, -1 without one.
    momentum : ndarray, (4, k) [GeV]
        px, py, pz, E.
    mass : ndarray, (k,) [GeV]
        Mass that the file says; NaN where it says none.
    vertex : ndarray, (4, k) [mm], or None
        Where each particle was made; None where the format does not hold it.
    chain : ndarray of bool, (k,), or None
        Which are of the chain, beside what else an event file had; None where the format does not say.
    weight : ndarray, (n,)
        Weight of each event.
    factors : mapping of str to ndarray, (n,)
        Its named factors.
    single : bool
        Whether numbers have the 24 bits of float32.
    energies : bool
        Whether energies stand in the file; they follow from the masses where not.
    variables : mapping of str to Variable
        What the detector says of accepted candidates, by the names that were asked for.
    """

    offsets: NDArray[np.int64]
    pdgid: NDArray[np.int64]
    status: NDArray[np.int64]
    mother: NDArray[np.int64]
    momentum: Array
    mass: Array
    vertex: Array | None
    chain: NDArray[np.bool_] | None
    weight: Array
    factors: Mapping[str, Array]
    single: bool
    energies: bool
    variables: Mapping[str, Variable] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.weight)

    @property
    def event(self) -> NDArray[np.int64]:
        """Event of each particle, (k,)."""
        return np.repeat(np.arange(len(self)), np.diff(self.offsets))

    @classmethod
    def concatenate(cls, parts: Sequence[Written]) -> Written:
        """Events of several files of one sample, in their order."""
        if len(parts) == 1:
            return parts[0]
        sizes = np.cumsum([0, *(len(part.pdgid) for part in parts)])
        starts = [part.offsets[:-1] + at for part, at in zip(parts, sizes, strict=False)]
        mothers = [
            np.where(part.mother < 0, -1, part.mother + at) for part, at in zip(parts, sizes, strict=False)
        ]
        optional: dict[str, Any] = {}
        for name in ("vertex", "chain"):
            each = [getattr(part, name) for part in parts]
            optional[name] = None if any(column is None for column in each) else np.concatenate(each, axis=-1)
        plain = {
            name: np.concatenate([getattr(part, name) for part in parts], axis=-1)
            for name in ("pdgid", "status", "momentum", "mass", "weight")
        }
        return cls(
            offsets=np.concatenate([*starts, sizes[-1:]]),
            mother=np.concatenate(mothers),
            factors={
                name: np.concatenate([part.factors[name] for part in parts])
                for name in parts[0].factors
                if all(name in part.factors for part in parts)
            },
            single=parts[0].single,
            energies=parts[0].energies,
            variables=_joined([part.variables for part in parts], np.cumsum([0, *map(len, parts)])),
            **plain,
            **optional,
        )


def _joined(parts: Sequence[Mapping[str, Variable]], first: NDArray[np.int64]) -> dict[str, Variable]:
    """Variables that all parts have, whose events are counted on."""
    return {
        name: Variable(
            values=np.concatenate([part[name].values for part in parts]),
            event=np.concatenate([part[name].event + at for part, at in zip(parts, first, strict=False)]),
        )
        for name in parts[0]
        if all(name in part for part in parts)
    }
