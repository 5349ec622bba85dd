"""HepMC3 files of events, as text (Asciiv3) or the same compressed by gzip: the truth, and how it was made.

Particles have the status codes 4 (beam: the parent), 2 (decayed) and 1 (final), the masses that the chain gave them,
and the ids of our record; vertices 1 (decay of the parent), 21 (another decay) and 22 (of an event file).  Positions are
those of decays [mm], with c t [mm] as the time; where the parent was made is the position of the event.  The first weight
is the product, ``CV``, which ROOT files call ``genWeight``; the others are its factors.  The number of an event is that of its name
(beyond 2**31 - 1 it begins with 1 again); the whole name, ``run``, ``luminosityBlock`` and ``event``, are attributes, and
so are proper lengths, what a file says of an event that is its (``File_entry``, ...), and ``signal_process_id``.

What a detector reconstructs is not written: HepMC has no place for it.  Of events of a file, what the parent decayed to
there is left out, mothers beyond the first are not known, and a vertex has the place where its first daughter was made.

The file says how it was made in attributes of the run: JSON in ``darkpair.provenance``, and in ``darkpair.result`` what
is known at the end only, as the cut flow.  Readers want both before the events: room is kept for the second.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from darkpair.gen.errors import InputError
from darkpair.gen.output.asciiv3 import CENTRAL, attributes, event_text, weights
from darkpair.gen.output.run_attributes import Processes, late_lines, run_lines
from darkpair.gen.output.text_writer import ROOM, TextWriter, text_provenance
from darkpair.gen.provenance import environment

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping

    import awkward as ak

__all__ = ["HEADER", "HepMCWriter", "header_provenance", "hepmc_provenance"]

_START = "HepMC::Version 3.02.05\nHepMC::Asciiv3-START_EVENT_LISTING\n"  # the format as HepMC 3.2.5 writes it
_ABOUT = "dark particles from meson decays, arXiv:2005.07102"
_PROVENANCE, _RESULT = "darkpair.provenance", "darkpair.result"
_PROCESS = "signal_process_id"

#: Longest line that HepMC3's own reader takes, its end included.
_LONGEST = 262144
#: Bytes of which the lines before the events have fewer, of which two are long.
HEADER = 4 * _LONGEST
#: Words that Delphes looks for in lines of attributes, first letters of lines that it reads, and characters that it reads at once.
_DELPHES_WORDS = (
    "mpi",
    "signal_process_id",
    "event_scale",
    "alphaQCD",
    "alphaQED",
    "GenCrossSection",
    "GenPdfInfo",
)
_DELPHES_KEYS = "EUWAVP"
_DELPHES_BUFFER = 16383


class HepMCWriter(TextWriter):
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

    references: ClassVar = ("arXiv:1912.08005", "arXiv:2310.13211")
    ENDINGS: ClassVar = (".hepmc3", ".hepmc3.gz")
    FORMAT: ClassVar = "hepmc3"
    FIRST: ClassVar = b"E "
    END: ClassVar = b"HepMC::Asciiv3-END_EVENT_LISTING\n\n"

    def names(self, events: ak.Array) -> tuple[list[str], list[str]]:
        """Names of the weights, and of the other numbers of each event."""
        return list(weights(events)), [_PROCESS, *attributes(events)]

    def text(self, events: ak.Array, first: int) -> bytes:
        """Lines of some events, of which the first has that number where they have no names."""
        return event_text(events, Processes.of(self.early), first=first)

    @classmethod
    def read_provenance(cls, path: str | os.PathLike[str]) -> dict[str, Any]:
        """How the events of a file were made; see `hepmc_provenance`."""
        return hepmc_provenance(path)

    def beginning(self, late: Mapping[str, Any]) -> str:
        """What stands before the events."""
        early, (weights, attributes) = self.early, self.columns
        version = early.get("versions", environment()["versions"])["darkpair"]
        lines = [
            f"W {_escaped(chr(10).join((CENTRAL, *weights[1:])))}",
            f"T {_escaped(chr(10).join(('darkpair', version, _ABOUT)))}",
        ]
        seed = [("darkpair.seed", str(early["seed"]))] if "seed" in early else []
        # (events of earlier versions, which are copied, have no processes and other codes)
        said = run_lines(early, Processes.of(early)) if _PROCESS in attributes else []
        lines += [f"A {name} {_escaped(text)}" for name, text in (*seed, *said)]
        behind = [f"A {name} {_escaped(text)}" for name, text in late_lines(early | dict(late))]
        room = ROOM - sum(len(line) + 1 for line in behind)
        lines += [
            *behind,
            json_line(_PROVENANCE, early),
            f"{json_line(_RESULT, late):<{room}}",
        ]
        for line in lines:
            if len(line) >= _LONGEST:
                raise InputError(
                    f"{line.split()[1]} has {len(line)} characters, and readers of HepMC3 take {_LONGEST - 1} in a line; "
                    "write a .root file"
                )
        return _START + "".join(f"{line}\n" for line in lines)


def hepmc_provenance(path: str | os.PathLike[str]) -> dict[str, Any]:
    """How the events of a HepMC3 file were made: what `HepMCWriter` was given, and its ``output``.

    Raises
    ------
    InputError
        For a file that is missing, damaged or not of this writer.
    """
    return text_provenance(
        path,
        "HepMC3 file",
        _PROVENANCE,
        lambda text: header_provenance(text.splitlines(keepends=True)),
        HepMCWriter.END,
        HEADER,
    )


def header_provenance(lines: Iterable[bytes]) -> dict[str, Any]:
    """What the lines before the events say of how they were made; nothing in another's file."""
    provenance: dict[str, Any] = {}
    for line in lines:
        if line.startswith((HepMCWriter.FIRST, HepMCWriter.END.strip())):
            break
        letter, _, said = line.partition(b" ")
        key, _, text = said.partition(b" ")
        if letter == b"A" and key in (_PROVENANCE.encode(), _RESULT.encode()):
            part = json.loads(_plain(text.decode()))
            if not isinstance(part, dict):
                raise ValueError(f"{key.decode()} is no table")
            provenance |= part
    return provenance


def json_line(name: str, table: Mapping[str, Any]) -> str:
    """An attribute of the run that is a table, spelled so that Delphes does not take it for an event's.

    Its reader looks for some words anywhere in a line that begins with A, and stops where no number follows ("mpi" of
    "compiled"); of a longer line than its buffer it takes each piece for a line, by the first letter.  JSON has another
    spelling of any letter (delphes/delphes, classes/DelphesHepMC3Reader.cc, ReadBlock).
    """
    text = json.dumps(table, allow_nan=False)
    for word in _DELPHES_WORDS:
        text = text.replace(word, f"\\u{ord(word[0]):04x}{word[1:]}")
    line = f"A {name} {_escaped(text)}"
    at = _DELPHES_BUFFER
    while at < len(line):
        if line[at] in _DELPHES_KEYS:
            line = f"{line[:at]}\\\\u{ord(line[at]):04x}{line[at + 1 :]}"
        at += _DELPHES_BUFFER
    return line


def _escaped(text: str) -> str:
    """Text as HepMC3 writes it in one line."""
    return text.replace("\\", "\\\\").replace("\n", "\\|")


def _plain(text: str) -> str:
    return text.replace("\\\\", "\\")  # JSON has no line ends to write as \|
