"""Points of several scans at once: what each gives alone, by one pool, the largest samples first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from darkpair.chains.models import ZPrimeScalar
from darkpair.gen.errors import InputError
from darkpair.limits import Size, limit_rows
from darkpair.scan import points as engine
from darkpair.scan import scan, together
from darkpair.workers import on_executor, worker_pool

TINY = Size(kaons=1_000, etas=200, spectra="central", cells=(6, 5, 4), throws=(2,))

#: What was evaluated, in this process.
DONE: list[float] = []


@dataclass(frozen=True)
class Power:
    """A function of a point, of a size."""

    events: int
    power: int = 2

    def __call__(self, point: Mapping[str, Any]) -> dict[str, Any]:
        DONE.append(self.events + point["x"])
        if point["x"] < 0.0:
            raise InputError(f"x = {point['x']}; allowed: 0 or more")
        return {"y": point["x"] ** self.power}


@dataclass(frozen=True)
class Nested:
    """One that scans itself."""

    def __call__(self, point: Mapping[str, Any]) -> dict[str, Any]:
        (row,) = scan(Power(events=1, power=3), [point], workers=1)
        return {"y": 2.0 * row["y"]}


class Counting(Executor):
    """Threads, and how many tasks they were given."""

    def __init__(self) -> None:
        self.threads, self.count = ThreadPoolExecutor(2), 0

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.count += 1
        return self.threads.submit(function, *args, **kwargs)


@pytest.fixture(autouse=True)
def nothing_done() -> None:
    DONE.clear()


@pytest.fixture
def pools(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers of workers that pools were asked for."""
    asked: list[int] = []
    real = worker_pool

    def pool(workers: int) -> Any:
        asked.append(workers)
        return real(1)

    monkeypatch.setattr(engine, "worker_pool", pool)
    return asked


def rows(events: int, *xs: float, folder: Path | None = None) -> list[float]:
    return [row["y"] for row in scan(Power(events), [{"x": x} for x in xs], folder=folder, workers=2)]


def sums(folder: Path | None = None) -> float:
    """Two scans within one function, which are made at once with those of others."""
    first, second = together([partial(rows, 5, 1.0, folder=folder), partial(rows, 7, 3.0, folder=folder)])
    return sum(first) + sum(second)


@pytest.mark.parametrize("kept", [False, True])
def test_each_gives_what_it_gives_alone(kept: bool, tmp_path: Path, pools: list[int]) -> None:
    folder = tmp_path if kept else None
    makes: list[Callable[[], Any]] = [
        partial(rows, 1, 1.0, 2.0, 1.0, folder=folder),
        partial(sums, folder),
        lambda: "nothing to make",
        partial(rows, 9, 4.0, folder=folder),
    ]
    expected = [[1.0, 4.0, 1.0], 10.0, "nothing to make", [16.0]]
    assert together(makes, workers=3) == expected
    assert pools == [3]
    assert DONE == [13.0, 10.0, 6.0, 2.0, 3.0]  # (the largest first, and each once)
    assert len(list(tmp_path.rglob("*.json"))) == (5 if kept else 0)
    assert together(makes, workers=3) == expected
    assert len(DONE) == (5 if kept else 10)
    assert [make() for make in makes] == expected


def test_a_scan_that_needs_another_first(pools: list[int]) -> None:
    """What is asked for only when something is known is made in a second round."""

    def chained() -> list[float]:
        (first,) = rows(1, 2.0)
        return rows(1, first)

    makes: list[Callable[[], list[float]]] = [chained, partial(rows, 1, 3.0)]
    assert together(makes) == [[16.0], [9.0]]
    assert DONE == [3.0, 4.0, 5.0]
    assert pools == [2, 1]


def test_what_makes_a_point_may_scan() -> None:
    assert together([lambda: scan(Nested(), [{"x": 2.0}], workers=1)]) == [[{"y": 16.0}]]


def test_one_point_that_is_refused_is_one_line_and_keeps_the_others(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"at x = -1.0: x = -1.0; allowed: 0 or more"):
        together([partial(rows, 1, -1.0, folder=tmp_path), partial(rows, 2, 2.0, folder=tmp_path)], workers=1)
    assert len(list(tmp_path.rglob("*.json"))) == 1
    assert rows(1, 3.0) == [9.0]  # (nothing is left in force)


def test_an_executor_has_all_of_them() -> None:
    executor = Counting()
    with on_executor(executor), executor.threads:
        makes: list[Callable[[], Any]] = [partial(rows, 1, 1.0, 2.0), sums]
        assert together(makes) == [[1.0, 4.0], 10.0]
    assert executor.count == 4


def test_samples_of_all_searches_are_made_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One round whatever the workers; the same files hold the same."""
    rounds: list[int] = []
    real = engine._Asked.make

    def make(asked: Any, workers: int) -> None:
        rounds.append(len(asked.missing))
        real(asked, workers)

    monkeypatch.setattr(engine._Asked, "make", make)
    model = ZPrimeScalar(m1=0.0, m2=0.3, G_X=1e-5)
    asked: dict[str, Any] = {"size": TINY, "only": ["koto-2021", "nucal"]}
    kept: list[dict[str, str]] = []
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        limit_rows([model], folder=folder, workers=workers, **asked)
        kept.append({path.name: path.read_text() for path in folder.rglob("*.json")})
        assert rounds == [len(kept[0])] * workers
        limit_rows([model], folder=folder, workers=workers, **asked)
        assert len(rounds) == workers
    assert kept[0] == kept[1]
    assert len(kept[0]) > 4
