"""A density of one variable from a user's file: momenta of a beam, angles of a gun."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.kinematics import Array
from darkpair.gen.sampling import Density
from darkpair.gen.sources.table_file import in_units, is_table, read_table
from darkpair.gen.units import ANGLE, ENERGY

__all__ = ["Spectrum", "angle_spectrum", "momentum_spectrum_of", "own_spectrum"]

#: Headings of a column of momenta: energies and transverse momenta are none.
_MOMENTUM: Final = re.compile(r"p(?!t$|tr|perp|[xyz]$|hi$)[a-z]{0,4}0?|momentum(?!t$|tr|perp|[xyz]$).*")
_ANGLE: Final = re.compile(r"theta|angle|polarangle")


@dataclass(frozen=True, kw_only=True)
class Spectrum:
    """A density on an interval, linear between points, or constant in bins; 0 outside.

    Parameters
    ----------
    path : str
        Path of the file, with the histogram's name where it has one.
    digest : str
        Digest of the file's numbers.
    nodes : ndarray, (k,) [GeV] or [rad]
        Points, or edges of bins, growing.
    values : ndarray, (k,), or (k - 1,) of bins
        Density, in any normalisation.
    outside : float
        Part of a histogram's contents that its axis does not hold.
    """

    path: str
    digest: str
    nodes: Array = field(repr=False, compare=False)
    values: Array = field(repr=False, compare=False)
    outside: float = 0.0

    @property
    def range(self) -> tuple[float, float]:
        """Ends of the interval."""
        return float(self.nodes[0]), float(self.nodes[-1])

    @property
    def bins(self) -> bool:
        """Whether the density is constant between two nodes."""
        return len(self.values) < len(self.nodes)

    def __call__(self, x: Array) -> Array:
        """Density at x (n,), not normalised."""
        if not self.bins:
            return np.interp(x, self.nodes, self.values, left=0.0, right=0.0)
        at = np.searchsorted(self.nodes, x, side="right") - 1
        at = np.where(x == self.nodes[-1], len(self.values) - 1, at)
        inside = (at >= 0) & (at < len(self.values))
        return np.where(inside, self.values[np.where(inside, at, 0)], 0.0)

    def density(self) -> Density:
        """The same, normalised, that draws from itself."""
        return Density(self, *self.range, breaks=self.nodes)

    def sample_identity(self) -> dict[str, Any]:
        """The numbers; where the file stands decides about no event."""
        return {"nodes": self.nodes, "values": self.values}

    def provenance(self) -> dict[str, Any]:
        """The file, the digest of its numbers, and what is between them."""
        return {
            "path": self.path,
            "digest": self.digest,
            "nodes": len(self.nodes),
            "range": list(self.range),
            "between": "constant" if self.bins else "linear",
            "outside": self.outside,
        }


def momentum_spectrum_of(text: str, unit: str | None = None, *, key: str = "spectrum") -> Spectrum:
    """Density of momenta [GeV] from a file.

    Parameters
    ----------
    text : str
        The file: ``"mine.csv"`` with the columns ``p [GeV],density``, or ``"file.root:name"`` of a TH1.
    unit : str, optional
        Unit of the momenta in the file, where it says none.
    key : str
        Name of the parameter that holds `text`, for messages.

    Raises
    ------
    InputError, UnknownNameError
        As `darkpair.gen.sources.table_file.read_table`; for a column that is no momentum, or momenta below 0.
    """
    return _spectrum(text, unit, key, ENERGY, _MOMENTUM, "momentum", "p [GeV]")


def own_spectrum(text: str, unit: str | None, *, built_in: Collection[str], what: str) -> Spectrum | None:
    """Density of momenta [GeV] from a file; None for one of the names of built-in ones.

    Parameters
    ----------
    text : str
        The file, as of `momentum_spectrum_of`, or a name.
    unit : str or None
        Unit of the momenta in the file, where it says none.
    built_in : collection of str
        Names of built-in spectra.
    what : str
        What has them, for messages.

    Raises
    ------
    InputError, UnknownNameError
        For another name, and for a unit with a name.
    """
    if is_table(text):
        return momentum_spectrum_of(text, unit)
    if text not in built_in:
        raise UnknownNameError(what, text, [*built_in, "a file: mine.csv or file.root:histogram"])
    if unit is not None:
        raise InputError(
            f"spectrum_unit = {unit!r} with the spectrum {text!r}; it is of a file's: leave it out"
        )
    return None


def angle_spectrum(text: str, unit: str | None = None, *, key: str = "angle") -> Spectrum:
    """Density dN/dtheta of angles to an axis [rad] from a file; as `momentum_spectrum_of`, with ``theta [mrad],density``."""
    spectrum = _spectrum(text, unit, key, ANGLE, _ANGLE, "angle", "theta [mrad]")
    if spectrum.range[1] > np.pi * (1.0 + 1e-12):
        raise InputError(f"{text}: angles up to {apart(spectrum.range[1], np.pi)[0]} rad; allowed: 0 to pi")
    return spectrum


def _spectrum(
    text: str,
    unit: str | None,
    key: str,
    units: dict[str, float],
    names: re.Pattern[str],
    what: str,
    example: str,
) -> Spectrum:
    table = read_table(text, 1, key=key)
    (heading,), (nodes,) = table.headings, table.nodes
    # an axis' title may be any formula; a column says what it is
    if not table.bins and not names.fullmatch(heading.plain):
        raise InputError(
            f"{text}: the first column is {heading.name!r}; allowed: the {what}, as in {example!r}"
        )
    nodes = in_units(nodes, heading, units, path=text, given=unit, key=f"{key}_unit")
    if not nodes[0] >= 0.0:
        raise InputError(
            f"{text}: the {what} begins at {nodes[0]:g} {'rad' if units is ANGLE else 'GeV'}; allowed: 0 or more"
        )
    nodes.setflags(write=False)
    return Spectrum(path=text, digest=table.digest, nodes=nodes, values=table.values, outside=table.outside)
