"""Which of a file's particles decay: the last copies of themselves, and what in a record keeps that from being known.

A generator lists a particle again when it recoils, radiates or mixes.  NanoAOD says which is the last by the bit isLastCopy
of its status flags: that no daughter has the same PDG id (``nextCopy`` and ``lastCopy`` in
``PhysicsTools/HepMCCandAlgos/interface/MCTruthHelper.h`` of CMSSW, over the whole event).  The flags rule where a file has
them, because its list is thinned: a mother there is the nearest ancestor that was kept, and the last copy may have been
left out.  CMS's copies have one sign, so that of a meson that mixed both are flagged; only what it became decays.  Without
flags a particle is the last copy if none of its daughters, through any of their mothers, is of its kind, particle or
antiparticle.  A K0 that becomes a K_L0 or a K_S0 is of one kind with it where both are asked for.

A beam (status 4) whose daughters have another mother collided, and decays to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError
from darkpair.gen.moved import come_first
from darkpair.gen.sources.event_listing import MoreMothers
from darkpair.gen.status_flags import LAST_COPY
from darkpair.gen.topology import BEAM

__all__ = ["Family", "among", "parents_among"]

Index = NDArray[np.int64]

#: Mesons that become their antiparticles: K0, D0, B0, B_s0.
MIXING: Final = (311, 421, 511, 531)
#: K_L0 and K_S0, which a K0 becomes.
_OF_K0: Final = (130, 310)


@dataclass(frozen=True, kw_only=True)
class Family:
    """Particles of a piece of a file, and who comes from whom.

    Parameters
    ----------
    path : str
        The file, for messages.
    first : int
        Entry of the piece's first event in it.
    offsets : ndarray, (n + 1,)
        Where each event's list begins.
    pdgid : ndarray, (k,)
        PDG ids.
    mother : ndarray, (k,), optional
        Index of each particle's first mother in its event's list, below 0 for none; None where nobody says.
    further : pair of ndarrays, (j,)
        Rows of particles, and of a further mother of each.
    flags : ndarray, (k,), optional
        NanoAOD's status flags.
    status : callable, optional
        Gives the status codes, (k,), which are seldom needed; None where nobody says them.
    """

    path: str
    first: int
    offsets: Index
    pdgid: NDArray[np.int32]
    mother: NDArray[np.int32] | None
    further: MoreMothers
    flags: NDArray[np.int32] | None
    status: Callable[[], NDArray[np.int32]] | None = None

    def event_of(self, rows: Index) -> Index:
        """Event of each particle, in the piece."""
        return np.searchsorted(self.offsets, rows, side="right") - 1

    def refused(self, row: int, what: str) -> InputError:
        """Complaint of what a particle is."""
        event = int(self.event_of(np.array([row]))[0])
        index = row - int(self.offsets[event])
        return InputError(
            f"{self.path!r}: in event {self.first + event} particle {index} of PDG id {self.pdgid[row]} {what}"
        )


def parents_among(family: Family, kinds: Collection[int]) -> Index:
    """Rows of the particles of those PDG ids that decay, growing.

    Raises
    ------
    InputError
        Where the record does not say which of them do.
    """
    kind = np.abs(family.pdgid)
    rows = np.flatnonzero(among(kind, {abs(k) for k in kinds}))
    if 311 in kinds:
        kind[among(kind, {k for k in _OF_K0 if k in kinds})] = 311
    if len(rows):
        below, above = _links(family, kind, rows)
        if family.flags is None:
            rows = _without(rows, above, family)
        else:
            rows = _flagged(family, kind, rows, below, above)
        rows = _uncollided(family, rows)
    return rows[among(family.pdgid[rows], kinds)]


def _links(family: Family, kind: NDArray[np.int32], rows: Index) -> tuple[Index, Index]:
    """Rows of those particles whose mother is of the same kind, and of that mother; refuse what leads nowhere or around."""
    if family.mother is None:
        return rows[:0], rows[:0]
    _check(family, rows)
    mother = family.mother[rows].astype(np.int64)
    has = mother >= 0
    below = rows[has]
    above = mother[has] + family.offsets[family.event_of(below)]
    if len(family.further[0]):
        near = among(kind[family.further[0]], set(kind[rows].tolist()))
        below = np.concatenate([below, family.further[0][near]])
        above = np.concatenate([above, family.further[1][near]])
    same = kind[above] == kind[below]
    return below[same], above[same]


def _check(family: Family, rows: Index) -> None:
    """Refuse mothers beyond the list, and particles in question that descend from themselves."""
    assert family.mother is not None
    offsets, counts = family.offsets, np.diff(family.offsets)
    below, above = family.further
    if not len(below) and come_first(offsets, family.mother):
        return
    kind: Any = np.int32 if offsets[-1] < 2**31 else np.int64  # (half the memory)
    place = np.arange(offsets[-1], dtype=kind) - np.repeat(offsets[:-1].astype(kind), counts)
    late = np.flatnonzero(family.mother >= place)  # seldom any: generators list mothers first
    if not (len(late) or bool((above >= below).any())):
        return
    event = family.event_of(late)
    near = np.isin(event, family.event_of(rows))
    bad = late[near][family.mother[late[near]] >= counts[event[near]]]
    if len(bad):
        raise family.refused(
            int(bad[0]),
            f"has a mother of the index {family.mother[bad[0]]}, and there are {counts[family.event_of(bad[:1])[0]]} particles; "
            "allowed: an index into the event's own list, or -1; correct branches.mother",
        )
    around = _around(family, rows)
    if len(around):
        raise family.refused(
            int(around[0]),
            "descends from itself through its mothers, so that nobody knows whether it decays; correct the file, or, where "
            'the mothers are of a branch, do without by branches.mother = ""',
        )


def _around(family: Family, rows: Index) -> Index:
    """Those of the particles that are among their own ancestors."""
    from scipy.sparse import coo_array  # (seldom needed)
    from scipy.sparse.csgraph import connected_components

    assert family.mother is not None
    counts = np.diff(family.offsets)
    events = np.unique(family.event_of(rows))
    inside = np.zeros(len(counts), dtype=bool)
    inside[events] = True
    every = np.flatnonzero(np.repeat(inside, counts) & (family.mother >= 0))
    above = family.mother[every] + family.offsets[family.event_of(every)]
    own = inside[family.event_of(family.further[0])]
    below = np.concatenate([every, family.further[0][own]])
    above = np.concatenate([above, family.further[1][own]])
    size = int(family.offsets[-1])
    links = coo_array((np.ones(len(below), dtype=np.int32), (above, below)), shape=(size, size)).tocsr()
    _, circle = connected_components(links, directed=True, connection="strong")
    turning: NDArray[np.bool_] = np.bincount(circle)[circle] > 1
    turning[below[below == above]] = True
    return rows[turning[rows]]


def _flagged(family: Family, kind: NDArray[np.int32], rows: Index, below: Index, above: Index) -> Index:
    """Those that the file's flags call last copies, but for what mixed after; refuse where the last copy is not there."""
    assert family.flags is not None
    last = (family.flags[rows] & LAST_COPY) != 0
    lost = _without(rows[~last], above, family)
    if len(lost):  # (that another one of the kind is flagged in the event says where it went)
        flagged = rows[last]
        kinds = (family.event_of(flagged) << 32) + kind[flagged]
        lost = lost[~np.isin((family.event_of(lost) << 32) + kind[lost], kinds)]
    if len(lost):
        raise family.refused(
            int(lost[0]),
            "is no last copy by its statusFlags, and the event has none of its kind; say which branch has the flags, or go by "
            'the mothers alone: branches.statusFlags = ""',
        )
    mixed = above[(family.pdgid[below] != family.pdgid[above]) & among(kind[above], MIXING)]
    return _without(rows[last], mixed, family)


def _uncollided(family: Family, rows: Index) -> Index:
    """Those that are no beams whose daughters have another mother besides."""
    below, above = family.further
    if family.status is None or family.mother is None or not len(below):
        return rows
    first = family.mother[below].astype(np.int64) + family.offsets[family.event_of(below)]
    two = (first != above) & (family.mother[below] >= 0)
    met = np.intersect1d(rows, np.concatenate([first[two], above[two]]))
    return _without(rows, met[family.status()[met] == BEAM], family) if len(met) else rows


def _without(rows: Index, others: Index, family: Family) -> Index:
    """Those of the rows that are none of the others."""
    out = np.zeros(len(family.pdgid), dtype=bool)
    out[others] = True
    return rows[~out[rows]]


def among(values: NDArray[Any], kinds: Collection[int]) -> NDArray[np.bool_]:
    """Whether each value is one of few."""
    out = np.zeros(len(values), dtype=bool)
    for kind in kinds:
        out |= values == kind
    return out
