"""A job on Parsl's workers: python on_parsl.py JOB OUT, here or, with --slurm, as a job of SLURM."""

from __future__ import annotations

import sys

from parsl.concurrent import ParslPoolExecutor
from parsl.config import Config
from parsl.executors import HighThroughputExecutor
from parsl.providers import LocalProvider, SlurmProvider

from darkpair import load_job, run_job


def config(*, slurm: bool) -> Config:
    """Two workers in one block."""
    one_block = {"init_blocks": 1, "max_blocks": 1}
    provider = (
        SlurmProvider(exclusive=False, walltime="01:00:00", **one_block)
        if slurm
        else LocalProvider(**one_block)
    )
    return Config(
        executors=[HighThroughputExecutor(address="127.0.0.1", max_workers_per_node=2, provider=provider)],
        run_dir="parsl-runs",
        usage_tracking=0,
    )


if __name__ == "__main__":
    job = load_job(sys.argv[1], overrides={"output.path": sys.argv[2]})
    with ParslPoolExecutor(config(slurm="--slurm" in sys.argv)) as executor:
        print(run_job(job, executor=executor))
