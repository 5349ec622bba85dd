"""Executors of somebody else's: the events of one process, whatever they do first, and one line where they do not do it."""

from __future__ import annotations

import json
import multiprocessing
import os
import pickle
import random
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uproot

import darkpair
from darkpair.gen import executors
from darkpair.gen.data_files import altered, load
from darkpair.gen.errors import DarkpairWarning, InputError
from darkpair.gen.executors import TheirExecutor
from darkpair.gen.likeness import likeness
from darkpair.gen.memory import keep_freed_memory
from darkpair.gen.parameters import parameters
from darkpair.gen.streams import BLOCK
from darkpair.job.job import Job
from darkpair.limits import Size, limit_rows
from darkpair.run import Result, run_job
from darkpair.scan import scan
from darkpair.studies.outputs import Run, Table
from darkpair.studies.samples import Sample, generate
from darkpair.studies.study import Study
from darkpair.workers import on_executor, worker_pool

POINTS = [{"x": 1.0}, {"x": 2.0}, {"x": 3.0}]
TINY = replace(Size.of(quick=True), kaons=BLOCK, etas=BLOCK)


def square(point: Mapping[str, Any]) -> dict[str, Any]:
    return {"y": point["x"] ** 2}


def constant(_: Mapping[str, Any]) -> dict[str, Any]:
    """What a data file says there, and whether freed memory is kept."""
    entry = load("darkpair.chains.models", "data/inputs.toml")["pdg"]["G_F"]
    return {"G_F": entry["value"], "kept": keep_freed_memory.cache_info().currsize}


def end(_: Mapping[str, Any]) -> dict[str, Any]:
    os._exit(3)


def refuse(point: Mapping[str, Any]) -> dict[str, Any]:
    raise InputError(f"no such thing as {point['x']}")


def fail(_: Mapping[str, Any]) -> dict[str, Any]:
    raise KeyError("of a stranger")


class OddOrder(Executor):
    """Does nothing for a while, then what it has in any order; what comes and goes is pickled, as on the way to a cluster."""

    def __init__(self, most: int = 1000) -> None:
        self.waiting: list[tuple[Future[Any], bytes]] = []
        self.count = self.under_way = self.most_under_way = 0
        self.random, self.lock = random.Random(5), threading.Lock()

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        with self.lock:
            self.waiting.append((future, pickle.dumps((function, args, kwargs))))
            self.count += 1
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
        threading.Timer(0.02, self._work).start()
        return future

    def _work(self) -> None:
        with self.lock:
            future, order = self.waiting.pop(self.random.randrange(len(self.waiting)))
        try:
            if future.set_running_or_notify_cancel():
                function, args, kwargs = pickle.loads(order)
                future.set_result(pickle.loads(pickle.dumps(function(*args, **kwargs))))
        finally:
            with self.lock:
                self.under_way -= 1


class WithoutUs(Executor):
    """Each call in a process of Python that has no packages at all."""

    READ = "import pickle, sys\nfunction, args = pickle.load(sys.stdin.buffer)\nfunction(*args)"

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", self.READ],
            input=pickle.dumps((function, args)),
            capture_output=True,
            check=False,
        )
        future: Future[Any] = Future()
        future.set_exception(ModuleNotFoundError(done.stderr.decode().splitlines()[-1].partition(": ")[2]))
        return future


class Closed(Executor):
    """Gives up what it was asked for."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.cancel()
        return future


class Unable(Closed):
    """Cannot cancel, as Parsl."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        class Stubborn(Future[Any]):
            def cancel(self) -> bool:
                raise NotImplementedError("no way to cancel")

        future = Stubborn()
        if not hasattr(self, "first"):
            self.first = future
            future.set_result(function(*args))
        return future


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Executor]:
    """Processes as somebody else starts them, in another folder."""
    folder = tmp_path_factory.mktemp("elsewhere")
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context, initializer=os.chdir, initargs=(folder,)) as pool:
        yield pool
    assert not list(folder.iterdir())


def job(path: Path, **run: Any) -> Job:
    source, chain = {"name": "koto_kl"}, {"name": "kl_x1x2_pi0", "mass": {"X1": 0.0, "X2": 0.43}}
    own = {"n": 3 * BLOCK + 100, "chunk": BLOCK, "seed": 11} | run
    output = {"path": str(path), "picture": False}
    return Job.model_validate(
        {"run": own, "source": source, "chain": chain, "detector": {"name": "koto"}, "output": output}
    )


def arrays(result: Result) -> dict[str, Any]:
    """Every branch of a file, and what the run came to."""
    with uproot.open(result.path) as file:
        events = file["Events"].arrays(library="np")
    flat = {
        name: np.concatenate([np.ravel(x) for x in column]) if len(column) else column
        for name, column in events.items()
    }
    return flat | {"cutflow": result.cutflow.to_dict()}


def test_the_events_are_those_of_one_process(tmp_path: Path, processes: Executor) -> None:
    alone = arrays(run_job(job(tmp_path / "alone.root")))
    with ThreadPoolExecutor(2) as threads:
        for name, executor in {"threads": threads, "processes": processes, "odd": OddOrder()}.items():
            made = arrays(run_job(job(tmp_path / f"{name}.root"), executor=executor))
            assert made.keys() == alone.keys()
            for branch, values in alone.items():
                np.testing.assert_array_equal(made[branch], values, err_msg=f"{branch} of {name}")
            assert executor.submit(int, "3").result() == 3  # its owner's still


def test_as_many_chunks_are_under_way_as_twice_its_workers(tmp_path: Path) -> None:
    said, unsaid, of_job = OddOrder(), OddOrder(), OddOrder()
    said.max_workers = 3  # type: ignore[attr-defined]
    for executor, most in ((said, 6), (unsaid, 2 * executors.SOME_WORKERS), (of_job, 10)):
        workers = 5 if executor is of_job else 1
        with on_executor(executor), worker_pool(workers) as pool:
            assert isinstance(pool, TheirExecutor)
            assert 2 * pool.workers == most
    run_job(job(tmp_path / "out.root", n=8 * BLOCK), executor=said)
    assert said.count == 8
    assert 2 <= said.most_under_way <= 6
    with on_executor(said, workers=1), worker_pool(4) as pool:
        assert isinstance(pool, TheirExecutor)
        assert pool.workers == 1


def test_changes_of_data_files_hold_there_and_go_with_each_call(processes: Executor) -> None:
    with ThreadPoolExecutor(1) as threads:
        for executor in (threads, processes, OddOrder()):
            usual = scan(constant, POINTS, executor=executor)
            with altered({"inputs.toml": {"pdg.G_F": 1.2e-5}}):
                changed = scan(constant, POINTS, executor=executor)
            again = scan(constant, POINTS, executor=executor)
            assert {row["G_F"] for row in changed} == {1.2e-5}
            assert usual == again == scan(constant, POINTS, workers=1, executor=threads)
            assert {row["kept"] for row in usual} == {1}


def test_results_come_home_and_are_kept_here(
    tmp_path: Path, processes: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # (the workers are elsewhere, as the fixture checks at its end)
    executor = OddOrder()
    made = scan(square, POINTS, folder=Path("cache"), executor=processes)
    assert made == [{"y": 1.0}, {"y": 4.0}, {"y": 9.0}]
    assert len(list(tmp_path.glob("cache/*/*.json"))) == 3
    assert scan(square, POINTS, folder=Path("cache"), executor=executor) == made
    assert executor.count == 0


def test_what_a_task_refuses_is_said_as_at_home(processes: Executor) -> None:
    with pytest.raises(InputError, match=r"^at x = \d.0: no such thing as \d"):
        scan(refuse, POINTS, executor=processes)
    with pytest.raises(KeyError, match="of a stranger") as caught:
        scan(fail, POINTS, executor=processes)
    assert "in fail" in str(caught.value.__cause__)  # what a stranger's plug-in is blamed by


def test_an_executor_that_does_not_do_its_work_is_one_line(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context) as dying:
        lines = {
            dying: r"ProcessPoolExecutor did not do its work \(BrokenProcessPool: .*\): a worker ended",
            WithoutUs(): r"a worker of WithoutUs cannot import darkpair; .* has darkpair \d",
            Closed(): r"Closed gave up what it was asked for",
        }
        for executor, line in lines.items():
            with pytest.raises(InputError, match=line) as caught:
                scan(end, POINTS, executor=executor)
            assert "\n" not in str(caught.value)
            with pytest.raises(InputError):
                run_job(job(tmp_path / "out.root"), executor=executor)
    with ThreadPoolExecutor(1) as closed:
        pass
    with pytest.raises(
        InputError, match=r"ThreadPoolExecutor takes no work \(cannot schedule .*\); give one that"
    ):
        scan(square, POINTS, executor=closed)
    assert not list(tmp_path.iterdir())


def test_an_executor_that_cannot_cancel_is_left_alone() -> None:
    with on_executor(Unable()), worker_pool(2) as pool:
        assert pool is not None
        first, second = pool.submit(square, {"x": 2.0}), pool.submit(square, {"x": 3.0})
        assert first.result() == {"y": 4.0}
    assert second.cancelled()


@pytest.mark.parametrize(
    ("unlike", "line"),
    [
        ({"versions": dict(likeness().versions, numpy="0.9")}, r"has numpy \S+ \(here 0.9\): its events"),
        ({"versions": dict(likeness().versions, darkpair="0.0.9")}, r"has darkpair \S+ \(here 0.0.9\)"),
        ({"code": "other"}, r"has other lines of darkpair 0"),
    ],
)
def test_a_worker_of_another_version_is_refused(
    unlike: dict[str, Any], line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executors, "likeness", lambda: replace(likeness(), **unlike))
    with ThreadPoolExecutor(1) as threads, pytest.raises(InputError, match=f"^the worker .*{line}"):
        run_job(job(tmp_path / "out.root"), executor=threads)
    assert not list(tmp_path.iterdir())


def test_a_worker_whose_processor_rounds_otherwise_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    home = replace(likeness(), arithmetic="other", features=(*likeness().features, "AVX_OF_TOMORROW"))
    monkeypatch.setattr(executors, "likeness", lambda: home)
    with ThreadPoolExecutor(1) as threads, pytest.warns(DarkpairWarning) as told_here:
        scan(square, POINTS, executor=threads)
    assert len(told_here) == 1
    assert 'NPY_DISABLE_CPU_FEATURES="AVX_OF_TOMORROW"' in str(told_here[0].message)


def test_what_is_no_executor_is_refused_and_a_client_is_taken() -> None:
    class Client:
        def get_executor(self) -> Executor:
            return OddOrder()

    assert scan(square, POINTS, executor=Client()) == scan(square, POINTS, workers=1)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"executor = 'tcp.*'; allowed: a concurrent.futures.Executor"):
        scan(square, POINTS, executor="tcp://here")  # type: ignore[arg-type]
    with (
        pytest.raises(InputError, match="workers = 0; allowed: 1 or more"),
        on_executor(OddOrder(), workers=0),
    ):
        pass
    with pytest.raises(InputError, match="cannot be sent to workers"):
        TheirExecutor(OddOrder()).submit(lambda: 3)


def test_limits_and_studies_are_those_of_one_process(tmp_path: Path) -> None:
    point = darkpair.ZPrimeScalar(m1=0.0, m2=0.43, G_X=1e-5)
    executor = OddOrder()
    asked: dict[str, Any] = {"size": TINY, "only": ("nucal",)}
    assert repr(limit_rows([point], executor=executor, **asked)) == repr(
        limit_rows([point], workers=1, **asked)
    )
    assert executor.count == 3  # (eta to X1 pi0, and the large and the small channels beside it)
    study = Study(_accepted, "Events that KOTO accepts.", name="accepted").load()
    for way in ({"executor": executor}, {}):
        study(folder=tmp_path / f"{len(way)}", **way)
    there, alone = (json.loads((tmp_path / name / "accepted.json").read_text()) for name in "10")
    assert there["rows"] == alone["rows"]
    assert executor.count == 4
    assert "executor" not in parameters(study)  # (it is none of a study's own options)


def _accepted(_: Run) -> Iterator[Table]:
    sample = Sample(descriptor="K_L0 -> nu nubar (pi0 -> gamma gamma)", n=BLOCK, seed=1)
    yield Table(rows=[{"accepted": chunk.cutflow.stages[-1].n} for chunk in generate([sample])])


def test_processes_are_started_in_one_place() -> None:
    """So that an executor of somebody else's is asked for everything."""
    folder = Path(darkpair.__file__).parent
    rooms = (folder, *(folder / room for room in ("gen", "chains", "detectors")))
    starting = {
        path.name
        for room in rooms
        for path in room.rglob("*.py")
        if re.search(r"\bProcessPoolExecutor\(|\(ProcessPoolExecutor\)", path.read_text("utf-8"))
    }
    assert starting == {"workers.py"}
