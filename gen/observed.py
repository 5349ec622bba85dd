"""What a detector adds to events: flat columns inside, an awkward record at the border."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError
from darkpair.gen.listed import entries

if TYPE_CHECKING:
    import awkward as ak

__all__ = ["Listed", "Observed"]

#: Lists of records: how many each event has (n,), and the columns of all of them in the order of the events.
Listed: TypeAlias = tuple[NDArray[np.int64], Mapping[str, NDArray[Any]]]


@dataclass(frozen=True, kw_only=True)
class Observed:
    """Reconstructed quantities of n events.

    Parameters
    ----------
    n : int
        Number of events.
    flat : mapping of str to ndarray, (n,)
        Numbers or booleans that every event has, by name.
    lists : mapping of str to (counts, columns)
        Collections of anything that an event may lack or have several of, by name, as `Listed`.
    titles : mapping of str to str
        What branches of a file mean, as ``"what it is [unit]"``, by name: ``n_missed``, ``Cluster_energy``.
        Branches of others may be among them.

    Raises
    ------
    InputError
        For a column of another length.
    """

    n: int
    flat: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    lists: Mapping[str, Listed] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, column in self.flat.items():
            if len(column) != self.n:
                raise InputError(f"{name} has {len(column)} entries for {self.n} events; give one an event")
        counts: Any  # (of whoever made them)
        for name, (counts, columns) in self.lists.items():
            if not isinstance(counts, np.ndarray) or counts.ndim != 1:
                raise InputError(
                    f"{name}: counts are a {type(counts).__name__}; allowed: an array ({self.n},) of whole numbers"
                )
            total = int(counts.sum())
            if len(counts) != self.n or any(len(column) != total for column in columns.values()):
                raise InputError(
                    f"{name}: {len(counts)} counts that add up to {total} for {self.n} events; make them agree"
                )

    def marked(
        self, passed: Mapping[str, NDArray[np.bool_]], accepted: NDArray[np.bool_] | None = None
    ) -> Observed:
        """The same with a selection's verdict as columns named ``accepted``.

        Parameters
        ----------
        passed : mapping of str to ndarray of bool, (k,)
            Which of the k entries of a list passed, by the list's name.
        accepted : ndarray of bool, (n,), optional
            Which events passed, where those that did not are kept.
        """
        if not passed and accepted is None:
            return self
        lists = {
            name: (counts, {**columns, "accepted": passed[name]} if name in passed else columns)
            for name, (counts, columns) in self.lists.items()
        }
        flat = self.flat if accepted is None else {"accepted": accepted, **self.flat}
        said = {f"{name}_accepted": f"whether this entry of {name} passed every cut [1]" for name in passed}
        if accepted is not None:
            said["accepted"] = "whether the event passed the selection [1]"
        return _of_checked(self.n, flat, lists, {**said, **self.titles})

    def take(self, mask: NDArray[np.bool_]) -> Observed:
        """The events where the mask (n,) is true; these themselves where it is everywhere."""
        events = np.flatnonzero(mask)
        if len(events) == self.n:
            return self
        lists = {}
        for name, (counts, columns) in self.lists.items():
            rows = entries(events, counts)
            lists[name] = (counts[events], {k: c[rows] for k, c in columns.items()})
        flat = {k: c[events] for k, c in self.flat.items()}
        return _of_checked(len(events), flat, lists, self.titles)

    def copied(self) -> Observed:
        """The same in memory of its own."""
        lists = {
            name: (counts.copy(), {k: c.copy() for k, c in columns.items()})
            for name, (counts, columns) in self.lists.items()
        }
        return replace(self, flat={k: c.copy() for k, c in self.flat.items()}, lists=lists)

    def span(self, first: int, last: int) -> Observed:
        """The events first to last - 1, as views of the same columns."""
        lists = {}
        for name, (counts, columns) in self.lists.items():
            start = int(counts[:first].sum())
            stop = start + int(counts[first:last].sum())
            lists[name] = (counts[first:last], {k: c[start:stop] for k, c in columns.items()})
        flat = {k: c[first:last] for k, c in self.flat.items()}
        return Observed(n=last - first, flat=flat, lists=lists, titles=self.titles)

    @staticmethod
    def concatenate(parts: Sequence[Observed]) -> Observed:
        """The events of several, in order, by the same detector."""
        first = parts[0]
        return Observed(
            n=sum(part.n for part in parts),
            flat={name: np.concatenate([p.flat[name] for p in parts]) for name in first.flat},
            lists={
                name: (
                    np.concatenate([p.lists[name][0] for p in parts]),
                    {k: np.concatenate([p.lists[name][1][k] for p in parts]) for k in columns},
                )
                for name, (_, columns) in first.lists.items()
            },
            titles=first.titles,
        )

    def record(self) -> ak.Array:
        """The quantities as an awkward array of records, (n,)."""
        import awkward as ak

        from darkpair.gen.record import named_record

        fields: dict[str, ak.contents.Content] = {k: self._column(k, c) for k, c in self.flat.items()}
        for name, (counts, columns) in self.lists.items():
            record = ak.contents.RecordArray(
                [self._column(f"{name}_{k}", c) for k, c in columns.items()], list(columns)
            )
            offsets = ak.index.Index64(np.concatenate([[0], np.cumsum(counts)]))
            fields[name] = ak.contents.ListOffsetArray(offsets, record)
        return ak.Array(named_record(fields, self.n))

    def _column(self, branch: str, values: NDArray[Any]) -> ak.contents.NumpyArray:
        """Column of the record, which says what it is where the detector does."""
        import awkward as ak

        parameters = {"__doc__": self.titles[branch]} if branch in self.titles else None
        return ak.contents.NumpyArray(values, parameters=parameters)


def _of_checked(
    n: int, flat: Mapping[str, NDArray[Any]], lists: Mapping[str, Listed], titles: Mapping[str, str]
) -> Observed:
    """Those of columns that were looked at before some of their entries were taken."""
    out = object.__new__(Observed)
    for name, value in (("n", n), ("flat", flat), ("lists", lists), ("titles", titles)):
        object.__setattr__(out, name, value)
    return out
