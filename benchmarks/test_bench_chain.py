"""Speed of the parts, with pytest-benchmark: ``pytest benchmarks --benchmark-only``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair import Pipeline, Streams, build, chunks
from darkpair.detectors.koto import Koto
from darkpair.gen.directions import isotropic
from darkpair.gen.kinematics import boost_pair
from darkpair.gen.output.hepmc import HepMCWriter
from darkpair.gen.output.root import RootWriter
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.streams import BLOCK
from darkpair.job.job import load_job
from darkpair.run.runner import run_job

CHAIN = build("K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))", mass={"X1": 0.0, "X2": 0.430})
STREAMS = Streams(1)


@pytest.fixture(scope="module")
def parents() -> Any:
    return KotoKL().sample(BLOCK, STREAMS.rng("source"))


def test_two_body(benchmark: Any, parents: Any) -> None:
    px, py, pz, e = parents.momentum
    x, y, z = isotropic(STREAMS.rng("direction"), BLOCK)
    benchmark(boost_pair, px, py, pz, e, 0.497611, 0.2 * x, 0.2 * y, 0.2 * z, 0.21, 0.3)


def test_two_body_numba(benchmark: Any, parents: Any) -> None:
    numba = pytest.importorskip("numba")
    fused = numba.njit(boost_pair)
    px, py, pz, e = parents.momentum
    x, y, z = isotropic(STREAMS.rng("direction"), BLOCK)
    fused(px, py, pz, e, 0.497611, 0.2 * x, 0.2 * y, 0.2 * z, 0.21, 0.3)
    benchmark(fused, px, py, pz, e, 0.497611, 0.2 * x, 0.2 * y, 0.2 * z, 0.21, 0.3)


def test_source(benchmark: Any) -> None:
    source = KotoKL()
    benchmark(lambda: source.sample(BLOCK, STREAMS.rng("source")))


def test_chain(benchmark: Any, parents: Any) -> None:
    benchmark(CHAIN.generate, parents, STREAMS)


def test_detector(benchmark: Any, parents: Any) -> None:
    detector, events = Koto(), CHAIN.batch(parents, STREAMS)

    def observe() -> None:
        detector.select(detector.observe(events, STREAMS.rng("detector")), np.ones(BLOCK))

    benchmark(observe)


@pytest.mark.parametrize(("writer", "name"), [(RootWriter, "e.root"), (HepMCWriter, "e.hepmc3")])
def test_write(benchmark: Any, tmp_path: Path, writer: Any, name: str) -> None:
    pipeline = Pipeline(source=KotoKL(), chain=CHAIN)
    record = next(chunks(pipeline, 100_000, size=100_000)).record()

    def write() -> None:
        with writer(tmp_path / name, provenance={}) as file:
            file.write(record)

    benchmark(write)


def test_whole_job(benchmark: Any, tmp_path: Path) -> None:
    path = Path(__file__).parents[1] / "examples" / "koto_pi0.toml"
    settings = {"run.n": 500_000, "output.path": str(tmp_path / "out.root"), "output.replace": True}
    job = load_job(path, overrides=settings)
    benchmark(run_job, job)
