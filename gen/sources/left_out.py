"""An event file of a format that says itself what is where, read without some of it, or by another of its weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from darkpair.gen.errors import InputError
from darkpair.gen.originals import VERTEX
from darkpair.gen.sample_name import NAME
from darkpair.gen.sources.event_listing import Listing, MoreMothers, Reader

__all__ = ["LeftOut", "left_out"]

_LEAVABLE: Final = ("weight", *NAME, *VERTEX)


def left_out(path: str, kind: str, branches: Mapping[str, str], *, weights: bool = False) -> frozenset[str]:
    """Quantities whose branches are named as empty.

    Parameters
    ----------
    path, kind : str
        The file and its format, for messages.
    branches : mapping of str to str
        What is asked for, by quantity.
    weights : bool
        Whether the format has weights by name, so that ``weight`` may name one of them.

    Raises
    ------
    InputError
        For a branch that is named, and for a quantity that parents cannot do without.
    """
    named = {name for name, branch in branches.items() if branch} - ({"weight"} if weights else set())
    if named or not set(branches) <= set(_LEAVABLE):
        raise InputError(
            f"{path!r} is a file of the format {kind}, which has no branches; leave them out, but for "
            f'"" where {", ".join(_LEAVABLE)} are not to be read'
            + (", and for the name of a weight" if weights else "")
        )
    left = frozenset(name for name, branch in branches.items() if not branch)
    if not left & set(VERTEX):
        return left
    if not left >= set(VERTEX):
        raise InputError(
            f"branches leave out {', '.join(sorted(left & set(VERTEX)))} of {path!r}; leave out all of {', '.join(VERTEX)}, or none"
        )
    return left | {"has_vertex"}


class LeftOut:
    """A file without some of its quantities.

    Parameters
    ----------
    reader : Reader
        The file.
    left : frozenset of str
        What is left out.
    """

    def __init__(self, reader: Reader, left: frozenset[str]) -> None:
        self._reader = reader
        self.names = reader.names - left
        #: Branches by quantity, as those of a tree are said.
        self.branch = dict.fromkeys(sorted(left), "") | getattr(reader, "branch", {})

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)

    def read(self, first: int, last: int, names: Sequence[str]) -> Listing:
        """Those quantities of the events first to last - 1."""
        return self._reader.read(first, last, [name for name in names if name in self.names])

    def more_mothers(self, first: int, last: int) -> MoreMothers:
        """Mothers beyond the first; see `Reader`."""
        return self._reader.more_mothers(first, last)
