"""Every benchmark is timed between two measurements of the yardstick, whose time it is divided by: noise of the machine cancels."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.competitors.numpy_columns import BLOCK, NumpyChain

#: Blocks of a measurement, some 15 ms.
BLOCKS = 16


def yardstick_time(chain: NumpyChain, repeats: int = 5) -> float:
    """CPU time of an event of the chain hard-coded in NumPy, the shortest of some [s]."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        for _ in range(BLOCKS):
            chain.block()
        times.append((time.process_time() - start) / (BLOCKS * BLOCK))
    return min(times)


@pytest.fixture(autouse=True)
def yardstick(request: pytest.FixtureRequest) -> Iterator[None]:
    """Measure it before and after a benchmark, and store both beside its times."""
    if "benchmark" not in request.fixturenames:
        yield
        return
    benchmark: Any = request.getfixturevalue("benchmark")
    chain = NumpyChain()
    chain.block()
    before = yardstick_time(chain)
    yield
    benchmark.extra_info["yardstick"] = [before, yardstick_time(chain)]


def pytest_benchmark_update_machine_info(machine_info: dict[str, Any]) -> None:
    """Leave out what the machine is called: a stored run may be shown."""
    machine_info.pop("node", None)
