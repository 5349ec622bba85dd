"""Events as what every layout of a file is made of, whether they come as a chunk's columns or as an awkward record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array
from darkpair.gen.lists import Column, Lists, named_numbers, packed
from darkpair.gen.output.columns import particle_columns
from darkpair.gen.output.spelling import SAMPLE
from darkpair.gen.sample_name import NAME
from darkpair.gen.streams import BLOCK

if TYPE_CHECKING:
    from darkpair.gen.events import Batch
    from darkpair.gen.observed import Observed
    from darkpair.gen.pipeline import Chunk

__all__ = [
    "ORIGINAL",
    "Collection",
    "EventColumns",
    "FileColumns",
    "documented",
    "event_names",
    "list_array",
    "of_file",
    "original",
    "roles",
]

#: Type of each number of an event's name, NanoAOD's.
_NAME_TYPES = dict(zip(NAME, (np.uint32, np.uint32, np.uint64), strict=True))

#: Branch of each number of a file's event but for its name.
ORIGINAL = {
    "file": "File_index",
    "entry": "File_entry",
    "parent": "File_genPartIdx",
    "has_vertex": "File_hasVertex",
    "weight": "File_weight",
    "azimuth": "File_azimuth",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Collection:
    """Lists of records, or of plain numbers, of n events.

    Parameters
    ----------
    offsets : ndarray of int, (n + 1,)
        Where each event's list begins, from 0.
    columns : dict of Column, (k,)
        Fields of the records by name; the numbers under the name "" where there are no records.
    """

    offsets: NDArray[np.int64]
    columns: dict[str, Column]

    @property
    def fields(self) -> list[str]:
        """Names of the records' fields, as awkward has them: none of plain numbers."""
        return [] if list(self.columns) == [""] else list(self.columns)

    def array(self) -> ak.Array:
        """The same as an awkward array."""
        return list_array(self.offsets, {name: packed(column) for name, column in self.columns.items()})


def list_array(offsets: NDArray[np.int64], columns: Mapping[str, NDArray[Any]]) -> ak.Array:
    """Awkward array of lists, of the columns of a `Collection`."""
    contents = {name: ak.contents.NumpyArray(column) for name, column in columns.items()}
    records = list(contents) != [""]
    content = ak.contents.RecordArray(list(contents.values()), list(contents)) if records else contents[""]
    return ak.Array(ak.contents.ListOffsetArray(ak.index.Index64(offsets), content))


#: One column or collection for each branch, or several, of a file.
FileColumns: TypeAlias = "dict[str, NDArray[Any] | Collection]"


@dataclass(frozen=True, kw_only=True, eq=False)
class EventColumns:
    """Events as columns.

    Parameters
    ----------
    n : int
        Number of events.
    names : dict of ndarrays, (n,)
        Branches of the event's name.
    original : dict of ndarrays, (n,)
        What a file says of each event, by the record's names; empty where none does.
    offsets : ndarray, (n + 1,)
        Where each list of particles begins.
    particles : dict of Column
        Quantities of the particles, by the record's names.
    cylindrical : mapping of Column, optional
        The file's own pt, eta and phi of the particles.
    weights, proper_length : dict of ndarrays, (n,)
        Named numbers of the events.
    roles : list of str
        Names of the particles in the order of the list, where all events have the same; empty otherwise.
    reco : dict, optional
        A detector's columns and collections by name; None without a detector.
    reco_titles : dict of str
        What a detector says that its branches are.
    """

    n: int
    names: dict[str, NDArray[Any]]
    original: dict[str, NDArray[Any]] = field(default_factory=dict)
    offsets: NDArray[np.int64]
    particles: dict[str, Column]
    cylindrical: Mapping[str, Column] | None = None
    weights: dict[str, Array]
    proper_length: dict[str, Array]
    roles: list[str]
    reco: FileColumns | None = None
    reco_titles: dict[str, str] = field(default_factory=dict)

    @property
    def weight(self) -> Array:
        """Product of the named weights of each event, (n,)."""
        out = np.ones(self.n)
        for factor in self.weights.values():
            out *= factor
        return out

    @classmethod
    def of_record(cls, events: ak.Array, *, first: int = 1) -> EventColumns:
        """Columns of an event record, or of any choice of its events.

        Parameters
        ----------
        events : awkward.Array, (n,)
            Event record, perhaps with a detector's in the field ``reco``.
        first : int
            Number of the first event, where they have no names.

        Raises
        ------
        InputError
            If events are missing (None), and for a detector's field that no branch holds.
        """
        offsets, particles = particle_columns(events)
        file = _fields(events.original) if "original" in events.fields else {}
        flat = ak.flatten(events.cylindrical, axis=1) if "cylindrical" in events.fields else None
        seen = "reco" in events.fields
        return cls(
            n=len(events),
            names=event_names(events, first=first),
            original=file,
            offsets=offsets,
            particles=dict(particles),
            cylindrical=None if flat is None else _fields(flat),
            weights=_fields(events.weights),
            proper_length=_fields(events.proper_length),
            roles=roles(events),
            reco=_reco(ak.to_packed(events.reco)) if seen else None,
            reco_titles=dict(documented(events.reco.layout)) if seen else {},
        )

    @classmethod
    def of_chunk(cls, chunk: Chunk) -> EventColumns:
        """Columns of a chunk, as those of its record, without making one."""
        events, n = chunk.events, len(chunk.events)
        sample: dict[str, NDArray[Any]] = {
            "run": np.full(n, chunk.run, dtype=np.uint32),
            "luminosityBlock": (chunk.numbers // BLOCK + 1).astype(np.uint32),
            "event": (chunk.numbers + 1).astype(np.uint64),
        }
        reco = chunk.reco
        return cls(
            n=n,
            weights=named_numbers(events.parts, "weights", n, missing=1.0, single=events.single),
            proper_length=named_numbers(
                events.parts, "proper_length", n, missing=np.nan, single=events.single
            ),
            reco=None if reco is None else _observed(reco),
            reco_titles={} if reco is None else _titles(reco),
            **_particles(events, sample),
        )


def _particles(events: Batch, sample: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """Names, lists and roles of a batch."""
    if events.originals is None:
        lists = Lists(events.parts, events.single)
        present = list(events.parts[0].topology.roles) if events.single else []
        return {
            "names": dict(sample),
            "offsets": lists.offsets,
            "particles": lists.columns(),
            "roles": present,
        }
    file = events.merged.events()
    return {
        "names": _names(sample, file),
        "original": file,
        "offsets": events.merged.offsets,
        "particles": events.merged.columns(),
        "cylindrical": events.merged.cylindrical(),
        "roles": [],
    }


def _fields(record: ak.Array) -> dict[str, NDArray[Any]]:
    return {name: np.asarray(record[name]) for name in record.fields}


def roles(events: ak.Array) -> list[str]:
    """Names of the particles in the order of the list, where all events have the same; empty otherwise."""
    layouts = ((name, events[name].layout) for name in events.fields if name != "particles")
    return [name for name, layout in layouts if layout.purelist_parameter("__record__") == "Momentum4D"]


def event_names(events: ak.Array, *, first: int = 1) -> dict[str, NDArray[Any]]:
    """Name of each event: a file's own as far as it has one, and the one in the sample beside it.

    Parameters
    ----------
    events : awkward.Array, (n,)
        Event record; one without names is counted, in run 1 and block 1.
    first : int
        Number of the first event, where they are counted.
    """
    n = len(events)
    counted = (np.ones(n), np.ones(n), np.arange(first, first + n))
    sample = {
        name: np.asarray(events[name] if name in events.fields else column).astype(_NAME_TYPES[name])
        for name, column in zip(NAME, counted, strict=True)
    }
    return sample if "original" not in events.fields else _names(sample, _fields(events.original))


def _names(sample: Mapping[str, NDArray[Any]], file: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Names of events of a file: its own, and those in the sample."""
    own = {name: file[name].astype(_NAME_TYPES[name]) for name in NAME if name in file}
    return dict(sample) | own | {SAMPLE[name]: column for name, column in sample.items()}


def original(events: ak.Array) -> dict[str, NDArray[Any]]:
    """Branches of what a file says of each event of a record; see `of_file`."""
    return of_file(_fields(events.original)) if "original" in events.fields else {}


def of_file(file: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Branches of what a file says of each event beside its name, and which of its particles is the parent."""
    return {branch: file[name] for name, branch in ORIGINAL.items() if name in file}


def _observed(reco: Observed) -> FileColumns:
    """Branches of what a detector observed, as those of its record."""
    columns = [*reco.flat.values(), *(c for _, entries in reco.lists.values() for c in entries.values())]
    if not all(c.ndim == 1 and c.dtype.isnative and c.dtype.kind in "biuf" for c in columns):
        return _reco(ak.to_packed(reco.record()))  # a branch cannot hold it, which is said there
    out: FileColumns = dict(reco.flat)
    for name, (counts, entries) in reco.lists.items():
        offsets = np.zeros(reco.n + 1, dtype=np.int64)
        np.cumsum(counts, out=offsets[1:])
        out[name] = Collection(offsets=offsets, columns=dict(entries))
    return out


def _titles(reco: Observed) -> dict[str, str]:
    branches = [
        *reco.flat,
        *(f"{name}_{key}" for name, (_, entries) in reco.lists.items() for key in entries),
    ]
    return {branch: str(reco.titles[branch]) for branch in branches if branch in reco.titles}


def documented(layout: ak.contents.Content, prefix: str = "") -> list[tuple[str, str]]:
    """Branches of a detector's record that say what they are, and what they say."""
    while layout.is_list or layout.is_indexed or layout.is_option:
        layout = layout.content
    if layout.is_record:
        parts = [
            documented(layout.content(name), f"{prefix}_{name}" if prefix else name) for name in layout.fields
        ]
        return [pair for part in parts for pair in part]
    said = layout.parameter("__doc__")
    return [] if said is None else [(prefix, str(said))]


def _reco(reco: ak.Array, prefix: str = "") -> FileColumns:
    """Branches of a detector's record; a record inside it gives its fields with its name before them."""
    out: FileColumns = {}
    for field_ in reco.fields:
        name, values = prefix + field_, reco[field_]
        layout = values.layout.to_ListOffsetArray64(True) if values.layout.is_list else values.layout
        inner = layout.content if layout.is_list else layout
        parts = inner.contents if inner.is_record else [inner]
        if layout.is_record:
            out |= _reco(values, f"{name}_")
        elif not all(map(_plain, parts)):
            raise InputError(
                f"the detector's field {name!r} is of type {layout.form.type}, which no branch holds; allowed: numbers "
                "and booleans, lists of them or of records of them (what may be missing is a list of none or one)"
            )
        elif layout.is_numpy:
            out[name] = np.asarray(layout.data)
        else:
            offsets = np.asarray(layout.offsets.data)
            fields = inner.fields if inner.is_record else [""]
            columns = {
                key: np.asarray(part.data)[: offsets[-1]] for key, part in zip(fields, parts, strict=True)
            }
            out[name] = Collection(offsets=offsets, columns=dict(columns))
    return out


def _plain(layout: ak.contents.Content) -> bool:
    """Whether it is a column of numbers or booleans; the characters of a string are not."""
    if not layout.is_numpy or layout.parameter("__array__") is not None:
        return False
    return layout.data.ndim == 1 and layout.dtype.kind in "biuf"
