"""Formats of the files that events go to, by the ending of the file's name: ours, and strangers' by entry points.

Of the endings that a name has the longest counts (``.hepmc3.gz`` before ``.gz``), in capitals too; of two formats with one
ending ours, or the first by name.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from darkpair.gen.errors import InputError, nearest, shown
from darkpair.gen.parameters import arguments, parameters
from darkpair.gen.registry import Entry, Registry

if TYPE_CHECKING:
    from darkpair.gen.output.target import EventWriter

__all__ = [
    "ENDINGS",
    "FORMATS",
    "Format",
    "checked_options",
    "format_of_name",
    "require_format",
    "writer_for",
]


def _stranger(writer: Any) -> type[EventWriter]:
    """A stranger's writer, if it is one whose files can be told by their names.

    Raises
    ------
    InputError
    """
    from darkpair.gen.output.target import EventWriter

    if not (isinstance(writer, type) and issubclass(writer, EventWriter)):
        raise InputError(
            f"{getattr(writer, '__name__', type(writer).__name__)} is no subclass of darkpair.gen.output.target.EventWriter"
        )
    endings: Any = writer.ENDINGS
    if isinstance(endings, str) or not endings or not all(map(_is_ending, endings)):
        raise InputError(
            f"ENDINGS = {shown(endings)}; allowed: texts of small letters that begin with a dot, as ('.jsonl',)"
        )
    return writer


def _is_ending(ending: object) -> bool:
    return isinstance(ending, str) and len(ending) > 1 and ending[0] == "." and ending == ending.lower()


#: Writers by the name of their format.
FORMATS: Final = Registry(
    "formats",
    {
        "root": Entry(
            "darkpair.gen.output.root:RootWriter",
            "A ROOT file, .root: a TTree or an RNTuple of events.",
        ),
        "hepmc3": Entry(
            "darkpair.gen.output.hepmc:HepMCWriter",
            "A HepMC3 file, .hepmc3 or .hepmc3.gz: the truth of events.",
        ),
        "lhe": Entry(
            "darkpair.gen.output.lhe:LHEWriter",
            "A Les Houches Event File, .lhe or .lhe.gz: parents and what they decay to.",
        ),
        "parquet": Entry(
            "darkpair.gen.output.parquet:ParquetWriter", "A Parquet file, .parquet: columns of events."
        ),
    },
    adapt=_stranger,
)

#: Endings of our own formats, which are known without what writes them.
ENDINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "root": (".root",),
    "hepmc3": (".hepmc3", ".hepmc3.gz"),
    "lhe": (".lhe", ".lhe.gz"),
    "parquet": (".parquet",),
}


@dataclass(frozen=True, kw_only=True)
class Format:
    """The format that the name of a file asks for.

    Parameters
    ----------
    name : str
        Name of the format in `FORMATS`.
    ending : str
        Ending of the file's name, as the format spells it.
    """

    name: str
    ending: str

    def stem(self, path: str | os.PathLike[str]) -> str:
        """Name of the file without its ending."""
        return Path(path).name[: -len(self.ending)]

    @property
    def writer(self) -> type[EventWriter]:
        """What writes it."""
        writer: Any = FORMATS.factory(self.name)
        return writer  # type: ignore[no-any-return]

    @property
    def options(self) -> tuple[str, ...]:
        """Names of what a job may say of its form."""
        return tuple(name for name in parameters(self.writer) if name not in ("path", "provenance"))


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
    kind = format_of_name(path)
    if kind is None:
        name, every = Path(path).name, [ending for endings in _all_endings().values() for ending in endings]
        ending = "".join(Path(name).suffixes)
        what = f"ends in {shown(ending)}" if ending else "has no ending"
        broken = "".join(f"; {why}" for why in _strangers()[1].values())
        raise InputError(
            f"output.path = {shown(name)} {what}{nearest(ending, every)}; allowed: {', '.join(every[:-1])} or {every[-1]}{broken}"
        )
    return kind


def writer_for(
    path: str | os.PathLike[str], options: Mapping[str, Any], provenance: Mapping[str, Any]
) -> EventWriter:
    """File of events in the format that its name asks for.

    Parameters
    ----------
    path : str or path
        The file; its ending says the format.
    options : mapping
        What a job says of the file's form, each an argument of the format's writer.
    provenance : mapping
        How the events were made, as `EventWriter` takes it.

    Raises
    ------
    InputError
        For an ending of no format, an option that the format does not have, and a file that cannot be written.
    """
    kind = require_format(path)
    return kind.writer(path, provenance=provenance, **checked_options(kind, path, options))


def checked_options(kind: Format, path: str | os.PathLike[str], options: Mapping[str, Any]) -> dict[str, Any]:
    """What a job says of a file's form, as the format's writer takes it.

    Raises
    ------
    InputError
        For an option that the format does not have, or a value that it cannot have.
    """
    takes = kind.options
    for key, value in options.items():
        if key not in takes:
            able = [name for name in ENDINGS if key in Format(name=name, ending="").options]
            where = f", or write a file that ends in {' or '.join(ENDINGS[able[0]])}" if able else ""
            own = f"has {', '.join(takes)}" if takes else "has no options"
            raise InputError(
                f"output.{key} = {shown(value)} would change nothing: {Path(path).name!r} is of the format {kind.name!r}, which "
                f"{own}{nearest(key, takes)}; leave output.{key} out{where}"
            )
    kind.writer.require_installed()
    checked = arguments(kind.writer, {"path": path, "provenance": {}, **options}, where="output")
    return {key: checked[key] for key in options}


def _longest(name: str, endings: Mapping[str, tuple[str, ...]]) -> Format | None:
    """Format with the longest ending of a file's name; the first of equals."""
    fitting = [
        Format(name=which, ending=ending)
        for which, words in endings.items()
        for ending in words
        if name.endswith(ending) and name != ending
    ]
    return max(fitting, key=lambda kind: len(kind.ending), default=None)


def _all_endings() -> dict[str, tuple[str, ...]]:
    """Endings by the name of the format: ours, then those of strangers' that can be used."""
    return dict(ENDINGS) | _strangers()[0]


def _strangers() -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Endings of strangers' formats, and why others cannot be used."""
    good: dict[str, tuple[str, ...]] = {}
    bad: dict[str, str] = {}
    for name in FORMATS:
        if name not in ENDINGS:
            try:
                good[name] = tuple(Format(name=name, ending="").writer.ENDINGS)
            except InputError as error:
                bad[name] = str(error)
    return good, bad
