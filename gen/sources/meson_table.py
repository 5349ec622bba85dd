"""Mesons made by protons on a target: a density of rapidity and transverse momentum that draws from itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.kinematics import Array
from darkpair.gen.particles import particle
from darkpair.gen.sources import bmpt
from darkpair.gen.sources.meson_files import MESONS, about, find, grid
from darkpair.gen.sources.meson_multiplicity import multiplicity

__all__ = ["MesonTable", "meson_table", "momentum_angle"]


@dataclass(frozen=True, kw_only=True)
class MesonTable:
    """One kind of meson from one beam: how many, and their density in (y, pT).

    y is the rapidity along the beam in the laboratory; (y, pT) is one-to-one with (angle, momentum).  The
    density is bilinear between the nodes of a rectangular grid: continuous, and integrated exactly.

    Parameters
    ----------
    meson : str
        As `particle` spells it.
    beam_energy : float [GeV]
        Of the proton.
    target : str
        ``"p"``, an element, or ``"collider"``.
    generator : str
        What gave the shape.
    multiplicity, multiplicity_error : float
        Mesons per inelastic interaction, so per proton that interacts; the error is absolute.
    generator_multiplicity : float
        The generator's own.
    y_nodes : ndarray, (k,)
    pt_nodes : ndarray, (l,) [GeV]
    values : ndarray, (k, l)
        Density at the nodes, in any normalisation.
    about : mapping
        What the file says of itself.

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

    def __post_init__(self) -> None:
        what = f"table of {self.meson}"
        y, pt, values = (np.array(a, dtype=float) for a in (self.y_nodes, self.pt_nodes, self.values))
        for name, nodes in (("y", y), ("pT", pt)):
            if nodes.ndim != 1 or len(nodes) < 2 or not np.all(np.diff(nodes) > 0.0):
                raise InputError(f"{what}: the nodes in {name} must grow and be two or more")
        if pt[0] < 0.0:
            raise InputError(f"{what}: the nodes in pT begin at {pt[0]} GeV; allowed: 0 or more")
        if values.shape != (len(y), len(pt)):
            raise InputError(f"{what}: {values.shape} values on {len(y)} x {len(pt)} nodes")
        if not np.all(np.isfinite(values)) or np.any(values < 0.0) or not np.any(values > 0.0):
            raise InputError(f"{what}: values must be finite, not negative, and not all zero")
        values = values / float(_masses(y, pt, values).sum())
        for name, array in (("y_nodes", y), ("pt_nodes", pt), ("values", values)):
            array.setflags(write=False)
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

    @cached_property
    def cell_integrals(self) -> Array:
        """Probability of each cell of the grid, (k - 1, l - 1); the sum is 1."""
        return _masses(self.y_nodes, self.pt_nodes, self.values)

    @cached_property
    def _accumulated(self) -> Array:
        total = np.cumsum(self.cell_integrals)
        out: Array = total / total[-1]
        return out

    def density(self, y: Array, pt: Array) -> Array:
        """Density d²N/(dy dpT), normalised to 1 [1/GeV]; zero outside the grid.

        Parameters
        ----------
        y : ndarray, (n,)
        pt : ndarray, (n,) [GeV]
        """
        y, pt = np.asarray(y, dtype=float), np.asarray(pt, dtype=float)
        i, t = _place(self.y_nodes, y)
        j, s = _place(self.pt_nodes, pt)
        f = self.values
        low = f[i, j] * (1.0 - t) + f[i + 1, j] * t
        high = f[i, j + 1] * (1.0 - t) + f[i + 1, j + 1] * t
        inside = (t >= 0.0) & (t <= 1.0) & (s >= 0.0) & (s <= 1.0)
        return np.where(inside, low * (1.0 - s) + high * s, 0.0)

    def ends_beside(self, y: Array, pt: Array) -> NDArray[np.bool_]:
        """Whether the density is zero at a corner of the cell of each point (n,): the table ends there.

        At pT = 0 every density is zero, which is no end.
        """
        i, _ = _place(self.y_nodes, np.asarray(y, dtype=float))
        j, _ = _place(self.pt_nodes, np.asarray(pt, dtype=float))
        f = self.values
        low = np.where(self.pt_nodes[j] > 0.0, np.minimum(f[i, j], f[i + 1, j]), np.inf)
        return np.asarray(np.minimum(low, np.minimum(f[i, j + 1], f[i + 1, j + 1])) <= 0.0)

    def sample(self, rng: np.random.Generator, n: int) -> tuple[Array, Array]:
        """Rapidities and transverse momenta [GeV], (n,) each, of exactly `density`; three numbers an event."""
        u = rng.random((n, 3))
        cell = np.searchsorted(self._accumulated, u[:, 0], side="right")
        i, j = np.divmod(cell, len(self.pt_nodes) - 1)
        f = self.values
        f00, f01, f10, f11 = f[i, j], f[i, j + 1], f[i + 1, j], f[i + 1, j + 1]
        t = _linear(f00 + f01, f10 + f11, 1.0 - u[:, 1])
        s = _linear(f00 * (1.0 - t) + f10 * t, f01 * (1.0 - t) + f11 * t, 1.0 - u[:, 2])
        y = self.y_nodes[i] + t * (self.y_nodes[i + 1] - self.y_nodes[i])
        return y, self.pt_nodes[j] + s * (self.pt_nodes[j + 1] - self.pt_nodes[j])

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
    pt : ndarray, (n,) [GeV]
    mass : float [GeV]
    """
    pz = np.sqrt(pt * pt + mass * mass) * np.sinh(y)
    return np.hypot(pt, pz), np.arctan2(pt, pz)


def meson_table(meson: str, *, beam_energy: float, generator: str, target: str | None = None) -> MesonTable:
    """Table of a meson from protons of that energy [GeV].

    Parameters
    ----------
    meson : str
        ``"pi0"``, ``"eta"``, ``"eta'"``, ``"K_L0"``, ``"K+"`` or ``"K-"``; `particle`'s other words as well.
    beam_energy : float [GeV]
        400, 120, 70 or 30 on a target; 6800 for each beam of a collider.
    generator : str
        ``"sibyll23d"``, ``"pythia6"``, ``"pythia8"``, ``"urqmd34"``, or ``"bmpt"`` for the parametrisation.
    target : str, optional
        ``"p"`` unless given (beryllium, where it was fitted, for ``"bmpt"``); a collider's table is the only
        one at its energy.

    Raises
    ------
    UnknownNameError
        For a generator, a target or a meson that the tables do not have.
    InputError
        For an energy that they do not have.
    """
    name = _canonical(meson)
    if generator == "bmpt":
        return _analytic(name, float(beam_energy), target or "Be")
    key = find(generator, float(beam_energy), target)
    told = about(key)
    own = told["multiplicity"].get(name)
    if not own:
        have = [meson for meson, number in told["multiplicity"].items() if number]
        raise UnknownNameError(f"meson of {key.filename}", meson, have)
    best, error = multiplicity(name, key.beam_energy, key.target)
    y, pt, values = grid(key, name)
    return MesonTable(
        meson=name,
        beam_energy=key.beam_energy,
        target=key.target,
        generator=generator,
        multiplicity=best,
        multiplicity_error=error,
        generator_multiplicity=own,
        y_nodes=y,
        pt_nodes=pt,
        values=values,
        about=dict(told),
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


def _canonical(meson: str) -> str:
    """The tables' name of a meson that `particle` knows under several."""
    pdgid = particle(meson).pdgid
    for name in MESONS:
        if particle(name).pdgid == pdgid:
            return name
    raise UnknownNameError("meson of the production tables", meson, MESONS)


def _masses(y: Array, pt: Array, values: Array) -> Array:
    """Integral of the bilinear density over each cell."""
    corners = values[:-1, :-1] + values[1:, :-1] + values[:-1, 1:] + values[1:, 1:]
    out: Array = 0.25 * corners * np.diff(y)[:, None] * np.diff(pt)[None, :]
    return out


def _place(nodes: Array, x: Array) -> tuple[Any, Array]:
    """Cell of each x, and how far along it: outside 0 to 1 where x is outside the nodes."""
    cell = np.clip(np.searchsorted(nodes, x, side="right") - 1, 0, len(nodes) - 2)
    along: Array = (x - nodes[cell]) / (nodes[cell + 1] - nodes[cell])
    return cell, along


def _linear(first: Array, last: Array, u: Array) -> Array:
    """Where a density linear between two values over (0, 1) has accumulated a part u of itself, 0 < u <= 1."""
    out: Array = u * (first + last) / (first + np.sqrt(first * first * (1.0 - u) + last * last * u))
    return out
