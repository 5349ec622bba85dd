"""A job on a dask cluster: python on_dask.py JOB OUT, here or, with --slurm, as jobs of SLURM (pip install dask-jobqueue)."""

from __future__ import annotations

import sys

from distributed import Client, LocalCluster

from darkpair import load_job, run_job


def cluster(*, slurm: bool) -> LocalCluster:
    """Two workers of one thread each: of this machine, or a job of SLURM each."""
    if not slurm:
        return LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    from dask_jobqueue import SLURMCluster

    workers = SLURMCluster(cores=1, processes=1, memory="1GB", walltime="01:00:00")
    workers.scale(jobs=2)  # or workers.adapt(maximum_jobs=100)
    return workers


if __name__ == "__main__":
    job = load_job(sys.argv[1], overrides={"output.path": sys.argv[2]})
    with cluster(slurm="--slurm" in sys.argv) as workers, Client(workers) as client:
        print(run_job(job, executor=client))
