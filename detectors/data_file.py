"""Data files of detectors: numbers with their sources, read in one place for every class.

A file is one of the package, by its name, or a user's, by its path; a user's may be ``based_on`` another one and give what
differs.  `darkpair.detectors.data_structure` says what has to be in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from numbers import Real
from pathlib import Path
from typing import Any, Final

from darkpair.detectors.catalogue import data_files
from darkpair.detectors.data_cuts import require_own_names
from darkpair.detectors.data_structure import checked
from darkpair.gen.data_files import changed, changes_in_force, forgotten_with_changes, load
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.toml_text import read_toml

__all__ = ["Number", "data_files", "detector_data", "digest", "is_path", "read_data", "with_numbers"]

#: What an experiment counted and published is its own: no file takes it from the one that it is based on.
_ONES_OWN: Final = (
    "name", "title", "run", "runs", "yield", "pi0_x_limits", "candidate_positions", "results", "standard_model", "normalisation",
)  # fmt: skip

#: Files that may stand on one another.
_DEEPEST: Final = 8


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number of a data file.

    Parameters
    ----------
    value : float
        The number, in its unit.
    error : float or None
        Standard error, statistical and systematic together, where the source gives one.
    unit, source, confidence : str
        Unit of the number and where it comes from; confidence is ``read`` (in its source), ``derived``, ``choice``
        (ours) or ``memory`` (recalled, to be verified).
    place : str
        Where in the source the number was read: file, table, equation, section, figure or page.
    searched : str
        For a number from memory, the public material in which it was looked for in vain.
    alternative : float or None
        Another value that may be right, as the source says.

    Raises
    ------
    InputError
        For a value or an error that is no number, or an error below 0.
    """

    value: float
    unit: str
    source: str
    confidence: str
    error: float | None = None
    place: str = ""
    searched: str = ""
    alternative: float | None = None

    def __post_init__(self) -> None:
        given: dict[str, Any] = {"value": self.value, "error": 0.0 if self.error is None else self.error}
        for name, number in given.items():
            if isinstance(number, bool) or not isinstance(number, Real):
                raise InputError(f"{name} = {number!r} {self.unit} ({self.source}); allowed: a number")
        if not given["error"] >= 0.0:
            raise InputError(f"error = {self.error} {self.unit} ({self.source}); allowed: 0 or more")

    def scaled(self, factor: float) -> Number:
        """The number times a factor, its relative error kept."""
        error, other = (None if x is None else factor * x for x in (self.error, self.alternative))
        return replace(self, value=factor * self.value, error=error, alternative=other)


def is_path(name: str) -> bool:
    """Whether a data file is a user's, named by its path."""
    return name.endswith(".toml")


def read_data(name: str) -> dict[str, Any]:
    """Contents of a detector's data file as they are written: ``detectors/data/NAME.toml``, or a path that ends with .toml.

    Those of the package are read once, and shared: change nothing in them; `darkpair.gen.data_files` says how.

    Raises
    ------
    UnknownNameError
        For a name without a file.
    InputError
        For a path that cannot be read, or is not TOML.
    """
    if is_path(name):
        return _own(Path(name))
    if name not in data_files():
        raise UnknownNameError("data file", name, data_files())
    return load("darkpair.detectors", f"data/{name}.toml")


def detector_data(name: str) -> dict[str, Any]:
    """Contents of a data file, whole and checked: with those that it is based on, every number in our unit.

    Raises
    ------
    UnknownNameError, InputError
        As `read_data`, and for what is not as `darkpair.detectors.data_structure` asks.
    """
    if not is_path(name):
        return _built_in(name)
    before = _before().get(name)
    if before is not None and before.still:
        return before.whole
    path, texts = Path(name), dict[Path, bytes]()
    own = _own(path)
    whole = checked(_based(own, path, _DEEPEST, texts), name)
    _require_own_tags(own, whole, path)
    _before()[name] = _Before(whole=whole, texts=texts)
    return whole


@dataclass(frozen=True, kw_only=True)
class _Before:
    """Contents of a user's file as they were read, and the texts of it and of those of the user's that it is based on."""

    whole: dict[str, Any]
    texts: Mapping[Path, bytes]

    @property
    def still(self) -> bool:
        """Whether the texts are the same now."""
        return all(_bytes(path) == text for path, text in self.texts.items())


@forgotten_with_changes
def _before() -> dict[str, _Before]:
    """What users' files held, by name: a limit asks for one of them hundreds of times, and to parse it takes milliseconds."""
    return {}


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


@forgotten_with_changes
def _built_in(name: str) -> dict[str, Any]:
    """Contents of a file of the package; those that a change has touched are checked as a user's."""
    data = read_data(name)
    return checked(data, f"{name}.toml") if f"{name}.toml" in changes_in_force() else data


def digest(data: Mapping[str, Any]) -> str:
    """Digest of a file's contents: the same for the same numbers, whatever its comments and its order."""
    plain = json.dumps(data, sort_keys=True, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def with_numbers(data: dict[str, Any], numbers: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Contents with other numbers, checked as a file's.

    Parameters
    ----------
    data : dict
        Contents of the file, checked.
    numbers : mapping
        Other numbers by key, ``{"geometry.radius": "1.2 m"}``, or by table, ``{"geometry": {"radius": "1.2 m"}}``.
    where : str
        Name of the file, for messages.

    Raises
    ------
    UnknownNameError
        For a key that is not there.
    InputError
        For a value that its number cannot be.
    """
    if not numbers:
        return data
    flat = dict(_flat(numbers))
    for key in flat:
        if key.partition(".")[0] in ("cuts", "selections", "kaon.cuts"):
            raise InputError(
                f"numbers.{key} is a cut's; allowed: cuts.NAME.min and .max, as cuts.{key.split('.')[1]}.min"
            )
    said = {f"{key}.source": f"changed by the user, in place of {where}'s" for key in flat}
    marked = {f"{key}.confidence": "choice" for key in flat}
    try:
        out = changed(data, flat, what=where)
    except InputError as error:
        raise InputError(f"numbers.{error}") from None
    entries = {
        key: value for key, value in {**said, **marked}.items() if _is_entry(data, key.rpartition(".")[0])
    }
    return checked(changed(out, entries, what=where), where)


def _flat(numbers: Mapping[str, Any], before: str = "") -> Iterable[tuple[str, Any]]:
    for key, value in numbers.items():
        whole = f"{before}.{key}" if before else str(key)
        if isinstance(value, Mapping) and not {"value", "against"} & set(value):
            yield from _flat(value, whole)
        else:
            yield whole, list(value) if isinstance(value, tuple) else value


def _is_entry(data: Any, key: str) -> bool:
    for part in key.split("."):
        data = data.get(part) if isinstance(data, Mapping) else None
    return isinstance(data, Mapping) and "confidence" in data


def _own(path: Path) -> dict[str, Any]:
    """What is written in a user's file."""
    return read_toml(path, word="data file", example="detectors/data/charm.toml")


def _based(data: dict[str, Any], path: Path, deepest: int, texts: dict[Path, bytes]) -> dict[str, Any]:
    """A file's contents on those that it is ``based_on``, if it is; the texts of all of them are noted."""
    texts[path] = _bytes(path) or b""
    base = data.get("based_on")
    if base is None:
        return data
    if _is_list_of_cuts(data.get("cuts")):  # before they are merged by their names
        require_own_names(data["cuts"], f"{path}, [[cuts]]")
    if not isinstance(base, str):
        raise InputError(
            f"{path}: based_on = {base!r}; allowed: {', '.join(data_files())}, or a path that ends with .toml"
        )
    if deepest == 0:
        raise InputError(
            f"{path}: based_on = {base!r} comes back to itself; allowed: at most {_DEEPEST} files on one another"
        )
    if is_path(base):
        below = path.parent / base  # (an absolute path stays what it is)
        under = _based(_own(below), below, deepest - 1, texts)
    elif base in data_files():
        under = load("darkpair.detectors", f"data/{base}.toml")
    else:
        raise UnknownNameError(f"based_on of {path}", base, data_files())
    return _merged({key: value for key, value in under.items() if key not in _ONES_OWN}, data)


def _require_own_tags(own: Mapping[str, Any], whole: Mapping[str, Any], path: Path) -> None:
    """Refuse efficiencies of tags beside another tracker than that for which they were published.

    The tag is the published efficiency over what the tracker sees: of another one it would make up for what that one loses.

    Parameters
    ----------
    own, whole : mapping
        What the file says itself, and its contents with what it is based on, checked.
    path : Path
        Path of the file, for messages.
    """
    base = own.get("based_on")
    if base is None or "tracker" not in own or "tags" in own:
        return
    tagged = [name for name in whole.get("selections", ()) if name in whole.get("tags", ())]
    under = detector_data(str(path.parent / base) if is_path(base) else base)
    values = [{name: entry["value"] for name, entry in data["tracker"].items()} for data in (whole, under)]
    if tagged and values[0] != values[1]:
        raise InputError(
            f"{path}: [tracker] is another than that of {base}, whose efficiencies of {', '.join(tagged)} hold for its own; "
            "allowed: [tags] of the new one, or selections without a tag"
        )


def _merged(under: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Tables over tables: what the upper one gives stands, cuts and selections by their names.

    Of the selections those stay that the upper one names, if it names any; the lower one's cuts stay, and new ones come
    before those of the signal box.  A limit of one of the upper one's cuts holds in the lower one's selections, too.
    """
    if isinstance(under.get("cuts"), list) and _is_list_of_cuts(over.get("cuts")):
        under = {**under, "selections": _limited(under.get("selections"), over["cuts"])}
    out = {**under, **{key: _over(under.get(key), value) for key, value in over.items()}}
    if "cuts" in over and isinstance(under.get("cuts"), list):
        out["cuts"] = _cuts(under["cuts"], over["cuts"], out.get("box", ()))
    own = over.get("selections")
    if isinstance(own, Mapping) and own:
        needed, whole = dict.fromkeys(own), out["selections"]
        out["selections"] = {name: _whole(whole, name) for name in needed}
    selection, selections = out.get("selection"), out.get("selections", {})
    named = isinstance(selection, str) and isinstance(selections, Mapping)
    if "selection" not in over and named and selection not in selections:
        out.pop("selection")
    return out


def _whole(selections: Mapping[str, Any], name: str) -> Any:
    """A selection with what it takes from one that it is based on, where that one does not stay."""
    own = selections[name]
    base = own.get("based_on") if isinstance(own, Mapping) else None
    if not isinstance(base, str) or base not in selections or base == name:
        return own
    under = _whole({key: value for key, value in selections.items() if key != name}, base)
    return {**under, **{key: _over(under.get(key), value) for key, value in own.items() if key != "based_on"}}


def _over(under: Any, over: Any) -> Any:
    if not isinstance(under, Mapping) or not isinstance(over, Mapping):
        return over
    if "shape" in over or "against" in over:  # another shape has other numbers, another line other points
        return over
    if "value" in under and "value" in over:  # another number has another source
        return over
    return {**under, **{key: _over(under.get(key), value) for key, value in over.items()}}


def _cuts(under: list[Any], over: Any, box: Any) -> Any:
    if not _is_list_of_cuts(over):
        return over
    given = {cut.get("name"): cut for cut in over}
    kept = [_with_limits(cut, given.pop(cut["name"], {})) for cut in under]
    last = [cut for cut in kept if cut["name"] in box]
    return [*(cut for cut in kept if cut["name"] not in box), *given.values(), *last]


def _limited(selections: Any, cuts: list[Mapping[str, Any]]) -> Any:
    """Selections with limits of cuts in place of their own."""
    if not isinstance(selections, Mapping):
        return selections
    given = {
        cut.get("name"): {key: value for key, value in cut.items() if key not in ("name", "variable", "unit")}
        for cut in cuts
        if {"min", "max"} & set(cut)
    }
    return {
        name: {
            key: _with_limits(entry, given[key]) if key in given and isinstance(entry, Mapping) else entry
            for key, entry in own.items()
        }
        if isinstance(own, Mapping)
        else own
        for name, own in selections.items()
    }


def _with_limits(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """A cut under what a file gives of it; the source of another limit is not that of the old one."""
    out = {**under, **over}
    if {"min", "max"} & set(over) and "source" not in over:
        out |= {"source": f"changed by the file, in place of: {under.get('source', 'the cut')}"}
        out |= {"confidence": over.get("confidence", "choice")}
    return out


def _is_list_of_cuts(cuts: Any) -> bool:
    return isinstance(cuts, list) and all(isinstance(cut, Mapping) for cut in cuts)
