"""What every source has to satisfy: counts, kinds, mass shells, and events that follow the generator and nothing else."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import numpy as np

from darkpair.gen.aimable import require_aimable
from darkpair.gen.border import check_parents, require_members
from darkpair.gen.importance import Aimable
from darkpair.gen.pipeline import EventSource, ReadSource, ReusedSource
from darkpair.gen.streams import BLOCK, Streams
from darkpair.testing.failure import failing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from darkpair.gen.events import Parents
    from darkpair.gen.kinematics import Array

__all__ = ["check_source"]


def check_source(source: EventSource) -> None:
    """Parents are as many as asked for, of the kind that the source says, finite, in float64, and on their mass shell.

    They are the same for the same stream, before and after pickling, and others for another stream, unless all are alike
    (a pencil beam) or they are read; of one that can be aimed they follow its density.  Masses are those that the source tells in ``masses``, or the PDG's.

    Parameters
    ----------
    source : EventSource
        The source that is looked at.

    Raises
    ------
    AssertionError
        With what is wrong.
    """
    with failing():
        require_members("source", source)
    masses: Mapping[int, float] = getattr(source, "masses", None) or {}
    read = isinstance(source, ReadSource)
    n = min(BLOCK, source.n_parents) if isinstance(source, ReadSource) else BLOCK
    made = source.sample(n, Streams(1).rng("source"))
    with failing():
        check_parents(source, made, n, masses, every=True)
    for size in {1, min(n, 1000)}:
        with failing():
            check_parents(source, source.sample(size, Streams(1).rng("source")), size, masses, every=True)
    try:
        copy = pickle.loads(pickle.dumps(source))
    except Exception as error:
        raise AssertionError(
            f"{type(source).__name__} cannot be pickled, and so not be sent to workers: {error}"
        ) from error
    for who, words in ((source, "the same stream gave other parents"), (copy, "a pickled copy gave others")):
        again = who.sample(n, Streams(1).rng("source"))
        assert _same(made, again), f"{words}: only the generator that it is given may decide"
    if isinstance(source, Aimable):
        with failing():
            require_aimable(source)
    if isinstance(source, ReadSource):
        first = source.block(0)
        if isinstance(source, ReusedSource):
            first = source.turned(first, Streams(1).rng("source"))
        assert np.array_equal(first.momentum, made.momentum), "the first block and the first parents differ"
    if read or n == 1 or not _differ(made):
        return
    for streams, what in ((Streams(2), "seed"), (Streams(1, 1), "block")):
        other = source.sample(n, streams.rng("source"))
        assert not _same(made, other), (
            f"another {what} gave the same parents: the source ignores the generator that it is given"
        )


def _columns(parents: Parents) -> dict[str, Array]:
    """Every array of parents, by name, the events along the last axis."""
    named: dict[str, Any] = {
        "momentum": parents.momentum,
        "vertex": parents.vertex,
        "decay_vertex": parents.decay_vertex,
        "pdgids": parents.pdgids,
        **{f"weight {name}": weight for name, weight in parents.weights.items()},
    }
    return {name: array for name, array in named.items() if array is not None}


def _same(first: Parents, second: Parents) -> bool:
    a, b = _columns(first), _columns(second)
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)


def _differ(parents: Parents) -> bool:
    """Whether not all parents are alike."""
    return any(bool(np.any(array != array[..., :1])) for array in _columns(parents).values())
