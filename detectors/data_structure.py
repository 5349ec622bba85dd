"""What a detector's data file has to hold, for each kind of detector: tables, numbers with their units, cuts, selections.

All of it is checked when a file is read, before any event, and numbers with a unit of their own become ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from darkpair.detectors.branches import variables
from darkpair.detectors.data_cuts import checked_cuts, checked_selections, selections
from darkpair.detectors.data_entry import checked_entries, checked_entry, checked_list, checked_points
from darkpair.detectors.data_faults import Faults
from darkpair.detectors.data_tags import checked_tags
from darkpair.detectors.koto_geometry import require_koto_geometry
from darkpair.gen.digits import apart
from darkpair.gen.errors import DarkpairError, InputError, UnknownNameError, nearest, shown
from darkpair.gen.particles import particle

__all__ = ["COMMON", "KINDS", "TRACKS", "FileKind", "checked"]

#: What may leave a track in a file of the kind fixed_target.
TRACKS: Final = ("mu", "pi", "K", "p")

#: A whole file of each kind, for messages.
_EXAMPLES: Final = {"koto": "koto", "koto_kaon": "koto", "b_factory": "belle2", "fixed_target": "charm"}

#: Numbers of a run that may be zero.
_COUNTED: Final = ("observed", "background")

#: Largest number of a resolution.
_LARGEST: Final = 1e30

#: Largest size of a detector [mm] and energy of a beam [GeV].
_FARTHEST: Final = 1e12

_CYLINDER: Final = {"radius": "mm", "z_min": "mm", "z_max": "mm"}
_ANGLES: Final = {"theta_min": "deg", "theta_max": "deg"}


@dataclass(frozen=True, kw_only=True)
class FileKind:
    """What a kind of detector asks of its data files.

    Parameters
    ----------
    summary : str
        What the kind is, in a line.
    variables : mapping of str to str
        Unit of each variable that its cuts may look at, by the variable's name.
    numbers : mapping of str to mapping
        Tables of numbers that a file has to have, with the unit of each number; those with "?" may be left out.
    needed, other : sequence of str
        Names of what else a file has to have, and of what it may have.
    replaced : sequence of str
        Names of the tables that a selection may have in place of the file's.
    """

    summary: str
    variables: Mapping[str, str]
    numbers: Mapping[str, Mapping[str, str]]
    needed: Sequence[str]
    other: Sequence[str] = ()
    replaced: Sequence[str] = ()

    @property
    def tables(self) -> list[str]:
        """Everything that a file may say."""
        numbers = (name.removesuffix("?") for name in self.numbers)
        return list(dict.fromkeys((*COMMON, *numbers, *self.needed, *self.other)))


COMMON: Final = ("kind", "name", "title", "based_on", "source", "parents", "selection", "box", "factors")

_KOTO_NUMBERS: Final = {
    "geometry": {"z_calorimeter": "mm", "radius": "mm", "hole_half": "mm"},
    "veto": _CYLINDER,
    "resolution": {
        "constant": "", "stochastic": "sqrt(GeV)", "position": "mm sqrt(GeV)", "position_constant?": "mm",
    },
}  # fmt: skip
_KOTO_OTHER: Final = ("decay_estimate", "yield", "runs", "pi0_x_limits", "candidate_positions")

#: Kinds of detectors by name: ``kind`` of a data file.
KINDS: Final[Mapping[str, FileKind]] = MappingProxyType(
    {
        "koto": FileKind(
            summary="two photons on a calorimeter behind a beam of K_L, and the vertex of their pi0 on the axis",
            variables=variables("koto"),
            numbers=_KOTO_NUMBERS,
            needed=("source", "parents", "cuts", "selections"),
            other=("kaon", *_KOTO_OTHER),
        ),
        "koto_kaon": FileKind(
            summary="the same with candidates of K_L -> 2 pi0 and 3 pi0",
            variables=variables("koto"),
            numbers=_KOTO_NUMBERS,
            needed=("source", "parents", "kaon"),
            other=("cuts", "selections", *_KOTO_OTHER),
        ),
        "b_factory": FileKind(
            summary="one kaon candidate in a tracker about a collision point, and crystals that veto",
            variables=variables("b_factory"),
            numbers={
                "tracker": {**_ANGLES, "pt_min": "GeV", **_CYLINDER},
                "tracker_resolution": {"linear": "1/GeV", "multiple": ""},
                "calorimeter": {
                    **_ANGLES, "gap_forward_min": "deg", "gap_forward_max": "deg", "gap_backward_min": "deg",
                    "gap_backward_max": "deg", **_CYLINDER, "depth": "mm", "energy_min": "GeV",
                },
                "calorimeter_resolution": {"coefficients*": "GeV^power", "powers*": ""},
                "kaon": {"short_window": "GeV"},
            },
            needed=("source", "parents", "machine", "cuts", "selections"),
            other=("tags", "results", "standard_model", "normalisation"),
        ),
        "fixed_target": FileKind(
            summary="showers and tracks on a window behind a decay volume and a target",
            variables=variables("fixed_target"),
            numbers={
                "beam": {"energy": "GeV"},
                "absorber?": {"interaction_length": "mm", "pipe_length?": "mm", "pipe_radius?": "mm"},
                "shower_resolution?": {
                    "constant": "", "stochastic": "sqrt(GeV)", "position": "mm sqrt(GeV)", "position_constant": "mm",
                    "merging": "mm",
                },
                "track_resolution?": {"constant": "", "linear": "1/GeV", "position": "mm"},
            },
            needed=("source", "decay_volume", "calorimeter", "cuts", "selections"),
            other=("tracks", "run", "target"),
            replaced=("decay_volume", "calorimeter"),
        ),
    }
)  # fmt: skip


def checked(data: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Contents of a file with everything in its place, and all numbers in GeV, mm and degrees.

    Parameters
    ----------
    data : mapping
        Contents as they are written; nothing in them is changed.
    where : str
        Name of the file, for messages.

    Raises
    ------
    InputError, UnknownNameError
        One line with the file, the key and what is allowed.
    """
    word = _word_of(data, where)
    kind = KINDS[word]
    _require_tables(data, kind, where, word)
    out = dict(data)
    for name in ("name", "title", "source", "machine", "selection"):
        if not isinstance(data.get(name, ""), str):
            raise InputError(f"{where}: {name} = {data[name]!r}; allowed: a text")
    _require_particles(data, where)
    out |= _all_numbers(data, kind, where)
    _require_ranges(out, where)
    for name, entry in out.get("normalisation", {}).items():
        _table(entry, f"{where}, [normalisation.{name}]")
    if "tags" in data:
        checked_tags(data["tags"], where)
    for particle_ in _texts(data, "tracks", where):
        if particle_ not in TRACKS:
            raise UnknownNameError(f"track of {where}", particle_, TRACKS)
    return _with_cuts(out, kind, where, word)


def _all_numbers(data: Mapping[str, Any], kind: FileKind, where: str) -> dict[str, Any]:
    """Tables of numbers, entries and shapes, checked; all that is wrong in them is said at once."""
    out: dict[str, Any] = {}
    faults = Faults()
    for name, units in kind.numbers.items():
        table = name.removesuffix("?")
        if table in data:
            out[table] = _numbers(data[table], units, f"{where}, [{table}]", faults)
    for name in (
        "factors",
        "run",
        "decay_estimate",
        "yield",
        "standard_model",
        "normalisation",
        "runs",
        "results",
    ):
        if name in data:
            place = f"{where}, [{name}]"
            with faults.kept():
                out[name] = checked_entries(
                    _table(data[name], place), place, alone=name in ("factors", "run")
                )
    for name in kind.replaced:
        out[name] = _shape(data[name], f"{where}, [{name}]", faults)
    faults.refuse()
    return out


def _word_of(data: Mapping[str, Any], where: str) -> str:
    """Kind that a file says it is."""
    word = data.get("kind")
    if not isinstance(word, str) or word not in KINDS:
        if word is None:
            raise InputError(
                f'{where} says no kind; write kind = "...", one of {", ".join(KINDS)}, or based_on = "...", a built-in file'
            )
        hint = nearest(word, KINDS) if isinstance(word, str) else ""
        raise InputError(f"{where}: kind = {word!r}{hint}; allowed: {', '.join(KINDS)}")
    return word


def _require_tables(data: Mapping[str, Any], kind: FileKind, where: str, word: str) -> None:
    """Refuse a file without all that its kind asks for, or with more than it knows."""
    for name in (*(n for n in kind.numbers if not n.endswith("?")), *kind.needed):
        if not data.get(name):
            stray = [key for key in data if key not in kind.tables]
            raise InputError(
                f"the data file {where} has no {name}{f' (but {stray[0]})' if stray else ''}; `darkpair list detectors --show "
                f"{_EXAMPLES[word]}` shows a whole one"
            )
    for name in data:
        if name not in kind.tables:
            raise UnknownNameError(f"key of {where}", name, kind.tables)


def _require_ranges(data: Mapping[str, Any], where: str) -> None:
    """Refuse a number of the run that is negative, or 0 where it divides, and an efficiency beyond 0 to 1; of KOTO, what contradicts itself."""
    if "veto" in data:
        require_koto_geometry(data, where)
    for name, entry in data.get("run", {}).items():
        least = "0 or more" if name in _COUNTED else "above 0"
        if not (entry["value"] > 0.0 or (name in _COUNTED and entry["value"] == 0.0)):
            raise InputError(f"{where}, [run]: {name}.value = {entry['value']:g}; allowed: {least}")
    for name, entry in data.get("factors", {}).items():
        if not 0.0 <= entry["value"] <= 1.0:
            raise InputError(
                f"{where}, [factors]: {name}.value = {apart(entry['value'], 1.0)[0]}; allowed: an efficiency, 0 to 1"
            )


def _with_cuts(out: dict[str, Any], kind: FileKind, where: str, word: str) -> dict[str, Any]:
    """The same with its cuts and selections checked, and what they name."""
    cuts = checked_cuts(out.get("cuts", []), kind.variables, f"{where}, [[cuts]]")
    if "cuts" in out:
        out["cuts"] = cuts
    if "selections" in out:
        out["selections"] = checked_selections(
            out["selections"],
            cuts,
            kind.variables,
            f"{where}, [selections]",
            other=("factors", *kind.replaced),
        )
    entries, names = out.get("selections", {}), [cut["name"] for cut in cuts]
    if "selection" in out and out["selection"] not in entries:
        raise UnknownNameError(f"selection of {where}", out["selection"], entries)
    for name in _texts(out, "box", where):
        if name not in names:
            raise UnknownNameError(f"cut of the box of {where}", name, names)
    for name, own in entries.items():
        place = f"{where}, [selections.{name}]"
        for factor in _texts(own, "factors", place):
            if factor not in out.get("factors", {}):
                raise UnknownNameError(f"factor of {place}", factor, out.get("factors", {}))
        for table in kind.replaced:
            if table in own:
                faults = Faults()
                own[table] = _shape(own[table], f"{where}, [{name}.{table}]", faults)
                faults.refuse()
    for make in selections(out).values() if "selections" in out and "cuts" in out else ():
        try:
            make()
        except InputError as error:
            raise InputError(f"{where}: {error}") from error
    if word in ("koto", "koto_kaon") and "kaon" in out:
        out["kaon"] = _kaon(_table(out["kaon"], f"{where}, [kaon]"), names, where)
    return out


def _kaon(table: Mapping[str, Any], names: Sequence[str], where: str) -> dict[str, Any]:
    """KOTO's table of candidates of K_L -> 2 pi0 and 3 pi0."""
    place, keys = f"{where}, [kaon]", ("shared", "sigma_max", "cuts")
    for key in table:
        if key not in keys:
            raise UnknownNameError(f"key of {place}", key, keys)
    if not table.get("cuts"):
        raise InputError(f"{place} has no cuts; give [[kaon.cuts]]")
    for cut in table["cuts"] if isinstance(table["cuts"], list) else ():
        if isinstance(cut, Mapping) and not {"min", "max"} & set(cut):
            raise InputError(f"{place}: cut {cut.get('name')!r} has no limit; give min, max or both")
    shared = _texts(table, "shared", place)
    for name in shared:
        if name not in names:
            raise UnknownNameError(f"shared cut of {place}", name, names)
    return {
        **table,
        "shared": list(shared),
        "sigma_max": checked_entry(table.get("sigma_max"), "sigma_max", "mm", place),
        "cuts": checked_cuts(table["cuts"], variables("koto_kaon"), f"{where}, [[kaon.cuts]]"),
    }


def _numbers(table: Any, units: Mapping[str, str], where: str, faults: Faults) -> dict[str, Any]:
    """A table of numbers: all that it needs, nothing else, each in its unit; what is wrong is kept."""
    given = _table(table, where)
    before = len(faults)
    unit_of = {name.rstrip("?*"): unit for name, unit in units.items()}
    out: dict[str, Any] = dict(given)
    for name, unit in units.items():
        key = name.rstrip("?*")
        if key not in given and name.endswith("?"):
            continue
        with faults.kept():
            if name.endswith("*"):
                out[key] = checked_list(given.get(key), key, where)
            else:
                out[key] = checked_entry(given.get(key), key, unit, where)
    for name in given:
        if name not in unit_of:
            with faults.kept():
                raise UnknownNameError(f"key of {where}", name, unit_of)
    if len(faults) == before:
        _require_sizes(out, unit_of, where)
    return out


def _require_sizes(out: Mapping[str, Any], unit_of: Mapping[str, str], where: str) -> None:
    """Refuse ends out of order, and sizes and resolutions that nothing has."""
    for low, high in (("z_min", "z_max"), ("theta_min", "theta_max")):
        if low in unit_of and not out[low]["value"] < out[high]["value"]:
            first, last = apart(out[low]["value"], out[high]["value"])
            raise InputError(
                f"{where}: {low} = {first} and {high} = {last} {unit_of[low]}; allowed: growing order"
            )
    for name, unit in unit_of.items():
        value = out[name]["value"] if name in out else 0.0
        if (
            where.endswith("resolution]")
            and name != "merging"
            and not isinstance(value, list)
            and not 0.0 <= value <= _LARGEST
        ):
            given, most = apart(value, _LARGEST)
            raise InputError(f"{where}: {name} = {given} {unit}; allowed: 0 or more, up to {most}")
        if (
            name in ("radius", "hole_half", "z_calorimeter", "depth", "energy")
            and not 0.0 < value <= _FARTHEST
        ):
            given, most = apart(value, _FARTHEST)
            raise InputError(f"{where}: {name} = {given} {unit}; allowed: above 0, up to {most}")


def _shape(table: Any, where: str, faults: Faults) -> dict[str, Any]:
    """A table of a shape, its numbers, corners and holes in mm; `darkpair.detectors.shapes` knows which it needs."""
    out: dict[str, Any] = {}
    for name, entry in _table(table, where).items():
        with faults.kept():
            if name == "shape":
                out[name] = entry
            elif name == "points":
                out[name] = checked_points(entry, name, where)
            elif name == "holes" and isinstance(entry, list):
                out[name] = [_shape(hole, f"{where}, [hole {i}]", faults) for i, hole in enumerate(entry, 1)]
            else:
                out[name] = checked_entry(entry, name, "mm", where, finite=False)
    return out


def _table(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        place, _, name = where.rpartition(", ")
        raise InputError(
            f"{place}: {name.strip('[]')} = {shown(value)}; allowed: a table, as `darkpair list detectors --show charm` shows"
        )
    return value


def _texts(table: Mapping[str, Any], name: str, where: str) -> Sequence[str]:
    given = table.get(name, ())
    if not isinstance(given, list | tuple) or not all(isinstance(word, str) for word in given):
        raise InputError(f"{where}: {name} = {given!r}; allowed: a list of names")
    return given


def _require_particles(data: Mapping[str, Any], where: str) -> None:
    for name in _texts(data, "parents", where):
        try:
            particle(name)
        except DarkpairError as error:
            raise InputError(f"{where}: parents: {error}") from error
