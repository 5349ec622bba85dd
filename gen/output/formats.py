"""Formats of the files that events go to, by the ending of the file's name: ours, and strangers' by entry points.

Of the endings that a name has the longest counts (``.hepmc3.gz`` before ``.gz``), in capitals too; of two formats with one
ending ours, or the first by name.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from inspect import Parameter, signature
from pathlib import Path
from typing import Any, Final

from darkpair.gen.errors import DarkpairError, InputError, nearest, shown
from darkpair.gen.output.hepmc import HepMCWriter
from darkpair.gen.output.root import RootWriter
from darkpair.gen.output.target import EventWriter
from darkpair.gen.registry import Registry

__all__ = [
    "ENDINGS",
    "FORMATS",
    "Format",
    "endings_of",
    "format_of_name",
    "require_format",
    "require_options",
    "writer_for",
]

#: Writers by the name of their format.
FORMATS: Final = Registry("formats", {"root": RootWriter, "hepmc3": HepMCWriter})

#: Endings of our own formats, which are known without what writes them.
ENDINGS: Final[Mapping[str, tuple[str, ...]]] = {"root": (".root",), "hepmc3": (".hepmc3", ".hepmc3.gz")}


@dataclass(frozen=True, kw_only=True)
class Format:
    """The format that the name of a file asks for.

    Parameters
    ----------
    name : str
        Of `FORMATS`.
    ending : str
        As the format has it.
    """

    name: str
    ending: str

    def stem(self, path: str | os.PathLike[str]) -> str:
        """Name of the file without its ending."""
        return Path(path).name[: -len(self.ending)]

    @property
    def writer(self) -> type[EventWriter]:
        """What writes it."""
        writer: type[EventWriter] = FORMATS.factory(self.name)
        return writer

    @property
    def options(self) -> tuple[str, ...]:
        """Names of what a job may say of its form."""
        takes = signature(self.writer).parameters.values()
        named = [p.name for p in takes if p.kind in (Parameter.KEYWORD_ONLY, Parameter.POSITIONAL_OR_KEYWORD)]
        return tuple(name for name in named if name not in ("path", "provenance"))


def format_of_name(path: str | os.PathLike[str]) -> Format | None:
    """Format that the name of a file asks for; None where its ending is no format's."""
    name = Path(path).name.lower()
    ours = _longest(name, ENDINGS)
    if ours is not None and "." not in name.removesuffix(ours.ending):
        return ours  # no ending is longer: what strangers have need not be imported
    return _longest(name, _all_endings())


def require_format(path: str | os.PathLike[str]) -> Format:
    """Format that the name of a file asks for.

    Raises
    ------
    InputError
        For an ending of no format, or none.
    """
    found = format_of_name(path)
    if found is None:
        name, every = Path(path).name, [ending for of_one in _all_endings().values() for ending in of_one]
        ending = "".join(Path(name).suffixes)
        what = f"ends in {shown(ending)}" if ending else "has no ending"
        broken = "".join(f"; the format {n!r} cannot be used: {why}" for n, why in _strangers()[1].items())
        raise InputError(
            f"output {shown(name)} {what}{nearest(ending, every)}; allowed: {', '.join(every[:-1])} or {every[-1]}{broken}"
        )
    return found


def writer_for(
    path: str | os.PathLike[str], options: Mapping[str, Any], provenance: Mapping[str, Any]
) -> EventWriter:
    """File of events in the format that its name asks for.

    Parameters
    ----------
    path : str or path
    options : mapping
        What a job says of the file's form, each an argument of the format's writer.
    provenance : mapping
        See `EventWriter`.

    Raises
    ------
    InputError
        For an ending of no format, an option that the format does not have, and a file that cannot be written.
    """
    chosen = require_format(path)
    require_options(chosen, path, options)
    return chosen.writer(path, provenance=provenance, **options)


def require_options(chosen: Format, path: str | os.PathLike[str], options: Mapping[str, Any]) -> None:
    """Refuse what a format makes no use of.

    Raises
    ------
    InputError
    """
    takes = chosen.options
    for key, value in options.items():
        if key not in takes:
            able = [name for name in ENDINGS if key in Format(name=name, ending="").options]
            where = f", or write a file that ends in {' or '.join(ENDINGS[able[0]])}" if able else ""
            own = f"has {', '.join(takes)}" if takes else "has no options"
            raise InputError(
                f"output.{key} = {shown(value)} would change nothing: {Path(path).name!r} is of the format {chosen.name!r}, which "
                f"{own}{nearest(key, takes)}; leave output.{key} out{where}"
            )


def _longest(name: str, endings: Mapping[str, tuple[str, ...]]) -> Format | None:
    """Format with the longest ending of a file's name; the first of equals."""
    fitting = [
        Format(name=which, ending=ending)
        for which, of_one in endings.items()
        for ending in of_one
        if name.endswith(ending) and name != ending
    ]
    return max(fitting, key=lambda one: len(one.ending), default=None)


def _all_endings() -> dict[str, tuple[str, ...]]:
    """Endings by the name of the format: ours, then those of strangers' that can be used."""
    return dict(ENDINGS) | _strangers()[0]


def _strangers() -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Endings of strangers' formats, and why others cannot be used."""
    good: dict[str, tuple[str, ...]] = {}
    bad: dict[str, str] = {}
    for name in FORMATS.plugins:
        if name in ENDINGS:
            continue
        try:
            good[name] = endings_of(FORMATS.factory(name), name)
        except DarkpairError as error:
            bad[name] = str(error)
    return good, bad


def endings_of(writer: Any, name: str) -> tuple[str, ...]:
    """Endings of the files of a writer, in small letters.

    Raises
    ------
    InputError
        For something that is no writer or has no endings.
    """
    if not (isinstance(writer, type) and issubclass(writer, EventWriter)):
        raise InputError(
            f"the format {name!r} is a {type(writer).__name__}; allowed: a subclass of darkpair.gen.output.target.EventWriter"
        )
    endings = writer.ENDINGS
    if isinstance(endings, str) or not endings or not all(_is_ending(ending) for ending in endings):
        raise InputError(
            f"the format {name!r} has ENDINGS = {endings!r}; allowed: texts that begin with a dot, as ('.jsonl',)"
        )
    return tuple(ending.lower() for ending in endings)


def _is_ending(ending: object) -> bool:
    return isinstance(ending, str) and len(ending) > 1 and ending.startswith(".") and "/" not in ending
