"""A job's events: the run, its first block as a preview, what the sample stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from darkpair.gen.lazy import lazily

if TYPE_CHECKING:
    from darkpair.run.check import check_job
    from darkpair.run.expected import expected_events
    from darkpair.run.preview import Preview
    from darkpair.run.runner import Result, run_job

__all__ = ["Preview", "Result", "check_job", "expected_events", "run_job"]

__getattr__ = lazily(
    __name__,
    {
        "Preview": "preview",
        "Result": "runner",
        "check_job": "check",
        "expected_events": "expected",
        "run_job": "runner",
    },
)
