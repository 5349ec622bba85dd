"""Les Houches Event Files, .lhe or .lhe.gz: the parents and what they decay to, for programs that shower and decay the rest.

`darkpair.gen.output.lhe_text` says what an event is.  The beams have the id 0 and no energy, which PYTHIA 8 takes for events
without beams (its manual, "Les Houches Event Files"); the process has no cross section.  XWGTUP is the event's weight, of either
sign (IDWTUP -4).  The header says how the file was made: JSON in ``<darkpair_provenance>``, and in ``<darkpair_result>`` what is
known at the end only.

The format has no place for vertices, for status codes but its own and for a detector's record: they are not written.  Where a
decayed particle flies follows from VTIMUP; where the first one was made stands in the remark of each event, which only people read.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, ClassVar, Final

from darkpair.gen.output.asciiv3 import attributes
from darkpair.gen.output.lhe_text import event_text, factors
from darkpair.gen.output.text_writer import ROOM, TextWriter, text_provenance
from darkpair.gen.provenance import environment

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    import awkward as ak

__all__ = ["HEADER", "LHEWriter", "header_tables"]

_TABLES: Final = ("darkpair_provenance", "darkpair_result")
_TABLE: Final = re.compile(rb"<(darkpair_\w+)>\s*(.*?)\s*</\1>", re.DOTALL)
#: Bytes of which a header has fewer.
HEADER: Final = 1 << 22
#: What an event has and the file does not.
_NOT_HELD: Final = ("vertices", "status codes beside beam, decayed and final", "what a detector reconstructs")


class LHEWriter(TextWriter):
    """A Les Houches Event File, .lhe or .lhe.gz: parents and what they decay to.

    It appears under its name when it is complete, and not at all after an exception.

    Parameters
    ----------
    path : str or path
        The file, which ends in ``.lhe``, or in ``.lhe.gz`` to be compressed.
    provenance : mapping
        How the events were made, as `darkpair.gen.output.root.RootWriter` takes it.

    Raises
    ------
    InputError
        If the file cannot be written; see `darkpair.gen.output.target.check_writable`.
    """

    references: ClassVar = ("arXiv:hep-ph/0609017", "arXiv:1405.1067")
    ENDINGS: ClassVar = (".lhe", ".lhe.gz")
    FORMAT: ClassVar = "lhe"
    FIRST: ClassVar = b"<event>"
    END: ClassVar = b"</LesHouchesEvents>\n"

    def names(self, events: ak.Array) -> tuple[list[str], list[str]]:
        """Names of the weights, and of the other numbers of each event."""
        return ["genWeight", *factors(events)], list(attributes(events))

    def text(self, events: ak.Array, first: int) -> bytes:
        """Lines of some events, of which the first has that number where they have no names."""
        return event_text(events, first=first)

    def output(self) -> dict[str, Any]:
        """What the provenance says of the file, but for its number of events."""
        return super().output() | {"not_held": list(_NOT_HELD)}

    def beginning(self, late: Mapping[str, Any]) -> str:
        """What stands before the events."""
        version = self.early.get("versions", environment()["versions"])["darkpair"]
        weights = "".join(f'<weight id="{name}">factor of XWGTUP</weight>\n' for name in self.columns[0][1:])
        tables = (_spelled(self.early), f"{_spelled(late):<{ROOM}}")
        elements = "".join(
            f"<{name}>\n{text}\n</{name}>\n" for name, text in zip(_TABLES, tables, strict=True)
        )
        return (
            '<LesHouchesEvents version="3.0">\n<header>\n'
            + (f"<initrwgt>\n{weights}</initrwgt>\n" if weights else "")
            + f"{elements}</header>\n<init>\n0 0 0 0 0 0 0 0 -4 1\n0 0 0 1\n"
            + f'<generator name="darkpair" version="{version}">dark particles from meson decays, arXiv:2005.07102</generator>\n'
            + "</init>\n"
        )

    @classmethod
    def read_provenance(cls, path: str | os.PathLike[str]) -> dict[str, Any]:
        """How the events of a file were made, with its ``output``.

        Raises
        ------
        InputError
            For a file that is missing, damaged or not of this writer.
        """
        return text_provenance(path, "Les Houches Event File", _TABLES[0], header_tables, cls.END, HEADER)


def _spelled(table: Mapping[str, Any]) -> str:
    """Table as JSON without a character that means something in XML; JSON has another spelling of each."""
    text = json.dumps(table, allow_nan=False)
    for mark in "<>&":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text


def header_tables(text: bytes) -> dict[str, Any]:
    """Tables of a header of ours; nothing in another's."""
    provenance: dict[str, Any] = {}
    for name, table in _TABLE.findall(text.partition(b"</header>")[0]):
        if name.decode() in _TABLES:
            part = json.loads(table)
            if not isinstance(part, dict):
                raise ValueError(f"{name.decode()} is no table")
            provenance |= part
    return provenance
