"""What Python is handed by mistake is refused in one line, as on the command line; a path does for a job."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import darkpair
from darkpair import Gun, InputError, KotoKL, Streams, Upsilon4S, build
from darkpair.chains.chain_set import ChainSet
from darkpair.run.check import check_job
from darkpair.run.runner import run_job

JOB = """
[run]
n = 100
[source]
name = "koto_kl"
[chain]
decay = "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))"
mass = { X1 = 0.0, X2 = "430 MeV" }
ctau = { X2 = 0.0 }
[output]
path = "PATH"
picture = false
"""


@pytest.fixture
def job(tmp_path: Path) -> Path:
    path = tmp_path / "job.toml"
    path.write_text(JOB.replace("PATH", str(tmp_path / "out.root")))
    return path


@pytest.mark.parametrize("made", [str, Path])
def test_a_path_does_for_a_job(made: Callable[[Path], Any], job: Path) -> None:
    assert check_job(made(job)).events == 100
    assert run_job(made(job)).cutflow.generated == 100


@pytest.mark.parametrize("ask", [run_job, check_job])
@pytest.mark.parametrize(
    ("given", "line"),
    [
        (None, "job = None; allowed: a Job, or the path of a job file"),
        ({"run": {}}, r"job = {'run': {}}; allowed: a Job, or the path"),
        ("nowhere.toml", "nowhere.toml.* cannot be read"),
    ],
    ids=str,
)
def test_no_job(ask: Callable[[Any], Any], given: Any, line: str) -> None:
    with pytest.raises(InputError, match=line):
        ask(given)


SOURCES = [KotoKL(), Gun(parent="K_L0", momentum="1 GeV"), Upsilon4S(parent="B+")]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: type(source).__name__)
@pytest.mark.parametrize("n", [-1, 1.5, "5", None, True], ids=str)
def test_no_number_of_parents(source: Any, n: Any) -> None:
    with pytest.raises(InputError, match=r"^sample of n = .*; allowed: a whole number of 0 or more$"):
        source.sample(n, np.random.default_rng(1))


def test_numbers_of_parents() -> None:
    numbers: tuple[Any, ...] = (0, 3, np.int64(3))
    for n in numbers:
        assert len(KotoKL().sample(n, np.random.default_rng(1))) == n


@pytest.mark.parametrize("seed", ["a", None, [1], 1j, float("nan")], ids=str)
def test_no_seed(seed: Any) -> None:
    with pytest.raises(InputError, match=r"^seed = .*; allowed: an integer from 0 to 2\*\*64 - 1$"):
        Streams(seed=seed)


@pytest.mark.parametrize("given", [np.random.default_rng(1), None, 1], ids=lambda given: type(given).__name__)
def test_no_streams(given: Any) -> None:
    parents = KotoKL().sample(10, np.random.default_rng(1))
    kaons = build("K_L0 -> gamma gamma")
    for chain in (kaons, ChainSet(chains=(kaons,))):
        with pytest.raises(
            InputError, match=r"draws from streams, not from a \w+; give it darkpair.Streams\("
        ):
            chain.generate(parents, given)


def test_two_of_a_kind_are_numbered() -> None:
    """As the README says."""
    chain = build("K_L0 -> X1 (X2 -> X1 gamma)", mass={"X1": 0.0, "X2": 0.4})
    streams = darkpair.Streams(seed=1)
    events = chain.generate(KotoKL().sample(10, streams.rng("source")), streams)
    assert {"X1_1", "X1_2", "X2", "gamma"} <= set(events.fields)
    assert "X1" not in events.fields
