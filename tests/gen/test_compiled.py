"""Formulas as machine code: the bits of NumPy, from a folder that may be damaged, shared or closed."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from darkpair import Parents, Pipeline, build, particle
from darkpair.gen.compiled import loops, mode, store
from darkpair.gen.compiled.columnwise import Columnwise, Table, columnwise, neither, where, whole
from darkpair.gen.directions import direction, disc, isotropic
from darkpair.gen.errors import InputError
from darkpair.gen.flight import truncated_exponential
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.streams import BLOCK, Streams
from darkpair.gen.uniforms import uniforms

_N = 1000
_SCALE = 1.75  # (a number of the module, which a formula uses)

needs_numba = pytest.mark.skipif(not loops.at_hand(), reason="numba is not installed")


def _inner(x: Any, y: Any) -> Any:
    return x * y + _SCALE, x - y


@columnwise
def _everything(x: Any, y: Any, k: Any, flag: Any, scale: Any, table: Any) -> Any:
    """What a formula may use."""
    u, v = _inner(x, y)
    cell = whole(np.abs(x) * 3.0)
    limit = where(flag & neither(x > y), table[cell], scale)
    return (
        np.sqrt(np.maximum(u, 0.0)) / limit,
        np.copysign(np.floor(v), np.minimum(x, y)) ** 2 + math.pi * k,
        np.isfinite(x / y) | (x < 0.0),
        cell,
    )


@columnwise
def _one(x: Any) -> Any:
    return x * 3.0 - 1.0


def _operands() -> tuple[Any, ...]:
    rng = Streams(41).rng("operands")
    x, y = rng.standard_normal((2, _N))
    x[::50], y[::70], y[3], x[4] = 0.0, -0.0, math.inf, -0.0
    return x, y, rng.integers(-5, 5, _N), rng.random(_N) < 0.5, 2.5, Table(np.linspace(1.0, 9.0, 40))


def _both(make: Any) -> tuple[Any, Any]:
    """What is made with machine code, and without."""
    with np.errstate(all="ignore"):
        with mode.wanted(compiled=True):
            fast = make()
        with mode.wanted(compiled=False):
            return fast, make()


def _same_bits(a: Any, b: Any) -> bool:
    a, b = np.asarray(a), np.asarray(b)
    return bool(a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes())


@needs_numba
class TestBits:
    """Machine code and NumPy give the same."""

    def test_all_that_a_formula_may_use(self) -> None:
        fast, plain = _both(lambda: _everything(*_operands()))
        assert all(map(_same_bits, fast, plain))
        assert not loops.FAILURES
        assert _everything._loops  # (it was compiled)

    def test_zeros_of_either_sign_and_what_is_no_number(self) -> None:
        values = np.array([0.0, -0.0, math.nan, -math.inf, 1.0])
        x, y = (np.tile(grid.ravel(), 20) for grid in np.meshgrid(values, values))
        formula = Columnwise(_extremes)
        assert all(map(_same_bits, *_both(lambda: formula(x, y))))

    def test_rows_that_are_given(self) -> None:
        def make() -> Any:
            out = [np.empty(_N), np.empty(_N), np.empty(_N, dtype=bool), np.empty(_N, dtype=np.intp)]
            _everything.into(out, *_operands())
            return out

        assert all(map(_same_bits, *_both(make)))

    def test_what_is_kept(self) -> None:
        x, y, *_ = _operands()
        formula = Columnwise(_kept)
        assert all(map(_same_bits, *_both(lambda: formula.kept(x, y))))

    @pytest.mark.parametrize("n", [0, 1, 255, 256, 16384])
    def test_any_number_of_events(self, n: int) -> None:
        x = Streams(42).rng("x").random(n)
        assert _same_bits(*_both(lambda: _one(x)))

    def test_columns_with_steps_between(self) -> None:
        x = Streams(42).rng("x").random(3 * _N)
        assert _same_bits(*_both(lambda: _one(x[::3])))

    def test_numbers_alone_and_columns_of_two_lengths_are_numpys(self) -> None:
        assert _both(lambda: _one(2.0)) == (5.0, 5.0)
        with mode.wanted(compiled=True):
            assert _one(np.zeros((2, _N))).shape == (2, _N)

    def test_uniform_numbers_and_what_follows_them(self) -> None:
        """A million of them, and the state that is left."""

        def make() -> Any:
            rng = Streams(43, 7).rng("uniform")
            return uniforms(rng, 10**6), rng.standard_normal(3), rng.random(2)

        assert all(map(_same_bits, *_both(make)))

    @pytest.mark.parametrize("n", [1, 300, 16384])
    def test_directions(self, n: int) -> None:
        def make() -> Any:
            rng = Streams(44).rng("directions")
            points = [
                disc(rng, n) for _ in range(200 if n == 300 else 2)
            ]  # (one in some hundred draws again)
            axis = isotropic(rng, n)
            return *np.concatenate(points), *axis, *direction(rng, axis, 0.7), rng.random(1)

        assert all(map(_same_bits, *_both(make)))

    def test_exponentials_inside_widths(self) -> None:
        width = np.array([0.0, 1e-9, 1e-3, 1.0, 1e9, math.inf] * 100)
        assert _same_bits(
            *_both(lambda: truncated_exponential(Streams(45).rng("x"), width, np.full(600, 2.0)))
        )


def _extremes(x: Any, y: Any) -> Any:
    return np.minimum(x, y), np.maximum(x, y), np.minimum(x, 0.0), np.maximum(0.0, y), np.maximum(x, -0.0)


def _kept(x: Any, y: Any) -> Any:
    return x > y, x * y, x < 0.5


@needs_numba
class TestStore:
    """Loops on disk."""

    @pytest.fixture(autouse=True)
    def _own_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setenv("DARKPAIR_CACHE", str(tmp_path))
        store.folder.cache_clear()
        yield
        store.folder.cache_clear()

    def _files(self) -> list[Path]:
        folder = store.folder()
        assert folder is not None
        return sorted(folder.glob("darkpair_*"))

    def test_compiled_once(self) -> None:
        code = store.keep("darkpair_a", lambda: ("symbol", b"code\n\x00"))
        assert (
            store.keep("darkpair_a", lambda: pytest.fail("compiled again"))
            == code
            == ("symbol", b"code\n\x00")
        )

    @pytest.mark.parametrize("damage", ["cut short", "empty", "another byte"])
    def test_a_damaged_file_is_made_again(self, damage: str) -> None:
        store.keep("darkpair_a", lambda: ("symbol", b"first"))
        (path,) = self._files()
        whole_file = path.read_bytes()
        other = whole_file[:20] + b"x" + whole_file[21:]
        path.write_bytes({"cut short": whole_file[:-1], "empty": b"", "another byte": other}[damage])
        assert store.kept("darkpair_a") is None
        assert store.keep("darkpair_a", lambda: ("symbol", b"again")) == ("symbol", b"again")
        assert store.kept("darkpair_a") == ("symbol", b"again")

    def test_a_folder_that_cannot_be(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "file").write_text("")
        monkeypatch.setenv("DARKPAIR_CACHE", str(tmp_path / "file"))
        store.folder.cache_clear()
        assert store.folder() is None
        assert store.keep("darkpair_a", lambda: ("symbol", b"code")) == ("symbol", b"code")

    def test_a_full_disk(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: Any, **__: Any) -> Any:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "write_bytes", full)
        assert store.keep("darkpair_a", lambda: ("symbol", b"code")) == ("symbol", b"code")
        assert self._files() == []

    def test_processes_that_start_together_compile_once(self, tmp_path: Path) -> None:
        lines = (
            "import time\nfrom darkpair.gen.compiled import store\n"
            "def make():\n    print('made', flush=True); time.sleep(0.3); return 'symbol', b'code'\n"
            "assert store.keep('darkpair_b', make) == ('symbol', b'code')"
        )
        runs = [
            subprocess.Popen([sys.executable, "-c", lines], stdout=subprocess.PIPE, text=True)
            for _ in range(3)
        ]
        said = [run.communicate(timeout=60)[0] for run in runs]
        assert [run.returncode for run in runs] == [0, 0, 0]
        assert "".join(said).count("made") == 1


class TestMode:
    """When formulas are compiled."""

    @pytest.mark.parametrize("read", [True, False])
    def test_events_of_a_file_have_more_to_move(self, read: bool, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(mode, "_events", [0])
        monkeypatch.delenv("DARKPAIR_COMPILED", raising=False)
        seen: list[bool] = []

        class Drawn:
            pdgid = 130

            def sample(self, n: int, rng: np.random.Generator) -> Parents:
                seen.append(mode.off())
                return KotoKL().sample(n, rng)

        class Read(Drawn):
            masses: ClassVar = {130: particle("K_L0").mass}
            n_parents = mode.LOAD_FROM

            def block(self, index: int) -> Parents:
                return self.sample(BLOCK, Streams(1, index).rng("source"))

        chain = build("K_L0 -> X1 X2", mass={"X1": 0.0, "X2": 0.1}, ctau={"X2": 0.0})
        pipeline = Pipeline(source=Read() if read else Drawn(), chain=chain)
        for n in (mode.LOAD_FROM // mode.OF_A_FILE - 1, mode.LOAD_FROM // mode.OF_A_FILE, mode.LOAD_FROM):
            pipeline.chunk(0, 1, n)
        assert seen == [True, not read, False]

    @pytest.mark.parametrize(
        ("events", "off", "compiles"),
        [(1, True, False), (mode.LOAD_FROM, False, False), (mode.COMPILE_FROM, False, True)],
    )
    def test_by_the_number_of_events(
        self, events: int, off: bool, compiles: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(mode, "_events", [0])
        monkeypatch.delenv("DARKPAIR_COMPILED", raising=False)
        with mode.wanted(None, events):
            assert (mode.off(), mode.may_compile()) == (off, compiles)
        mode.count(events)  # many small samples
        with mode.wanted(None, 1):
            assert (mode.off(), mode.may_compile()) == (off, compiles)
        assert mode.off() == off  # a chain that is asked without a pipeline

    @pytest.mark.parametrize(("text", "off"), [("1", False), ("0", True)])
    def test_by_the_environment(self, text: str, off: bool, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DARKPAIR_COMPILED", text)
        with mode.wanted(None, 10**9 if off else 1):
            assert mode.off() == off
        with mode.wanted(compiled=off, events=1):  # who says it in a job is heard first
            assert mode.off() != off

    def test_another_word(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DARKPAIR_COMPILED", "yes")
        with pytest.raises(InputError, match="DARKPAIR_COMPILED = 'yes'; allowed: 1"), mode.wanted(None, 1):
            pass

    def test_without_numba(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(loops, "at_hand", lambda: False)
        x = np.linspace(0.0, 1.0, _N)
        formula = Columnwise(_one.function)
        with mode.wanted(compiled=True):
            assert _same_bits(formula(x), x * 3.0 - 1.0)

    def test_what_a_compiler_refuses_runs_in_numpy(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(loops, "FAILURES", {})
        formula, x = Columnwise(_text_formula), np.linspace(0.0, 1.0, _N)
        with mode.wanted(compiled=True):
            assert _same_bits(formula(x), 2.0 * x)
        if loops.at_hand():
            assert list(loops.FAILURES) == [f"{__name__}._text_formula"]


def _text_formula(x: Any) -> Any:
    return x * float(str(b"2.0", "ascii"))
