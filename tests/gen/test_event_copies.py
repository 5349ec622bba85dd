"""Which of a record's particles decay, and what comes from them: by flags, by every mother, around loops.

Records are drawn and compared with plain loops over them: no statistics.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair.chains.descriptor import build
from darkpair.gen.errors import InputError
from darkpair.gen.events import Batch
from darkpair.gen.originals import Originals
from darkpair.gen.sources.copies import Family, parents_among
from darkpair.gen.sources.gun import Gun
from darkpair.gen.streams import Streams
from tests.shared.event_files import b_event, opened, write_nano

LAST, FIRST = 1 << 13, 1 << 12
KINDS = (511, -511, 521, -521)
NONE = (np.empty(0, dtype=np.int64),) * 2


def family(
    events: list[list[tuple[int, list[int]]]], flags: list[int] | None = None, **settings: Any
) -> Family:
    """Events of particles, each a PDG id and its mothers in the event's list."""
    offsets = np.concatenate([[0], np.cumsum([len(event) for event in events])])
    pairs = [
        (first + row, first + mother)
        for first, event in zip(offsets, events, strict=False)
        for row, (_, mothers) in enumerate(event)
        for mother in mothers[1:]
    ]
    flat = [particle for event in events for particle in event]
    return Family(
        path="e.root",
        first=100,
        offsets=offsets,
        pdgid=np.array([pdgid for pdgid, _ in flat], dtype=np.int32),
        mother=np.array([mothers[0] if mothers else -1 for _, mothers in flat], dtype=np.int32),
        further=tuple(np.array(pairs, dtype=np.int64).reshape(-1, 2).T),  # type: ignore[arg-type]
        flags=None if flags is None else np.array(flags, dtype=np.int32),
        **settings,
    )


def drawn(rng: np.random.Generator, *, loops: bool) -> list[list[tuple[int, list[int]]]]:
    """Some events, in any order of mothers and daughters, with up to three mothers each."""
    events = []
    for _ in range(20):
        n = int(rng.integers(0, 14))
        order = rng.permutation(n)
        event: list[tuple[int, list[int]]] = [(0, [])] * n
        for place, row in enumerate(order):
            older = order[: n if loops else place]
            size = min(len(older), int(rng.integers(0, 4)))
            mothers = rng.choice(older, size, replace=False).tolist() if size else []
            event[row] = (int(rng.choice([*KINDS, 21, 2212])), mothers)
        events.append(event)
    return events


def ancestors(event: list[tuple[int, list[int]]], row: int) -> set[int]:
    seen: set[int] = set()
    waiting = [row]
    while waiting:
        for mother in event[waiting.pop()][1]:
            if mother not in seen:
                seen.add(mother)
                waiting.append(mother)
    return seen


def plain(event: list[tuple[int, list[int]]]) -> list[int]:
    """Last copies, one particle after the other."""
    copied = {m for pdgid, mothers in event for m in mothers if abs(event[m][0]) == abs(pdgid)}
    return [row for row, (pdgid, _) in enumerate(event) if pdgid in KINDS and row not in copied]


def test_every_mother_counts() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        events = drawn(rng, loops=False)
        made = family(events)
        expected = [made.offsets[i] + row for i, event in enumerate(events) for row in plain(event)]
        assert parents_among(made, KINDS).tolist() == expected


def test_a_parent_in_a_loop_is_told_and_any_other_loop_is_read() -> None:
    rng = np.random.default_rng(2)
    refused = 0
    for event in (event for _ in range(15) for event in drawn(rng, loops=True)):
        around = [
            row
            for row, (pdgid, _) in enumerate(event)
            if abs(pdgid) in (511, 521) and row in ancestors(event, row)
        ]
        if around:
            refused += 1
            with pytest.raises(
                InputError, match=rf"in event 101 particle {around[0]} of PDG id -?\d+ descends from itself"
            ):
                parents_among(family([[(21, [0])], event]), KINDS)
        else:
            assert (parents_among(family([[(21, [0])], event]), KINDS) - 1).tolist() == plain(event)
    assert refused > 50


@pytest.mark.parametrize("flagged", [False, True])
@pytest.mark.parametrize(
    ("kinds", "parents"),
    [
        ((311, -311), [0, 3]),
        ((130,), [1, 4]),
        ((311, -311, 130), [1, 3, 4]),
        ((311, -311, 310), [0, 5]),
        ((130, 311, 310, -311), [1, 4, 5]),
    ],
)
def test_a_neutral_kaon_is_one_particle(kinds: tuple[int, ...], parents: list[int], flagged: bool) -> None:
    """K0 -> K_L0; K_L0 -> K_L0 is none of a decay; K0 -> K_S0 is, where only the K0 is asked for."""
    event: Any = [(311, []), (130, [0]), (21, []), (-311, []), (130, []), (310, [3])]
    flags = [FIRST | LAST] * len(event) if flagged else None
    assert parents_among(family([event], flags), kinds).tolist() == parents


def test_a_beam_that_collides_decays_to_nothing() -> None:
    """Its daughters have another mother; a parent that we wrote as a beam decays alone, and so does what is no beam."""
    collision: Any = [(521, []), (2212, []), (211, [0, 1]), (21, [1, 0])]
    decay: Any = [(521, []), (321, [0]), (111, [0, 0])]
    for events, status, parents in (
        ([collision, decay], 4, [4]),
        ([collision, decay], 2, [0, 4]),
        ([decay, collision, collision], 4, [0]),
    ):
        n = sum(map(len, events))
        made = family(events, status=lambda n=n, status=status: np.full(n, status, dtype=np.int32))
        assert parents_among(made, KINDS).tolist() == parents


@pytest.mark.parametrize(
    ("event", "index"),
    [
        ([(521, [0])], 0),
        ([(521, [1]), (521, [0])], 0),
        ([(21, []), (521, [2]), (423, [3]), (-521, [1])], 1),
        ([(521, [2, 1]), (21, [0]), (2212, [])], 0),
    ],
)
def test_loops_of_any_length(event: list[tuple[int, list[int]]], index: int) -> None:
    with pytest.raises(
        InputError, match=f"in event 100 particle {index} of PDG id 521 descends from itself"
    ) as refusal:
        parents_among(family([event]), KINDS)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("event", "flags", "parents"),
    [
        # the last copy's mother is not the copy before: the list was thinned
        ([(521, []), (521, [])], [FIRST, LAST], [1]),
        # and a gluon between two of one id was left out: both decay
        ([(521, []), (521, [0])], [LAST, LAST], [0, 1]),
        # CMS's copies have one sign: a meson that mixed is none of what it became
        ([(511, []), (-511, [0])], [FIRST | LAST, FIRST | LAST], [1]),
        # what has a charge does not mix
        ([(521, []), (-521, [0])], [LAST, LAST], [0, 1]),
        ([(511, []), (511, [0]), (-511, [1])], [FIRST, LAST, FIRST | LAST], [2]),
    ],
)
def test_flags_rule_where_there_are_any(event: Any, flags: list[int], parents: list[int]) -> None:
    assert parents_among(family([event], flags), KINDS).tolist() == parents


def test_a_parent_whose_last_copy_is_not_there_is_told() -> None:
    with pytest.raises(
        InputError, match="in event 101 particle 1 of PDG id 521 is no last copy by its statusFlags"
    ):
        parents_among(family([[(521, [])], [(21, []), (521, [])]], [LAST, 0, FIRST]), KINDS)


def test_flags_of_a_file(tmp_path: Path) -> None:
    """The B's two copies do not know each other; one of them is flagged."""
    event = b_event()
    event[2] = (521, -1, *event[2][2:])
    flags = [[LAST, FIRST, LAST, LAST, LAST, LAST, LAST, LAST]] * 2
    path = write_nano(tmp_path / "e.root", [event, event], flags=flags)
    assert opened(path, branches={"statusFlags": ""}).n_parents == 4
    source = opened(path)
    assert source.n_parents == 2
    assert source.block(0).originals.parent.tolist() == [2, 2]  # type: ignore[union-attr]


def test_what_comes_from_a_parent_through_any_mother_is_replaced() -> None:
    rng = np.random.default_rng(3)
    chain = build("B+ -> K+ X1", mass={"X1": 0.1})
    for _ in range(10):
        events = [event for event in drawn(rng, loops=False) if plain(event)]
        made = family(events)
        rows = parents_among(made, KINDS)
        event, n = made.event_of(rows), int(made.offsets[-1])
        columns = {name: np.ones(n) for name in ("px", "py", "pz", "E", "mass")}
        assert made.mother is not None
        originals = Originals(
            offsets=made.offsets,
            particles=columns
            | {"pdgid": made.pdgid, "mother": made.mother, "status": np.ones(n, dtype=np.int32)},
            events={"entry": np.arange(len(events))},
            rows=event,
            parent=rows - made.offsets[event],
            further=np.stack(made.further),
        )
        kept = np.flatnonzero(rng.random(len(rows)) < 0.6)
        for some in (originals, Originals.concatenate([originals, originals]), originals.take(kept)):
            parts = chain.batch(
                Gun(parent="B+").sample(max(len(some), 1), Streams(1).rng("source")), Streams(1)
            ).parts
            if not len(some):
                continue
            merged = Batch(parts, some).merged
            for i in range(len(some)):
                flags = merged.replaced[merged.offsets[i] : merged.offsets[i + 1]]
                record = events[int(some.events["entry"][some.rows[i]])]
                parent = int(some.parent[i])
                expected = [parent in ancestors(record, row) for row in range(len(record))]
                assert flags.tolist() == [*expected, False, False]
