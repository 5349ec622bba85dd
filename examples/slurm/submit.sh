#!/bin/bash
# bash submit.sh JOB OUT N [OPTION...]: N parts of a job as an array, then the task that joins them.
# Options are sbatch's, for both: --account=..., --partition=..., --time=...  Again, after parts failed: only those are made.
set -eu
here=$(dirname "$0")
job=$1 out=$2 n=$3
shift 3
parts=$out.parts
mkdir -p "$parts"
array=$(sbatch --parsable --array="1-$n" "$@" "$here/part.sbatch" "$job" "$parts" "$n")
sbatch --parsable --dependency="afterok:$array" --kill-on-invalid-dep=yes "$@" "$here/merge.sbatch" "$out" "$parts" "$n"
