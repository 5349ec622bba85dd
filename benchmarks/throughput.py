"""Throughput in one run on one core: the chain against the yardstick, and the whole job, medians of five.

``python benchmarks/throughput.py``; where the system can, the process pins itself to one core.
"""

from __future__ import annotations

import cProfile
import os
import pstats
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
from yardstick import BLOCK, M_KL, Yardstick

from darkpair import Parents, Streams, build
from darkpair.job.job import load_job
from darkpair.run.runner import run_job

BLOCKS = 64
EVENTS = 4_000_000
JOB = Path(__file__).parents[1] / "examples" / "koto_pi0.toml"


def rate(work: Callable[[], object], events: int) -> float:
    """Events per second of one call."""
    start = time.perf_counter()
    work()
    return events / (time.perf_counter() - start)


def main() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    chain = build("K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))", mass={"X1": 0.0, "X2": 0.430})
    momentum = np.zeros((4, BLOCK))
    momentum[2], momentum[3] = 2.0, np.hypot(2.0, M_KL)
    parents = Parents(
        pdgid=130, momentum=momentum, vertex=np.zeros((4, BLOCK)), decay_vertex=np.zeros((4, BLOCK))
    )
    yardstick = Yardstick()

    def run_yardstick() -> None:
        for _ in range(BLOCKS):
            yardstick.block()

    def run_chain() -> None:
        for block in range(BLOCKS):
            chain.generate(parents, Streams(1, block))

    def run_whole() -> None:
        with tempfile.TemporaryDirectory() as folder:
            settings = {"output.path": f"{folder}/out.root", "output.picture": False, "run.n": EVENTS}
            run_job(load_job(JOB, overrides=settings))

    run_yardstick(), run_chain()  # warm up
    pairs = [(rate(run_yardstick, BLOCKS * BLOCK), rate(run_chain, BLOCKS * BLOCK)) for _ in range(5)]
    reference, ours = median(p[0] for p in pairs), median(p[1] for p in pairs)
    print(f"yardstick   {reference / 1e6:6.2f} M events/s")
    print(
        f"chain       {ours / 1e6:6.2f} M events/s, ratio pair by pair {median(b / a for a, b in pairs):.2f}"
    )
    run_whole()
    jobs = [rate(run_whole, EVENTS) for _ in range(5)]
    print(
        f"whole job   {median(jobs) / 1e6:6.2f} M events/s (from {min(jobs) / 1e6:.2f} to {max(jobs) / 1e6:.2f})"
    )
    if "--profile" in sys.argv:
        profile = cProfile.Profile()
        profile.runcall(run_whole)
        pstats.Stats(profile).sort_stats("tottime").print_stats(20)


if __name__ == "__main__":
    main()
