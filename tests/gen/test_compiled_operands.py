"""Whatever is given to a formula, or stands in it: machine code gives what NumPy gives, or leaves it to NumPy."""

from __future__ import annotations

import math
import pickle
import pkgutil
import sys
import threading
from copy import deepcopy
from importlib import import_module
from typing import Any

import numpy as np
import pytest

import darkpair.chains
import darkpair.detectors
import darkpair.gen
from darkpair.gen.boosts import PAIR_ALONG, _boost
from darkpair.gen.compiled import call, columnwise, loops, mode
from darkpair.gen.compiled.columnwise import Columnwise, Loop, Table, where
from darkpair.gen.compiled.form import Form, digest_of
from darkpair.gen.listed import _owners
from darkpair.gen.streams import Streams

_N = 600
_FORM = Form(shape="map", kinds=("f8",))

needs_numba = pytest.mark.skipif(not loops.at_hand(), reason="numba is not installed")


def _product(x: Any, y: Any) -> Any:
    return x * y


def _looked_up(x: Any, table: Any) -> Any:
    return x * table[3]


@Loop
def _first(x: Any, out: Any, scale: Any) -> int:
    out[0] = x[0] * scale
    return 1


_X = Streams(1).rng("x").standard_normal(_N)
_BYTES = np.zeros(8 * _N + 1, dtype=np.uint8)[1:].view(np.float64)
_BYTES[:] = _X
_LARGE = np.full(_N, 2**63 + 12345, dtype=np.uint64)
_OPERANDS: dict[str, tuple[Any, Any]] = {
    "other order of bytes": (_X.astype(">f8"), 2.0),
    "other order of bytes, beside": (_X, _X.astype(">f8")),
    "other order of bytes, whole": (_X, np.arange(_N, dtype=">i8")),
    "odd address": (_BYTES, 2.0),
    "backwards": (_X[::-1], _X[::2].repeat(2)),
    "single precision": (_X.astype(np.float32), 2.0),
    "a number of single precision": (_X, np.float32(0.1)),
    "whole for a number": (_X, 2),
    "too large for a word": (_X, 2**70),
    "without sign and with": (_LARGE, np.ones(_N, dtype=np.int64)),
    "without sign": (_LARGE, 3),
    "truth values": (_X > 0.0, _X),
    "a truth value": (_X, np.bool_(True)),
    "a number as an array": (_X, np.array(2.5)),
    "closed for good": (_X, np.broadcast_to(np.float64(2.5), _N)),
}


def _both(make: Any) -> tuple[Any, Any]:
    with mode.wanted(compiled=True):
        fast = make()
    with mode.wanted(compiled=False):
        return fast, make()


@needs_numba
class TestOperands:
    """What a formula is given."""

    @pytest.mark.parametrize("name", _OPERANDS)
    def test_the_bits_of_numpy(self, name: str) -> None:
        fast, plain = _both(lambda: Columnwise(_product)(*_OPERANDS[name]))
        assert fast.dtype == plain.dtype
        assert fast.tobytes() == plain.tobytes()

    def test_what_is_masked_stays_masked(self) -> None:
        x = np.ma.masked_array(_X, _X > 0.0)
        fast, plain = _both(lambda: Columnwise(_product)(x, 2.0))
        assert (fast.mask == plain.mask).all()
        assert fast.mask.any()

    @pytest.mark.parametrize("kind", [">f8", "f4", "u8", "f8"])
    def test_tables(self, kind: str) -> None:
        table = Table(np.linspace(1.0, 9.0, 9).astype(kind))
        fast, plain = _both(lambda: Columnwise(_looked_up)(_X, table))
        assert fast.tobytes() == plain.tobytes()

    @pytest.mark.parametrize("shape", [_N - 1, _N + 1, (_N, 1), (1, 1, _N)])
    def test_rows_that_do_not_fit(self, shape: Any) -> None:
        """NumPy says so, or repeats: a loop would write over what is beside them."""

        def make() -> Any:
            out = np.full(shape, 7.0)
            try:
                Columnwise(_product).into([out], _X, 2.0)
            except ValueError as error:
                return out, str(error)
            return out, ""

        (fast, said), (plain, expected) = _both(make)
        assert fast.tobytes() == plain.tobytes()
        assert said == expected

    @pytest.mark.parametrize("scale", [np.float32(0.5), 2**70, np.array([0.5] * 2, dtype=">f8"), None, "2"])
    def test_loops_refuse_what_they_cannot_read(self, scale: Any) -> None:
        out = np.zeros(1)
        with mode.wanted(compiled=True):
            assert _first(_X, out, scale) is None
            assert _first(_X.astype(">f8"), out, 2.0) is None
            assert _first(_X, out, 2.0) == 1
        assert out[0] == 2.0 * _X[0]

    def test_a_loop_keeps_its_operands_alive(self) -> None:
        with mode.wanted(compiled=True):
            out = np.zeros(1)
            run = _first.bound(np.full(10**6, 3.0), out, 2.0)
        assert run is not None
        assert run() == 1
        assert out[0] == 6.0


def _function(text: str, **scope: Any) -> Any:
    """A function of a module that holds those names."""
    exec(text, scope)
    return scope["formula"]


def _through_two(constant: Any) -> Any:
    inner = _function("def formula(x): return x * c", c=constant)
    middle = _function("def formula(x): return inner(x) + 1.0", inner=inner)
    return _function("def formula(x): return middle(x)", middle=middle)


class TestDigest:
    """What decides about a loop's code."""

    @pytest.mark.parametrize(
        ("text", "values"),
        [
            ("def formula(x): return x * c", (2.0, 3.0, 2, 3, True)),
            ("def formula(x): return x * c", (np.int64(2), np.int64(3), np.float64(2.0), np.bool_(True))),
            ("def formula(x): return x * c[1]", ((1.0, 2.0), (1.0, 3.0), (1.0, (2.0, 3.0)))),
            ("def formula(x): return x * c", (0.0, -0.0, math.nan, math.inf)),
        ],
    )
    def test_numbers_of_the_module(self, text: str, values: tuple[Any, ...]) -> None:
        digests = [digest_of(_function(text, c=value), _FORM, ["f8"]) for value in values]
        assert len(set(digests)) == len(values)

    def test_numbers_two_functions_away(self) -> None:
        assert digest_of(_through_two(2.0), _FORM, ["f8"]) != digest_of(_through_two(3.0), _FORM, ["f8"])

    def test_lines_and_defaults(self) -> None:
        texts = ["x, c=2.0: x * c", "x, c=3.0: x * c", "x, c=2.0: x / c", "x: x * 2.0", "x: x * 2"]
        digests = [
            digest_of(_function(f"def formula({a}): return {b}"), _FORM, ["f8"])
            for a, b in (text.split(": ") for text in texts)
        ]
        assert len(set(digests)) == len(texts)

    @pytest.mark.parametrize(
        ("text", "scope"),
        [
            ("def formula(x): return x * c[0]", {"c": np.array([2.0])}),
            ("def formula(x): return x * c.pi", {"c": pkgutil}),
            ("def formula(x): return x * c.pi", {"c": type("Numbers", (), {"pi": 3.0})}),
            ("def formula(x): return x * c[0]", {"c": ([2.0],)}),
            ("def formula(x): return sum(y for y in (x, x))", {}),
            ("def formula(x, *, c=2.0): return x * c", {}),
            ("def made(c):\n    def formula(x): return x * c\n    return formula\nformula = made(2.0)", {}),
        ],
    )
    def test_what_may_be_another_thing_tomorrow_is_not_compiled(
        self, text: str, scope: dict[str, Any]
    ) -> None:
        with pytest.raises(TypeError):
            digest_of(_function(text, **scope), _FORM, ["f8"])

    def test_every_formula_of_the_package_can_be_kept(self) -> None:
        marked: dict[int, Any] = {}
        for room in (darkpair.gen, darkpair.chains, darkpair.detectors):
            for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
                if module.name == "darkpair.gen.compiled.compile" and not loops.at_hand():
                    continue
                values = vars(import_module(module.name)).values()
                marked |= {id(value): value for value in values if isinstance(value, Columnwise | Loop)}
        assert len(marked) > 50
        for value in marked.values():
            digest_of(value.loop if isinstance(value, Loop) else value.scalar, _FORM, ["f8"])

    @needs_numba
    def test_a_number_that_changes_meanwhile(self) -> None:
        formula = _function("def formula(x): return x * c", c=2.0)
        for c in (2.0, 3.0):
            formula.__globals__["c"] = c
            fast, plain = _both(lambda: Columnwise(formula)(_X))
            assert fast.tobytes() == plain.tobytes()


@needs_numba
def test_a_broken_compiler_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Broken:
        def find_spec(self, name: str, *_: Any) -> None:
            if name == "darkpair.gen.compiled.compile":
                asked.append(name)
                raise ImportError("Numba needs NumPy 9.9 or less")

    monkeypatch.delitem(sys.modules, "darkpair.gen.compiled.compile", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    monkeypatch.setattr(loops, "FAILURES", {})
    loops._compiler.cache_clear()
    try:
        for constant in (0.125, 0.375):
            formula = Columnwise(_function("def formula(x): return x * c - 17.0", c=constant))
            with mode.wanted(compiled=True):
                assert formula(_X).tobytes() == (_X * constant - 17.0).tobytes()
    finally:
        loops._compiler.cache_clear()
    assert len(asked) == 1
    assert loops.FAILURES == {"numba": "ImportError: Numba needs NumPy 9.9 or less"}


@needs_numba
class TestProcess:
    """Threads, and what goes to another process."""

    def test_threads_that_ask_together_have_the_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[str] = []
        loop_at = loops.loop_at

        def counted(*args: Any) -> Any:
            asked.append("asked")
            return loop_at(*args)

        monkeypatch.setattr(call, "loop_at", counted)
        formula, barrier, out = Columnwise(_product), threading.Barrier(6), []

        def ask() -> None:
            barrier.wait()
            with mode.wanted(compiled=True):
                out.append(formula(_X, 2.0).tobytes())

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert out == [(_X * 2.0).tobytes()] * 6
        assert asked == ["asked"]

    def test_formulas_travel_by_name(self) -> None:
        x = np.linspace(0.0, 1.0, _N)
        with mode.wanted(compiled=True):
            where(x > 0.5, x, 0.0)
            _owners(np.ones(3, dtype=np.int64), 3, np.empty(4, dtype=np.int64))
            assert pickle.loads(pickle.dumps(columnwise.where)).scalar is where.scalar
            for value in (_owners, _first):
                assert pickle.loads(pickle.dumps(value)) is value
            for formula in (_boost, PAIR_ALONG):
                assert pickle.loads(pickle.dumps(formula)).function is formula.function
                assert deepcopy(formula).function is formula.function


@needs_numba
@pytest.mark.parametrize("shift", [0, 1, 4])
def test_a_loop_is_given_addresses_that_its_machine_can_read_at_once(shift: int) -> None:
    """Some processors read a number only where it is aligned; ours reads any, so that values alone would not tell."""
    column = np.frombuffer(bytearray(8 * 301), dtype=np.float64, count=300, offset=shift)
    with mode.wanted(compiled=True):
        loop = call.bound(PAIR_ALONG, "map", (column,) * 11, {}, 1)
    assert loop is not None
    assert [place % 8 for place in loop.args] == [0] * 11
