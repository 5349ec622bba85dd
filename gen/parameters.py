"""Parameters of what can be named: types, words, ranges and units, from the annotations of what makes it.

A plug-in's author writes ``momentum: Annotated[float, Energy, Gt(0.0)] = 1.0``, and that is all: a job, the command line
and Python read "430 MeV" there, refuse "5 cm" in one line, and show what is allowed.
"""

from __future__ import annotations

import builtins
import functools
import inspect
import os
import pathlib
import sys
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import lru_cache, partial
from typing import Any, Final, Literal, TypeVar, Union, cast, get_args, get_origin

from annotated_types import Ge, Gt, Interval, Le, Lt

from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.kinds import (
    Anything,
    Flag,
    Kind,
    Listed,
    Made,
    Nothing,
    Number,
    OneOf,
    Path,
    Table,
    Text,
    Tuple,
    Word,
)
from darkpair.gen.units import Angle, Dimensionless, Energy, Length, Unit

__all__ = [
    "Angle",
    "Closed",
    "Dimensionless",
    "Energy",
    "Ge",
    "Gt",
    "Infinite",
    "Le",
    "Length",
    "Lt",
    "Parameter",
    "Phase",
    "Unit",
    "arguments",
    "checked",
    "kind_of",
    "parameters",
    "settle",
]

T = TypeVar("T")


class _Mark:
    """A word in an annotation that changes what a number may be."""


#: Lets infinity pass: ``ctau: Annotated[float, Length, Infinite]``.
Infinite: Final = _Mark()

#: Lets complex numbers pass: ``c_V: Annotated[Real, Dimensionless, Phase]``.
Phase: Final = _Mark()

#: Of an object that Python alone can give, whatever its fields are: ``inputs: Annotated[Inputs, Closed]``.
Closed: Final = _Mark()


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A parameter of what a name makes.

    Parameters
    ----------
    name : str
        Name of the parameter.
    kind : Kind
        What a value of it may be.
    default : object
        Value where none is given; `REQUIRED` where there is no such value.
    """

    name: str
    kind: Kind
    default: Any = MISSING

    @property
    def required(self) -> bool:
        """Whether it has to be given."""
        return self.default is MISSING


def parameters(factory: Callable[..., Any]) -> dict[str, Parameter]:
    """Parameters of a class or a function, by name; what a partial has fixed is none.

    Parameters
    ----------
    factory : callable
        A class, a function, or a partial of one.
    """
    return dict(_parameters(factory)[0])


def arguments(
    factory: Callable[..., Any], given: Mapping[str, Any], *, where: str = "", called: str = ""
) -> dict[str, Any]:
    """Keyword arguments of a factory, checked and converted by its annotations.

    Parameters
    ----------
    factory : callable
        What makes the object.
    given : mapping
        Values as a job or a user writes them.
    where : str
        Table of the job, for the message.
    called : str
        Name by which the factory was asked for; its own unless given.

    Raises
    ------
    UnknownNameError
        For a name that it does not take.
    InputError
        For a value that a parameter cannot be, or one that is missing.
    """
    takes, free = _parameters(factory)
    before, called = f"{where}." if where else "", called or _name(factory)
    able = [name for name, p in takes.items() if p.kind.writable]
    if not free:
        for key in given:
            if key not in takes:
                raise UnknownNameError(f"key of [{where}]" if where else f"parameter of {called}", key, able)
    if lacking := [name for name, p in takes.items() if p.required and name not in given]:
        more = [_with_unit(takes[name]) for name in able if name not in lacking and name not in given]
        raise InputError(
            f"{called} needs {', '.join(before + _with_unit(takes[name]) for name in lacking)}; "
            f"allowed: {takes[lacking[0]].kind.words}; give a value, as in {lacking[0]} = ..."
            + (f"; may be given too: {', '.join(more)}" if more else "")
        )
    return {key: value for key, value in given.items() if key not in takes} | _read(takes, given, before)


def _with_unit(parameter: Parameter) -> str:
    unit = parameter.kind.unit
    return f"{parameter.name} [{unit}]" if unit else parameter.name


def checked(made: type[T]) -> type[T]:
    """Class whose constructor checks and converts what it is given, by its annotations.

    To be written above ``@dataclass``.  Defaults are not checked; they are the author's.
    """
    plain: Callable[..., None] = made.__init__
    names = list(inspect.signature(made).parameters)

    @functools.wraps(plain)
    def constructor(self: T, *args: Any, **given: Any) -> None:
        if type(self) is made and len(args) <= len(names):
            given = dict(zip(names, args, strict=False)) | given
            takes = _parameters(cast(Any, made))[0]
            if all(key in takes for key in given):  # (what is not, Python complains of)
                given = _read(takes, given)
            args = ()
        plain(self, *args, **given)

    setattr(made, "__init__", constructor)  # noqa: B010 (a type checker keeps the dataclass's own)
    return made


def settle(made: Any, owner: str = "") -> None:
    """Check and convert the fields of a frozen dataclass in its ``__post_init__``, for its subclasses too.

    Parameters
    ----------
    made : object
        The object, whose fields are changed in place.
    owner : str
        What the fields belong to, for messages: "X2" in "mass of X2".

    Raises
    ------
    InputError
        For a value that a field cannot be.
    """
    takes = _parameters(cast(Any, type(made)))[0]
    beside = {name: getattr(made, name) for name in takes}
    for name, parameter in takes.items():
        value = beside[name]
        read = parameter.kind.read(value, f"{name} of {owner}" if owner else name, beside)
        if read is not value:
            beside[name] = read
            object.__setattr__(made, name, read)


def _read(takes: Mapping[str, Parameter], given: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Values of the parameters that are given, in the order of the parameters: a unit may depend on one before it."""
    beside = {name: p.default for name, p in takes.items()} | dict(given)
    for key in takes:
        if key in given:
            beside[key] = takes[key].kind.read(given[key], before + key, beside)
    return {key: beside[key] for key in takes if key in given}


@lru_cache(maxsize=512)
def _parameters(factory: Any) -> tuple[dict[str, Parameter], bool]:
    """Parameters by name, and whether others are taken too."""
    fixed: set[str] = set()
    inner: Any = factory
    while isinstance(inner, partial):
        fixed |= set(inner.keywords)
        inner = inner.func
    try:
        signature = inspect.signature(factory)
    except (TypeError, ValueError):
        return {}, True
    rows, free = {}, False
    for name, p in signature.parameters.items():
        if p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL):
            free = free or p.kind is p.VAR_KEYWORD
        elif name not in fixed:
            default = MISSING if p.default is p.empty else p.default
            rows[name] = Parameter(
                name=name, kind=kind_of(_annotation(inner, name, p.annotation)), default=default
            )
    for entry in fields(inner) if isinstance(inner, type) and is_dataclass(inner) else ():
        if entry.name in rows and entry.default_factory is not MISSING:
            row = rows[entry.name]
            rows[entry.name] = Parameter(name=row.name, kind=row.kind, default=entry.default_factory())
    return rows, free


def _annotation(factory: Any, name: str, written: Any) -> Any:
    """What a parameter is annotated with, evaluated where it was written; Any where that cannot be."""
    if not isinstance(written, str):
        return Any if written is inspect.Parameter.empty else written
    if isinstance(factory, type):
        owners = [c for c in factory.__mro__ if name in inspect.get_annotations(c)]
        places = [sys.modules[c.__module__].__dict__ for c in owners]
        if "__init__" in factory.__dict__ and not owners:
            places = [inspect.unwrap(vars(factory)["__init__"]).__globals__]
    else:
        function = inspect.unwrap(factory)
        place = getattr(function, "__globals__", None) or getattr(type(factory).__call__, "__globals__", {})
        places = [place]
    for place in places:
        with suppress(Exception):  # (a name for type checkers alone, or whatever a stranger wrote)
            return typing.get_type_hints(_Holder(written), dict(place), include_extras=True)["only"]
    return Any


class _Holder:
    """What `typing` reads one annotation of, so that another one that it cannot read is no matter."""

    def __init__(self, written: str) -> None:
        self.__annotations__ = {"only": written}


def kind_of(annotation: Any, marks: tuple[Any, ...] = ()) -> Kind:
    """Kind of value that an annotation means; the marks are those around it."""
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is typing.Annotated:
        return kind_of(inside[0], (*marks, *inside[1:]))
    if Closed in marks and isinstance(annotation, type):
        return Made(of=annotation)
    if origin in (Union, types.UnionType):
        if any(getattr(part, "__name__", "") == "ndarray" for part in map(_bare, inside)):
            return _number(float, marks, arrays=True)
        return OneOf(tuple(kind_of(part, marks) for part in inside))
    if origin is Literal:
        return Word(inside)
    simple = _simple(annotation, marks)
    if simple is not None:
        return simple
    if origin is not None and isinstance(origin, type):
        return _container(origin, inside, marks)
    if isinstance(annotation, type):
        return _object(annotation)
    return Anything()


def _bare(annotation: Any) -> Any:
    return get_origin(annotation) or annotation


def _simple(annotation: Any, marks: tuple[Any, ...]) -> Kind | None:
    """Kind of a type without parts."""
    units = any(isinstance(mark, Unit) for mark in marks)
    if annotation is Any:
        return _number(float, marks, arrays=True) if units else Anything()
    if annotation in (float, int, complex):
        return _number(annotation, marks)
    if annotation is str:
        return Text()
    if annotation is bool:
        return Flag()
    if annotation in (None, type(None)):
        return Nothing()
    if _bare(annotation) in (os.PathLike, pathlib.Path):
        return Path()
    return None


def _number(base: Any, marks: tuple[Any, ...], *, arrays: bool = False) -> Number:
    ends: dict[str, Any] = {}
    for mark in marks:
        for name, kind in (("above", Gt), ("least", Ge), ("below", Lt), ("most", Le)):
            word = {"above": "gt", "least": "ge", "below": "lt", "most": "le"}[name]
            if isinstance(mark, kind | Interval) and getattr(mark, word) is not None:
                ends[name] = getattr(mark, word)
    return Number(
        measures=next((mark for mark in marks if isinstance(mark, Unit)), Dimensionless),
        whole=base is int,
        phase=base is complex or Phase in marks,
        arrays=arrays,
        infinite=Infinite in marks,
        **ends,
    )


def _container(origin: type, inside: tuple[Any, ...], marks: tuple[Any, ...]) -> Kind:
    if origin is tuple and inside and inside[-1] is not Ellipsis:
        return Tuple(tuple(kind_of(part, marks) for part in inside))
    if issubclass(origin, Mapping):
        return Table(kind_of(inside[-1], marks))
    if origin is tuple or (issubclass(origin, Sequence) and not issubclass(origin, str | bytes)):
        return Listed(kind_of(inside[0], marks))
    if issubclass(origin, os.PathLike):
        return Path()
    return Anything()


def _object(made: type) -> Kind:
    """An object of a class; a table of its parameters where it is one of plain numbers and words."""
    if made in (tuple, list, Sequence):
        return Listed(Anything())
    if made in (dict, Mapping):
        return Table(Anything())
    if made is object or made.__module__ == builtins.__name__:
        return Anything()
    try:
        isinstance(None, made)
    except TypeError:  # a protocol that cannot be asked
        return Anything()
    if not is_dataclass(made) or made in _UNDER_WAY:  # (or one of itself)
        return Made(of=made)
    _UNDER_WAY.append(made)
    try:
        return _table(made)
    finally:
        _UNDER_WAY.remove(made)


#: Classes whose fields are being read.
_UNDER_WAY: Final[list[type]] = []


def _table(made: type) -> Kind:
    """Table of the parameters of a dataclass."""
    inside = {name: row.kind for name, row in _parameters(made)[0].items()}

    def make(table: Mapping[str, Any], what: str) -> Any:
        return made(**arguments(made, table, where=what))

    return Table(
        Anything(),
        make=make,
        is_made=lambda value: isinstance(value, made),
        inside=inside,
        name=made.__name__,
    )


def _name(factory: Any) -> str:
    while isinstance(factory, partial):
        factory = factory.func
    return str(getattr(factory, "__name__", type(factory).__name__))
