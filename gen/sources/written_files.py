"""Particles of the files that this package wrote, read from every format and layout: what a report of a file looks at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.dark_states import chains_of
from darkpair.gen.errors import InputError
from darkpair.gen.originals import VERTEX, four_momentum
from darkpair.gen.output.file_format import vertex_unit
from darkpair.gen.output.formats import format_of_name
from darkpair.gen.output.layouts import FLAT_FIELDS, GENPART, branches
from darkpair.gen.output.opened import open_root
from darkpair.gen.output.reader import read_events
from darkpair.gen.output.root import TREE
from darkpair.gen.output.spelling import nano_name, word
from darkpair.gen.sources.event_listing import readable
from darkpair.gen.sources.event_readers import open_events
from darkpair.gen.sources.written import Variable, Written
from darkpair.gen.units import LENGTH

__all__ = ["read_written"]

#: Columns of a file by the names of their branches; of a list the awkward array.
_Table: TypeAlias = Mapping[str, Any]

#: What is read of the particles beside four-momenta and vertices.
_WHOLE: Final = ("pdgid", "status", "mother")
_NANO: Final = ("pt", "eta", "phi")
_PARTICLES: Final = "GenPart_"
_FACTOR: Final = "weight_"


def read_written(
    paths: Sequence[Path], provenance: Mapping[str, Any], *, most: int, variables: Sequence[str] = ()
) -> Written:
    """The first events of files of one sample.

    Parameters
    ----------
    paths : sequence of Path
        A file, or the parts of a dataset.
    provenance : mapping
        As `darkpair.read_provenance` gives it.
    most : int
        Events that are read at most.
    variables : sequence of str
        What is wanted of what the detector says; what the file does not have is left out.

    Raises
    ------
    InputError
        For a file that is damaged, or whose format does not hold particles or does not say how they are read.
    """
    parts: list[Written] = []
    left = most
    for path in paths:
        with readable(str(path)):
            parts.append(_of_file(path, provenance, left, variables))
        left -= len(parts[-1])
        if left <= 0:
            break
    return Written.concatenate(parts)


def _of_file(path: Path, provenance: Mapping[str, Any], most: int, variables: Sequence[str]) -> Written:
    kind = format_of_name(path)
    name = "root" if kind is None else kind.name
    layout = str(provenance["output"].get("layout", "cartesian"))
    if name in ("hepmc3", "lhe"):
        return _of_text(path, provenance, most)
    if name == "root":
        table = _root_table(path, most, variables)
    elif name == "parquet" and layout != "cartesian":
        table = _parquet_table(path, most)
    else:
        table = branches(read_events(path, entry_stop=most), "cartesian")
        layout = "cartesian"
    return _of_table(_Columns(table), layout, provenance, vertex_unit(provenance, str(path)), variables)


def _root_table(path: Path, most: int, variables: Sequence[str]) -> _Table:
    """Columns of a ROOT file that are looked at."""
    ends = tuple(f"_{name}" for name in (*variables, "accepted", *FLAT_FIELDS.values()))
    with open_root(path) as file:
        tree = file[TREE]
        names = [
            name
            for name in tree.keys()  # noqa: SIM118 (uproot's)
            if name.startswith((_PARTICLES, _FACTOR))
            or name in ("genWeight", "File_genPartIdx", "accepted", *variables)
            or name.endswith(ends)
        ]
        table: _Table = tree.arrays(names, entry_stop=most, how=dict)
        return table


def _parquet_table(path: Path, most: int) -> _Table:
    """Columns of a Parquet file in a layout of ROOT's."""
    import awkward as ak
    from pyarrow import Table, parquet

    with parquet.ParquetFile(path) as file:
        batches = list(file.iter_batches(batch_size=most))[:1]
        table = ak.from_arrow(Table.from_batches(batches, file.schema_arrow))
    return {name: table[name] for name in table.fields}


class _Columns:
    """Columns by the names of branches, be a list a column for each of its fields or one of records."""

    def __init__(self, table: _Table) -> None:
        self.table = table

    def __call__(self, name: str) -> Any:
        """The column of that name; None where there is none."""
        if name in self.table:
            return self.table[name]
        collection, _, member = name.partition("_")
        lists = self.table.get(collection)
        return lists[member] if lists is not None and member in getattr(lists, "fields", ()) else None

    def names(self) -> Iterator[str]:
        """Names of all branches."""
        for name, column in self.table.items():
            fields = getattr(column, "fields", None) or ()
            yield from (f"{name}_{member}" for member in fields)
            if not fields:
                yield name


def _flattened(column: Any) -> tuple[NDArray[np.int64] | None, NDArray[Any]]:
    """Offsets of lists and their numbers; None and the numbers of a plain column."""
    import awkward as ak

    if column.ndim == 1:
        return None, np.asarray(column)
    counts = np.asarray(ak.num(column))
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]), np.asarray(ak.flatten(column))


def _of_table(
    columns: _Columns,
    layout: str,
    provenance: Mapping[str, Any],
    unit: str,
    variables: Sequence[str],
) -> Written:
    weight = np.asarray(columns("genWeight"), dtype=np.float64)
    flat = layout == "flat"
    offsets, own = _flat(columns, provenance, len(weight)) if flat else _listed(columns)
    mother = _rows(own["mother"], offsets)
    vertex = None
    if all(name in own for name in VERTEX):
        vertex = LENGTH[unit] * np.stack([own[name].astype(np.float64) for name in VERTEX])
    return Written(
        offsets=offsets,
        pdgid=own["pdgid"].astype(np.int64),
        status=own["status"].astype(np.int64),
        mother=mother,
        momentum=np.stack(four_momentum(own)),
        mass=own["mass"].astype(np.float64),
        vertex=vertex,
        chain=_of_chain(columns, offsets, mother),
        weight=weight,
        factors={
            name.removeprefix(_FACTOR): np.asarray(columns(name), dtype=np.float64)
            for name in columns.names()
            if name.startswith(_FACTOR)
        },
        single=layout == "nano",
        energies="E" in own,
        variables=dict(_observed(columns, variables)),
    )


def _listed(columns: _Columns) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]]]:
    """Offsets and columns of the particles of the layouts with lists, by the record's names."""
    names = {branch: name for name, branch in GENPART.items()} | {"mass": "mass"}
    names |= {name: name for name in (*_NANO, *VERTEX)}
    out: dict[str, NDArray[Any]] = {}
    offsets = np.zeros(1, dtype=np.int64)
    for branch, name in names.items():
        column = columns(f"{_PARTICLES}{branch}")
        if column is not None:
            own, out[name] = _flattened(column)
            offsets = offsets if own is None else own
    return offsets, out


def _flat(
    columns: _Columns, provenance: Mapping[str, Any], n: int
) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]]]:
    """The same of the flat layout, whose constants the provenance has; a resonance's mass is its own in each event."""
    rows = provenance["output"]["particles"]
    out: dict[str, NDArray[Any]] = {
        name: np.stack([np.asarray(columns(f"{word(row['role'])}_{branch}")) for row in rows], axis=1).ravel()
        for name, branch in FLAT_FIELDS.items()
    }
    spread = {name for chain in chains_of(provenance) for name in chain.get("line_shapes", {})}
    for name, key in (("pdgid", "pdgId"), ("status", "status"), ("mother", "genPartIdxMother")):
        out[name] = np.tile(np.array([row[key] for row in rows], dtype=np.int64), n)
    masses = [np.nan if row["role"].partition("_")[0] in spread else row["mass"] for row in rows]
    out["mass"] = np.tile(np.array(masses, dtype=np.float64), n)
    return np.arange(n + 1, dtype=np.int64) * len(rows), out


def _of_text(path: Path, provenance: Mapping[str, Any], most: int) -> Written:
    """Events of a HepMC3 or LHE file."""
    reader = open_events(str(path), None, {}, None)
    last = min(reader.entries, most)
    wanted = ["px", "py", "pz", "energy", "mass", *_WHOLE, *VERTEX, "weight"]
    names = [name for name in wanted if name in reader.names]
    offsets, own, events = reader.read(0, last, names)
    own["E"] = own.pop("energy")
    vertex = None
    if all(name in own for name in VERTEX):
        vertex = LENGTH[reader.length_unit] * np.stack([own[name].astype(np.float64) for name in VERTEX])
    of_file = (provenance.get("source") or {}).get("type") == "EventFile"
    return Written(
        offsets=offsets,
        pdgid=own["pdgid"].astype(np.int64),
        status=own["status"].astype(np.int64),
        mother=_rows(own["mother"], offsets),
        momentum=np.stack(four_momentum(own)),
        mass=own["mass"].astype(np.float64),
        vertex=vertex,
        chain=None if of_file else np.ones(len(own["pdgid"]), dtype=bool),
        weight=events["weight"].astype(np.float64),
        factors={},
        single=False,
        energies=True,
    )


def _rows(mother: NDArray[Any], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Row of each mother, whose index counts in its own event; -1 without one.

    Raises
    ------
    InputError
        For an index that is none of the event's.
    """
    sizes = np.diff(offsets)
    if ((mother < -1) | (mother >= np.repeat(sizes, sizes))).any():
        raise InputError("the file has an index of a mother that is none of its event's; it is damaged")
    return np.where(mother < 0, -1, mother + np.repeat(offsets[:-1], sizes))


def _of_chain(columns: _Columns, offsets: NDArray[np.int64], mother: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which particles are of the chain: of a file's events the parent that decays, and what comes of it here."""
    parent, replaced = columns("File_genPartIdx"), columns(f"{_PARTICLES}replaced")
    if parent is None:
        return np.ones(len(mother), dtype=bool)
    gone = np.zeros(len(mother), dtype=bool) if replaced is None else _flattened(replaced)[1].astype(bool)
    chain = np.zeros(len(mother), dtype=bool)
    chain[np.asarray(parent, dtype=np.int64) + offsets[:-1]] = True
    while True:
        grown = chain | (chain[mother] & (mother >= 0) & ~gone)
        if np.array_equal(grown, chain):
            return chain
        chain = grown


def _observed(columns: _Columns, variables: Sequence[str]) -> Iterator[tuple[str, Variable]]:
    """What the detector says of candidates, of accepted ones where the file says which those are."""
    names = [name for name in columns.names() if not name.startswith((_PARTICLES, _FACTOR))]
    whole = columns("accepted")
    for variable in variables:
        fitting = [
            name for name in names if name in (variable, nano_name(variable)) or name.endswith(f"_{variable}")
        ]
        if len(fitting) != 1:  # (of several lists nobody says which)
            continue
        offsets, values = _flattened(columns(fitting[0]))
        event = (
            np.arange(len(values))
            if offsets is None
            else np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
        )
        kept = np.ones(len(values), dtype=bool)
        if whole is not None:
            kept &= np.asarray(whole, dtype=bool)[event]
        passed = columns(f"{fitting[0].removesuffix(f'_{variable}')}_accepted")
        if offsets is not None and passed is not None:
            kept &= _flattened(passed)[1].astype(bool)
        yield variable, Variable(values=values[kept].astype(np.float64), event=event[kept])
