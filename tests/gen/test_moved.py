"""Lists are moved as they stand, and what descends from a parent is found, by loops of machine code as by plain Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from darkpair.chains.chain_set import ChainSet, build_chains
from darkpair.gen.compiled.mode import wanted
from darkpair.gen.lists import fill
from darkpair.gen.moved import come_first, descended, lists_moved, rows_moved
from darkpair.gen.output.event_columns import Collection, EventColumns
from darkpair.gen.output.layouts import file_columns
from darkpair.gen.pipeline import Pipeline
from darkpair.gen.sources.event_file import EventFile
from tests.event_files.own_files import CASES, Case
from tests.shared.small_events import KINDS

pytest.importorskip("numba")

TYPES = ["<f8", ">f8", "<f4", ">f4", "<i4", ">i4", "<i8", ">i8", "|b1", "|i1"]


def _numbers(dtype: str, n: int, seed: int = 1) -> NDArray[Any]:
    """Numbers with any bits, NaN of every kind among them."""
    bits = np.random.default_rng(seed).integers(0, 256, n * np.dtype(dtype).itemsize, dtype=np.uint8)
    return bits.view(np.dtype(dtype).newbyteorder("=")) if dtype != "|b1" else bits > 100


@pytest.mark.parametrize("n", [0, 1, 300])
@pytest.mark.parametrize("dtype", TYPES)
def test_lists_and_rows(dtype: str, n: int) -> None:
    rng = np.random.default_rng(n)
    counts, size = rng.integers(0, 6, n), 3
    begins = rng.permutation(np.cumsum(counts) - counts + 2)
    given = _numbers(dtype, int(counts.sum()) + 20)
    places = np.concatenate([[0], np.cumsum(counts + size)])
    rows = _numbers(dtype, (size + 1) * n, seed=2).reshape(size + 1, n)
    first, others = places[:-1] + rng.integers(0, counts + 1), places[:-1] + counts
    expected = np.zeros(int(places[-1]), dtype=dtype)
    for i in range(n):
        expected[places[i] : places[i] + counts[i]] = given[begins[i] : begins[i] + counts[i]]
        expected[first[i]] = rows[0, i]
        expected[others[i] : others[i] + size] = rows[1:, i]
    out = np.zeros_like(expected)
    with wanted(compiled=True):
        assert lists_moved(out, places, given, begins, counts)
        assert rows_moved(out, rows, first, others)
    assert out.tobytes() == expected.tobytes()


def test_what_no_loop_moves() -> None:
    one = np.array([0])
    with wanted(compiled=True):
        assert not lists_moved(np.zeros(4)[::2], one, np.ones(2), one, one + 2)
        assert not lists_moved(np.zeros(2, "f2"), one, np.ones(2, "f2"), one, one + 2)
        assert not rows_moved(np.zeros(2, "c16"), np.ones((2, 1), "c16"), one, one + 1)
    with wanted(compiled=False):
        assert not lists_moved(np.zeros(2), one, np.ones(2), one, one + 2)
        assert not descended(np.zeros(2, bool), one, one, one + 2, one, np.array([-1, 0], np.int32))
        assert come_first(np.array([0, 2]), np.array([-1, 0], np.int32)) is None


def _below(mother: list[int], parent: int) -> list[bool]:
    """Which particles of a list have the parent among their ancestors."""
    out = []
    for row in range(len(mother)):
        above = mother[row]
        while above >= 0 and above != parent:
            above = mother[above]
        out.append(above == parent)
    return out


def test_descendants_of_parents() -> None:
    rng = np.random.default_rng(3)
    counts = rng.integers(1, 9, 400)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    lists = [[int(rng.integers(-1, row)) if row else -1 for row in range(n)] for n in counts]
    mother = np.concatenate(lists).astype(np.int32)
    parent = rng.integers(0, counts)
    out = np.zeros(len(mother), dtype=bool)
    with wanted(compiled=True):
        assert come_first(offsets, mother)
        assert descended(out, offsets, offsets[:-1], counts, parent, mother)
        late = mother.copy()
        late[offsets[7]] = 0  # (itself)
        assert come_first(offsets, late) is False
        assert not descended(np.zeros_like(out), offsets, offsets[:-1], counts, parent, late)
    assert out.tolist() == [below for one, at in zip(lists, parent, strict=True) for below in _below(one, at)]
    assert 0 < out.sum() < len(out) / 2


def _everything(source: EventFile, layout: Any) -> dict[str, bytes]:
    """All bits of all columns of all events of a file, as a layout writes them."""
    others = {321: "pi+ ", 511: "K0 ", 521: "K+ "}
    decays = [f"{name} -> {others.get(kind, '')}X1 X2" for kind, name in KINDS.items()]
    chains = build_chains(decays, mass={"X1": 0.0, "X2": 0.01}, ctau={"X2": 100.0})
    pipeline = Pipeline(source=source, chain=ChainSet.covering(chains, source.masses), seed=1)
    out = {}
    for name, values in file_columns(
        EventColumns.of_chunk(pipeline.chunk(0, 1, source.n_parents)), layout
    ).items():
        columns = (
            {f"{name}.{key}": column for key, column in values.columns.items()}
            if isinstance(values, Collection)
            else {name: values}
        )
        for key, column in columns.items():
            big = np.empty(len(column), dtype=column.dtype.newbyteorder(">"))
            fill(column, big)
            out[key] = big.tobytes()
    return out


@pytest.mark.filterwarnings("ignore::darkpair.gen.errors.DarkpairWarning")
@pytest.mark.parametrize(
    "case", [case for case in CASES if isinstance(case.parents, dict)], ids=lambda c: c.file
)
def test_every_file_is_the_same_with_loops_and_without(case: Case, tmp_path: Path) -> None:
    path = tmp_path / case.file
    case.make(path)
    every = []
    for compiled in (True, False):
        with wanted(compiled):
            source = EventFile(path=str(path), parents=tuple(KINDS.values()), **case.settings)
            every.append([_everything(source, layout) for layout in ("cartesian", "nano")])
    assert every[0] == every[1]
