"""Directions of isotropic two-body decays, drawn where an experiment's events come from, with exact weights.

A decay that is steered draws the cosine of its first daughter, about the direction in which the decaying particle flies in
the laboratory, from a table that knows where the particle decays and its energy; the turn about that axis stays uniform.
All decays of an event are steered together, or none is: part of the events keep the physical density, so that no weight
exceeds the inverse of that part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.cells import Alias, Axis
from darkpair.gen.compiled.columnwise import columnwise, where
from darkpair.gen.decay import TwoBody
from darkpair.gen.directions import about
from darkpair.gen.errors import InputError
from darkpair.gen.events import Batch, Parents
from darkpair.gen.frozen import ByValue
from darkpair.gen.identity import identity_digest
from darkpair.gen.kinematics import Array
from darkpair.gen.polarisation import FourVector
from darkpair.gen.three_bodies import FourVectors

__all__ = ["FACTOR", "CosineTable", "Directions", "FreeDecay", "Steered"]

#: Name of the weight: isotropic density of the directions over that of the draw.
FACTOR: Final = "directions"


@dataclass(frozen=True, kw_only=True)
class FreeDecay:
    """An isotropic two-body decay of a chain, whose direction nothing asks for.

    Parameters
    ----------
    stage : str
        Path of the particle that decays, with the number of its topology where the chain has several.
    part : int
        Number of the topology.
    position, vertex, child : int
        Places of the particle, of its decay and of its first daughter in the topology.
    throw : TwoBody
        How it decays.
    """

    stage: str
    part: int
    position: int
    vertex: int
    child: int
    throw: TwoBody

    def state(self, batch: Batch) -> tuple[Array, Array, Array]:
        """Of events made: z of the decay [mm], energy of the particle [GeV], cosine of its first daughter; (n,) each."""
        part = batch.parts[self.part]
        parent, child = part.momentum[:, self.position], part.momentum[:, self.child]
        momentum = np.sqrt(parent[0] ** 2 + parent[1] ** 2 + parent[2] ** 2)
        at_rest = parent[3] * (self.throw.e1 / self.throw.mass)
        cosine = (child[3] - at_rest) / np.maximum(momentum * (self.throw.momentum / self.throw.mass), 1e-300)
        return part.vertices[2, self.vertex], parent[3], np.clip(cosine, -1.0, 1.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class CosineTable(ByValue):
    """Densities of a cosine, constant in equal cells, for cells of place and energy.

    Parameters
    ----------
    z : Axis
        Cells in z of the decay [mm].
    energy : Axis
        Cells in the energy of the particle [GeV].
    probability : ndarray, (cells in z, in energy, in cosine)
        Probability of each cell in cosine; those of a place and energy add up to 1.
    """

    z: Axis
    energy: Axis
    probability: Array

    @cached_property
    def _draw(self) -> Alias:
        return Alias(probability=self.probability.reshape(-1, self.probability.shape[2]))

    @cached_property
    def _ratio(self) -> Array:
        rows = self.probability / self.probability.sum(axis=2, keepdims=True)
        return np.asarray((rows * self.probability.shape[2]).ravel())

    def row(self, z: Array, energy: Array) -> NDArray[np.intp]:
        """Cell of place and energy, (n,)."""
        return np.asarray(self.z.index(z) * self.probability.shape[1] + self.energy.index(energy))

    def draw(self, rng: np.random.Generator, row: NDArray[np.intp]) -> Array:
        """Cosines (n,) in those rows."""
        u, v, within = rng.random((3, len(row)))
        return np.asarray((self._draw.draw(row, u, v) + within) * (2.0 / self.probability.shape[2]) - 1.0)

    def ratio(self, row: NDArray[np.intp], cosine: Array) -> Array:
        """Density at those cosines over the isotropic one, (n,)."""
        size = self.probability.shape[2]
        cell = np.minimum(((cosine + 1.0) * (0.5 * size)).astype(np.intp), size - 1)
        return np.asarray(self._ratio[row * size + cell])


@dataclass(frozen=True, kw_only=True, eq=False)
class Directions(ByValue):
    """How the decays of a chain are steered.

    Parameters
    ----------
    tables : mapping of str to CosineTable
        Of the decays that are steered, by their stages.
    share : float
        Part of the events of the pair of source and chain that keep the physical density, more than 0 and at most 1.

    Raises
    ------
    InputError
        For a share out of range.
    """

    tables: Mapping[str, CosineTable]
    share: float
    #: Digest of what a pilot made it of; empty where nobody says.
    _pilot: str = field(default="", init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0.0 < self.share <= 1.0:
            raise InputError(f"defensive share = {self.share}; allowed: more than 0, at most 1")

    def sample_identity(self) -> Any:
        """The pilot that made it, whose last digits depend on the processor; the numbers where there was none."""
        return self._pilot or (self.tables, self.share)

    def provenance(self) -> dict[str, Any]:
        """Which decays are steered, with the sizes of their tables and a digest of the numbers."""
        return {
            "defensive_share": self.share,
            "cells": {stage: list(table.probability.shape) for stage, table in self.tables.items()},
            "digest": identity_digest(self.tables)[:16],
        }

    def start(
        self, decays: Sequence[FreeDecay], parents: Parents, rng: np.random.Generator, vertices: Array
    ) -> Steered:
        """The decays of a batch of one topology, with its vertices (4, vertices, n) [mm], which are filled as it goes."""
        return Steered(self, decays, parents, rng, vertices)


class Steered:
    """Steered decays of a batch of events.

    Which events keep the physical density is drawn given where the source put them: with the probability that the
    source's own draw was physical, the share times its weight.  So one share holds for source and decays together, and
    the product of the weights ``source`` and ``directions`` is the physical density of all that is aimed over the
    density of the draw, for any source.
    """

    def __init__(
        self,
        directions: Directions,
        decays: Sequence[FreeDecay],
        parents: Parents,
        rng: np.random.Generator,
        vertices: Array,
    ) -> None:
        n = len(parents)
        self.free = np.minimum(directions.share * parents.weights.get("source", np.ones(n)), 1.0)
        self.physical = np.flatnonzero(rng.random(n) < self.free)
        self.ratio = np.ones(n)
        self.throws = {
            decay.position: _Throw(
                self, directions.tables[decay.stage], decay.throw, vertices[2, decay.vertex]
            )
            for decay in decays
            if decay.stage in directions.tables
        }

    def weights(self) -> dict[str, Array]:
        """The weight ``directions``, (n,), once all decays are thrown."""
        return {FACTOR: 1.0 / (self.free + (1.0 - self.free) * self.ratio)}


@dataclass(frozen=True)
class _Throw:
    """A steered decay of a batch, where the chain has a `TwoBody`."""

    events: Steered
    table: CosineTable
    decay: TwoBody
    z: Array

    def throw(
        self,
        rng: np.random.Generator,
        parent: FourVector,
        mother: FourVector | None,
        sister: Any = None,
        out: Sequence[Array] | None = None,
    ) -> tuple[FourVectors, dict[str, Array]]:
        """Daughters' four-momenta [GeV], and no weights; as `TwoBody.throw`."""
        row = self.table.row(self.z, parent[3])
        cosine, physical = self.table.draw(rng, row), self.events.physical
        cosine[physical] = 2.0 * rng.random(len(physical)) - 1.0
        self.events.ratio *= self.table.ratio(row, cosine)
        axis = about(_ahead(*parent[:3]), cosine, rng.random(len(cosine)))
        return self.decay.along(parent, axis, out), {}


@columnwise
def _ahead(x: Any, y: Any, z: Any) -> Any:
    """Unit vector along (x, y, z); along z where that is nothing."""
    norm = np.sqrt(x * x + y * y + z * z)
    moving = norm > 0.0
    safe = where(moving, norm, 1.0)
    return x / safe, y / safe, where(moving, z / safe, 1.0)
