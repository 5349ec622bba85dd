"""The weight of an event of a Les Houches Event File that has a name: in ``<rwgt>``, or in ``<weights>``.

``<wgt id="NAME">`` says its name itself.  The numbers of ``<weights>`` stand in the order of ``<weight id="NAME">`` and
``<weightinfo name="NAME">`` before the events; XWGTUP is none of them.

References
----------
J. R. Andersen et al., arXiv:1405.1067, section II.2, and the class LHEF::HEPEUP of HepMC3.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from darkpair.gen.errors import InputError, shown
from darkpair.gen.sources.event_listing import no_such_weight
from darkpair.gen.sources.lhe_events import without_comments
from darkpair.gen.sources.text_numbers import numbers

__all__ = ["NamedWeight"]

_NAMED: Final = re.compile(
    rb"<(?:weight\s(?:[^>]*\s)?id|weightinfo\s(?:[^>]*\s)?name)\s*=\s*(?:'([^']*)'|\"([^\"]*)\")",
    re.IGNORECASE,
)
_OWN: Final = re.compile(
    rb"<wgt\s(?:[^>]*\s)?id\s*=\s*(?:'([^']*)'|\"([^\"]*)\")[^>]*>([^<]*)</wgt\s*>", re.IGNORECASE
)
_LISTED: Final = re.compile(rb"<weights(?:\s[^>]*)?>([^<]*)</weights\s*>", re.IGNORECASE)


class NamedWeight:
    """Weight of each event, by its name.

    Parameters
    ----------
    path : str
        The file, for messages.
    name : str
        Its name.
    head : bytes
        What stands before the first event.
    """

    def __init__(self, path: str, name: str, head: bytes) -> None:
        self.path, self.name = path, name
        self._names = list(dict.fromkeys(_text(a or b) for a, b in _NAMED.findall(without_comments(head))))

    def of(self, body: bytes, event: int) -> float:
        """Weight of an event.

        Parameters
        ----------
        body : bytes
            What stands in the event.
        event : int
            Which it is, for messages.

        Raises
        ------
        InputError
            For a name that nothing carries, neither the first event nor what stands before it, for another event that lacks it, and
            for what is no number.
        """
        text = without_comments(body)
        own = dict(_own(text))
        word = own.get(self.name)
        if word is None and self.name in self._names and (listed := _LISTED.search(text)):
            words = listed[1].split()
            at = self._names.index(self.name)
            word = words[at] if at < len(words) else None
        if word is None and not event and self.name not in self._names:
            raise no_such_weight(self.path, self.name, [*self._names, *own])
        if word is None:
            raise InputError(
                f"{self.path!r}: event {event} has no weight {shown(self.name)}; name another one, or leave branches.weight out for XWGTUP"
            )
        try:
            (value,) = numbers(word)
        except ValueError:
            raise InputError(
                f"{self.path!r}: in event {event} the weight {shown(self.name)} is {shown(word.decode(errors='replace'))}, which is no "
                "number; correct the file"
            ) from None
        return float(value)


def _own(text: bytes) -> Iterator[tuple[str, bytes]]:
    """Names and words of ``<rwgt>``; of a name that stands twice the first counts, as in a list."""
    for first, second, word in reversed(_OWN.findall(text)):
        yield _text(first or second), word.strip()


def _text(name: bytes) -> str:
    return html.unescape(name.decode(errors="replace")).strip()
