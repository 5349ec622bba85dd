"""The job file: what it may say, and the objects that it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from darkpair.gen.lazy import lazily

if TYPE_CHECKING:
    from darkpair.job.aim import aimed_source
    from darkpair.job.job import Job, load_job

__all__ = ["Job", "aimed_source", "load_job"]

__getattr__ = lazily(__name__, {"Job": "job", "aimed_source": "aim", "load_job": "job"})
