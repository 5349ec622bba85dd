"""Mesons that protons make in a target, at the origin, by a table of rapidity and transverse momentum."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.compiled.columnwise import columnwise
from darkpair.gen.errors import InputError, shown
from darkpair.gen.events import Parents
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.parameters import Energy, Ge, Gt, checked
from darkpair.gen.particles import particle
from darkpair.gen.references import cited_in
from darkpair.gen.sources import sanford_wang
from darkpair.gen.sources.bmpt import radial_x
from darkpair.gen.sources.bottom import BOTTOM, SPECTRUM, published
from darkpair.gen.sources.meson_files import COLLIDER, MADE_BY
from darkpair.gen.sources.meson_multiplicity import measured
from darkpair.gen.sources.meson_table import MesonTable, meson_table
from darkpair.gen.sources.own_meson_table import OWN, OwnMesonTable, own_meson_table
from darkpair.gen.streams import asked

__all__ = ["DumpMesons"]

_BEAM = 400.0  # GeV, of the shipped tables unless said
_GENERATOR = "pythia6"
_FINE = 512  # midpoints in rapidity and in transverse momentum


@checked
@dataclass(frozen=True, kw_only=True)
class DumpMesons:
    """Mesons of one kind from protons on a target, made at the origin with uniform azimuth.

    The target is a point and its depth is neglected; mesons of secondary interactions are left out. Where a long-lived
    meson decays is the chain's: ``lifetime.K_L0 = "absorbed"`` of a job, `darkpair.gen.absorption.BeforeAbsorption`.

    Parameters
    ----------
    meson : str
        Name of the meson: ``"eta"``, ``"pi0"``, ``"eta'"``, ``"K_L0"``, ``"K_S0"``, ``"K+"`` or ``"K-"``, or ``"B+"``
        or ``"B0"``, whose number is that of the antiparticles too; any particle with a table of one's own.
    beam_energy : float, optional [GeV]
        Energy of the protons, 400 unless given. With a table of one's own it sets the kinematic limit, and there is
        none unless it is given.
    generator : str, optional
        What the spectrum comes from; see `darkpair.gen.sources.meson_table.meson_table`.  ``"pythia6"`` unless given.
    target : str, optional
        What the protons hit; the table's own unless given.
    table_file : str, optional
        One's own table instead of a generator's: a CSV file, or ``"file.root:name"`` of a TH2
        (`darkpair.gen.sources.own_meson_table`).
    table_axes : str, optional
        What the variables of the table are, where the file does not say: ``"y, pT [GeV]"`` or ``"p [GeV], theta
        [mrad]"``.
    multiplicity, multiplicity_error : float, optional
        Mesons per inelastic interaction, and the absolute error, of one's own table. Without them nothing says how
        many events to expect.

    Raises
    ------
    UnknownNameError, InputError
        For a table that does not exist, or is none.
    """

    name: ClassVar = "dump_mesons"

    meson: str = "eta"
    beam_energy: Annotated[float | None, Energy, Gt(0.0)] = None
    generator: str | None = None
    target: str | None = None
    table_file: str | None = None
    table_axes: str | None = None
    multiplicity: Annotated[float | None, Gt(0.0)] = None
    multiplicity_error: Annotated[float | None, Ge(0.0)] = None
    #: Density and multiplicity; of a file an `OwnMesonTable`, which has the same members but no nodes in y and pT.
    table: MesonTable = field(init=False, repr=False)

    if TYPE_CHECKING:  # (what a checker lets a script say: numbers with units, too)

        def __init__(
            self,
            *,
            meson: str = ...,
            beam_energy: float | str | None = ...,
            generator: str | None = ...,
            target: str | None = ...,
            table_file: str | None = ...,
            table_axes: str | None = ...,
            multiplicity: float | None = ...,
            multiplicity_error: float | None = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        own = self.table_file
        object.__setattr__(self, "table", self._shipped() if own is None else self._own(own))

    def _shipped(self) -> MesonTable:
        """Table of a generator; what is not given becomes the default's."""
        for name in ("table_axes", "multiplicity", "multiplicity_error"):
            if getattr(self, name) is not None:
                raise InputError(
                    f"{name} = {shown(getattr(self, name))} without a table of one's own; give table_file = ..., or leave {name} out"
                )
        object.__setattr__(self, "beam_energy", _BEAM if self.beam_energy is None else self.beam_energy)
        own = SPECTRUM.generator if self.meson in BOTTOM else _GENERATOR
        object.__setattr__(self, "generator", own if self.generator is None else self.generator)
        assert self.beam_energy is not None
        assert self.generator is not None
        return meson_table(
            self.meson, beam_energy=self.beam_energy, generator=self.generator, target=self.target
        )

    def _own(self, table: str) -> OwnMesonTable:
        """Table of a file."""
        if self.generator not in (None, OWN):
            raise InputError(
                f"generator = {shown(self.generator)} and table_file = {shown(table)}; allowed: one of them"
            )
        object.__setattr__(self, "generator", OWN)
        if self.multiplicity_error is not None and self.multiplicity is None:
            raise InputError(
                f"multiplicity_error = {self.multiplicity_error} without a multiplicity; allowed: both, or none"
            )
        least = particle("p+").mass
        if self.beam_energy is not None and not least < self.beam_energy:
            raise InputError(
                f"beam_energy = {self.beam_energy} GeV; allowed: above a proton's mass, {least:.6g} GeV"
            )
        return own_meson_table(
            table,
            self.meson,
            axes=self.table_axes,
            beam_energy=self.beam_energy,
            target=self.target,
            multiplicity=self.multiplicity,
            multiplicity_error=self.multiplicity_error,
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
        if self.beam_energy is None:  # nothing says what can be reached: the table is taken at its word
            return np.ones(np.shape(y), dtype=bool)
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

    def sample_identity(self) -> dict[str, Any]:
        """The meson, its table, and the kinematic limit; multiplicities decide about no event."""
        table = self.table
        return {
            "meson": self.pdgid,
            "table": table if self.table_file is not None else (table.generator, table.target),
            "beam_energy": self.beam_energy,
            "collider": table.target == COLLIDER,
        }

    @property
    def references(self) -> tuple[str, ...]:
        """What spectrum and multiplicity rest on: the table's generator, and measurements (`darkpair.gen.references`)."""
        spectrum = () if self.table_file is not None else MADE_BY.get(str(self.generator), ())
        if (
            self.table_file is not None
            or self.multiplicity is not None
            or self.generator == sanford_wang.NAME
        ):
            return spectrum  # (whose number of mesons is no measurement's)
        if self.table.meson in BOTTOM:
            return spectrum + cited_in(number.source for number in published())
        return spectrum + cited_in(m.source for m in measured() if m.meson == self.meson)

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
        momentum = np.empty((4, len(y)))
        _four_momentum.into(momentum, pt, np.cos(phi), np.sin(phi), np.sinh(y), np.cosh(y), mass)
        return Parents(pdgid=self.pdgid, momentum=momentum, vertex=np.zeros((4, len(y))))

    def sample(self, n: int, rng: np.random.Generator) -> Parents:
        """Mesons of the target."""
        n = asked(n)
        return self.parents(*self.draw(rng, n))


@columnwise
def _four_momentum(
    pt: Real, cosine: Real, sine: Real, sinh_y: Real, cosh_y: Real, mass: float
) -> tuple[Real, Real, Real, Real]:
    """Four-momentum of a transverse one [GeV], an azimuth's cosine and sine, and a rapidity's hyperbolic ones."""
    mt = np.sqrt(pt * pt + mass * mass)
    return pt * cosine, pt * sine, mt * sinh_y, mt * cosh_y


@cache
def _reachable_share(source: DumpMesons) -> float:
    """Part of a table within the kinematic limit: its density on a fine grid of midpoints."""
    if source.beam_energy is None:
        return 1.0
    grid = source.table.grid
    first, second = (
        float(nodes[0]) + (float(nodes[-1]) - float(nodes[0])) * (np.arange(_FINE) + 0.5) / _FINE
        for nodes in (grid.first, grid.second)
    )
    points = [axis.ravel() for axis in np.meshgrid(first, second)]
    density = grid.density(*points)
    inside = source.reachable(*source.table.y_pt(*points))
    share = float(density[inside].sum() / density.sum())
    if not share > 0.0:
        raise InputError(
            f"a beam of {source.beam_energy:g} GeV can make none of the mesons of {source.table_file or source.generator}; check "
            "beam_energy, the unit of the table, and its variables"
        )
    return share
