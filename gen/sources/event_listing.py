"""What every reader of an event file gives: lists of particles and numbers of events, in pieces.

The readers are `darkpair.gen.sources.root_reader`, `darkpair.gen.sources.hepmc_reader` and
`darkpair.gen.sources.hepmc_root_reader`, and
`darkpair.gen.sources.event_readers` opens a file with the one that it needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Literal, Protocol, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError, UnknownNameError, nearest, shown

__all__ = [
    "FORMATS",
    "REFERENCES",
    "Format",
    "Listing",
    "MoreMothers",
    "Reader",
    "no_such_weight",
    "readable",
    "single_mothers",
]

#: What a file may be.
Format: TypeAlias = Literal["ttree", "rntuple", "hepmc3", "lhe", "hepevt"]

#: Formats by name.
FORMATS: tuple[str, ...] = get_args(Format)

#: What to cite of each: what it is, or what reads it (`darkpair.gen.references`).
REFERENCES: Final[dict[str, tuple[str, ...]]] = {
    "ttree": ("uproot",),
    "rntuple": ("uproot",),
    "hepmc3": ("arXiv:1912.08005",),
    "lhe": ("arXiv:hep-ph/0609017", "arXiv:1405.1067"),
    "hepevt": ("HEPEVT:1989",),
}

#: Offsets of the particle lists (n + 1,) from 0; columns of the particles; numbers of each event (n,).
Listing: TypeAlias = tuple[NDArray[np.int64], dict[str, NDArray[Any]], dict[str, NDArray[Any]]]

#: Rows of particles, and the row of a further mother of each.
MoreMothers: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int64]]


#: Names of weights that a message has.
_NAMES: Final = 40


class Reader(Protocol):
    """An open file of events."""

    kind: str  #: of `FORMATS`
    step: int  #: how many events are read at once

    @property
    def entries(self) -> int:
        """How many events it holds."""
        ...

    @property
    def names(self) -> frozenset[str]:
        """What it knows: of `VERTEX`, and `LAYOUTS` and `EVENT` of `darkpair.gen.sources.root_reader`."""
        ...

    @property
    def ours(self) -> bool:
        """Whether it says its units itself: GeV, and `length_unit` for vertices."""
        ...

    @property
    def length_unit(self) -> str:
        """Unit of the vertices of a file that says its units."""
        ...

    def read(self, first: int, last: int, names: Sequence[str]) -> Listing:
        """Those quantities of the events first to last - 1."""
        ...

    def more_mothers(self, first: int, last: int) -> MoreMothers:
        """Mothers beyond the first, in the events first to last - 1.

        Returns
        -------
        particles : ndarray of int64, (k,)
            Rows of particles, 0 the first particle of event `first`.
        mothers : ndarray of int64, (k,)
            Row of a further mother of each.
        """
        ...


def single_mothers() -> MoreMothers:
    """What `Reader.more_mothers` gives where every particle has one mother."""
    nothing = np.empty(0, dtype=np.int64)
    return nothing, nothing


def no_such_weight(path: str, name: str, names: Sequence[str]) -> InputError:
    """What is said of a weight that has none of the names of a file's weights."""
    words = ", ".join(names[:_NAMES]) + (f" and {len(names) - _NAMES} more" if len(names) > _NAMES else "")
    return InputError(
        f"{path!r} has no weight of the name {shown(name)}{nearest(name, names)}; known: {words or 'none'}; name one of them, or leave "
        "branches.weight out"
    )


@contextmanager
def readable(path: str) -> Iterator[None]:
    """Tell in one line whatever a foreign or damaged file makes go wrong, and what it is."""
    try:
        yield
    except (InputError, UnknownNameError):
        raise
    except Exception as error:  # a damaged file raises whatever its bytes run into
        raise InputError(f"{path!r} {_trouble(error)}") from error


def _trouble(error: Exception) -> str:
    """What an exception says of a file, and what to do."""
    text = shown(str(error)) if str(error) else ""
    match error:
        case MemoryError():
            return "claims sizes that do not fit into the memory of this machine; it is damaged, or for a larger one"
        case RecursionError():
            return "is nested deeper than any file of events; give another file"
        case UnicodeDecodeError():
            return (
                f"has bytes that are no text where text belongs (at byte {error.start} of it); it is damaged, or "
                "something else: copy it again, or give another file"
            )
        case ImportError():
            return f"needs a package that is missing ({text}); install it"
        case NotImplementedError():
            return (
                f"holds what uproot does not read ({text}); write it in another way, or name other branches"
            )
        case EOFError():
            return "ends before its events do, so it is cut short; copy it again"
        case OSError() if error.strerror:
            return f"cannot be read ({error.strerror}); give a file that may be"
    return (
        f"cannot be read as an event file ({type(error).__name__}{': ' if text else ''}{text}); it is damaged, cut short, or of "
        "a kind that is not known here: copy it again, or give another file"
    )
