"""Mesons made by protons on a target: a density of rapidity and transverse momentum that draws from itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import UnknownNameError
from darkpair.gen.frozen import freeze
from darkpair.gen.kinematics import Array
from darkpair.gen.particles import particle
from darkpair.gen.sources import bmpt, sanford_wang
from darkpair.gen.sources.bottom import BOTTOM, SPECTRUM, bottom_multiplicity, has_bottom
from darkpair.gen.sources.grid_density import GridDensity
from darkpair.gen.sources.meson_files import MESONS, SAME_AS, TableKey, about, counts, find, grid
from darkpair.gen.sources.meson_multiplicity import multiplicity
from darkpair.gen.sources.meson_tail import cells_of, share_error

__all__ = ["MesonTable", "every_meson", "meson_table", "momentum_angle"]

_UNKNOWN: Final = "meson of the production tables"


@dataclass(frozen=True, kw_only=True)
class MesonTable:
    """One kind of meson from one beam: how many, and their density in (y, pT).

    y is the rapidity along the beam in the laboratory; (y, pT) is one-to-one with (angle, momentum).  The
    density is bilinear between the nodes of a rectangular grid: continuous, and integrated exactly.

    Parameters
    ----------
    meson : str
        Name of the meson, as `particle` spells it.
    beam_energy : float [GeV]
        Energy of the proton, or of each beam of a collider.
    target : str
        What the protons hit: ``"p"``, an element, or ``"collider"``.
    generator : str
        Name of what gave the shape.
    multiplicity, multiplicity_error : float
        Mesons per inelastic interaction, so per proton that interacts; the error is absolute.
    generator_multiplicity : float
        Mesons per inelastic interaction by the generator itself.
    y_nodes : ndarray, (k,)
        Nodes in rapidity, in the laboratory.
    pt_nodes : ndarray, (l,) [GeV]
        Nodes in transverse momentum.
    values : ndarray, (k, l)
        Density at the nodes, in any normalisation.
    about : mapping
        What the file says of itself, by name.
    counts : ndarray, (k - 1, l - 1), optional
        Mesons that were counted in each cell; none of a formula.

    Raises
    ------
    InputError
        For nodes that do not grow, or values that are negative, not finite or zero everywhere.
    """

    meson: str
    beam_energy: float
    target: str
    generator: str
    multiplicity: float
    multiplicity_error: float
    generator_multiplicity: float
    y_nodes: Array = field(repr=False, compare=False)
    pt_nodes: Array = field(repr=False, compare=False)
    values: Array = field(repr=False, compare=False)
    about: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    counts: Array | None = field(default=None, repr=False, compare=False)
    #: The density itself.
    grid: GridDensity = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        freeze(self)
        grid = GridDensity(
            first=self.y_nodes, second=self.pt_nodes, values=self.values, what=f"table of {self.meson}"
        )
        object.__setattr__(self, "grid", grid)
        for name, array in (("y_nodes", grid.first), ("pt_nodes", grid.second), ("values", grid.values)):
            object.__setattr__(self, name, array)

    @property
    def pdgid(self) -> int:
        """PDG id of the meson."""
        return particle(self.meson).pdgid

    @property
    def y_range(self) -> tuple[float, float]:
        """Least and greatest rapidity of the grid."""
        return float(self.y_nodes[0]), float(self.y_nodes[-1])

    @property
    def pt_range(self) -> tuple[float, float]:
        """Least and greatest transverse momentum of the grid [GeV]."""
        return float(self.pt_nodes[0]), float(self.pt_nodes[-1])

    @property
    def cell_integrals(self) -> Array:
        """Probability of each cell of the grid, (k - 1, l - 1); the sum is 1."""
        return self.grid.cell_integrals

    def density(self, y: Array, pt: Array) -> Array:
        """Density d²N/(dy dpT), normalised to 1 [1/GeV]; zero outside the grid.

        Parameters
        ----------
        y : ndarray, (n,)
            Rapidity in the laboratory.
        pt : ndarray, (n,) [GeV]
            Transverse momentum.
        """
        return self.grid.density(y, pt)

    def y_pt(self, first: Array, second: Array) -> tuple[Array, Array]:
        """Rapidity and transverse momentum [GeV] of points of the grid, whose variables they are."""
        return first, second

    def ends_beside(self, y: Array, pt: Array) -> NDArray[np.bool_]:
        """Whether the density is zero at a corner of the cell of each point (n,): the table ends there.

        At pT = 0 every density is zero, which is no end.
        """
        return self.grid.ends_beside(y, pt)

    def sample(self, rng: np.random.Generator, n: int) -> tuple[Array, Array]:
        """Rapidities and transverse momenta [GeV], (n,) each, of exactly `density`; three numbers an event."""
        return self.grid.sample(rng, n)

    def cells(self, y: Array, pt: Array) -> NDArray[np.int64]:
        """Number of the cell of each point, row by row, (n,); -1 beyond the grid."""
        return cells_of((self.y_nodes, self.pt_nodes), y, pt)

    def tail_error(self, cell: NDArray[np.int64], weight: Array) -> float:
        """Relative error of a sum of weights of this spectrum by the mesons that were counted for it [1]; 0 of a formula.

        Parameters
        ----------
        cell : ndarray of int, (n,)
            Cells of what a selection accepts, `cells`.
        weight : ndarray, (n,)
            What each counts there with this spectrum, 0 or more.
        """
        return 0.0 if self.counts is None else share_error(self.counts, cell, weight)

    def provenance(self) -> dict[str, Any]:
        """The names, the numbers and the origin, without the grid."""
        names = ("meson", "beam_energy", "target", "generator", "multiplicity", "multiplicity_error")
        return {name: getattr(self, name) for name in names} | {
            "generator_multiplicity": self.generator_multiplicity,
            "nodes": list(self.values.shape),
            "about": dict(self.about),
        }


def momentum_angle(y: Array, pt: Array, mass: float) -> tuple[Array, Array]:
    """Momentum [GeV] and angle to the beam [rad] of a particle of that rapidity and transverse momentum.

    Parameters
    ----------
    y : ndarray, (n,)
        Rapidity.
    pt : ndarray, (n,) [GeV]
        Transverse momentum.
    mass : float [GeV]
        Mass of the particle.
    """
    pz = np.sqrt(pt * pt + mass * mass) * np.sinh(y)
    return np.hypot(pt, pz), np.arctan2(pt, pz)


def meson_table(meson: str, *, beam_energy: float, generator: str, target: str | None = None) -> MesonTable:
    """Table of a meson from protons of that energy [GeV].

    Parameters
    ----------
    meson : str
        Name of the meson: ``"pi0"``, ``"eta"``, ``"eta'"``, ``"K_L0"``, ``"K_S0"``, ``"K+"`` or ``"K-"``, or ``"B+"`` or ``"B0"``,
        each with its antiparticles; `particle`'s other words as well.
    beam_energy : float [GeV]
        Energy of the protons: 400, 120, 70, 30 or 8.9 on a target; 6800 for each beam of a collider.
    generator : str
        What the spectrum comes from: ``"sibyll23d"``, ``"pythia6"``, ``"pythia8"``, ``"urqmd34"``, ``"bmpt"``
        for the parametrisation, or ``"sanford-wang"`` for that of pi0 at 8 GeV; ``"pythia8-bottom"`` for B mesons alone.
    target : str, optional
        What the protons hit: ``"p"`` unless given (beryllium, where it was fitted, for ``"bmpt"``); a collider's
        table is the only one at its energy.

    Raises
    ------
    UnknownNameError
        For a generator, a target or a meson that the tables do not have.
    InputError
        For an energy that they do not have.
    """
    name = _canonical(meson)
    if generator == sanford_wang.NAME and name not in BOTTOM:
        return _fitted(name, float(beam_energy), target or sanford_wang.TARGET)
    if name in SAME_AS:
        made = meson_table(SAME_AS[name], beam_energy=beam_energy, generator=generator, target=target)
        return replace(made, meson=name)
    if name in BOTTOM:
        return _of_bottom(name, float(beam_energy), generator, target or SPECTRUM.target)
    if generator == "bmpt":
        return _analytic(name, float(beam_energy), target or "Be")
    key = find(generator, float(beam_energy), target)
    summary = about(key)
    own = summary["multiplicity"].get(name)
    if not own:
        have = _with_same([meson for meson, number in summary["multiplicity"].items() if number])
        raise UnknownNameError(f"meson of {key.filename}", meson, have)
    return _stored(name, key, key.target, multiplicity(name, key.beam_energy, key.target))


def _of_bottom(meson: str, beam_energy: float, generator: str, target: str) -> MesonTable:
    """Table of B mesons: the spectrum of nucleons, and the number on the target."""
    if generator != SPECTRUM.generator:
        more = f"B mesons are of {SPECTRUM.generator} alone"
        raise UnknownNameError(_UNKNOWN, meson, _with_same(MESONS), more=more)
    number = bottom_multiplicity(meson, beam_energy, target)
    assert has_bottom(meson, beam_energy, target)  # (where a number is, the spectrum is)
    return _stored(meson, SPECTRUM, target, number)


def _stored(meson: str, key: TableKey, target: str, number: tuple[float, float]) -> MesonTable:
    """Table of a file's spectrum, with a number for each proton on a target and its uncertainty."""
    summary, (y, pt, values) = about(key), grid(key, meson)
    return MesonTable(
        meson=meson,
        beam_energy=key.beam_energy,
        target=target,
        generator=key.generator,
        multiplicity=number[0],
        multiplicity_error=number[1],
        generator_multiplicity=summary["multiplicity"][meson],
        y_nodes=y,
        pt_nodes=pt,
        values=values,
        about=dict(summary),
        counts=counts(key, meson),
    )


def _analytic(meson: str, beam_energy: float, target: str) -> MesonTable:
    """Table of the BMPT parametrisation; the multiplicity is that of protons on protons."""
    y, pt, values = bmpt.grid(meson, beam_energy=beam_energy, target=target)
    own = bmpt.multiplicity(y, pt, values, target=target)
    best, error = multiplicity(meson, beam_energy)
    return MesonTable(
        meson=meson,
        beam_energy=beam_energy,
        target=target,
        generator="bmpt",
        multiplicity=best,
        multiplicity_error=error,
        generator_multiplicity=own,
        y_nodes=y,
        pt_nodes=pt,
        values=values,
        about={"source": "hep-ph/0101163", "multiplicity of": "protons on protons"},
    )


def _fitted(meson: str, beam_energy: float, target: str) -> MesonTable:
    """Table of Sanford and Wang's parametrisation; the multiplicity is its own, on its target."""
    y, pt, values = sanford_wang.grid(meson, beam_energy=beam_energy, target=target)
    own, error = sanford_wang.multiplicity(y, pt, values)
    return MesonTable(
        meson=meson,
        beam_energy=beam_energy,
        target=target,
        generator=sanford_wang.NAME,
        multiplicity=own,
        multiplicity_error=error,
        generator_multiplicity=own,
        y_nodes=y,
        pt_nodes=pt,
        values=values,
        about={"source": "arXiv:0806.1449", "multiplicity of": f"protons on {target}"},
    )


def _canonical(meson: str) -> str:
    """The tables' name of a meson that `particle` knows under several."""
    pdgid = particle(meson).pdgid
    names = every_meson()
    for name in names:
        if particle(name).pdgid == pdgid:
            return name
    raise UnknownNameError(_UNKNOWN, meson, names)


def every_meson() -> tuple[str, ...]:
    """Every meson of which `meson_table` has a table, of some generator, beam and target."""
    return (*_with_same(MESONS), *BOTTOM)


def _with_same(mesons: Iterable[str]) -> tuple[str, ...]:
    """Mesons, each followed by those that have its table."""
    return tuple(
        name
        for meson in mesons
        for name in (meson, *(same for same, other in SAME_AS.items() if other == meson))
    )
