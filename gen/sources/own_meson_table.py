"""Mesons of a target from a user's file: a density of rapidity and transverse momentum, or of momentum and angle.

The columns of a CSV file are ``y,pT [GeV],density`` or ``p [GeV],theta [mrad],density``, a row for each pair; a TH2 has
the same on its axes, in either order.  The density is d²N/(dy dpT), or d²N/(dp dtheta) with the solid angle in it, in
any normalisation: bilinear between the rows' points, constant in a histogram's bins.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array
from darkpair.gen.particles import particle
from darkpair.gen.sources.grid_density import GridDensity
from darkpair.gen.sources.table_file import Heading, in_units, read_table
from darkpair.gen.units import ANGLE, ENERGY

__all__ = ["OWN", "OwnMesonTable", "own_meson_table"]

#: What stands where a shipped table has its generator.
OWN: Final = "own table"

#: Headings by the variable that they mean.
_NAMES: Final = {
    "y": ("y", "rapidity"),
    "pT": ("pt", "transversemomentum"),
    "p": ("p", "momentum", "plab"),
    "theta": ("theta", "angle", "polarangle"),
}
_PAIRS: Final = (("y", "pT"), ("p", "theta"))


@dataclass(frozen=True, kw_only=True)
class OwnMesonTable:
    """One kind of meson by somebody's own table; as `darkpair.gen.sources.meson_table.MesonTable`.

    Parameters
    ----------
    meson : str
        Name of the meson.
    path : str
        Path of the file, with the histogram's name where it has one.
    digest : str
        Digest of the file's numbers.
    variables : {("y", "pT"), ("p", "theta")}
        What the grid's variables are: rapidity and transverse momentum, or momentum and angle.
    beam_energy : float, optional [GeV]
        Energy of the beam that made the mesons, where it is said.
    target : str, optional
        What the beam hit, where it is said.
    multiplicity, multiplicity_error : float, optional
        Mesons per inelastic interaction, and the absolute error, where they are said.
    outside : float
        Part of a histogram's contents that its axes do not hold.
    grid : GridDensity
        The density of the variables.
    """

    meson: str
    path: str
    digest: str
    variables: tuple[str, str]
    beam_energy: float | None = None
    target: str | None = None
    multiplicity: float | None = None
    multiplicity_error: float | None = None
    outside: float = 0.0
    grid: GridDensity = field(repr=False, compare=False)

    @property
    def generator(self) -> str:
        """What gave the shape."""
        return OWN

    @property
    def pdgid(self) -> int:
        """PDG id of the meson."""
        return particle(self.meson).pdgid

    @property
    def _polar(self) -> bool:
        return self.variables == ("p", "theta")

    @property
    def y_range(self) -> tuple[float, float]:
        """Rapidities between which all mesons are."""
        first, second = self.grid.first, self.grid.second
        if not self._polar:
            return float(first[0]), float(first[-1])
        ends = [self.y_pt(p, angle)[0] for p in first[[0, -1]] for angle in second[[0, -1]]]
        return float(min(ends)), float(max(ends))

    @property
    def pt_range(self) -> tuple[float, float]:
        """Transverse momenta between which all mesons are [GeV]."""
        first, second = self.grid.first, self.grid.second
        if not self._polar:
            return float(second[0]), float(second[-1])
        sines = [math.sin(angle) for angle in second[[0, -1]]]
        most = 1.0 if second[0] <= 0.5 * math.pi <= second[-1] else max(sines)
        return float(first[0] * max(min(sines), 0.0)), float(first[-1] * most)

    def y_pt(self, first: Array, second: Array) -> tuple[Array, Array]:
        """Rapidity and transverse momentum [GeV] of points of the grid."""
        if not self._polar:
            return first, second
        pt, pz = first * np.sin(second), first * np.cos(second)
        return np.arcsinh(pz / np.hypot(pt, particle(self.meson).mass)), pt

    def _points(self, y: Array, pt: Array) -> tuple[Array, Array, Any]:
        """The grid's variables at rapidities and transverse momenta, and the Jacobian d(p, theta)/d(y, pT) = E/p."""
        y, pt = np.asarray(y, dtype=float), np.asarray(pt, dtype=float)
        if not self._polar:
            return y, pt, 1.0
        mt = np.hypot(pt, particle(self.meson).mass)
        pz = mt * np.sinh(y)
        p = np.hypot(pt, pz)
        return p, np.arctan2(pt, pz), mt * np.cosh(y) / np.maximum(p, np.finfo(float).tiny)

    def density(self, y: Array, pt: Array) -> Array:
        """Density d²N/(dy dpT), normalised to 1 [1/GeV]; zero outside the grid."""
        first, second, jacobian = self._points(y, pt)
        return np.asarray(self.grid.density(first, second) * jacobian)

    def ends_beside(self, y: Array, pt: Array) -> NDArray[np.bool_]:
        """Whether the table ends at the cell of each point (n,)."""
        first, second, _ = self._points(y, pt)
        return self.grid.ends_beside(first, second)

    def sample(self, rng: np.random.Generator, n: int) -> tuple[Array, Array]:
        """Rapidities and transverse momenta [GeV], (n,) each, of exactly `density`."""
        return self.y_pt(*self.grid.sample(rng, n))

    def sample_identity(self) -> dict[str, Any]:
        """The meson and its density; where the file stands decides about no event."""
        return {"meson": self.pdgid, "variables": self.variables, "grid": self.grid}

    def provenance(self) -> dict[str, Any]:
        """The file, the digest of its numbers, and what was said of it."""
        names = ("meson", "beam_energy", "target", "generator", "multiplicity", "multiplicity_error")
        return {name: getattr(self, name) for name in names} | {
            "table": self.path,
            "digest": self.digest,
            "variables": list(self.variables),
            "nodes": list(self.grid.values.shape),
            "between": "constant" if self.grid.bins else "bilinear",
            "outside": self.outside,
        }


def own_meson_table(
    text: str,
    meson: str,
    *,
    axes: str | None = None,
    beam_energy: float | None = None,
    target: str | None = None,
    multiplicity: float | None = None,
    multiplicity_error: float | None = None,
) -> OwnMesonTable:
    """Table of a meson from a file.

    Parameters
    ----------
    text : str
        The file: ``"mine.csv"``, or ``"file.root:name"`` of a TH2.
    meson : str
        Name of the meson, any particle of the PDG.
    axes : str, optional
        What the variables are where the file does not say: ``"y, pT [GeV]"`` or ``"p [GeV], theta [mrad]"``.
    beam_energy, target, multiplicity, multiplicity_error
        What is said of the beam and the mesons, as `OwnMesonTable` has it.

    Raises
    ------
    InputError, UnknownNameError
        As `darkpair.gen.sources.table_file.read_table`; for variables that are neither of the two pairs.
    """
    particle(meson, key="meson")
    table = read_table(text, 2, key="table_file")
    headings, nodes, values = _headings(text, table.headings, axes), table.nodes, table.values
    variables = tuple(_variable(heading) for heading in headings)
    if variables[::-1] in _PAIRS:
        headings, nodes, values, variables = headings[::-1], nodes[::-1], values.T, variables[::-1]
    if variables not in _PAIRS:
        named = ", ".join(repr(heading.name) for heading in headings)
        raise InputError(
            f"{text}: the variables are {named}; allowed: y and pT, or p and theta, as 'y, pT [GeV]' or 'p [GeV], theta [mrad]' in "
            "the columns' names, the axes' titles or table_axes"
        )
    first, second = (
        _nodes(text, variable, n, heading)
        for variable, n, heading in zip(variables, nodes, headings, strict=True)
    )
    grid = GridDensity(
        first=first,
        second=second,
        values=values,
        what=text,
        names=(str(variables[0]), str(variables[1])),
        unit="GeV" if variables[1] == "pT" else "rad",
    )
    return OwnMesonTable(
        meson=meson,
        path=text,
        digest=table.digest,
        variables=(str(variables[0]), str(variables[1])),
        beam_energy=beam_energy,
        target=target,
        multiplicity=multiplicity,
        multiplicity_error=multiplicity_error,
        outside=table.outside,
        grid=grid,
    )


def _headings(text: str, headings: tuple[Heading, ...], axes: str | None) -> tuple[Heading, ...]:
    """Headings of the file, or those of `axes` where the file says nothing else."""
    if axes is None:
        return headings
    given = tuple(Heading.of(part) for part in axes.split(","))
    variables = tuple(_variable(heading) for heading in headings)
    if None not in variables and (variables != tuple(map(_variable, given)) or _differ(headings, given)):
        file = ", ".join(f"{h.name} [{h.unit}]" if h.unit else h.name for h in headings)
        raise InputError(
            f"{text} says that its axes are {file}, and table_axes = {axes!r}; leave table_axes out"
        )
    return given


def _differ(headings: Sequence[Heading], given: Sequence[Heading]) -> bool:
    """Whether two say different units of one axis."""
    return any(a.unit and a.unit != b.unit for a, b in zip(headings, given, strict=True))


def _variable(heading: Heading) -> str | None:
    return next((name for name, words in _NAMES.items() if heading.plain in words), None)


def _nodes(text: str, variable: str | None, nodes: Array, heading: Heading) -> Array:
    """Nodes of a variable in its unit, in its range."""
    if variable == "y":
        if heading.unit not in ("", "1"):
            raise InputError(f"{text}: the rapidity is in {heading.unit}; allowed: no unit")
        return nodes
    units = ANGLE if variable == "theta" else ENERGY
    out = in_units(nodes, heading, units, path=text, given=None, key="table_axes")
    most = math.pi * (1.0 + 1e-12) if variable == "theta" else math.inf
    if not (out[0] >= 0.0 and out[-1] <= most):
        raise InputError(
            f"{text}: {variable} from {out[0]:g} to {out[-1]:g}; allowed: 0 or more"
            + (", up to pi" if variable == "theta" else " GeV")
        )
    return out
