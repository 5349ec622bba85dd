"""What uses of the parents of an event file are worth at a dump: effective events, CPU time, and errors held to files."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any, Final

import numpy as np

from darkpair.gen.cutflow import Cutflow
from darkpair.gen.pipeline import chunks
from darkpair.job.job import Job
from tests.shared.eta_files import eta_job, write_eta

#: eta of 5000 events of PYTHIA 8, protons of 400 GeV.
PARENTS: Final = 2984

_PASSES: Final = ((1, "kept"), (16, "kept"), (16, "free"), (128, "free"), (512, "free"))


def uses(quick: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows of CHARM, which stands beside its beam's axis, and NuCal, which stands about it; files of `PARENTS` eta."""
    rows = []
    files, fewer = (4, 4) if quick else (128, 32)
    with tempfile.TemporaryDirectory() as folder:
        paths = [write_eta(Path(folder) / f"{seed}.root", PARENTS, seed=seed) for seed in range(files)]
        for experiment in ("charm", "nucal"):
            for number, azimuth in _PASSES[:3] if quick else _PASSES:
                flows, seconds = [], 0.0
                for seed, path in enumerate(paths[: files if number <= 16 else fewer]):
                    table = eta_job(path, Path(folder) / "out.root", seed=seed, uses=number, azimuth=azimuth)
                    table["detector"] = {"name": experiment}
                    pipeline = Job.model_validate(table).pipeline()
                    start = time.process_time()
                    flows.append(Cutflow.total([chunk.cutflow for chunk in chunks(pipeline, None)]))
                    seconds += time.process_time() - start
                values, errors = (
                    np.array([f.acceptance for f in flows]),
                    [f.acceptance_error for f in flows],
                )
                last = [flow.stages[-1] for flow in flows]
                rows.append(
                    {
                        "experiment": experiment,
                        "uses": number,
                        "azimuth": azimuth,
                        "acceptance": float(values.mean()),
                        "acceptance error": float(values.std(ddof=1) / np.sqrt(len(values))),
                        "accepted": float(np.mean([stage.n for stage in last])),
                        "effective": float(np.mean([stage.effective for stage in last])),
                        "of one file, relative": float(np.sqrt(np.mean(np.square(errors))) / values.mean()),
                        "spread of files, relative": float(values.std(ddof=1) / values.mean()),
                        "CPU [s]": seconds / len(values),
                    }
                )
    return rows, {"files": files, "files of many uses": fewer, "parents of each": PARENTS}
