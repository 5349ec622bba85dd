"""A job on processes of MPI: mpiexec -n 3 python -m mpi4py.futures on_mpi.py JOB OUT, one of which leads the others."""

from __future__ import annotations

import sys

from mpi4py.futures import MPIPoolExecutor

from darkpair import load_job, run_job

if __name__ == "__main__":
    job = load_job(sys.argv[1], overrides={"output.path": sys.argv[2]})
    with MPIPoolExecutor() as executor:
        print(run_job(job, executor=executor))
