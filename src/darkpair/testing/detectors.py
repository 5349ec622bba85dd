"""What every detector has to satisfy: truth untouched, each event for itself, every stage's sums those of its events."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Final

import numpy as np

from darkpair.gen.border import check_observed, check_selected, require_members
from darkpair.gen.output.titles import checked_title
from darkpair.gen.shared_parents import shared
from darkpair.gen.streams import Streams
from darkpair.testing.failure import failing

if TYPE_CHECKING:
    from darkpair.gen.cutflow import Cutflow
    from darkpair.gen.events import Batch
    from darkpair.gen.kinematics import Array
    from darkpair.gen.observed import Observed
    from darkpair.gen.pipeline import EventDetector, Selected

__all__ = ["check_detector"]

#: Groups of events that are selected apart, and events of which each is.
_GROUPS: Final = 8
_SINGLES: Final = 48

_ROUNDING: Final = 1e-9


def check_detector(detector: EventDetector, truth: Batch) -> None:
    """A detector leaves the truth alone, agrees with itself, survives pickling, and counts what it accepts.

    Every stage of its cut flow is recomputed: its events from selections of groups of events and of single ones, its
    sums of weights and of their squares from these with random weights, also where two events have one parent.

    Parameters
    ----------
    detector : EventDetector
        The detector that is looked at.
    truth : Batch
        Events of which it should accept some, or the last stages are not looked at.

    Raises
    ------
    AssertionError
        With what is wrong.
    """
    with failing():
        require_members("detector", detector)
    before = [(part.momentum.copy(), part.vertices.copy()) for part in truth.parts]
    observed = detector.observe(truth, Streams(1).rng("detector"))
    for (momentum, vertices), part in zip(before, truth.parts, strict=True):
        untouched = np.array_equal(momentum, part.momentum) and np.array_equal(vertices, part.vertices)
        assert untouched, "the truth was edited"
    with failing():
        check_observed(detector, observed, len(truth))
        for name, title in observed.titles.items():
            checked_title(name, title)
    try:
        copy = pickle.loads(pickle.dumps(detector))
    except Exception as error:
        raise AssertionError(
            f"{type(detector).__name__} cannot be pickled, and so not be sent to workers: {error}"
        ) from error
    again = copy.observe(truth, Streams(1).rng("detector"))
    assert _same(observed, again), "the same stream gave another observation after pickling"
    verdict = _selected(detector, observed, truth.weight)
    counts = [stage.n for stage in verdict.cutflow.stages]
    assert counts == sorted(counts, reverse=True), f"the cut flow grows: {counts}"
    _check_groups(detector, observed, verdict)
    _check_singles(detector, observed, verdict)


def _selected(detector: EventDetector, observed: Observed, weight: Array) -> Selected:
    given = weight.copy()
    verdict = detector.select(observed, given)
    assert np.array_equal(given, weight), "the selection writes into the weights"
    with failing():
        check_selected(detector, verdict, observed, weight)
    return verdict


def _check_groups(detector: EventDetector, observed: Observed, verdict: Selected) -> None:
    """Sums of every stage are those of its events: groups of events apart, then all with one weight a group."""
    rng = Streams(1).rng("check of groups")
    group = rng.integers(_GROUPS, size=observed.n)
    factor = rng.uniform(0.5, 2.0, _GROUPS) * rng.choice([-1.0, 1.0], _GROUPS)
    apart = []
    for i in range(_GROUPS):
        some = observed.take(group == i)
        mine = _selected(detector, some, np.ones(some.n))
        assert np.array_equal(mine.mask, verdict.mask[group == i]), (
            "an event is accepted or not by the others beside it, or by weights"
        )
        for stage in mine.cutflow.stages:
            assert stage.n == stage.sum_w == stage.sum_w2, (
                f"{stage.name}: {stage.n} events of weight 1 with the sum of weights {stage.sum_w} and of squares {stage.sum_w2}"
            )
        apart.append(mine.cutflow)
    whole = _selected(detector, observed, factor[group]).cutflow
    _require_stages(whole, [[flow.stages[k].n for flow in apart] for k in range(len(whole.stages))], factor)


def _check_singles(detector: EventDetector, observed: Observed, verdict: Selected) -> None:
    """Single events go through the stages one after the other; of several together the stages are the sum."""
    rng = Streams(1).rng("check of single events")
    accepted = np.flatnonzero(verdict.mask)
    some = np.unique(
        np.concatenate([rng.permutation(accepted)[: _SINGLES // 2], rng.permutation(observed.n)[:_SINGLES]])
    )
    some = some[: len(some) // 2 * 2]
    rows = np.zeros(observed.n, dtype=bool)
    alive = []
    for i in some:
        alone = np.zeros(observed.n, dtype=bool)
        alone[i] = rows[i] = True
        flow = _selected(detector, observed.take(alone), np.ones(1)).cutflow
        alive.append([stage.n for stage in flow.stages])
        assert set(alive[-1]) <= {0, 1}, f"one event counts as {alive[-1]} in the cut flow"
        assert alive[-1] == sorted(alive[-1], reverse=True), f"the cut flow of one event grows: {alive[-1]}"
    weight = rng.uniform(0.5, 2.0, len(some)) * rng.choice([-1.0, 1.0], len(some))
    whole = _selected(detector, observed.take(rows), weight).cutflow
    counts = np.transpose(alive).tolist()
    _require_stages(whole, counts, weight)
    with shared(2):
        flow = _selected(detector, observed.take(rows), weight).cutflow
    for stage, counted in zip(flow.stages, counts, strict=True):
        sums = (np.asarray(counted) * weight).reshape(-1, 2).sum(axis=1)
        assert abs(stage.sum_w2 - sums @ sums) <= _ROUNDING * (sums @ sums), (
            f"{stage.name}: of parents used twice the sum of squared sums is {stage.sum_w2:.9g}, that of its events {sums @ sums:.9g}; "
            "make the flow with Cutflow.of, which counts parents"
        )


def _require_stages(flow: Cutflow, counts: list[list[int]], weight: Array) -> None:
    """Stages that are the sums of counted events, (stages, groups), of one weight a group."""
    for stage, counted in zip(flow.stages, counts, strict=True):
        n = np.asarray(counted, dtype=np.float64)
        assert stage.n == int(n.sum()), f"{stage.name}: {stage.n} events, but {n.sum():.0f} one by one"
        for what, seen, wanted, size in (
            ("sum of weights", stage.sum_w, n @ weight, n @ np.abs(weight)),
            ("sum of squared weights", stage.sum_w2, n @ weight**2, n @ weight**2),
        ):
            assert abs(seen - wanted) <= _ROUNDING * size, (
                f"{stage.name}: the {what} is {seen:.9g}, that of its events {wanted:.9g}"
            )


def _same(first: Observed, second: Observed) -> bool:
    if first.flat.keys() != second.flat.keys() or first.lists.keys() != second.lists.keys():
        return False
    flat = all(
        np.array_equal(first.flat[k], second.flat[k], equal_nan=_real(first.flat[k])) for k in first.flat
    )
    return flat and all(
        np.array_equal(counts, second.lists[k][0])
        and columns.keys() == second.lists[k][1].keys()
        and all(
            np.array_equal(c, second.lists[k][1][name], equal_nan=_real(c)) for name, c in columns.items()
        )
        for k, (counts, columns) in first.lists.items()
    )


def _real(column: Array) -> bool:
    return column.dtype.kind == "f"
