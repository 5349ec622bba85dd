"""Text of events as Les Houches Event Files have it, version 3.

An event is ``NUP 1 XWGTUP -1 -1 -1``, a line for each particle, a remark with the event's name, and the factors of its weight as
``<rwgt>``.  A particle has ISTUP -1 (beam: the parent), 2 (decayed), 1 (final) or 3 (neither); one mother; no colour; VTIMUP, the
proper length [mm] that it flies where it decays; SPINUP 9, which is no spin.  Numbers are the shortest that read back as the same
double.  Units: GeV, mm.

References
----------
E. Boos et al., hep-ph/0109068: the numbers.  J. Alwall et al., hep-ph/0609017, and J. R. Andersen et al., arXiv:1405.1067: the file.
"""

from __future__ import annotations

from typing import Any, Final

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from darkpair.gen.events import total_weight
from darkpair.gen.kinematics import Array
from darkpair.gen.output.asciiv3 import attributes, undecayed
from darkpair.gen.output.columns import particle_columns
from darkpair.gen.output.event_columns import roles
from darkpair.gen.output.number_text import rows_text, words_text
from darkpair.gen.output.spelling import word
from darkpair.gen.topology import BEAM, DECAYED, FINAL

__all__ = ["event_text", "factors"]

Index = NDArray[np.int64]

#: ISTUP of our status codes.
_INCOMING, _OUTGOING, _INTERMEDIATE, _DOCUMENTATION = -1, 1, 2, 3
_VERTEX: Final = ("vx", "vy", "vz", "vt")


def factors(events: ak.Array) -> dict[str, Array]:
    """Factors of each event's weight, (n,), by the name of their branch in a ROOT file."""
    return {f"weight_{word(name)}": np.asarray(events.weights[name]) for name in events.weights.fields}


def event_text(events: ak.Array, *, first: int = 1) -> bytes:
    """Lines of the events.

    Parameters
    ----------
    events : awkward.Array, (n,)
        Event record; what a file's parent decayed to before is left out.
    first : int
        Number of the first event, where they have no names.
    """
    n = len(events)
    if n == 0:
        return b""
    offsets, particles, _ = undecayed(*particle_columns(events), np.zeros(n, dtype=np.int64))
    counts = np.diff(offsets)
    event = np.repeat(np.arange(n), counts)
    has = particles["mother"] >= 0
    mother = np.where(has, particles["mother"], -1) + 1
    above = np.flatnonzero(has)
    parents, daughter = np.unique(offsets[event[above]] + mother[above] - 1, return_index=True)
    lengths = _proper_lengths(particles, parents, above[daughter])
    _put_drawn(lengths, events, offsets)

    line = np.arange(len(event)) + 2 * event + 1
    pieces = np.empty((len(event) + 2 * n, 3), dtype=object)
    status = _status(particles["status"], parents)
    pieces[line, 0] = words_text(b"%d %d %d %d 0 0 ", particles["pdgid"], status, mother, mother)
    pieces[line, 1] = rows_text(
        [particles[name] for name in ("px", "py", "pz", "E", "nominal_mass")] + [lengths]
    )
    pieces[line, 2] = b" 9\n"
    start, end = offsets[:-1] + 2 * np.arange(n), offsets[1:] + 2 * np.arange(n) + 1
    pieces[start, 0] = [b"<event>\n%d 1 " % count for count in counts.tolist()]
    pieces[start, 1] = rows_text([total_weight(events)])
    pieces[start, 2] = b" -1 -1 -1\n"
    pieces[end, 0] = _remarks(events, first, [particles[name][offsets[:-1]] for name in _VERTEX])
    pieces[end, 1] = _reweighted(events)
    pieces[end, 2] = b"</event>\n"
    return b"".join(pieces.ravel().tolist())


def _status(ours: NDArray[Any], parents: Index) -> NDArray[Any]:
    """ISTUP of each particle; `parents` are those that decay."""
    status = np.full(len(ours), _DOCUMENTATION)
    status[ours == DECAYED] = _INTERMEDIATE
    status[parents] = _INTERMEDIATE
    status[ours == BEAM] = _INCOMING
    status[ours == FINAL] = _OUTGOING
    return status


def _proper_lengths(particles: dict[str, NDArray[Any]], parents: Index, daughters: Index) -> Array:
    """Proper length [mm] that each particle flies before a daughter of it is made; 0 of one that has none.

    What has no mass or energy, as the clusters and exchanged particles of a file, has no rest frame: 0.
    """
    lengths = np.zeros(len(particles["pdgid"]))
    massive = (particles["nominal_mass"][parents] > 0.0) & (particles["E"][parents] > 0.0)
    parents, daughters = parents[massive], daughters[massive]
    flight = particles["vt"][daughters] - particles["vt"][parents]
    lengths[parents] = flight * particles["nominal_mass"][parents] / particles["E"][parents]
    return lengths


def _put_drawn(lengths: Array, events: ak.Array, offsets: Index) -> None:
    """Put the lengths that the chain drew, to the last bit, where all events have the same particles."""
    names = roles(events)
    for role in events.proper_length.fields:
        if role in names:
            lengths[offsets[:-1] + names.index(role)] = np.asarray(events.proper_length[role])


def _remarks(events: ak.Array, first: int, place: list[Array]) -> list[bytes]:
    """A remark for each event: what HepMC has as its attributes, and where its first particle was made [mm]."""
    columns = attributes(events, first=first) | dict(zip(_VERTEX, place, strict=True))
    texts = [rows_text([column]) for column in columns.values()]
    template = b"#" + b"".join(b" %b %%b" % name.encode() for name in columns) + b"\n"
    return [template % row for row in zip(*texts, strict=True)]


def _reweighted(events: ak.Array) -> list[bytes] | bytes:
    """The factors of each event's weight by name."""
    named = factors(events)
    if not named:
        return b""
    row = b"".join(b'<wgt id="%b">%%b</wgt>\n' % name.encode() for name in named)
    template = b"<rwgt>\n" + row + b"</rwgt>\n"
    texts = [rows_text([column]) for column in named.values()]
    return [template % row for row in zip(*texts, strict=True)]
