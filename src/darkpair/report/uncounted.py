"""Whether a detector of a user's file says what its run counted: where it does not, expected events are for one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["uncounted_lines"]


def uncounted_lines(detector: Mapping[str, Any], job: Mapping[str, Any]) -> Iterator[str]:
    """A line where a detector's own file has no number of the run, and the job no exposure.

    Parameters
    ----------
    detector, job : mapping
        As a file's provenance describes them.
    """
    data = detector.get("data")
    if not isinstance(data, Mapping) or (job.get("normalisation") or {}).get("exposure") is not None:
        return
    selection = detector.get("selection")
    runs = (data.get("runs") or {}).get(selection) or {}
    table, there, each = {
        "fixed_target": ("run]: pot", "pot" in (data.get("run") or {}), "proton or collision"),
        "b_factory": (
            "normalisation]: pairs",
            "pairs" in (data.get("normalisation") or {}),
            "pair of B mesons",
        ),
    }.get(str(data.get("kind")), (f'runs."{selection}"]: kl', "kl" in runs, "K_L at the beam exit"))
    if not there:
        yield (
            f"no run                 {detector.get('experiment')} has no [{table}, and takes none from what it is based on: expected events "
            f"are for one {each}"
        )
