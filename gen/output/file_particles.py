"""Particles of a finished file in one shape, whatever its layout, of a ROOT or Parquet file or of a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from darkpair.gen.dark_states import chains_of
from darkpair.gen.originals import VERTEX, four_momentum
from darkpair.gen.output.formats import format_of_name
from darkpair.gen.output.layouts import FLAT_FIELDS, GENPART
from darkpair.gen.output.reader import read_branches
from darkpair.gen.output.spelling import word
from darkpair.gen.units import LENGTH

if TYPE_CHECKING:
    import os

    from darkpair.gen.kinematics import Array

__all__ = ["FileParticles", "branch_table", "flattened", "of_chain", "particles_of", "spread"]

_NANO: Final = ("pt", "eta", "phi")
_WHOLE: Final = ("pdgid", "status", "mother")


@dataclass(frozen=True, kw_only=True, eq=False)
class FileParticles:
    """Particles of some events of a file, one after the other.

    Parameters
    ----------
    offsets : ndarray of int, (n + 1,)
        Where the particles of each event begin.
    columns : mapping of str to ndarray, (k,)
        What the file says of each by the record's names: ``px, py, pz, E`` or ``pt, eta, phi`` [GeV], ``mass`` [GeV], NaN where it
        says none, ``pdgid``, ``status``, ``mother``, an index in its event, ``vx, vy, vz, vt`` [mm], and ``replaced``; without those
        that the file does not have.
    """

    offsets: NDArray[np.int64]
    columns: Mapping[str, NDArray[Any]]

    def momentum(self) -> list[Array]:
        """Columns px, py, pz, E, (k,) [GeV]; energies of the masses where the file has none."""
        return four_momentum(dict(self.columns))


def branch_table(
    path: str | os.PathLike[str],
    first: int = 0,
    last: int | None = None,
    wanted: Callable[[str], bool] | None = None,
) -> dict[str, Any]:
    """Branches of a ROOT or Parquet file in a layout of ROOT's, by the names that they have in a ROOT file.

    Parameters
    ----------
    path : str or path
        The file.
    first, last : int
        Index of the first event, and of the one after the last.
    wanted : callable, optional
        Whether a ROOT file's branch of a name is read; all unless given.

    Raises
    ------
    InputError
        For a ROOT file that is damaged; as `darkpair.gen.output.reader.read_branches`.
    """
    kind = format_of_name(path)
    if kind is None or kind.name == "root":
        return read_branches(path, first, last, wanted)
    rows = np.cumsum(ak.metadata_from_parquet(path)["col_counts"])  # of each group and those before
    groups = len(rows) if last is None else int(np.searchsorted(rows, last)) + 1
    table = ak.from_parquet(path, row_groups=set(range(min(groups, len(rows)))))[first:last]
    return spread({name: table[name] for name in table.fields})


def spread(table: Mapping[str, Any]) -> dict[str, Any]:
    """A column for each field of a list of records, and its counter, as a ROOT file has them."""
    out: dict[str, Any] = {}
    for name, column in table.items():
        inner = getattr(column, "fields", None) or ()
        out |= {f"{name}_{key}": column[key] for key in inner} if inner else {name: column}
        if column.ndim > 1:
            out[f"n{name}"] = ak.num(column)
    return out


def flattened(column: Any) -> tuple[NDArray[np.int64] | None, NDArray[Any]]:
    """Offsets of lists and their numbers; None and the numbers of a plain column."""
    if column.ndim == 1:
        return None, np.asarray(column)
    counts = np.asarray(ak.num(column))
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]), np.asarray(ak.flatten(column))


def particles_of(table: Mapping[str, Any], provenance: Mapping[str, Any], unit: str) -> FileParticles:
    """Particles of the branches of a file, whose provenance says which layout it has; lengths are in that unit."""
    if str(provenance["output"].get("layout", "cartesian")) == "flat":
        offsets, columns = _flat(table, provenance)
    else:
        offsets, columns = _listed(table)
    columns |= {name: columns[name].astype(np.int64) for name in _WHOLE}
    columns["mass"] = columns["mass"].astype(np.float64)
    columns |= {name: LENGTH[unit] * columns[name].astype(np.float64) for name in VERTEX if name in columns}
    return FileParticles(offsets=offsets, columns=columns)


def _listed(table: Mapping[str, Any]) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]]]:
    """Offsets and columns of the particles of the layouts with lists, by the record's names."""
    names = {branch: name for name, branch in GENPART.items()} | {"mass": "mass"}
    names |= {name: name for name in (*_NANO, *VERTEX, "replaced")}
    out: dict[str, NDArray[Any]] = {}
    offsets = np.zeros(1, dtype=np.int64)
    for branch, name in names.items():
        if (column := table.get(f"GenPart_{branch}")) is not None:
            own, out[name] = flattened(column)
            offsets = offsets if own is None else own
    return offsets, out


def _flat(
    table: Mapping[str, Any], provenance: Mapping[str, Any]
) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]]]:
    """The same of the flat layout, whose constants the provenance has; a resonance's mass is its own in each event."""
    rows = provenance["output"]["particles"]
    n = len(table["genWeight"])
    out: dict[str, NDArray[Any]] = {
        name: np.stack([np.asarray(table[f"{word(row['role'])}_{branch}"]) for row in rows], axis=1).ravel()
        for name, branch in FLAT_FIELDS.items()
    }
    varying = {name for chain in chains_of(provenance) for name in chain.get("line_shapes", {})}
    for name, key in (("pdgid", "pdgId"), ("status", "status"), ("mother", "genPartIdxMother")):
        out[name] = np.tile(np.array([row[key] for row in rows], dtype=np.int64), n)
    masses = [np.nan if row["role"].partition("_")[0] in varying else row["mass"] for row in rows]
    out["mass"] = np.tile(np.array(masses, dtype=np.float64), n)
    return np.arange(n + 1, dtype=np.int64) * len(rows), out


def of_chain(
    offsets: NDArray[np.int64], mother: NDArray[Any], replaced: NDArray[Any] | None, parent: Any
) -> NDArray[np.bool_]:
    """Which particles are of the chain: of a file's events the parent that decays, and what comes of it here.

    Parameters
    ----------
    offsets : ndarray of int, (n + 1,)
        Where the particles of each event begin.
    mother : ndarray of int, (k,)
        Index of each particle's mother in its event, -1 without one.
    replaced : ndarray of bool, (k,), or None
        Which are left out, because the chain has its own in their place.
    parent : array_like of int, (n,), or None
        Index of the particle of each event that decays; None where all is of the chain.
    """
    if parent is None:
        return np.ones(len(mother), dtype=bool)
    gone = np.zeros(len(mother), dtype=bool) if replaced is None else np.asarray(replaced, dtype=bool)
    first, size = (np.repeat(each, np.diff(offsets)) for each in (offsets[:-1], np.diff(offsets)))
    row = np.where((mother < 0) | (mother >= size), -1, mother + first)  # (of a damaged file: none)
    chain = np.zeros(len(mother), dtype=bool)
    chain[np.asarray(parent, dtype=np.int64) + offsets[:-1]] = True
    while True:
        grown = chain | (chain[row] & (row >= 0) & ~gone)
        if np.array_equal(grown, chain):
            return chain
        chain = grown
