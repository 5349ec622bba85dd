"""What a long run would take, looked at before it starts: time, and room on the disk."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final

from darkpair.gen.errors import EarlyWarning
from darkpair.report.amounts import bytes_text, time_text
from darkpair.run.dataset import is_dataset

if TYPE_CHECKING:
    from darkpair.gen.pipeline import Pipeline
    from darkpair.job.job import Job

__all__ = ["warn_of_long_run"]

#: Events of a run that nobody is asked about: it takes minutes.
_SHORT: Final = 10_000_000
#: Seconds of a run that somebody may not have meant: a week.
_LONG: Final = 7 * 86400.0


def warn_of_long_run(job: Job, pipeline: Pipeline, events: int) -> None:
    """Say before a long run starts that it takes more room than there is, or more than a week.

    Parameters
    ----------
    job : Job
    pipeline : Pipeline
        The job's.
    events : int
        Events that will be generated.

    Warns
    -----
    EarlyWarning
        By what the first block of events comes to; of less than ten million events nothing is asked.
    """
    if events < _SHORT:
        return
    from darkpair.run.check import forecast  # (a run of many events pays for it)

    _, seconds, size = forecast(job, pipeline, events)
    free = shutil.disk_usage(_folder(job.output.path)).free
    room = size is not None and size > free
    if not room and seconds < _LONG:
        return
    file = "a file of a size that is not known" if size is None else f"a file of about {bytes_text(size)}"
    where = f", where {bytes_text(free)} are free" if room else ""
    warnings.warn(
        f"{events:,} events would take about {time_text(seconds)} and {file}{where}; the run begins: stop it and lower run.n, keep fewer "
        "events, or give another output (darkpair check says the same without a run)",
        EarlyWarning,
        stacklevel=2,
    )


def _folder(path: str) -> Path:
    """The folder that there is, nearest to where the output goes."""
    folder = Path(path).absolute() if is_dataset(path) else Path(path).absolute().parent
    return next(at for at in (folder, *folder.parents) if at.exists())
