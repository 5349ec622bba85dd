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
``File_hasVertex``, ``File_weight``.
A detector's record follows in every layout: its lists of records are collections (``Cluster_energy``, counted by
``nCluster``), its numbers and booleans plain branches (``n_missed`` is ``nMissed`` in nano).  Units: GeV, mm, mm/c,
but for the vertices of nano; `darkpair.gen.output.titles` says what each branch is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import awkward as ak
import numpy as np

from darkpair.gen.cylindrical import ETA_ON_AXIS, cylindrical
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.events import total_weight
from darkpair.gen.output.columns import particle_columns
from darkpair.gen.output.file_format import VERTEX_UNIT
from darkpair.gen.output.spelling import SAMPLE, names, nano_name, word
from darkpair.gen.sample_name import NAME
from darkpair.gen.units import LENGTH

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from darkpair.gen.kinematics import Array

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
    "original",
    "roles",
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

#: NanoAOD's bits fromHardProcess (8), isFirstCopy (12) and isLastCopy (13).  The decay that the sample is made of
#: is its hard process, from which every particle comes, and nothing is copied; the other bits tell apart what
#: happens in a proton collision and stay 0.
STATUS_FLAGS = 1 << 8 | 1 << 12 | 1 << 13

#: The same for what only events of a file have, see `darkpair.gen.originals`.
OF_FILE = {"replaced": "replaced", "statusFlags": "statusFlags"}

#: Type of each number of an event's name, NanoAOD's.
_NAME_TYPES = dict(zip(NAME, (np.uint32, np.uint32, np.uint64), strict=True))

#: Branch of each number of a file's event but for its name.
ORIGINAL = {
    "entry": "File_entry",
    "parent": "File_genPartIdx",
    "has_vertex": "File_hasVertex",
    "weight": "File_weight",
}

_PARTICLES, _REAL32 = "GenPart", np.dtype(np.float32)


def branches(events: ak.Array, layout: Layout, *, first: int = 1) -> Branches:
    """Branches of the events, in the order of the file.

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
    InputError
        For the flat layout of events that differ in topology, and for a detector's field that a ROOT file cannot
        hold or whose name is taken.
    UnknownNameError
        For another layout.
    """
    if layout not in get_args(Layout):
        raise UnknownNameError("layout", layout, get_args(Layout))
    out: Branches = event_names(events, first=first) | original(events)
    if layout == "flat":
        out |= _flat(events)
    else:
        out[_PARTICLES] = _nano(events) if layout == "nano" else _cartesian(events)
    out["genWeight"] = total_weight(events)
    for name in events.weights.fields:
        out[f"weight_{word(name)}"] = np.asarray(events.weights[name])
    for role in events.proper_length.fields:
        out[f"{word(role)}_properLength"] = np.asarray(events.proper_length[role])
    if "reco" in events.fields:
        taken = {branch for name, values in out.items() for branch in names(name, values)}
        for field, values in _reco(ak.to_packed(events.reco)).items():
            name = nano_name(field) if layout == "nano" else field
            if not taken.isdisjoint(names(name, values)):
                raise InputError(
                    f"the detector's field {field!r} has the name of a branch of the {layout} layout; rename it"
                )
            taken |= set(names(name, values))
            out[name] = values
    return {name: _narrow(values) for name, values in out.items()} if layout == "nano" else out


def roles(events: ak.Array) -> list[str]:
    """Names of the particles in the order of the list, where all events have the same; empty otherwise."""
    layouts = ((name, events[name].layout) for name in events.fields if name != "particles")
    return [name for name, layout in layouts if layout.purelist_parameter("__record__") == "Momentum4D"]


def _lists(offsets: NDArray[np.int64], fields: dict[str, NDArray[Any]]) -> ak.Array:
    contents = [ak.contents.NumpyArray(column) for column in fields.values()]
    return ak.Array(
        ak.contents.ListOffsetArray(
            ak.index.Index64(offsets), ak.contents.RecordArray(contents, list(fields))
        )
    )


def _cartesian(events: ak.Array) -> ak.Array:
    offsets, packed = particle_columns(events)
    return _lists(
        offsets, {branch: packed[name] for name, branch in (GENPART | OF_FILE).items() if name in packed}
    )


def _nano(events: ak.Array) -> ak.Array:
    offsets, packed = particle_columns(events)
    pt, eta, phi = _file_cylindrical(events) or cylindrical(packed["px"], packed["py"], packed["pz"])
    fields = {"eta": eta, "mass": packed["nominal_mass"], "phi": phi, "pt": pt}
    fields |= {GENPART[name]: packed[name] for name in ("mother", "pdgid", "status")}
    fields["statusFlags"] = packed.get("statusFlags", np.full(len(pt), STATUS_FLAGS, dtype=np.int32))
    fields |= {name: packed[name] for name in ("replaced",) if name in packed}
    unit = LENGTH[VERTEX_UNIT["nano"]]
    return _lists(offsets, fields | {name: packed[name] / unit for name in ("vx", "vy", "vz", "vt")})


def _file_cylindrical(events: ak.Array) -> tuple[Array, Array, Array] | None:
    """The file's own pt, eta and phi, bit by bit, of events that came from one that has them."""
    if "cylindrical" not in events.fields:
        return None
    flat = ak.flatten(events.cylindrical, axis=1)
    return np.asarray(flat.pt), np.asarray(flat.eta), np.asarray(flat.phi)


def event_names(events: ak.Array, *, first: int = 1) -> Branches:
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
    if "original" not in events.fields:
        return sample
    own = [name for name in NAME if name in events.original.fields]
    file = {name: np.asarray(events.original[name]).astype(_NAME_TYPES[name]) for name in own}
    return sample | file | {SAMPLE[name]: column for name, column in sample.items()}


def original(events: ak.Array) -> Branches:
    """What a file says of each event beside its name, and which of its particles is the parent."""
    if "original" not in events.fields:
        return {}
    return {
        branch: np.asarray(events.original[name])
        for name, branch in ORIGINAL.items()
        if name in events.original.fields
    }


def _flat(events: ak.Array) -> Branches:
    present = roles(events)
    if "original" in events.fields:
        raise InputError(
            "layout = 'flat' has no place for the other particles of a file's events; choose 'cartesian' or 'nano'"
        )
    if not present:
        raise InputError(
            "layout = 'flat' needs a chain whose events all have the same particles, and this one has several "
            "topologies; choose 'cartesian' or 'nano'"
        )
    _, packed = particle_columns(events)
    table = {branch: packed[name].reshape(len(events), len(present)) for name, branch in FLAT_FIELDS.items()}
    return {
        f"{word(role)}_{branch}": values[:, i]
        for i, role in enumerate(present)
        for branch, values in table.items()
    }


def _reco(reco: ak.Array, prefix: str = "") -> Branches:
    """Branches of a detector's record; a record inside it gives its fields with its name before them."""
    out: Branches = {}
    for field in reco.fields:
        name, values = prefix + field, reco[field]
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
        else:
            out[name] = np.asarray(layout.data) if layout.is_numpy else ak.Array(layout)
    return out


def _plain(layout: ak.contents.Content) -> bool:
    """Whether it is a column of numbers or booleans; the characters of a string are not."""
    if not layout.is_numpy or layout.parameter("__array__") is not None:
        return False
    return layout.data.ndim == 1 and layout.dtype.kind in "biuf"


def _narrow(values: Any) -> Any:
    """Column in NanoAOD's types: reals in float32, signed integers in int32."""
    if isinstance(values, np.ndarray):
        wanted = {"f": _REAL32, "i": np.dtype(np.int32)}.get(values.dtype.kind, values.dtype)
        try:
            with np.errstate(over="raise"):
                return values.astype(wanted, copy=False)
        except FloatingPointError:
            raise InputError(
                f"a number of size {np.abs(values).max():.3g} does not fit into the float32 of the layout 'nano'; allowed: up "
                "to 3.4e38; write the layout 'cartesian'"
            ) from None
    lists = values.layout
    if not lists.content.is_record:
        return ak.Array(
            ak.contents.ListOffsetArray(lists.offsets, ak.contents.NumpyArray(_narrow(lists.content.data)))
        )
    return _lists(
        lists.offsets.data, {name: _narrow(lists.content.content(name).data) for name in lists.content.fields}
    )
