"""Frozen is frozen, equal is equal, what can be hashed is: mappings, sequences and arrays in frozen dataclasses.

A dataclass that calls `freeze` when it is made holds read-only mappings, tuples and arrays; one that is `ByValue` is
compared and hashed by what it holds, arrays by their numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import partial
from types import MethodType
from typing import Any, Final, NoReturn, TypeVar

import numpy as np

__all__ = ["ByValue", "FrozenMapping", "freeze", "frozen"]

K = TypeVar("K")
V = TypeVar("V")


class FrozenMapping(dict[K, V]):
    """A dict that refuses to be changed, and has a hash where its values have one.

    ``mapping | {...}`` and ``dict(mapping)`` give plain dicts.
    """

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("this mapping is read-only; make another one, {**mapping, key: value}")

    __setitem__ = __delitem__ = _refuse
    __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:  # type: ignore[override] # (a dict has none)
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self),)  # (pickle would put the items in one by one)

    def __copy__(self) -> FrozenMapping[K, V]:
        return self


def frozen(value: Any) -> Any:
    """Value whose mappings, sequences, sets and arrays, all the way down, are read-only; the rest as it is."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, np.ndarray):
        return _closed(value)
    if type(value) in (dict, FrozenMapping):
        return FrozenMapping({key: frozen(entry) for key, entry in value.items()})
    if type(value) in (list, tuple):
        return tuple(frozen(entry) for entry in value)
    return frozenset(value) if isinstance(value, set) else value


def freeze(thing: Any) -> None:
    """Freeze every field of a frozen dataclass that is being made, as `frozen` does."""
    for entry in fields(thing):
        value = getattr(thing, entry.name, None)
        if entry.init and type(value) not in _PLAIN:
            object.__setattr__(thing, entry.name, frozen(value))


class ByValue:
    """A frozen dataclass that is equal to one of its class with the same contents, and hashed by them.

    Arrays are the same where their shapes and numbers are; one without dimensions is its number.  What it is made of is
    frozen as `freeze` does; a class with a ``__post_init__`` of its own calls this one.
    """

    def __post_init__(self) -> None:
        freeze(self)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if type(self) is not type(other):
            return NotImplemented
        return _contents(self) == _contents(other)

    def __hash__(self) -> int:
        contents = _contents(self)
        try:
            return hash((type(self), contents))
        except TypeError:  # something in it has no hash: then all of the class share one
            return hash(type(self))


_PLAIN: Final = frozenset({float, int, str, bool, complex, type(None), bytes})


def _closed(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Copy that nobody can write into; an array that is one already stays."""
    if array.base is None and not array.flags.writeable:
        return array
    out = array.copy(order="K")
    out.flags.writeable = False
    return out


def _contents(thing: Any) -> tuple[Any, ...]:
    """What decides whether two of a class are equal."""
    return tuple(_comparable(getattr(thing, entry.name)) for entry in fields(thing) if entry.compare)


def _comparable(value: Any) -> Any:
    """Value that compares and hashes as it should: numbers for arrays, the parts of partial functions and methods."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        if value.ndim == 0:
            return value.item()
        numbers: np.ndarray[Any, Any] = value
        if value.dtype.kind in "biuf":
            numbers = np.asarray(value + 0.0)  # (0 and -0 are one number)
        return value.shape, numbers.dtype.kind, numbers.tobytes()
    if isinstance(value, partial):
        return _comparable((value.func, value.args, value.keywords))
    if isinstance(value, MethodType):
        return value.__func__, _comparable(value.__self__)
    if isinstance(value, Mapping):
        parts = {key: _comparable(entry) for key, entry in value.items()}
        try:
            return frozenset(parts.items())
        except TypeError:  # something in it has no hash: it compares
            return parts
    if isinstance(value, list | tuple):
        return tuple(map(_comparable, value))
    return value
