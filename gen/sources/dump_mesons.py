"""Mesons that protons make in a target, at the origin, by a table of rapidity and transverse momentum."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.events import Parents
from darkpair.gen.kinematics import Array
from darkpair.gen.parameters import Energy, checked
from darkpair.gen.particles import particle
from darkpair.gen.sources.bmpt import radial_x
from darkpair.gen.sources.meson_files import COLLIDER
from darkpair.gen.sources.meson_table import MesonTable, meson_table

__all__ = ["DumpMesons"]

_FINE = 512  # midpoints in rapidity and in transverse momentum


@checked
@dataclass(frozen=True, kw_only=True)
class DumpMesons:
    """Mesons of one kind from protons on a target, made at the origin with uniform azimuth.

    The target is a point and its depth is neglected; mesons of secondary interactions are left out, and so
    is the absorption of long-lived mesons.

    Parameters
    ----------
    meson : str
        ``"eta"``, ``"pi0"``, ``"eta'"``, ``"K_L0"`` or ``"K+"``.
    beam_energy : float [GeV]
    generator : str
        What the spectrum comes from; see `darkpair.gen.sources.meson_table.meson_table`.
    target : str, optional
        The table's own unless given.

    Raises
    ------
    UnknownNameError, InputError
        For a table that does not exist.
    """

    name: ClassVar = "dump_mesons"

    meson: str = "eta"
    beam_energy: Annotated[float, Energy] = 400.0
    generator: str = "pythia6"
    target: str | None = None

    def __post_init__(self) -> None:
        _ = self.table

    @cached_property
    def table(self) -> MesonTable:
        """Density and multiplicity."""
        return meson_table(
            self.meson, beam_energy=self.beam_energy, generator=self.generator, target=self.target
        )

    @property
    def pdgid(self) -> int:
        """PDG id of the mesons."""
        return self.table.pdgid

    @property
    def masses(self) -> dict[int, float]:
        """Mass of the mesons [GeV], by PDG id."""
        return {self.pdgid: particle(self.meson).mass}

    @property
    def y_range(self) -> tuple[float, float]:
        """Rapidities in the laboratory between which all mesons are."""
        return self.table.y_range

    @property
    def pt_range(self) -> tuple[float, float]:
        """Transverse momenta between which all mesons are [GeV]."""
        return self.table.pt_range

    def reachable(self, y: Array, pt: Array) -> NDArray[np.bool_]:
        """Whether energy and baryon number let a meson have that rapidity and transverse momentum.

        A grid is coarser than the kinematic limit is sharp: of the tables some 1e-5 lies beyond it, rare enough
        for any spectrum, but the aim would find it, because the fastest mesons make the longest flights.
        """
        mass = particle(self.meson).mass
        if self.table.target == COLLIDER:
            return np.asarray(np.hypot(mass, pt) * np.cosh(y) <= self.beam_energy)
        return np.asarray(radial_x(y, pt, mass, self.beam_energy) <= 1.0)

    @property
    def reachable_share(self) -> float:
        """Part of the table within the kinematic limit."""
        return _reachable_share(self)

    def density(self, y: Array, pt: Array) -> Array:
        """Density in rapidity and transverse momentum [1/GeV], its integral 1; 0 beyond the kinematic limit."""
        return np.where(self.reachable(y, pt), self.table.density(y, pt) / self.reachable_share, 0.0)

    def provenance(self) -> dict[str, Any]:
        """The table: how many mesons a proton makes and how sure that is, and where the spectrum comes from."""
        return self.table.provenance() | {"within_kinematic_limit": self.reachable_share}

    def draw(self, rng: np.random.Generator, n: int) -> tuple[Array, Array, Array]:
        """Rapidity, transverse momentum [GeV] and azimuth [-pi, pi) of n mesons."""
        y, pt = self.table.sample(rng, n)
        beyond = np.flatnonzero(~self.reachable(y, pt))
        while len(beyond):
            y[beyond], pt[beyond] = self.table.sample(rng, len(beyond))
            beyond = beyond[~self.reachable(y[beyond], pt[beyond])]
        return y, pt, 2.0 * math.pi * (rng.random(n) - 0.5)

    def parents(self, y: Array, pt: Array, phi: Array) -> Parents:
        """Mesons of those rapidities, transverse momenta [GeV] and azimuths, at the origin at time 0."""
        mass = particle(self.meson).mass
        mt = np.sqrt(pt * pt + mass * mass)
        momentum = np.stack([pt * np.cos(phi), pt * np.sin(phi), mt * np.sinh(y), mt * np.cosh(y)])
        return Parents(pdgid=self.pdgid, momentum=momentum, vertex=np.zeros((4, len(y))))

    def sample(self, n: int, rng: np.random.Generator) -> Parents:
        """Mesons of the target."""
        return self.parents(*self.draw(rng, n))


@cache
def _reachable_share(source: DumpMesons) -> float:
    """Part of a table within the kinematic limit: its density on a fine grid of midpoints."""
    y, pt = (
        low + (high - low) * (np.arange(_FINE) + 0.5) / _FINE
        for low, high in (source.y_range, source.pt_range)
    )
    points = [axis.ravel() for axis in np.meshgrid(y, pt)]
    density = source.table.density(*points)
    return float(density[source.reachable(*points)].sum() / density.sum())
