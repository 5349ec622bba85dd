"""What a parameter may be: numbers with units and ranges, words, texts, lists, tables; each reads a value or refuses it.

A kind knows three things of itself that have to agree, so they stand together: how it reads a value, what it allows in
words, and its JSON schema.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from darkpair.gen.errors import InputError, nearest
from darkpair.gen.kind import Kind
from darkpair.gen.kind_number import Number

__all__ = [
    "Anything",
    "Flag",
    "Kind",
    "Listed",
    "Made",
    "Nothing",
    "Number",
    "OneOf",
    "Path",
    "Table",
    "Text",
    "Tuple",
    "Word",
]


@dataclass(frozen=True)
class Text(Kind):
    """A text that is not empty; of a whole number its digits, as a bare word of the command line may be one."""

    @property
    def words(self) -> str:
        """What is allowed."""
        return "a text"

    @property
    def schema(self) -> dict[str, Any]:
        """A string."""
        return {"type": "string", "minLength": 1}

    def read(self, value: Any, what: str, beside: Mapping[str, Any]) -> str:
        """The text."""
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15:
            return str(value)
        if isinstance(value, str) and not value.strip():
            raise InputError(f"{self.refused(value, what)} that is not empty")
        if not isinstance(value, str) or "\0" in value:
            raise self.refused(value, what)
        return value


@dataclass(frozen=True)
class Path(Text):
    """A path of a file or a folder."""

    @property
    def words(self) -> str:
        """What is allowed."""
        return "a path"

    def read(self, value: Any, what: str, beside: Mapping[str, Any]) -> Any:
        """The path as it was given."""
        if isinstance(value, os.PathLike):
            return value
        return super().read(value, what, beside)


@dataclass(frozen=True)
class Word(Kind):
    """One of some words."""

    allowed: tuple[Any, ...]

    @property
    def words(self) -> str:
        """What is allowed."""
        return " or ".join(map(str, self.allowed))

    @property
    def schema(self) -> dict[str, Any]:
        """An enumeration."""
        return {"enum": list(self.allowed)}

    def read(self, value: Any, what: str, beside: Mapping[str, Any]) -> Any:
        """The word; a number is taken by its digits where the words are texts."""
        for word in self.allowed:
            if type(word) is type(value) and word == value:
                return word
        whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15
        if whole and str(value) in self.allowed:
            return str(value)
        texts = [word for word in self.allowed if isinstance(word, str)]
        hint = nearest(value, texts) if isinstance(value, str) and len(value) < 80 else ""
        raise self.refused(value, what, hint)


@dataclass(frozen=True)
class Flag(Kind):
    """True or false; as texts too, for the command line's bare words."""

    @property
    def words(self) -> str:
        """What is allowed."""
        return "true or false"

    @property
    def schema(self) -> dict[str, Any]:
        """A boolean."""
        return {"type": "boolean"}

    def read(self, value: Any, what: str, beside: Mapping[str, Any]) -> bool:
        """Which of the two."""
        if isinstance(value, str) and value.strip().lower() in _FLAGS:
            return _FLAGS[value.strip().lower()]
        if not isinstance(value, bool):
            raise self.refused(value, what)
        return value


_FLAGS: Final = {"true": True, "false": False}


@dataclass(frozen=True)
class Nothing(Kind):
    """None, which a job says by leaving the key out."""

    writable = False

    @property
    def words(self) -> str:
        """What is allowed: nothing that can be written."""
        return ""

    @property
    def schema(self) -> dict[str, Any]:
        """Null."""
        return {"type": "null"}

    def read(self, value: Any, what: str, beside: Mapping[str, Any]) -> None:
        """None."""
        if value is not None:
            raise self.refused(value, what)


@dataclass(frozen=True)
class _Several(Kind):
    """What is made of several kinds."""

    kinds: tuple[Kind, ...]

    @property
    def unit(self) -> str:  # type: ignore[override]
        """Unit of its numbers."""
        return next((kind.unit for kind in self.kinds if kind.unit), "")


@dataclass(frozen=True)
class OneOf(_Several):
    """A value of one of several kinds; the first that takes it does."""

    @property
    def writable(self) -> bool:  # type: ignore[override]
        """Whether one of them is."""
        return any(kind.writable for kind in self.kinds)

    @property
    def words(self) -> str:
        """What is allowed."""
        return ", or ".join(dict.fromkeys(kind.words for kind in self.kinds if kind.words))

    @property
    def schema(self) -> dict[str, Any]:
        """Any of the schemas; null cannot be written in a job."""
        able = [kind.schema for kind in self.kinds if kind.writable]
        return able[0] if len(able) == 1 else {"anyOf": able}

    def read(self, value: Any, what: str, beside: Mapping[str, Any]) -> Any:
        """The value as the first kind that takes it says; if none does, the complaint of the one that it looks like."""
        complaints = []
        for kind in self.kinds:
            try:
                return kind.read(value, what, beside)
            except InputError as error:
                several = isinstance(kind, Listed | Tuple | Table)
                if several == isinstance(value, list | tuple | Mapping) and not isinstance(kind, Nothing):
                    complaints.append(error)
        if len(complaints) == 1 and value is not None:
            raise complaints[0]
        raise self.refused(value, what)


@dataclass(frozen=True)
class Listed(Kind):
    """Any number of values of one kind; one text alone is a list of one."""

    of: Kind

    @property
    def unit(self) -> str:  # type: ignore[override]
        """Unit of its numbers."""
        return self.of.unit

    @property
    def writable(self) -> bool:  # type: ignore[override]
        """Whether its values are."""
        return self.of.writable

    @property
    def words(self) -> str:
        """What is allowed."""
        return f"a list, each {self.of.words}"

    @property
    def schema(self) -> dict[str, Any]:
        """An array, or one text."""
        array = {"type": "array", "items": self.of.schema}
        return {"anyOf": [array, self.of.schema]} if self._single else array

    @property
    def _single(self) -> bool:
        return isinstance(self.of, Text | Word)

    def read(self, value: Any, what: str, beside: Mapping[str, Any]) -> tuple[Any, ...]:
        """A tuple."""
        if self._single and isinstance(value, str):
            return (self.of.read(value, what, beside),)
        if isinstance(value, str | bytes | Mapping) or not isinstance(value, Sequence):
            raise self.refused(value, what)
        return tuple(self.of.read(part, f"{what}[{i}]", beside) for i, part in enumerate(value))


@dataclass(frozen=True)
class Tuple(_Several):
    """Values of given kinds in order."""

    @property
    def writable(self) -> bool:  # type: ignore[override]
        """Whether all of them are."""
        return all(kind.writable for kind in self.kinds)

    @property
    def words(self) -> str:
        """What is allowed."""
        if len(set(self.kinds)) == 1:
            return f"a list of {len(self.kinds)}, each {self.kinds[0].words}"
        return f"a list of {'; '.join(kind.words for kind in self.kinds)}"

    @property
    def schema(self) -> dict[str, Any]:
        """An array of that length."""
        n = len(self.kinds)
        return {"type": "array", "prefixItems": [k.schema for k in self.kinds], "minItems": n, "maxItems": n}

    def read(self, value: Any, what: str, beside: Mapping[str, Any]) -> tuple[Any, ...]:
        """A tuple."""
        if (
            isinstance(value, str | bytes | Mapping)
            or not isinstance(value, Sequence)
            or len(value) != len(self.kinds)
        ):
            raise self.refused(value, what)
        pairs = enumerate(zip(self.kinds, value, strict=True))
        return tuple(kind.read(part, f"{what}[{i}]", beside) for i, (kind, part) in pairs)


@dataclass(frozen=True)
class Table(Kind):
    """Values of one kind by name; or, where an object has parameters of its own, that object or a table of them.

    Parameters
    ----------
    of : Kind
        Kind of every value of a free table.
    make : callable, optional
        Function (table, key, other arguments) -> the object that such a table means.
    is_made : callable, optional
        Function that says whether a value is that object already.
    inside : mapping of str to Kind
        Kinds of the object's parameters, by name.
    name : str
        What the object is, in words.
    """

    of: Kind
    make: Callable[[Mapping[str, Any], str], Any] | None = None
    is_made: Callable[[Any], bool] | None = None
    inside: Mapping[str, Kind] = field(default_factory=dict)
    name: str = ""

    @property
    def words(self) -> str:
        """What is allowed."""
        if self.make is None:
            return f"a table by name, each {self.of.words}"
        return f"{_article(self.name)}, or a table of {', '.join(self.inside)}"

    @property
    def schema(self) -> dict[str, Any]:
        """An object."""
        if self.make is None:
            return {"type": "object", "additionalProperties": self.of.schema}
        inside = {name: kind.schema for name, kind in self.inside.items()}
        return {"type": "object", "properties": inside, "additionalProperties": False}

    def read(self, value: Any, what: str, beside: Mapping[str, Any]) -> Any:
        """A dict, or the object."""
        if self.is_made is not None and self.is_made(value):
            return value
        if not isinstance(value, Mapping) or not all(isinstance(key, str) and key for key in value):
            raise self.refused(value, what)
        if self.make is not None:
            return self.make(value, what)
        return {key: self.of.read(part, f"{what}.{key}", beside) for key, part in value.items()}


@dataclass(frozen=True)
class Anything(Kind):
    """What nobody annotated, or only the owner can check."""

    name: str = "anything"

    @property
    def words(self) -> str:
        """What is allowed."""
        return self.name

    @property
    def schema(self) -> dict[str, Any]:
        """Everything."""
        return {}

    def read(self, value: Any, what: str, beside: Mapping[str, Any]) -> Any:
        """The value as it is."""
        return value


def _article(name: str) -> str:
    """A name behind its article."""
    return f"{'an' if name[:1] in 'AEIO' else 'a'} {name}"


@dataclass(frozen=True)
class Made(Anything):
    """An object of a class that only Python can make."""

    writable = False
    of: type = object

    @property
    def words(self) -> str:
        """What is allowed."""
        return f"{_article(self.of.__name__)} (of Python)"

    def read(self, value: Any, what: str, beside: Mapping[str, Any]) -> Any:
        """The object."""
        if not isinstance(value, self.of):
            raise self.refused(value, what)
        return value
