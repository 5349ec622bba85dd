"""Data files of the package: read in one place, and changed by the name of an entry without touching a file."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, wraps
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

from darkpair.gen.data_units import number_in, plain_unit
from darkpair.gen.errors import InputError, UnknownNameError, one_line

__all__ = [
    "Changes",
    "altered",
    "changed",
    "changes_in_force",
    "data_files",
    "entries",
    "forgotten_with_changes",
    "load",
    "put_in_force",
    "under",
    "written",
]

_LOG: Final = logging.getLogger(__name__)

#: By a file's name ("koto.toml"): new values by the key of an entry ("runs.2021.pot") or of a number ("cuts.pt.min").
Changes = Mapping[str, Mapping[str, Any]]

#: Packages that hold data files; they are looked into, not imported.
_PACKAGES: Final = ("darkpair.gen", "darkpair.chains", "darkpair.detectors", "darkpair.searches")

#: What names an element of a list of tables, where it has one of these and no other element the same.
_NAMES: Final = ("name", "meson")

#: Ends of a cut's range, and what they may be.
_ENDS: Final = ("min", "max")
_LIMITS: Final = ("a number", "a table")

_P = ParamSpec("_P")
_R = TypeVar("_R")


@dataclass(frozen=True, eq=False)
class _Force:
    """Changes in force, and what functions of the files gave under them."""

    changes: Changes
    kept: dict[Any, Any] = field(default_factory=dict)


_FORCE: ContextVar[_Force | None] = ContextVar("changes of data files", default=None)


@cache
def data_files() -> dict[str, tuple[str, str]]:
    """Every data file of the package: its path from the root, and package and path inside that `load` takes."""
    places = {}
    for package in _PACKAGES:
        spec = find_spec(package)
        for folder in map(Path, (spec and spec.submodule_search_locations) or ()):
            for path in folder.rglob("*.toml"):
                inside = path.relative_to(folder).as_posix()
                places[f"{package.removeprefix('darkpair.')}/{inside}"] = (package, inside)
    return dict(sorted(places.items()))


def load(package: str, path: str) -> dict[str, Any]:
    """Contents of a data file of the package, with the changes in force.

    They are read once, and shared: change nothing in them.

    Parameters
    ----------
    package : str
        Package that the file belongs to, "darkpair.detectors".
    path : str
        Path of the file inside the package, "data/koto.toml"; the last part is the file's name.
    """
    plain, force, name = _read(package, path), _FORCE.get(), path.rpartition("/")[2]
    if force is None or name not in force.changes:
        return plain
    key = (load, package, path)
    if key not in force.kept:
        force.kept[key] = changed(plain, force.changes[name], what=name)
    contents: dict[str, Any] = force.kept[key]
    return contents


@cache
def _read(package: str, path: str) -> dict[str, Any]:
    _LOG.debug("reads %s of %s", one_line(str(path)), package)
    return tomllib.loads(written(package, path))


def written(package: str, path: str) -> str:
    """A data file of the package as it is written, with its comments; package and path as `load` takes them."""
    return files(package).joinpath(path).read_text(encoding="utf-8")


def changed(data: Mapping[str, Any], values: Mapping[str, Any], *, what: str = "the data") -> dict[str, Any]:
    """Copy of a file's contents with other values; what is not changed is shared.

    Parameters
    ----------
    data : mapping
        Contents of the file.
    values : mapping of str to float, str, list or table
        New values by the key of an entry, whose ``value`` is meant, or of a number: parts joined by dots, an
        element of a list by its name or its place. A text with a unit is converted where the entry says its own.
        ``cuts.NAME.min`` and ``.max`` are those of every selection, in which a line may stand for a number and
        either for nothing.
    what : str
        Name of the data, for messages.

    Raises
    ------
    UnknownNameError
        For a key that is not there.
    InputError
        For a value that is of another kind than the one there.
    """
    out = dict(data)
    for key, value in values.items():
        for place in _everywhere(data, key):
            try:
                _change(out, place.split("."), value, place)
            except _Absent as absent:
                raise UnknownNameError(f"entry of {what}", key, absent.names) from None
    return out


def _everywhere(data: Mapping[str, Any], key: str) -> list[str]:
    """The key, and for a cut's limit those of the selections that have their own in its place."""
    parts = key.split(".")
    if len(parts) != 3 or parts[0] != "cuts" or parts[2] not in _ENDS:
        return [key]
    own = data.get("selections", {}).items()
    return [
        key,
        *(
            f"selections.{name}.{parts[1]}.{parts[2]}"
            for name, table in own
            if parts[2] in table.get(parts[1], ())
        ),
    ]


class _Absent(LookupError):
    """A part of a key is not there; what is."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names


def _change(inside: Any, parts: Sequence[str], value: Any, key: str) -> None:
    """Put the value at the end of the parts of a key; tables on the way are copied."""
    at = _place(inside, parts[0])
    limit = len(parts) == 1 and parts[0] in _ENDS and isinstance(inside, dict)
    if limit and (at is not None or "variable" in inside) and _kind(value) in (*_LIMITS, "a text"):
        inside[parts[0]] = value  # (who makes cuts knows their units)
        return
    if at is None:
        raise _Absent(list(inside) if isinstance(inside, dict) else _labels(inside))
    old = inside[at]
    if len(parts) > 1 or (isinstance(old, dict) and "value" in old):
        if not isinstance(old, dict | list):
            raise _Absent([])
        inside[at] = old.copy()
        _change(inside[at], parts[1:] or ["value"], value, key)
        return
    if isinstance(value, str) and _kind(old) == "a number":
        unit = plain_unit(str(inside.get("unit", ""))) if isinstance(inside, dict) else ""
        value = number_in(value, unit, unit, key)
    if _kind(old) != _kind(value):
        raise InputError(f"{key} = {value!r}; allowed: {_kind(old)}, as {old!r} is")
    inside[at] = value


def _place(inside: Any, part: str) -> Any:
    """Key or index of a part of a key; None where there is none."""
    if isinstance(inside, dict):
        return part if part in inside else None
    return _labels(inside).index(part) if isinstance(inside, list) and part in _labels(inside) else None


def _labels(elements: Sequence[Any]) -> list[str]:
    """Names of the elements of a list; their places where they have none of their own."""
    for key in _NAMES:
        names = [element[key] for element in elements if isinstance(element, dict) and key in element]
        if len(set(names)) == len(elements):
            return names
    return [str(i) for i in range(len(elements))]


def _kind(value: Any) -> str:
    """What a value is, in words."""
    if isinstance(value, list):
        return f"a list of {len(value)}"
    words = {dict: "a table", str: "a text", bool: "true or false"}
    return next((word for kind, word in words.items() if isinstance(value, kind)), "a number")


def entries(data: Any, key: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every entry of a file's contents, a table that says its confidence, by its key."""
    if isinstance(data, dict):
        if "confidence" in data:
            yield key, data
        inside = list(data.items())
    else:
        inside = list(zip(_labels(data), data, strict=True)) if isinstance(data, list) else []
    for name, value in inside:
        yield from entries(value, f"{key}.{name}" if key else name)


@contextmanager
def altered(changes: Changes) -> Iterator[None]:
    """Change entries of data files for what is made inside: the loaders give the new values, no file changes.

    What a detector, a chain or a model has read before, it keeps; what is read inside is forgotten at the end.
    The package's worker processes are under the changes too, and so is what an executor of `darkpair.workers.on_executor`
    does, wherever; another thread that is started inside is not, unless it runs in a copy of the context
    (``contextvars.copy_context().run``).

    Parameters
    ----------
    changes : mapping of str to mapping
        New values by the name of the file and the key, as `Changes`; changes around these ones hold too, unless
        they are of the same key.

    Raises
    ------
    UnknownNameError
        For a file that the package does not have; for a key that is not in it when the file is read.

    Examples
    --------
    >>> with altered({"inputs.toml": {"pdg.G_F": 1.2e-5}}):
    ...     load("darkpair.chains.models", "data/inputs.toml")["pdg"]["G_F"]["value"]
    1.2e-05
    """
    names = sorted({path.rpartition("/")[2] for path in data_files()})
    for name in changes:
        if name not in names:
            raise UnknownNameError("data file", name, names)
    around = changes_in_force()
    both = {name: {**around.get(name, {}), **changes.get(name, {})} for name in {**around, **changes}}
    token = _FORCE.set(_Force(both))
    try:
        yield
    finally:
        _FORCE.reset(token)


def changes_in_force() -> Changes:
    """Changes of data files in force here; none outside `altered`."""
    force = _FORCE.get()
    return {} if force is None else force.changes


def put_in_force(changes: Changes) -> None:
    """Bring a process that works for another one under that one's changes."""
    if changes:
        _FORCE.set(_Force(changes))


@contextmanager
def under(changes: Changes) -> Iterator[None]:
    """Work for another process under its changes, and under no others; what files gave is remembered from call to call."""
    token = _FORCE.set(_force_of(changes))
    try:
        yield
    finally:
        _FORCE.reset(token)


def _force_of(changes: Changes) -> _Force | None:
    """The changes as they were last in force for another process, or new; None where there are none."""
    if not changes:
        return None
    last = _LAST[-1:]
    if not last or last[0].changes != changes:
        _LAST[:] = last = [_Force(changes)]
    return last[0]


#: Changes that were last in force here for another process.
_LAST: Final[list[_Force]] = []


def forgotten_with_changes(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """A `functools.cache` for functions of data files: what they give under changes goes with the changes."""
    plain = cache(function)

    @wraps(function)
    def remembering(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        force = _FORCE.get()
        if force is None:
            return plain(*args, **kwargs)  # type: ignore[arg-type] # (whatever is hashable)
        key = (function, args, tuple(sorted(kwargs.items())))
        if key not in force.kept:
            force.kept[key] = function(*args, **kwargs)
        result: _R = force.kept[key]
        return result

    return remembering
