"""Finished files of events of some detectors, for tests of what reads and shows them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from darkpair.job.job import load_job
from darkpair.run.runner import run_job

__all__ = ["EXAMPLES", "finished"]

#: Example jobs by the detector that they are of.
EXAMPLES = {"koto": "koto_pi0", "charm": "charm", "nucal": "nucal", "belle2": "belle2"}


def finished(folder: Path, detector: str = "koto", name: str = "", **settings: Any) -> Path:
    """File of some events of an example job.

    Parameters
    ----------
    folder : Path
        Where it is written.
    detector : str
        Which example.
    name : str
        Name of the file; the detector's and .root unless given.
    **settings
        Keys of the job that are set, with two underscores in place of dots.
    """
    path = folder / (name or f"{detector}.root")
    job = Path(__file__).parents[2] / "examples" / f"{EXAMPLES[detector]}.toml"
    where = f"{path}/" if name.endswith("/") else str(path)
    plain = {"run.n": 2000, "output.path": where, "output.events": "all", "output.picture": False}
    run_job(load_job(job, overrides=plain | {key.replace("__", "."): v for key, v in settings.items()}))
    return path
