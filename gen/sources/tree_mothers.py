"""First mothers and further ones of the particles of a tree, however it stores them."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError
from darkpair.gen.sources.event_listing import MoreMothers
from darkpair.gen.sources.tree_columns import Levels, TreeColumns
from darkpair.gen.sources.tree_layouts import MotherLinks, MotherRange

__all__ = ["Mothers", "from_lists", "from_pairs", "linked", "ranged", "store_key"]

Index = NDArray[np.int64]

#: First mother of each particle, an index into its event's list or -1; rows of particles and of their further mothers.
Mothers = tuple[Index, MoreMothers]

#: Number of the class ``DataVector<xAOD::TruthParticle>`` in ATLAS's files (xAODTruth/TruthParticleContainer.h).
_TRUTH_PARTICLES = 1237340765


def from_lists(offsets: Index, inner: Index, mothers: Index, what: str, begin: int) -> Mothers:
    """Of a list of mothers for each particle.

    Parameters
    ----------
    offsets : ndarray, (n + 1,)
        Where each event's particles begin.
    inner : ndarray, (k + 1,)
        Where each particle's mothers begin.
    mothers : ndarray of int64, (m,)
        Indices into the event's list; below 0 for none.
    what : str
        Where they stand, for messages.
    begin : int
        Number of the first event, for messages.

    Raises
    ------
    InputError
        For an index that is none of the event's particles.
    """
    counts = np.diff(inner)
    particle = np.repeat(np.arange(len(counts)), counts)
    event = np.searchsorted(offsets, particle, side="right") - 1
    _require_inside(offsets, event, mothers, what, begin)
    there = mothers >= 0
    particle, event, mothers = particle[there], event[there], mothers[there]
    row = offsets[event] + mothers
    first = np.full(len(counts), -1, dtype=np.int64)
    begins = np.flatnonzero(np.diff(particle, prepend=-1))
    first[particle[begins]] = mothers[begins]
    later = np.ones(len(particle), dtype=bool)
    later[begins] = False
    return first, (particle[later], row[later])


def from_pairs(offsets: Index, mother: Index, second: Index, what: str, begin: int) -> Mothers:
    """Of two mothers for each particle, of which either may be below 0 or the other again."""
    both = np.stack([mother, np.where(second == mother, -1, second)], axis=1)
    return from_lists(offsets, 2 * np.arange(len(mother) + 1), both.reshape(-1), what, begin)


def ranged(columns: TreeColumns, spec: MotherRange, first: int, last: int) -> tuple[Index, Mothers]:
    """Of ranges of rows of a list of relations; the offsets of the particles before them.

    Raises
    ------
    InputError
        For a range that is not in the list, and for mothers in several collections.
    """
    what = f"{spec.begin!r} of {columns.path!r}"
    offsets, begin = _listed(columns.levels(spec.begin, first, last), spec.begin, columns)
    _, end = _listed(columns.levels(spec.end, first, last), spec.end, columns)
    place, index = _listed(columns.levels(str(spec.index), first, last), str(spec.index), columns)
    _, collection = _listed(columns.levels(str(spec.collection), first, last), str(spec.collection), columns)
    event = np.repeat(np.arange(last - first), np.diff(offsets))
    if len(end) != len(begin) or len(collection) != len(index):
        raise InputError(
            f"{what} and what belongs to it have different lengths; the file is damaged: copy it again"
        )
    wrong = np.flatnonzero((begin > end) | (begin < 0) | (end > np.diff(place)[event]))
    if len(wrong):
        at = int(wrong[0])
        raise InputError(
            f"{what}: in event {first + event[at]} a particle's mothers are the rows {begin[at]} to {end[at]} of "
            f"{np.diff(place)[event[at]]}; the file is damaged: copy it again"
        )
    counts = end - begin
    inner = np.concatenate([[0], np.cumsum(counts)])
    rows = np.repeat(place[event] + begin - inner[:-1], counts) + np.arange(int(inner[-1]))
    mothers, kinds = index[rows], np.unique(collection[rows][index[rows] >= 0])
    if len(kinds) > 1:
        raise InputError(
            f"{what} has mothers in {len(kinds)} collections (their numbers: {', '.join(map(str, kinds[:4]))}), and only those "
            "of one list can be followed; merge the collections"
        )
    return offsets, from_lists(offsets, inner, np.maximum(mothers, -1), what, first)


def linked(
    columns: TreeColumns, spec: MotherLinks, collection: str, first: int, last: int
) -> tuple[Index, Mothers]:
    """Of ATLAS's element links; mothers in other collections are none of this list."""
    levels, index = columns.levels(f"{spec.links}.m_persIndex", first, last)
    _, key = columns.levels(f"{spec.links}.m_persKey", first, last)
    what = f"{spec.links!r} of {columns.path!r}"
    if len(levels) != 2 or len(key) != len(index):
        raise InputError(
            f"{what} holds no list of links for each particle; the file is damaged, or something else"
        )
    own = key == store_key(collection, _TRUTH_PARTICLES)
    mothers = np.where(own, index.astype(np.int64), -1)
    return levels[0], from_lists(levels[0], levels[1], mothers, what, first)


def _listed(levels: Levels, name: str, columns: TreeColumns) -> tuple[Index, Index]:
    """Offsets and whole numbers of one list an event."""
    offsets, numbers = levels
    if len(offsets) != 1 or numbers.dtype.kind not in "iu":
        raise InputError(
            f"branch {name!r} of {columns.path!r} is no list of whole numbers; the file is something else"
        )
    return offsets[0], numbers.astype(np.int64)


def _require_inside(offsets: Index, event: Index, mothers: Index, what: str, begin: int) -> None:
    counts = np.diff(offsets)
    bad = np.flatnonzero(mothers >= counts[event])
    if len(bad):
        at = int(bad[0])
        raise InputError(
            f"{what}: in event {begin + event[at]} a particle's mother has the index {mothers[at]}, and there are "
            f"{counts[event[at]]} particles; allowed: an index into the event's own list, or -1"
        )


@cache
def store_key(name: str, class_number: int) -> int:
    """Key of a collection in ATLAS's links: 30 bits of a checksum of its name and class.

    athena's SG::StringPool::stringToKey with CxxUtils::crc64, whose polynomial is that of D. T. Jones.

    Examples
    --------
    >>> store_key("TruthBottom", 1237340765)
    779635413
    """
    checksum = (1 << 64) - 1
    for byte in (*name.encode(), *class_number.to_bytes(4, "little").rstrip(b"\0")):
        checksum = _table()[(checksum ^ byte) & 0xFF] ^ (checksum >> 8)
    return checksum & 0x3FFFFFFF


@cache
def _table() -> tuple[int, ...]:
    polynomial = int(f"{0xAD93D23594C935A9:064b}"[::-1], 2)

    def entry(byte: int) -> int:
        for _ in range(8):
            byte = (byte >> 1) ^ polynomial if byte & 1 else byte >> 1
        return byte

    return tuple(entry(byte) for byte in range(256))
