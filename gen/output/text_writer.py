"""What files of text have in common: events at once, gzip, and a header with room for what is known only at the end.

Readers want to know how a file was made before its events, and the cut flow is known behind them: room is kept for it.
"""

from __future__ import annotations

import gzip
import os
import zlib
from abc import abstractmethod
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, ClassVar, Final

from darkpair.gen.errors import InputError
from darkpair.gen.output.file_format import format_of
from darkpair.gen.output.row_check import fault_of_tables
from darkpair.gen.output.target import EventWriter
from darkpair.gen.paths import is_file, no_file
from darkpair.gen.sources.unpacked import first_bytes, last_bytes, unpacked
from darkpair.gen.units import UNITS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import awkward as ak

__all__ = ["ROOM", "TextWriter", "text_provenance"]

#: Characters kept for the result: that of twenty cuts needs 2000.
ROOM: Final = 6000
#: Events whose text is made at once: more cost more each (measured), for they leave the cache.
_BATCH: Final = 4096
#: Bytes that are moved at once.
_MOVED: Final = 1 << 20
#: Level of gzip: writing takes twice the time of text, the file is 44 % of it; level 6 takes six times, and 40 %.
_LEVEL: Final = 1


class TextWriter(EventWriter):
    """A file of text, perhaps packed by gzip.

    Parameters
    ----------
    path : str or path
        The file; it is packed if its name ends in ``.gz``.
    provenance : mapping
        How the events were made, as `EventWriter` takes it.

    Attributes
    ----------
    columns : tuple of two lists of str
        Names of the weights of each event, and of its other numbers.
    early : dict
        The provenance as it was when the first events came.
    """

    FORMAT: ClassVar[str]  #: name of the format
    FIRST: ClassVar[bytes]  #: what the line that begins an event begins with
    END: ClassVar[bytes]  #: last line of the file

    def __init__(self, path: str | os.PathLike[str], *, provenance: Mapping[str, Any]) -> None:
        if not Path(path).name.lower().endswith(self.ENDINGS):
            raise InputError(
                f"{str(path)!r}: files of the format {self.FORMAT} end in {' or '.join(self.ENDINGS)}"
            )
        super().__init__(path, provenance)
        self._packed = self.path.name.lower().endswith(".gz")
        self.columns: tuple[list[str], list[str]] = ([], [])
        self.early: dict[str, Any] = {}
        self._header = b""
        self._packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16) if self._packed else None

    @abstractmethod
    def names(self, events: ak.Array) -> tuple[list[str], list[str]]:
        """Names of the weights, and of the other numbers of each event."""

    @abstractmethod
    def text(self, events: ak.Array, first: int) -> bytes:
        """Lines of some events, of which the first has that number where they have no names."""

    @abstractmethod
    def beginning(self, late: Mapping[str, Any]) -> str:
        """What stands before the events, of one length whatever is in `late` as long as that is shorter than the room."""

    def output(self) -> dict[str, Any]:
        """What the provenance says of the file, but for its number of events."""
        return {"units": UNITS}

    def open_file(self) -> IO[bytes]:
        """The file as bytes."""
        return self.partial.open("w+b")

    def write(self, events: ak.Array) -> None:
        """Add events.

        Parameters
        ----------
        events : awkward.Array, (n,)
            Event record, perhaps empty; a detector's, in the field ``reco``, is left out.

        Raises
        ------
        InputError
            If their weights or attributes are not those of the events before.
        """
        self.check_open()
        names = self.names(events[:0])
        if not self._header:
            self._begin(names)
        elif names != self.columns:
            raise InputError(
                f"the events for {self.path.name} differ in their weights; write events of one chain and one source"
            )
        for start in range(0, len(events), _BATCH):
            some = events[start : start + _BATCH]
            self._put(self.text(some, self.events + 1))
            self.events += len(some)

    def copy(self, path: Path, first: int, last: int, output: Mapping[str, Any]) -> None:
        """Add all events of another file, with the same weights and attributes, as they stand there; see `EventWriter`."""
        self.check_open()
        if not self._header:
            self._begin((list(output["weights"]), list(output["attributes"])))
        with unpacked(str(path)) as source:
            self._copy(source)
        self.events += output["events"]

    def _copy(self, source: IO[bytes]) -> None:
        """Text of the events of an open file, without what stands before them and behind."""
        held = next((line for line in source if line.startswith((self.FIRST, self.END.strip()))), b"")
        while text := source.read(_MOVED):
            held += text
            self._put(held[: -len(self.END)])
            held = held[-len(self.END) :]
        if held.strip() != self.END.strip():
            raise InputError(
                f"{getattr(source, 'name', 'a part')!r} has no end; it is damaged, make it again"
            )

    def _begin(self, names: tuple[list[str], list[str]]) -> None:
        self.columns = names
        self.early = self.described()
        self._header = self._packed_alone(self.beginning({}))
        self.file.write(self._header)

    def _put(self, text: bytes) -> None:
        self.file.write(text if self._packer is None else self._packer.compress(text))

    def _packed_alone(self, text: str) -> bytes:
        # stored without compression, so that its length does not depend on what it says
        return gzip.compress(text.encode(), 0, mtime=0) if self._packed else text.encode()

    def finish(self) -> None:
        """Write the last line, and into the header what is known only now."""
        if not self._header:
            raise self.nothing_written()
        self._put(self.END)
        if self._packer is not None:
            self.file.write(self._packer.flush())
        provenance = self.described()
        late = {key: value for key, value in provenance.items() if self.early.get(key) != value}
        late["output"] = {"format": self.FORMAT, "events": self.events} | self.output()
        late["output"] |= {"weights": self.columns[0], "attributes": self.columns[1]}
        header = self._packed_alone(self.beginning(late))
        if len(header) != len(self._header):
            self._move(len(header) - len(self._header))
        self.file.seek(0)
        self.file.write(header)

    def _move(self, by: int) -> None:
        """Move the events behind a header that needs more than the room kept for it, the last ones first."""
        start, end = len(self._header), self.file.seek(0, os.SEEK_END)
        for last in range(end, start, -_MOVED):
            first = max(start, last - _MOVED)
            self.file.seek(first)
            events = self.file.read(last - first)
            self.file.seek(first + by)
            self.file.write(events)


def text_provenance(
    path: str | os.PathLike[str],
    kind: str,
    key: str,
    read: Callable[[bytes], dict[str, Any]],
    end: bytes,
    size: int,
) -> dict[str, Any]:
    """How the events of a file of text were made: what its writer was given, and its ``output``.

    Parameters
    ----------
    path : str or path
        The file.
    kind : str
        What files of the format are called, for messages.
    key : str
        Where they have the provenance, for messages.
    read : callable
        Gives the tables of a text that begins with a header.
    end : bytes
        Last line of the file.
    size : int
        Bytes of which a header has fewer.

    Raises
    ------
    InputError
        For a file that is missing, damaged or not of this package.
    """
    file = Path(path)
    if not is_file(file):
        raise InputError(f"{no_file(path)}; give the file of a run")
    try:
        provenance = read(first_bytes(str(file), size))
        last = last_bytes(str(file), 2 * len(end)) if "output" in provenance else b""
    except InputError:
        raise
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"{str(path)!r} cannot be read as a {kind} ({type(error).__name__}); it is damaged, or something else: run the job again, "
            "or give another file"
        ) from error
    if not isinstance(provenance.get("output"), dict):
        raise InputError(
            f"{str(path)!r} lacks {key!r}: this {kind} was not written by darkpair, if it is one; give the file of a run (the source event_file reads those of others)"
        )
    format_of(provenance, str(path))
    if not last.rstrip().endswith(end.strip()):
        raise InputError(f"{str(path)!r} has no end; it is damaged, make it again")
    result = provenance.get("result")  # (a program of one's own need not say how it went)
    if isinstance(result, dict) and "cutflow" in result and (why := fault_of_tables(provenance)):
        raise InputError(
            f"{str(path)!r} does not fit together: {why}; it was edited or damaged: make it again"
        )
    return provenance
