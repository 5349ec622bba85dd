"""Where the events of a Les Houches Event File stand: as much of XML as that takes, for what is around them often is none.

What a ``<header>``, a comment or CDATA holds is skipped unread.

References
----------
J. Alwall et al., hep-ph/0609017: the file's blocks.
J. R. Andersen et al., arXiv:1405.1067, section II.2, and the class LHEF::Reader of HepMC3: version 3, whose tags and attributes
may stand anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from darkpair.gen.errors import InputError

__all__ = ["event_text", "events_in", "without_comments"]

_PIECE = 1 << 20
#: Bytes of a tag that may lie across the border of two pieces, and of an event.
_LONGEST_TAG: Final = 4096
_LONGEST_EVENT: Final = 1 << 28

_OUTSIDE: Final = re.compile(
    rb"</?event(?:\s[^>]*)?/?>|<!--|<!\[CDATA\[|<header[\s>]|<eventfile\s", re.IGNORECASE
)
_INSIDE: Final = re.compile(
    rb"</event\s*>|<!--|<!\[CDATA\[|<event[\s>]|</LesHouchesEvents|<LesHouchesEvents", re.IGNORECASE
)
#: What ends that which is skipped; a header without an end is over where <init> begins.
_SKIPPED: Final = {
    b"<!--": re.compile(rb"-->"),
    b"<![CDATA[": re.compile(rb"\]\]>"),
    b"<header": re.compile(rb"</header\s*>|<init[\s>]", re.IGNORECASE),
}

_COMMENT: Final = re.compile(rb"<!--.*?-->", re.DOTALL)
_ELEMENT: Final = re.compile(rb"<([\w.:-]+)(?:\s[^>]*)?(?:/>|>.*?</\1\s*>)", re.DOTALL)
_REMARK: Final = re.compile(rb"#[^\r\n]*")


def events_in(read: Callable[[int], bytes], path: str, first: int = 0) -> Iterator[tuple[int, int, bytes]]:
    """Place [bytes] of each event, of its end, and what stands in it.

    Parameters
    ----------
    read : callable
        Gives the next bytes of the text, at most so many.
    path : str
        The file, for messages.
    first : int
        Which event the first one is, for messages.

    Raises
    ------
    InputError
        For an event, a comment or a header without an end, and where other files hold the events.
    """
    scan = _Scan(path, first)
    while piece := read(max(_PIECE, len(scan.text))):
        scan.text += piece
        yield from scan.events()
        scan.forget()
    scan.require_end(first)


class _Scan:
    """A pass through a text, of which a part is held.

    Parameters
    ----------
    path : str
        The file, for messages.
    event : int
        Which event the next one is.
    """

    def __init__(self, path: str, event: int) -> None:
        self.path, self.event = path, event
        self.text, self.base, self.at = (
            b"",
            0,
            0,
        )  # what is held, where it begins in the file, and up to where it was read
        self.start = self.body = -1  # of the event that is open
        self.skipped = b""  # what began that is skipped
        self.elsewhere = False

    def events(self) -> Iterator[tuple[int, int, bytes]]:
        """Events that end in what is held."""
        while mark := self._pattern().search(self.text, self.at):
            self.at, word = mark.end(), mark[0].lower()
            if self.skipped:
                self.skipped = b""
            elif word.startswith(b"</event"):
                if self.start < 0:
                    raise InputError(
                        f"{self.path!r}: an </event> behind {self.event} events ends none, for its <event> is missing; correct the file"
                    )
                yield self.base + self.start, self.base + self.at, self.text[self.body : mark.start()]
                self.start, self.event = -1, self.event + 1
            elif word.startswith((b"<!", b"<header")):
                self.skipped = b"<header" if word.startswith(b"<header") else mark[0].upper()
            elif word.startswith(b"<eventfile"):
                self.elsewhere = True
            elif self.start >= 0:
                raise self._unended()
            elif word.endswith(b"/>"):
                raise InputError(f"{self.path!r}: event {self.event} is empty; correct the file")
            else:
                self.start, self.body = mark.start(), self.at

    def _pattern(self) -> re.Pattern[bytes]:
        """What is looked for."""
        if self.skipped:
            return _SKIPPED[self.skipped]
        return _INSIDE if self.start >= 0 else _OUTSIDE

    def forget(self) -> None:
        """Let go of what is not needed any more: all but an open event, and a tag that may not be whole."""
        self.at = max(self.at, len(self.text) - _LONGEST_TAG)
        held = self.at if self.start < 0 else self.start
        if len(self.text) - held > _LONGEST_EVENT:
            raise InputError(
                f"{self.path!r}: event {self.event} has no end in {_LONGEST_EVENT:,} bytes; the file is damaged: copy it again"
            )
        self.text, self.base, self.at = self.text[held:], self.base + held, self.at - held
        if self.start >= 0:
            self.start, self.body = 0, self.body - held

    def require_end(self, first: int) -> None:
        """Refuse a text that ends in the middle of something."""
        if self.start >= 0:
            raise self._unended()
        if self.skipped:
            what = {b"<!--": "a comment <!--", b"<header": "a <header>"}.get(self.skipped, "a part <![CDATA[")
            where = f"behind event {self.event - 1}" if self.event else "before the first event"
            raise InputError(
                f"{self.path!r}: {what} {where} has no end; the file is damaged or cut short: copy it again"
            )
        if self.elsewhere and self.event == first:
            raise InputError(
                f"{self.path!r} holds no event: its <eventfile> names the files that do; give one of those"
            )

    def _unended(self) -> InputError:
        return InputError(
            f"{self.path!r} breaks off in event {self.event}, which has no </event>; it is damaged or cut short: copy it again"
        )


def without_comments(body: bytes) -> bytes:
    """A text without its comments."""
    return _COMMENT.sub(b"", body)


def event_text(body: bytes) -> bytes:
    """What of an event stands in no element, comment or remark (``#``)."""
    text = without_comments(body).replace(b"<![CDATA[", b"").replace(b"]]>", b"")
    return _REMARK.sub(b"", _ELEMENT.sub(b"", text))
