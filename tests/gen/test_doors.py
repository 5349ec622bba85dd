"""Doors of loops: what they do not know goes another way, and no result depends on which way it went."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from darkpair.gen.compiled import layout as layouts
from darkpair.gen.compiled import loops, mode
from darkpair.gen.compiled.columnwise import Columnwise, Loop, Table
from darkpair.gen.streams import Streams

pytestmark = pytest.mark.skipif(not loops.compiler_at_hand(), reason="numba is not there")

_N = 300
_X = Streams(1).rng("x").standard_normal(_N)


def _formula(x: Any, scale: Any, table: Any) -> Any:
    return x * scale > 0.5, x * scale + table[1], x - scale


def _sum(x: Any, n: int, scale: Any, out: Any) -> int:
    out[0] = 0.0
    for i in range(n):
        out[0] += x[i] * scale
    return n


_TABLE = Table(np.array([1.0, 2.5]))
_MASKED = np.ma.masked_array(_X, _X > 0.0)
_CASES: dict[str, tuple[Any, ...]] = {
    "usual": (_X, 2.0, _TABLE),
    "float64": (_X, np.float64(2.0), _TABLE),
    "whole": (_X, 3, _TABLE),
    "true": (_X, True, _TABLE),
    "column": (_X, _X[::-1].copy(), _TABLE),
    "gaps": (np.repeat(_X, 2)[::2], 2.0, _TABLE),
    "backwards": (_X[::-1], 2.0, _TABLE),
    "float32": (_X.astype(np.float32), 2.0, _TABLE),
    "big-endian": (_X.astype(">f8"), 2.0, _TABLE),
    "whole numbers": (np.arange(_N), 2.0, _TABLE),
    "other table": (_X, 2.0, Table(np.arange(3))),
    "masked": (_MASKED, 2.0, _TABLE),
    "few": (_X[:5], 2.0, _TABLE),
    "more dimensions": (_X.reshape(2, -1), 2.0, _TABLE),
    "misaligned": (np.frombuffer(b"." + _X.tobytes(), dtype=np.uint8)[1:].view(np.float64), 2.0, _TABLE),
    "of 0 dimensions": (_X, np.array(2.0), _TABLE),
    "of two lengths": (_X, _X[:-1].copy(), _TABLE),
    "no number": (_X, None, _TABLE),
    "too few operands": (_X, 2.0),
}


@pytest.fixture(autouse=True)
def _nobody_hears(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of loops that cannot be had here other tests know nothing."""
    monkeypatch.setattr(loops, "FAILURES", {})


def _seen(call: Any) -> Any:
    try:
        value = call()
    except (TypeError, ValueError, IndexError) as error:
        return type(error)
    columns = value if isinstance(value, tuple) else (value,)
    return [(np.asarray(column).tobytes(), np.asarray(column).dtype, type(column)) for column in columns]


@pytest.mark.parametrize("shape", ["__call__", "kept"])
@pytest.mark.parametrize("case", _CASES)
def test_any_operands_behind_the_door(shape: str, case: str) -> None:
    formula = Columnwise(_formula)
    with mode.wanted(compiled=True):
        getattr(formula, shape)(*_CASES["usual"])
        assert formula.doors["map" if shape == "__call__" else "filter"]
        through = [_seen(lambda: getattr(formula, shape)(*_CASES[case])) for _ in range(3)]
    with mode.wanted(compiled=False):
        plain = _seen(lambda: getattr(formula, shape)(*_CASES[case]))
    assert through == [plain] * 3


@pytest.mark.parametrize("rows", ["usual", "read-only", "short", "float32", "gaps", "too few", "table"])
def test_any_rows_behind_the_door(rows: str) -> None:
    def make() -> Any:
        out: Any = [np.zeros(_N, dtype=bool), np.zeros(_N), np.zeros(_N)]
        if rows == "read-only":
            out[1].flags.writeable = False
        elif rows == "short":
            out[2] = np.zeros(_N - 1)
        elif rows == "float32":
            out[1] = np.zeros(_N, dtype=np.float32)
        elif rows == "gaps":
            out[1] = np.zeros(2 * _N)[::2]
        elif rows == "too few":
            out.pop()
        elif rows == "table":
            out = np.zeros((3, _N))
        try:
            formula.into(out, *_CASES["usual"])
        except ValueError as error:
            return type(error)
        return [row.tobytes() for row in out]

    formula = Columnwise(_formula)
    with mode.wanted(compiled=True):
        formula(*_CASES["usual"])
        through = [make() for _ in range(2)]
    with mode.wanted(compiled=False):
        plain = make()
    if rows == "read-only":  # (nothing is written where it may not be)
        assert through == [ValueError] * 2
    else:
        assert through == [plain] * 2


@pytest.mark.parametrize("n", [0, 1, 5, _N, 2**30 - 1, 2**30, 2**59, 2**62, -1, -(2**40)])
def test_whole_numbers(n: int) -> None:
    """Of one, two and three digits, and of either sign."""
    loop = Loop(_same)
    out = np.zeros(1, dtype=np.int64)
    with mode.wanted(compiled=True):
        assert [loop(n, out) for _ in range(2)] == [7, 7]
    assert out[0] == n


def _same(n: int, out: Any) -> int:
    out[0] = n
    return 7


@pytest.mark.parametrize("case", ["usual", "float32", "gaps", "true", "none"])
def test_loops_of_their_own(case: str) -> None:
    loop, out = Loop(_sum), np.zeros(1)
    x: Any = {"float32": _X.astype(np.float32), "gaps": np.repeat(_X, 2)[::2]}.get(case, _X)
    scale: Any = {"true": True, "none": None}.get(case, 2.0)
    with mode.wanted(compiled=True):
        assert loop(_X, _N, 2.0, out) == _N
        first = out[0]
        seen = loop(x, _N, scale, out)
    assert seen == (_N if case in ("usual", "true") else None)
    assert (out[0] == first) == (case != "true")


def test_without_doors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where objects lie in another way, loops are called as before."""
    assert layouts.layout() is not None
    monkeypatch.setattr("darkpair.gen.compiled.doors.layout", lambda: None)
    formula = Columnwise(_formula)
    with mode.wanted(compiled=True):
        fast = _seen(lambda: formula(*_CASES["usual"]))
        assert not formula.doors["map"]
        assert formula._loops
    with mode.wanted(compiled=False):
        assert _seen(lambda: formula(*_CASES["usual"])) == fast
