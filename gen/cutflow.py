"""How many events survive each cut: n, the sum of weights and of squared weights.

Events of one parent are one draw (`darkpair.gen.shared_parents`): where a parent is used several times, what is squared is
the sum of its events' weights, and errors, effective numbers and limits count parents.

Flows of several samples add exactly (`darkpair.gen.exact_sums`): each sum is the correctly rounded one of the blocks' sums,
and what is beyond it is kept, so that neither order nor grouping of blocks changes a bit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError
from darkpair.gen.exact_sums import expansion
from darkpair.gen.frozen import freeze
from darkpair.gen.kinematics import Array
from darkpair.gen.shared_parents import parent_sums, parents_of, uses_in_force
from darkpair.gen.tables import Shown, Table

__all__ = ["Cutflow", "MaybeNone", "Stage", "all_one"]

#: Marks a number that is None where a sample cannot have it: None or a float for who reads, any for the checker (as in
#: typeshed), so that what compares two samples of many events need not ask.
MaybeNone: TypeAlias = Any


@dataclass(frozen=True)
class Stage:
    """Events that are left after a cut.

    Parameters
    ----------
    name : str
        Name of the cut.
    n : int
        Number of events.
    sum_w, sum_w2 : float
        Sum of the events' weights, and of the squares; of parents that are used several times the squares of the sums of
        each parent's weights.
    largest : float, optional
        Largest size of an event's weight, or of the sum of a parent's; None where nobody looked. Of the generated events
        it says how much one event, or parent, more could have brought.
    nonzero : int, optional
        Number of events, or parents, whose weight is not zero: a forced decay that misses its region has none. None where
        nobody looked.
    parents : int, optional
        Number of parents of the events; None where each event has a parent of its own.
    """

    name: str
    n: int
    sum_w: float
    sum_w2: float
    largest: float | None = None
    nonzero: int | None = None
    #: What is beyond the rounded sums, as `darkpair.gen.exact_sums.expansion` has it.
    rest_w: tuple[float, ...] = ()
    rest_w2: tuple[float, ...] = ()
    parents: int | None = None

    @classmethod
    def of(cls, name: str, weight: Array, parent: NDArray[np.int64] | None = None) -> Stage:
        """Stage of events with those weights, (k,), and of those parents, (k,), growing, where several may have one."""
        if parent is not None:
            sums = parent_sums(parent, weight)
            own = cls.of(name, sums)
            return replace(own, n=len(weight), sum_w=float(np.add.reduce(weight)), parents=len(sums))
        return cls(
            name,
            len(weight),
            float(np.add.reduce(weight)),
            float(np.add.reduce(weight * weight)),
            float(max(weight.max(), -weight.min())) if len(weight) else 0.0,
            int(np.count_nonzero(weight != 0.0)),  # of a mask: a quarter of the time of floats
        )

    @classmethod
    def of_ones(cls, name: str, n: int) -> Stage:
        """Stage of n events that have no weights: as `of`, without adding ones."""
        return cls(name, n, float(n), float(n), 1.0 if n else 0.0, n)

    @staticmethod
    def total(stages: Sequence[Stage]) -> Stage:
        """Stage of all the events, exactly; of the same cut."""
        largest = [s.largest for s in stages if s.largest is not None]
        nonzero = [s.nonzero for s in stages if s.nonzero is not None]
        parents = [s.n if s.parents is None else s.parents for s in stages]
        sum_w, *rest_w = expansion(chain.from_iterable((s.sum_w, *s.rest_w) for s in stages))
        sum_w2, *rest_w2 = expansion(chain.from_iterable((s.sum_w2, *s.rest_w2) for s in stages))
        return Stage(
            stages[0].name,
            sum(s.n for s in stages),
            sum_w,
            sum_w2,
            max(largest) if len(largest) == len(stages) else None,
            sum(nonzero) if len(nonzero) == len(stages) else None,
            tuple(rest_w),
            tuple(rest_w2),
            None if all(s.parents is None for s in stages) else sum(parents),
        )

    def __add__(self, other: Stage) -> Stage:
        return self.total([self, other])

    @property
    def effective(self) -> float:
        """Effective sample size, (sum w)² / sum w²; 0 without events. It counts parents where they are used several times."""
        return self.sum_w**2 / self.sum_w2 if self.sum_w2 > 0.0 else 0.0

    def by_parent(self, uses: int) -> Stage:
        """Stage of parents, each of which weighs the mean of its `uses` events, of which those cut away weigh nothing."""
        if self.parents is None:
            return self
        return Stage(
            self.name,
            self.parents,
            self.sum_w / uses,
            self.sum_w2 / uses**2,
            None if self.largest is None else self.largest / uses,
            self.nonzero,
        )


@dataclass(frozen=True)
class Cutflow(Shown):
    """Stages in order, the first of them every generated event; flows of two samples add.

    Parameters
    ----------
    stages : tuple of Stage
        What is left after each cut, the generated events first.
    """

    stages: tuple[Stage, ...]

    def __post_init__(self) -> None:
        freeze(self)

    @classmethod
    def of(cls, weight: Array, masks: Sequence[tuple[str, NDArray[np.bool_]]]) -> Cutflow:
        """Flow of events of those weights (n,) through named masks (n,), each applied after the one before."""
        uses = uses_in_force()
        counts_do = uses == 1 and all_one(weight)
        every = None if uses == 1 else parents_of(np.arange(len(weight)), uses)
        stages = [
            Stage.of_ones("generated", len(weight)) if counts_do else Stage.of("generated", weight, every)
        ]
        alive: NDArray[np.bool_] | None = None
        for name, mask in masks:
            alive = mask if alive is None else alive & mask
            if counts_do:
                stages.append(Stage.of_ones(name, int(np.count_nonzero(alive))))
            else:
                rows = np.flatnonzero(alive)
                stages.append(Stage.of(name, weight[rows], parents_of(rows, uses)))
        return cls(tuple(stages))

    @staticmethod
    def total(flows: Sequence[Cutflow]) -> Cutflow:
        """Flow of all the events, exactly, in any order.

        Raises
        ------
        InputError
            For flows of different cuts, and of parents that are used another number of times.
        """
        names = [stage.name for stage in flows[0].stages]
        if any([stage.name for stage in flow.stages] != names for flow in flows):
            raise InputError("two cut flows with different cuts do not add up; use one selection for both")
        uses = sorted({flow.uses for flow in flows if flow.generated})
        if len(uses) > 1:
            raise InputError(
                f"cut flows of parents used {uses[0]} and {uses[-1]} times do not add up; use one number of uses"
            )
        return Cutflow(tuple(map(Stage.total, zip(*(flow.stages for flow in flows), strict=True))))

    def __add__(self, other: Cutflow) -> Cutflow:
        return self.total([self, other])

    @property
    def generated(self) -> int:
        """Generated events."""
        return self.stages[0].n

    @property
    def uses(self) -> int:
        """How many of the generated events have one parent."""
        first = self.stages[0]
        return first.n // first.parents if first.parents else 1

    @property
    def by_parent(self) -> Cutflow:
        """Flow of the parents, each of which weighs the mean of its uses; itself where each is used once."""
        if self.stages[0].parents is None:
            return self
        return Cutflow(tuple(stage.by_parent(self.uses) for stage in self.stages))

    @property
    def acceptance(self) -> float:
        """Sum of the accepted weights over the number of generated events."""
        return self.stages[-1].sum_w / self.generated

    @property
    def acceptance_error(self) -> float | MaybeNone:
        """Standard error of the acceptance: the sample variance of w times accepted, over n.

        Of parents that are used several times it is that of the mean over each parent's uses, over the number of parents:
        what is common to the uses, the parent's momentum, is drawn once.  None where a sample cannot have one: no event accepted, or every event and all with one weight. What is
        known then is a limit, of `darkpair.detectors.efficiency`.  0 only where nothing was asked of events that
        have no weights.
        """
        flow = self.by_parent
        last, n = flow.stages[-1], flow.generated
        square = last.sum_w2 - last.sum_w**2 / n
        if square > 1e-12 * last.sum_w2:  # less is the rounding of one weight, added many times
            return math.sqrt(square) / n
        return 0.0 if len(self.stages) == 1 and last.sum_w == last.sum_w2 == last.n else None

    def table(self) -> Table:
        """Table of the stages; "of all" is per generated event, "of previous" by the sums of weights."""
        rows, before, several = [], self.stages[0].sum_w, self.stages[0].parents is not None
        for stage in self.stages:
            share = _share(stage.sum_w / before) if before > 0.0 else "-"
            whole = _share(stage.sum_w / self.generated) if self.generated else "-"
            parents = (f"{stage.parents:,}",) if several else ()
            rows.append((stage.name, f"{stage.n:,}", *parents, f"{stage.sum_w:.6g}", whole, share))
            before = stage.sum_w
        parents = ("parents",) if several else ()
        columns = ("cut", "events", *parents, "sum of weights", "of all", "of previous")
        return Table(title="Cut flow", columns=columns, rows=rows, right=columns[1:])

    def to_dict(self) -> list[dict[str, Any]]:
        """Plain rows, for JSON; what is beyond a rounded sum stands in a list of its own where it is not nothing.

        Where parents are used several times, their number is there.
        """
        return [
            {"cut": s.name, "n": s.n}
            | ({} if s.parents is None else {"parents": s.parents})
            | {"sum_w": s.sum_w, "sum_w2": s.sum_w2}
            | ({"rest_w": list(s.rest_w)} if s.rest_w else {})
            | ({"rest_w2": list(s.rest_w2)} if s.rest_w2 else {})
            for s in self.stages
        ]

    @classmethod
    def from_dict(
        cls, rows: Sequence[Mapping[str, Any]], largest: float | None = None, nonzero: int | None = None
    ) -> Cutflow:
        """Flow of plain rows.

        Parameters
        ----------
        rows : sequence of mapping
            Rows as `to_dict` makes them.
        largest, nonzero : float, int, optional
            What `Stage` says of the generated events; the rows do not hold it.
        """
        stages = [
            Stage(
                row["cut"],
                row["n"],
                row["sum_w"],
                row["sum_w2"],
                rest_w=tuple(row.get("rest_w", ())),
                rest_w2=tuple(row.get("rest_w2", ())),
                parents=row.get("parents"),
            )
            for row in rows
        ]
        return cls((replace(stages[0], largest=largest, nonzero=nonzero), *stages[1:]))


def all_one(weight: Array) -> bool:
    """Whether all weights (n,) are 1, so that their sums are counts."""
    return bool((weight == 1.0).all())


def _share(value: float) -> str:
    """Part of the sample with four significant digits, however small it is."""
    return "0" if value == 0.0 else f"{value:#.4g}"
