"""What any object is made of, as a digest that is the same in every process: the numbers, and the names of code.

An object of this package counts by what it was made with, another one by all that it holds; functions and classes count by
their names, a stranger's by the text of their module too, and those of a script or made within a function by their code.  Floating-point numbers count to twelve digits:
what other processors round otherwise is nothing else.  The order of a mapping's keys does not count.

An object that knows better than its fields what decides about its events has a method ``sample_identity()``, which gives
that as plain values or objects: a source that reads a file says what the file holds (`content_digest`), and not where it is.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cached_property, lru_cache, partial
from hashlib import blake2b, sha256
from pathlib import Path
from types import BuiltinMethodType, CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any, Final

import numpy as np

from darkpair.gen.errors import InputError
from darkpair.gen.plugin_text import text_digest

__all__ = ["content_digest", "identity_digest"]

#: Binary digits of a floating-point number that count: twelve decimal ones.
_DIGITS: Final = 40

#: From here on floating-point numbers are no longer exact whole numbers.
_WHOLE: Final = 2.0**53

#: How far down objects are looked at; a chain of ten decays takes some forty steps.
_DEEPEST: Final = 120

_PIECE: Final = 1 << 20  # bytes of a file that are read at once

#: Names that a script's module has: what it holds counts by its code.
_SCRIPT: Final = "__main__"
_SCRIPTS: Final = frozenset({_SCRIPT, "__mp_main__"})

#: What a class may have that is no code.
_DATA: Final = (
    bool,
    int,
    float,
    complex,
    str,
    bytes,
    np.ndarray,
    np.generic,
    list,
    tuple,
    dict,
    set,
    frozenset,
)

_OURS: Final = __name__.partition(".")[0]


def identity_digest(thing: Any) -> str:
    """Digest of what an object is made of, 64 hexadecimal digits."""
    return _Walk().digest(thing).hex()


def content_digest(path: str | os.PathLike[str]) -> str:
    """Digest of what a file holds, 64 hexadecimal digits; it is read once, as long as its size and time stay.

    Raises
    ------
    InputError
        For a file that cannot be read.
    """
    try:
        stamp = Path(path).stat()
        return _content(os.fspath(path), stamp.st_size, stamp.st_mtime_ns, stamp.st_ino)
    except OSError as error:
        raise InputError(
            f"{os.fspath(path)!r} cannot be read ({error.strerror or error}); give a file that may be"
        ) from error


@lru_cache(maxsize=64)
def _content(path: str, _size: int, _modified: int, _inode: int) -> str:
    digest = sha256()
    with Path(path).open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


class _Walk:
    """One way down through objects: each is looked at once, and a circle ends where it began."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[Any, bytes]] = {}  # with the object, so that its id stays its own
        self._above: dict[int, int] = {}

    def digest(self, thing: Any) -> bytes:
        """Digest of an object, 32 bytes."""
        if (plain := _plain(thing)) is not None:
            return _hash(*plain)
        key, depth = id(thing), len(self._above)
        if key in self._seen:
            return self._seen[key][1]
        if key in self._above:
            return _hash("circle", str(depth - self._above[key]))
        if depth > _DEEPEST:
            return _hash("deep", _name_of(type(thing)))
        self._above[key] = depth
        try:
            out = _hash(*self._parts(thing))
        finally:
            del self._above[key]
        self._seen[key] = (thing, out)
        return out

    def _parts(self, thing: Any) -> Iterable[str | bytes]:
        """What a thing is, and the digests of what it is made of."""
        if isinstance(thing, np.ndarray):
            return self._array(thing)
        if isinstance(thing, Mapping):
            return "table", *sorted(self.digest(key) + self.digest(value) for key, value in thing.items())
        if isinstance(thing, list | tuple):
            return "list", *map(self.digest, thing)
        if isinstance(thing, set | frozenset):
            return "set", *sorted(map(self.digest, thing))
        if isinstance(thing, Enum):
            return "enum", _name_of(type(thing)), thing.name
        if isinstance(thing, ModuleType):
            return "module", thing.__name__
        if isinstance(thing, type):
            return "class", _name_of(thing), self.digest(_of_class(thing))
        if isinstance(thing, CodeType):
            return "code", thing.co_code, self.digest(_of_code(thing))
        function = getattr(thing, "__wrapped__", thing)  # (a cache around a function counts as it does)
        if isinstance(function, FunctionType):
            return "function", _name_of(function), self.digest(_of_function(function))
        if isinstance(thing, partial):
            return "partial", self.digest((thing.func, thing.args, thing.keywords))
        if isinstance(thing, MethodType | BuiltinMethodType):
            return "method", thing.__name__, self.digest(thing.__self__)
        if isinstance(thing, np.ufunc):
            return "function", thing.__name__
        return "object", self.digest(type(thing)), self.digest(_of_object(thing))

    def _array(self, array: np.ndarray[Any, Any]) -> Iterable[str | bytes]:
        shape = repr(array.shape)
        if array.dtype.kind == "f":
            return "numbers", shape, _rounded(array)
        if array.dtype.kind == "c":
            return "complex numbers", shape, _rounded(array.real), _rounded(array.imag)
        if array.dtype.kind in "biu" and array.ndim:
            return "whole numbers", shape, np.ascontiguousarray(array.astype("<i8")).tobytes()
        return "array", shape, self.digest(array.tolist())


def _hash(*parts: str | bytes) -> bytes:
    """Digest of parts, each with its length before it."""
    out = blake2b(digest_size=32)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        out.update(len(data).to_bytes(8, "little"))
        out.update(data)
    return out.digest()


def _plain(thing: Any) -> tuple[str | bytes, ...] | None:
    """What a single value is; None for what has parts.  Equal numbers are one, be they written 2 or 2.0."""
    if isinstance(thing, np.generic):
        thing = thing.item()
    if thing is None or isinstance(thing, bool):
        return "word", repr(thing)
    if isinstance(thing, Enum):
        return None
    if isinstance(thing, str):
        return "text", str(thing)
    if isinstance(thing, bytes | bytearray):
        return "bytes", bytes(thing)
    if isinstance(thing, int):
        return "number", str(int(thing))
    if isinstance(thing, float):
        return "number", _digits(thing)
    if isinstance(thing, complex):
        return "complex", _digits(thing.real), _digits(thing.imag)
    return None


def _digits(number: float) -> str:
    """Text of a number to so many digits as count."""
    if abs(number) < _WHOLE and number == int(number):
        return str(int(number))
    if not math.isfinite(number):
        return repr(float(number))
    mantissa, exponent = math.frexp(number)
    return repr(math.ldexp(round(math.ldexp(mantissa, _DIGITS)), exponent - _DIGITS))


def _rounded(array: np.ndarray[Any, Any]) -> bytes:
    """Bytes of numbers to so many digits as count; 0 and -0 are one."""
    mantissa, exponent = np.frexp(array.astype(np.float64))
    cut = np.ldexp(np.rint(np.ldexp(mantissa, _DIGITS)), exponent - _DIGITS)
    return np.ascontiguousarray(cut + 0.0, dtype="<f8").tobytes()


def _of_object(thing: Any) -> Any:
    """What an object is made of: what it says itself, what it was made with, or else all that it holds."""
    kind = type(thing)
    speaker = next((base for base in kind.__mro__ if "sample_identity" in vars(base)), None)
    if speaker is not None:
        said = thing.sample_identity()
        if speaker is kind:
            return said
        spoken_for = {entry.name for entry in fields(speaker)} if is_dataclass(speaker) else set()
        return said, {name: value for name, value in _held(thing).items() if name not in spoken_for}
    if is_dataclass(thing) and _is_ours(kind):
        return {entry.name: getattr(thing, entry.name) for entry in fields(thing) if entry.init}
    held = _held(thing)
    return held if held or hasattr(thing, "__dict__") else _taken_apart(thing)


def _held(thing: Any) -> dict[str, Any]:
    """All that an object holds by name, but for what it has worked out and kept."""
    classes = type(thing).__mro__
    slots = [name for base in classes for name in _texts(vars(base).get("__slots__", ()))]
    held = {name: getattr(thing, name) for name in slots if name[:2] != "__" and hasattr(thing, name)}
    held |= getattr(thing, "__dict__", {})
    worked_out = {
        name for base in classes for name, v in vars(base).items() if isinstance(v, cached_property)
    }
    return {name: value for name, value in held.items() if name not in worked_out}


def _taken_apart(thing: Any) -> Any:
    """What a thing that is not made of Python's parts would be copied by; nothing where it cannot be."""
    with suppress(Exception):  # (an open file, a lock: it counts by its kind)
        parts = thing.__reduce_ex__(4)
        return parts if isinstance(parts, str) else [list(p) if isinstance(p, Iterator) else p for p in parts]
    return None


def _of_function(function: FunctionType) -> Any:
    """What a function rests on beside its name; one that no other process could import by its name has its code here."""
    cells = [cell.cell_contents for cell in function.__closure__ or () if _is_filled(cell)]
    parts = [function.__defaults__, function.__kwdefaults__, cells]
    if not _is_passing(function):
        return [*parts, text] if (text := text_digest(function)) else parts
    around = function.__globals__
    return [
        *parts,
        function.__code__,
        {name: around[name] for name in function.__code__.co_names if name in around},
    ]


def _of_code(code: CodeType) -> Any:
    """What code works with; its documentation is a constant like others."""
    return code.co_consts, code.co_names, code.co_varnames, code.co_freevars


def _of_class(kind: type) -> Any:
    """What a stranger's class has beside what its objects hold: numbers, and the code of one that is gone elsewhere."""
    out: list[Any] = []
    for base in kind.__mro__:
        if _is_ours(base) or _module_of(base).partition(".")[0] in sys.stdlib_module_names:
            continue
        if not _is_passing(base) and (text := text_digest(base)):
            out.append(("its text", text))
        for name, value in sorted(vars(base).items()):
            if isinstance(value, _DATA) and name[:2] != "__":
                out.append((name, value))
            elif _is_passing(base) and (code := _code_in(value)) is not None:
                out.append((name, code))
    return out


def _code_in(value: Any) -> FunctionType | None:
    """Function that a member of a class is, or runs."""
    inner = next(
        (getattr(value, name) for name in ("__func__", "fget", "func") if hasattr(value, name)), value
    )
    return inner if isinstance(inner, FunctionType) else None


def _module_of(thing: Any) -> str:
    return getattr(thing, "__module__", None) or _SCRIPT


def _is_ours(thing: Any) -> bool:
    return _module_of(thing).partition(".")[0] == _OURS


def _is_passing(thing: Any) -> bool:
    """Whether a function or class is a script's, or made within a function: another process knows it by no name."""
    return not _is_ours(thing) and (_module_of(thing) in _SCRIPTS or "<" in thing.__qualname__)


def _is_filled(cell: CellType) -> bool:
    try:
        return cell.cell_contents is not cell
    except ValueError:  # (it is empty)
        return False


def _name_of(thing: Any) -> str:
    """Name of a function or class; without the module where that may move, or be called otherwise elsewhere."""
    module = "" if _is_ours(thing) or _module_of(thing) in _SCRIPTS else f"{_module_of(thing)}."
    return f"{module}{thing.__qualname__}"


def _texts(names: Any) -> Iterable[str]:
    return (names,) if isinstance(names, str) else names
