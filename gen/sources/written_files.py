"""Particles of the files that this package wrote, read from every format and layout: what a report of a file looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError
from darkpair.gen.originals import VERTEX, four_momentum
from darkpair.gen.output.file_format import vertex_unit
from darkpair.gen.output.file_particles import branch_table, flattened, of_chain, particles_of, spread
from darkpair.gen.output.formats import format_of_name
from darkpair.gen.output.layouts import FLAT_FIELDS, branches
from darkpair.gen.output.reader import read_events
from darkpair.gen.output.spelling import nano_name
from darkpair.gen.sources.event_listing import readable
from darkpair.gen.sources.event_readers import open_events
from darkpair.gen.sources.written import Variable, Written
from darkpair.gen.units import LENGTH

__all__ = ["read_written"]

#: What is read of the particles beside four-momenta and vertices.
_WHOLE: Final = ("pdgid", "status", "mother")
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
    if name == "root" or (name == "parquet" and layout != "cartesian"):
        table = branch_table(path, 0, most, _wanted(variables))
    else:
        table = spread(branches(read_events(path, entry_stop=most), "cartesian"))
        layout = "cartesian"
    return _of_table(table, layout, provenance, vertex_unit(provenance, str(path)), variables)


def _wanted(variables: Sequence[str]) -> Callable[[str], bool]:
    """Whether a branch is looked at."""
    names = {"genWeight", "File_genPartIdx", "accepted", *variables}
    ends = tuple(f"_{name}" for name in (*variables, "accepted", *FLAT_FIELDS.values()))

    def wanted(name: str) -> bool:
        return name in names or name.startswith((_PARTICLES, _FACTOR)) or name.endswith(ends)

    return wanted


def _of_table(
    table: Mapping[str, Any],
    layout: str,
    provenance: Mapping[str, Any],
    unit: str,
    variables: Sequence[str],
) -> Written:
    particles = particles_of(
        table, {**provenance, "output": {**provenance["output"], "layout": layout}}, unit
    )
    own, offsets = particles.columns, particles.offsets
    mother = _rows(own["mother"], offsets)
    return Written(
        offsets=offsets,
        pdgid=own["pdgid"],
        status=own["status"],
        mother=mother,
        momentum=np.stack(particles.momentum()),
        mass=own["mass"],
        vertex=np.stack([own[name] for name in VERTEX]) if all(name in own for name in VERTEX) else None,
        chain=of_chain(offsets, own["mother"], own.get("replaced"), table.get("File_genPartIdx")),
        weight=np.asarray(table["genWeight"], dtype=np.float64),
        factors={
            name.removeprefix(_FACTOR): np.asarray(column, dtype=np.float64)
            for name, column in table.items()
            if name.startswith(_FACTOR)
        },
        single=layout == "nano",
        energies="E" in own,
        variables=dict(_observed(table, variables)),
    )


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


def _observed(table: Mapping[str, Any], variables: Sequence[str]) -> Iterator[tuple[str, Variable]]:
    """What the detector says of candidates, of accepted ones where the file says which those are."""
    names = [name for name in table if not name.startswith((_PARTICLES, _FACTOR))]
    whole = table.get("accepted")
    for variable in variables:
        fitting = [
            name for name in names if name in (variable, nano_name(variable)) or name.endswith(f"_{variable}")
        ]
        if len(fitting) != 1:  # (of several lists nobody says which)
            continue
        offsets, values = flattened(table[fitting[0]])
        event = (
            np.arange(len(values))
            if offsets is None
            else np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
        )
        kept = np.ones(len(values), dtype=bool)
        if whole is not None:
            kept &= np.asarray(whole, dtype=bool)[event]
        passed = table.get(f"{fitting[0].removesuffix(f'_{variable}')}_accepted")
        if offsets is not None and passed is not None:
            kept &= flattened(passed)[1].astype(bool)
        yield variable, Variable(values=values[kept].astype(np.float64), event=event[kept])
