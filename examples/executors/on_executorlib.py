"""A job on executorlib's workers: python on_executorlib.py JOB OUT, here or, with --slurm, inside an allocation of SLURM."""

from __future__ import annotations

import sys

from executorlib import SingleNodeExecutor, SlurmJobExecutor

from darkpair import load_job, run_job

if __name__ == "__main__":
    job = load_job(sys.argv[1], overrides={"output.path": sys.argv[2]})
    kind = SlurmJobExecutor if "--slurm" in sys.argv else SingleNodeExecutor
    with kind(
        max_workers=2, block_allocation=True
    ) as executor:  # processes that stay, not one for each chunk
        print(run_job(job, executor=executor))
