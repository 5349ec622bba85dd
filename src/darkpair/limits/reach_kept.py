"""What searches hold at a pair of masses, kept beside the samples: a map that is made again asks for none of them, and builds no chain to do so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import partial
from importlib import import_module
from json import dumps, loads
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from darkpair.detectors.data_file import detector_data, digest
from darkpair.gen.errors import InputError
from darkpair.gen.identity import identity_digest
from darkpair.gen.provenance import describe
from darkpair.limits.choice import searches_of
from darkpair.scan.points import cache_key, read_result, write_result

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.limits.choice import Choice
    from darkpair.limits.samples import Size
    from darkpair.searches.search import Search

    _Pair = tuple[Model, Model]

__all__ = ["Kept", "packed", "unpacked"]

#: Searches by name, with what they are.
_Searches = Mapping[str, tuple[str, "Search"]]

#: What stands in a file as it is, the word before a tuple's parts, and the key of what stands elsewhere in it.
_PLAIN: Final = (bool, int, float, str, type(None))
_TUPLE, _AT = "tuple", "at"

#: Key of a file's own name in it.
_OF: Final = "map"

#: How the modules of our classes begin.
_OURS: Final = f"{__name__.partition('.')[0]}."


class _NotPlainError(Exception):
    """Something that no file of ours can hold: a stranger's object, a function."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Searches with their samples at pairs of masses, in the folder of the samples.

    A file stands under the hash of what was asked, of both models, of what the detectors' data files hold, and of all lines of the
    package that decide, as a sample does.

    Parameters
    ----------
    choice, size : Choice, Size
        As of `darkpair.limits.choice.searches_of`.
    folder : Path, optional
        Cache of the samples; nothing is kept without one.
    """

    choice: Choice
    size: Size
    folder: Path | None

    def path(self, pair: _Pair) -> Path | None:
        """File of a pair of masses; None where nothing is kept.

        Parameters
        ----------
        pair : (Model, Model)
            At a point, and over all couplings that are asked for.
        """
        if self.folder is None:
            return None
        point = {
            "models": [describe(model) for model in pair],
            "identity": identity_digest(pair),
            "asked": sorted(self.choice.asked),  # (a set has another order in each process)
            "detectors": {  # (a search knows where a user's file is, not what it holds)
                name: digest(detector_data(search.experiment))
                for name, search in self.choice.behind_targets.items()
            },
        }
        key = cache_key(partial(_asked, replace(self.choice, asked=frozenset()), self.size), point)
        return self.folder / key[:2] / f"{key}.map"

    def read(self, pair: _Pair) -> dict[str, tuple[str, Search]] | None:
        """Searches that are kept of a pair of masses; None where there are none, or the file holds something else.

        Parameters
        ----------
        pair : (Model, Model)
            As of `path`.
        """
        path = self.path(pair)
        result = read_result(path)
        if (
            path is None or result is None or result.get(_OF) != path.stem
        ):  # (one that was moved is another pair's)
            return None
        try:
            return unpacked(result)
        except InputError:
            raise
        except (ArithmeticError, AttributeError, ImportError, LookupError, TypeError, ValueError):
            return None  # (something else that was kept here)

    def write(self, pair: _Pair, searches: _Searches) -> None:
        """Keep searches; what holds a stranger's objects is not kept, nor is anything where nothing can be written.

        Parameters
        ----------
        pair : (Model, Model)
            As of `path`.
        searches : mapping of str to (str, Search)
            By name, with what they are.
        """
        path = self.path(pair)
        if path is None:
            return
        try:
            write_result({**packed(searches), _OF: path.stem}, path)
        except (_NotPlainError, InputError):  # (a map is the same without; a cache may be somebody else's)
            return


def _asked(choice: Choice, size: Size, pair: _Pair) -> dict[str, Any]:
    """What is kept, without a cache: its name and this module's lines, with all that they stand on, are in the key."""
    return packed(searches_of(choice, [pair], size, None)[0])


def packed(searches: _Searches) -> dict[str, Any]:
    """Searches as plain values; what several of them hold stands once.

    Parameters
    ----------
    searches : mapping of str to (str, Search)
        By name, with what they are.
    """
    parts: dict[str, int] = {}
    own = {name: [kind, _packed(search, parts)] for name, (kind, search) in searches.items()}
    return {"searches": own, "parts": [loads(text) for text in parts]}


def _packed(value: Any, parts: dict[str, int]) -> Any:
    """A value, or where it stands among the parts, each of which holds those before it alone."""
    if type(value) in _PLAIN:
        return value
    kind = type(value)
    entries = fields(value) if is_dataclass(value) and kind.__module__.startswith(_OURS) else ()
    if kind is tuple:
        content: list[Any] = [_TUPLE, [_packed(each, parts) for each in value]]
    elif entries and all(entry.init for entry in entries):
        own = {entry.name: _packed(getattr(value, entry.name), parts) for entry in entries}
        content = [f"{kind.__module__}:{kind.__qualname__}", own]
    else:
        raise _NotPlainError
    return {_AT: parts.setdefault(dumps(content), len(parts))}


def unpacked(result: Mapping[str, Any]) -> dict[str, tuple[str, Search]]:
    """Searches of plain values; what several of them hold is one object.

    Parameters
    ----------
    result : mapping
        Of `packed`.
    """
    made: list[Any] = []

    def value(content: Any) -> Any:
        return made[content[_AT]] if isinstance(content, dict) else content

    for name, content in result["parts"]:
        if name == _TUPLE:
            made.append(tuple(map(value, content)))
        else:
            made.append(_class(name)(**{key: value(own) for key, own in content.items()}))
    return {name: (kind, value(search)) for name, (kind, search) in result["searches"].items()}


def _class(name: str) -> Any:
    """A class of this package by the module and name that `packed` gave it."""
    module, _, own = name.partition(":")
    if not module.startswith(_OURS):
        raise InputError(f"{name} is no class of this package; delete the file of the cache that holds it")
    return getattr(import_module(module), own)
