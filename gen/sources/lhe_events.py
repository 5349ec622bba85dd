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

__all__ = ["event_text", "events_in"]

_PIECE = 1 << 20
#: Bytes of a tag that may lie across the border of two pieces, and of an event.
_LONGEST_TAG: Final = 4096
_LONGEST_EVENT: Final = 1 << 28

_OUTSIDE: Final = re.compile(
    rb"<event(?:\s[^>]*)?/?>|<!--|<!\[CDATA\[|<header[\s>]|<eventfile\s", re.IGNORECASE
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
    text, base, at, event = b"", 0, 0, first
    start = body = -1  # of the event that is open
    skipped = b""
    elsewhere = False
    while piece := read(max(_PIECE, len(text))):
        text += piece
        while True:
            inside = start >= 0
            mark = (_SKIPPED[skipped] if skipped else _INSIDE if inside else _OUTSIDE).search(text, at)
            if mark is None:
                break
            at, word = mark.end(), mark[0].lower()
            if skipped:
                skipped = b""
            elif word.startswith(b"</event"):
                yield base + start, base + at, text[body : mark.start()]
                start, event = -1, event + 1
            elif word.startswith((b"<!", b"<header")):
                skipped = word[:7] if word.startswith(b"<header") else mark[0].upper()
            elif word.startswith(b"<eventfile"):
                elsewhere = True
            elif inside:
                raise _unended(path, event)
            else:
                start, body = mark.start(), at
                if word.endswith(b"/>"):
                    raise InputError(f"{path!r}: event {event} is empty; correct the file")
        held = max(at, len(text) - _LONGEST_TAG) if start < 0 else start
        if start >= 0 and len(text) - start > _LONGEST_EVENT:
            raise InputError(
                f"{path!r}: event {event} has no end in {_LONGEST_EVENT:,} bytes; the file is damaged: copy it again"
            )
        at = max(at, len(text) - _LONGEST_TAG) - held
        text, base = text[held:], base + held
        start, body = (start - held, body - held) if start >= 0 else (-1, -1)
    if start >= 0:
        raise _unended(path, event)
    if skipped:
        what = {b"<!--": "a comment <!--", b"<header": "a <header>"}.get(skipped, "a part <![CDATA[")
        raise InputError(
            f"{path!r}: {what} behind event {event - 1} has no end; the file is damaged or cut short: copy it again"
            if event
            else f"{path!r}: {what} before the first event has no end; the file is damaged or cut short: copy it again"
        )
    if elsewhere and event == first:
        raise InputError(
            f"{path!r} holds no event: its <eventfile> names the files that do; give one of those"
        )


def _unended(path: str, event: int) -> InputError:
    return InputError(
        f"{path!r} breaks off in event {event}, which has no </event>; it is damaged or cut short: copy it again"
    )


def event_text(body: bytes) -> bytes:
    """What of an event stands in no element, comment or remark (``#``)."""
    text = _COMMENT.sub(b"", body).replace(b"<![CDATA[", b"").replace(b"]]>", b"")
    return _REMARK.sub(b"", _ELEMENT.sub(b"", text))
