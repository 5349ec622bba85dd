"""HepMC3 files of events, as text (Asciiv3) or the same compressed by gzip: the truth, and how it was made.

Particles have the status codes 4 (beam: the parent), 2 (decayed) and 1 (final), the masses that the chain gave them,
and the ids of our record.  Positions are those of decays [mm], with c t [mm] as the time; where the parent was made is
the position of the event.  The first weight is the product, ``genWeight``, the others are its factors.  The number of an
event is that of its name (beyond 2**31 - 1 it begins with 1 again); the whole name, ``run``, ``luminosityBlock`` and
``event``, are attributes, and so are proper lengths and what a file says of an event that is its (``File_entry``, ...).

What a detector reconstructs is not written: HepMC has no place for it.  Of events of a file, what the parent decayed to
there is left out, mothers beyond the first are not known, and a vertex has the place where its first daughter was made.

The file says how it was made in attributes of the run: JSON in ``darkpair.provenance``, and in ``darkpair.result`` what
is known at the end only, as the cut flow.  Readers want both before the events: room is kept for the second.
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, ClassVar

from darkpair.gen.errors import InputError
from darkpair.gen.output.asciiv3 import attributes, event_text, weights
from darkpair.gen.output.file_format import format_of
from darkpair.gen.output.row_check import fault_of_tables
from darkpair.gen.output.target import EventWriter
from darkpair.gen.paths import is_file
from darkpair.gen.provenance import environment
from darkpair.gen.sources.unpacked import first_bytes, last_bytes
from darkpair.gen.units import UNITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import awkward as ak

__all__ = ["HEADER", "HepMCWriter", "header_provenance", "hepmc_provenance"]

_START = "HepMC::Version 3.02.05\nHepMC::Asciiv3-START_EVENT_LISTING\n"  # the format as HepMC 3.2.5 writes it
_END = b"HepMC::Asciiv3-END_EVENT_LISTING\n\n"
_ABOUT = "dark particles from meson decays, arXiv:2005.07102"
_PROVENANCE, _RESULT = "darkpair.provenance", "darkpair.result"

#: Events whose text is made at once: more cost more each (measured), for they leave the cache.
_BATCH = 4096
#: Characters kept for the result: that of twenty cuts needs 2000.
_ROOM = 6000
#: Longest line that HepMC3's own reader takes, its end included.
_LONGEST = 262144
#: Bytes of which the lines before the events have fewer, of which two are long.
HEADER = 4 * _LONGEST
#: Bytes that are moved at once.
_MOVED = 1 << 20
#: Level of gzip: writing takes twice the time of text, the file is 44 % of it; level 6 takes six times, and 40 %.
_LEVEL = 1


class HepMCWriter(EventWriter):
    """A HepMC3 file, .hepmc3 or .hepmc3.gz: the truth of events.

    It appears under its name when it is complete, and not at all after an exception.

    Parameters
    ----------
    path : str or path
        The file, which ends in ``.hepmc3``, or in ``.hepmc3.gz`` to be compressed.
    provenance : mapping
        How the events were made, as `darkpair.gen.output.root.RootWriter` takes it.

    Raises
    ------
    InputError
        If the file cannot be written; see `darkpair.gen.output.target.check_writable`.
    """

    ENDINGS: ClassVar = (".hepmc3", ".hepmc3.gz")

    def __init__(self, path: str | os.PathLike[str], *, provenance: Mapping[str, Any]) -> None:
        if not Path(path).name.lower().endswith(self.ENDINGS):
            raise InputError(f"{str(path)!r}: HepMC3 files end in {' or '.join(self.ENDINGS)}")
        super().__init__(path, provenance)
        self._packed = self.path.name.lower().endswith(".gz")
        self._names: tuple[list[str], list[str]] = ([], [])
        self._early: dict[str, Any] = {}  # the provenance as it was when the first events came
        self._header = b""
        self._packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16) if self._packed else None

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
            If their weights or attributes are not those of the events before, or the provenance is too long.
        """
        self.check_open()
        names = list(weights(events[:0])), list(attributes(events[:0]))
        if not self._header:
            self._names = names
            self._early = self.described()
            self._header = self._beginning({})
            self.file.write(self._header)
        elif names != self._names:
            raise InputError(
                f"the events for {self.path.name} differ in their weights; write events of one chain and one source"
            )
        for start in range(0, len(events), _BATCH):
            some = events[start : start + _BATCH]
            self._put(event_text(some, first=self.events + 1))
            self.events += len(some)

    def copy(self, path: Path, first: int, last: int, output: Mapping[str, Any]) -> None:
        """Add all events of another file, with the same weights and attributes, as they stand there; see `EventWriter`."""
        self.check_open()
        if not self._header:
            self._names = list(output["weights"]), list(output["attributes"])
            self._early = self.described()
            self._header = self._beginning({})
            self.file.write(self._header)
        packed = path.name.lower().endswith(".gz")
        with gzip.open(path, "rb") if packed else path.open("rb") as source:
            for text in _events_of(source):
                self._put(text)
        self.events += output["events"]

    def _put(self, text: bytes) -> None:
        self.file.write(text if self._packer is None else self._packer.compress(text))

    def finish(self) -> None:
        """Write the last line, and into the header what is known only now."""
        if not self._header:
            raise self.nothing_written()
        self._put(_END)
        if self._packer is not None:
            self.file.write(self._packer.flush())
        provenance = self.described()
        late = {key: value for key, value in provenance.items() if self._early.get(key) != value}
        late["output"] = {
            "format": "hepmc3",
            "events": self.events,
            "units": UNITS,
            "weights": self._names[0],
            "attributes": self._names[1],
        }
        header = self._beginning(late)
        if len(header) == len(self._header):
            self.file.seek(0)
            self.file.write(header)
        else:
            self._behind(header)

    def _behind(self, header: bytes) -> None:
        """Move the events behind a header that needs more than the room kept for it, the last ones first."""
        start, end = len(self._header), self.file.seek(0, os.SEEK_END)
        for last in range(end, start, -_MOVED):
            first = max(start, last - _MOVED)
            self.file.seek(first)
            events = self.file.read(last - first)
            self.file.seek(first + len(header) - start)
            self.file.write(events)
        self.file.seek(0)
        self.file.write(header)

    def _beginning(self, late: Mapping[str, Any]) -> bytes:
        """What stands before the events."""
        version = self._early.get("versions", environment()["versions"])["darkpair"]
        lines = [
            f"W {_escaped(chr(10).join(self._names[0]))}",
            f"T {_escaped(chr(10).join(('darkpair', version, _ABOUT)))}",
            f"A {_PROVENANCE} {_escaped(json.dumps(self._early, allow_nan=False))}",
            f"A {_RESULT} {_escaped(json.dumps(late, allow_nan=False)):<{_ROOM}}",
        ]
        if "seed" in self._early:
            lines.append(f"A darkpair.seed {self._early['seed']}")
        for line in lines:
            if len(line) >= _LONGEST:
                raise InputError(
                    f"{line.split()[1]} has {len(line)} characters, and readers of HepMC3 take {_LONGEST - 1} in a line; "
                    "write a .root file"
                )
        text = (_START + "".join(f"{line}\n" for line in lines)).encode()
        # stored without compression, so that its length does not depend on what it says
        return gzip.compress(text, 0, mtime=0) if self._packed else text


def hepmc_provenance(path: str | os.PathLike[str]) -> dict[str, Any]:
    """How the events of a HepMC3 file were made: what `HepMCWriter` was given, and its ``output``.

    Raises
    ------
    InputError
        For a file that is missing, damaged or not of this writer.
    """
    file = Path(path)
    if not is_file(file):
        raise InputError(f"there is no file {str(path)!r}; give the file of a run")
    try:
        provenance = header_provenance(first_bytes(str(file), HEADER).splitlines(keepends=True))
        last = last_bytes(str(file), 2 * len(_END)) if "output" in provenance else b""
    except InputError:
        raise
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"{str(path)!r} cannot be read as a HepMC3 file ({type(error).__name__}); it is damaged, or something else: "
            "run the job again, or give another file"
        ) from error
    if not isinstance(provenance.get("output"), dict):
        raise InputError(
            f"{str(path)!r} lacks {_PROVENANCE!r}: it was not written by darkpair; give the file of a run"
        )
    format_of(provenance, str(path))
    if not last.rstrip().endswith(_END.strip()):
        raise InputError(f"{str(path)!r} has no end; it is damaged, make it again")
    result = provenance.get("result")  # (a program of one's own need not say how it went)
    if isinstance(result, dict) and "cutflow" in result and (why := fault_of_tables(provenance)):
        raise InputError(
            f"{str(path)!r} does not fit together: {why}; it was edited or damaged: make it again"
        )
    return provenance


def header_provenance(lines: Iterable[bytes]) -> dict[str, Any]:
    """What the lines before the events say of how they were made; nothing in another's file."""
    provenance: dict[str, Any] = {}
    for line in lines:
        if line.startswith((b"E ", _END.strip())):
            break
        letter, _, said = line.partition(b" ")
        key, _, text = said.partition(b" ")
        if letter == b"A" and key in (_PROVENANCE.encode(), _RESULT.encode()):
            part = json.loads(_plain(text.decode()))
            if not isinstance(part, dict):
                raise ValueError(f"{key.decode()} is no table")
            provenance |= part
    return provenance


def _events_of(source: Any) -> Iterator[bytes]:
    """Text of the events of an open file, without what stands before them and behind."""
    held = b""
    for line in source:
        if line.startswith((b"E ", _END.strip())):
            held = line
            break
    while text := source.read(1 << 20):
        held += text
        yield held[: -len(_END)]
        held = held[-len(_END) :]
    if held.strip() != _END.strip():
        raise InputError(f"{getattr(source, 'name', 'a part')!r} has no end; it is damaged, make it again")


def _escaped(text: str) -> str:
    """Text as HepMC3 writes it in one line."""
    return text.replace("\\", "\\\\").replace("\n", "\\|")


def _plain(text: str) -> str:
    return text.replace("\\\\", "\\")  # JSON has no line ends to write as \|
