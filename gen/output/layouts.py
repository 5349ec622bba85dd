"""Branches of an event record in each of the three layouts.

=========  ==============================================================================================
cartesian  ``GenPart_px, _py, _pz, _energy, _mass, _pdgId, _status, _genPartIdxMother, _vx, _vy, _vz, _vt``
           in float64; ``genWeight``, ``weight_<name>``, ``<role>_properLength``.
nano       NanoAOD's names, types and units: ``GenPart_pt, _eta, _phi, _mass`` in float32, ``_statusFlags``; vertices
           in cm.  Everything real is float32, ours included.
flat       One topology: ``<role>_px, _py, _pz, _energy, _vx, _vy, _vz, _vt`` in float64.
=========  ==============================================================================================

Every layout begins with the event's name, ``run``, ``luminosityBlock`` and ``event`` (`darkpair.gen.sample_name`).  Events
of a file (`darkpair.gen.originals`) keep those of the file's that it has, with their name in the sample beside them
(``Sample_run``, ...); they have ``GenPart_replaced`` and ``File_entry``, ``File_genPartIdx`` (the parent),
``File_hasVertex``, ``File_weight``, and ``File_azimuth`` where the event was turned.
A detector's record follows in every layout: its lists of records are collections (``Cluster_energy``, counted by
``nCluster``), its numbers and booleans plain branches (``n_missed`` is ``nMissed`` in nano).  Units: GeV, mm, mm/c,
but for the vertices of nano; `darkpair.gen.output.titles` says what each branch is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np

from darkpair.gen.cylindrical import ETA_ON_AXIS, cylindrical
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.lists import Column, LaidColumn, ListColumn, packed
from darkpair.gen.output.event_columns import (
    ORIGINAL,
    Collection,
    EventColumns,
    FileColumns,
    event_names,
    of_file,
    original,
    roles,
)
from darkpair.gen.output.file_format import VERTEX_UNIT
from darkpair.gen.output.spelling import names, nano_name, word
from darkpair.gen.status_flags import FIRST_COPY, LAST_COPY, OF_CHAIN, OF_OURS
from darkpair.gen.units import LENGTH

if TYPE_CHECKING:
    import awkward as ak
    from numpy.typing import NDArray

__all__ = [
    "ETA_ON_AXIS",
    "FLAT_FIELDS",
    "GENPART",
    "OF_FILE",
    "ORIGINAL",
    "STATUS_FLAGS",
    "Branches",
    "Layout",
    "branches",
    "event_names",
    "file_columns",
    "original",
    "particles_of",
    "roles",
    "spelled_of",
]

Layout: TypeAlias = Literal["cartesian", "nano", "flat"]

#: One array per branch or collection, (n,): NumPy's where flat, awkward's lists of records otherwise.
Branches: TypeAlias = dict[str, Any]

#: Field of ``GenPart`` for each field of the record's particles, in the file's order.
GENPART = {
    "px": "px",
    "py": "py",
    "pz": "pz",
    "E": "energy",
    "nominal_mass": "mass",
    "pdgid": "pdgId",
    "status": "status",
    "mother": "genPartIdxMother",
    "vx": "vx",
    "vy": "vy",
    "vz": "vz",
    "vt": "vt",
}

#: The same for a role of the flat layout, whose other numbers are constants.
FLAT_FIELDS = {name: GENPART[name] for name in ("px", "py", "pz", "E", "vx", "vy", "vz", "vt")}

#: NanoAOD's status flags of events of ours.
STATUS_FLAGS = OF_OURS

#: The same for what only events of a file have, see `darkpair.gen.originals`.
OF_FILE = {"replaced": "replaced", "statusFlags": "statusFlags"}

_PARTICLES, _REAL32 = "GenPart", np.dtype(np.float32)


def branches(events: ak.Array, layout: Layout, *, first: int = 1) -> Branches:
    """Branches of the events of a record, in the order of the file.

    Parameters
    ----------
    events : awkward.Array, (n,)
        Event record, perhaps with a detector's in the field ``reco``.
    layout : {"cartesian", "nano", "flat"}
        Which columns a particle has, as this module's first lines say.
    first : int
        Number of the first event, where they have no names.

    Raises
    ------
    InputError, UnknownNameError
        As `file_columns` and `EventColumns.of_record` say.
    """
    columns = file_columns(EventColumns.of_record(events, first=first), layout)
    return {name: c.array() if isinstance(c, Collection) else c for name, c in columns.items()}


def file_columns(events: EventColumns, layout: Layout) -> FileColumns:
    """Columns and collections of a file of the events, in its order.

    Parameters
    ----------
    events : EventColumns, (n,)
        The events.
    layout : {"cartesian", "nano", "flat"}
        Which columns a particle has, as this module's first lines say.

    Raises
    ------
    InputError
        For the flat layout of events that differ in topology, and for a detector's field whose name is taken.
    UnknownNameError
        For another layout.
    """
    if layout not in get_args(Layout):
        raise UnknownNameError("layout", layout, get_args(Layout))
    out: FileColumns = {**events.names, **of_file(events.original)}
    if layout == "flat":
        out |= _flat(events)
    else:
        fields = _nano(events) if layout == "nano" else _cartesian(events)
        out[_PARTICLES] = Collection(offsets=events.offsets, columns=fields)
    out["genWeight"] = events.weight
    out |= {f"weight_{word(name)}": factor for name, factor in events.weights.items()}
    out |= {f"{word(role)}_properLength": length for role, length in events.proper_length.items()}
    if events.reco is not None:
        taken = {branch for name, values in out.items() for branch in names(name, values)}
        for field, values in events.reco.items():
            name = nano_name(field) if layout == "nano" else field
            if not taken.isdisjoint(names(name, values)):
                raise InputError(
                    f"the detector's field {field!r} has the name of a branch of the {layout} layout; rename it"
                )
            taken |= set(names(name, values))
            out[name] = values
    return {name: _narrow(values) for name, values in out.items()} if layout == "nano" else out


def particles_of(events: EventColumns) -> list[dict[str, Any]]:
    """Constants of each role in the order of the list; empty where events differ or there are none."""
    if not events.roles or not events.n:
        return []
    words = {"pdgid": "pdgId", "status": "status", "mother": "genPartIdxMother", "nominal_mass": "mass"}
    first = {words[name]: packed(events.particles[name])[: len(events.roles)].tolist() for name in words}
    return [
        {"role": role} | {word: values[i] for word, values in first.items()}
        for i, role in enumerate(events.roles)
    ]


def spelled_of(events: EventColumns) -> dict[str, str]:
    """Names that branches spell in another way, by how they do."""
    named = (*events.roles, *events.weights, *events.proper_length)
    return {word(name): name for name in named if word(name) != name}


def _cartesian(events: EventColumns) -> dict[str, Column]:
    particles = events.particles
    return {branch: particles[name] for name, branch in (GENPART | OF_FILE).items() if name in particles}


def _nano(events: EventColumns) -> dict[str, Column]:
    particles = events.particles
    pt, eta, phi = _cylindrical(events)
    fields: dict[str, Column] = {"eta": eta, "mass": particles["nominal_mass"], "phi": phi, "pt": pt}
    fields |= {GENPART[name]: particles[name] for name in ("mother", "pdgid", "status")}
    if "statusFlags" in particles:
        fields["statusFlags"] = particles["statusFlags"]
    elif events.original:
        fields["statusFlags"] = _copies(events)
    else:
        fields["statusFlags"] = _mapped(particles["status"], lambda s: np.full_like(s, STATUS_FLAGS), "flags")
    fields |= {name: particles[name] for name in ("replaced",) if name in particles}
    unit = LENGTH[VERTEX_UNIT["nano"]]
    return fields | {
        name: _mapped(particles[name], lambda v: v / unit, "cm") for name in ("vx", "vy", "vz", "vt")
    }


def _copies(events: EventColumns) -> NDArray[np.int32]:
    """NanoAOD's flags of the events of a file that has none: what the mothers in the list say of copies.

    By CMS's meaning of them (`darkpair.gen.sources.copies`), and nothing of what happened in a collision.
    """
    pdgid, mother = packed(events.particles["pdgid"]), packed(events.particles["mother"])
    below = np.flatnonzero(mother >= 0)
    above = mother[below] + np.repeat(events.offsets[:-1], np.diff(events.offsets))[below]
    copied = pdgid[below] == pdgid[above]
    out = np.full(len(pdgid), OF_CHAIN, dtype=np.int32)
    out[below[copied]] &= ~FIRST_COPY
    out[above[copied]] &= ~LAST_COPY
    return out


def _cylindrical(events: EventColumns) -> tuple[Column, Column, Column]:
    """Transverse momentum, pseudorapidity and azimuth: the file's own, bit by bit, of events that came from one that has them."""
    if (own := events.cylindrical) is not None:
        return own["pt"], own["eta"], own["phi"]
    momentum = [events.particles[name] for name in ("px", "py", "pz")]
    columns = [column for column in momentum if isinstance(column, ListColumn)]
    if not columns:
        px, py, pz = map(packed, momentum)
        return cylindrical(px, py, pz)
    parts = zip(
        *(cylindrical(*three) for three in zip(*(c.values for c in columns), strict=True)), strict=True
    )
    pt, eta, phi = (ListColumn(columns[0].lists, values, columns[0].index) for values in parts)
    return pt, eta, phi


def _mapped(column: Column, function: Callable[[NDArray[Any]], NDArray[Any]], name: object) -> Column:
    return column.map(function, name) if isinstance(column, LaidColumn) else function(column)


def _flat(events: EventColumns) -> FileColumns:
    if events.original:
        raise InputError(
            "layout = 'flat' has no place for the other particles of a file's events; choose 'cartesian' or 'nano'"
        )
    if not events.roles:
        raise InputError(
            "layout = 'flat' needs a chain whose events all have the same particles, and this one has several "
            "topologies; choose 'cartesian' or 'nano'"
        )
    return {
        f"{word(role)}_{branch}": _of(events.particles[name], i, events.n)
        for i, role in enumerate(events.roles)
        for name, branch in FLAT_FIELDS.items()
    }


def _of(column: Column, position: int, n: int) -> NDArray[Any]:
    """Numbers of the particle there in each event, where all have the same."""
    if isinstance(column, ListColumn):
        return column.of(position)
    values = packed(column)
    return values.reshape(n, -1)[:, position] if n else values


def _narrow(values: Any) -> Any:
    """Columns in NanoAOD's types: reals in float32, signed integers in int32."""
    if isinstance(values, Collection):
        narrowed = {name: _narrow(column) for name, column in values.columns.items()}
        return Collection(offsets=values.offsets, columns=narrowed)
    if isinstance(values, LaidColumn):
        return values.map(_narrow, "nano")
    wanted = {"f": _REAL32, "i": np.dtype(np.int32)}.get(values.dtype.kind, values.dtype)
    try:
        with np.errstate(over="raise"):
            return values.astype(wanted, copy=False)
    except FloatingPointError:
        raise InputError(
            f"a number of size {np.abs(values).max():.3g} does not fit into the float32 of the layout 'nano'; allowed: up "
            "to 3.4e38; write the layout 'cartesian'"
        ) from None
