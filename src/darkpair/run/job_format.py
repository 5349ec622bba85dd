"""The format of what a job writes, by the ending of its output or by ``output.format``."""

from __future__ import annotations

from pathlib import Path

from darkpair.gen.errors import InputError
from darkpair.gen.output.formats import Format, checked_options, require_format
from darkpair.job.job import Job
from darkpair.run.dataset import is_dataset
from darkpair.run.part import form_of

__all__ = ["format_of_job"]


def format_of_job(job: Job) -> Format:
    """Format of a job's file, or of the parts of its dataset.

    Raises
    ------
    InputError
        For an ending of no format, and a key of ``[output]`` that the format makes no use of.
    """
    path, asked = job.output.path, job.output.format
    if is_dataset(path):
        path = f"events.{asked or 'root'}"
    file_format = require_format(path)
    if asked is not None and file_format.ending != f".{asked}":
        raise InputError(
            f"output.format = {asked!r} and the file {Path(path).name!r}; leave it out: it is for datasets, whose parts have no name "
            "in the job"
        )
    checked_options(file_format, path, form_of(job.output))
    return file_format
