"""Whether an efficiency of a user's detector file counts: one that no selection names does not, and nothing else says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from darkpair.detectors.data_file import data_files, read_data

__all__ = ["left_factor_lines", "left_factors"]


def left_factors(data: Mapping[str, Any]) -> dict[str, float]:
    """Efficiencies of a detector's file that none of its selections names, and their values [1].

    Those that stand in a built-in file as they are were inherited: KOTO's are for a job to name.

    Parameters
    ----------
    data : mapping
        What is in the file, as `darkpair.detectors.data_file.detector_data` gives it, or a provenance.
    """
    named = {name for own in data["selections"].values() for name in own.get("factors", ())}
    left = {name: entry for name, entry in data.get("factors", {}).items() if name not in named}
    if not left:
        return {}
    shipped = [read_data(name).get("factors", {}) for name in data_files()]
    return {
        name: float(entry["value"])
        for name, entry in left.items()
        if not any(_same(entry, factors.get(name)) for factors in shipped)
    }


def _same(entry: Mapping[str, Any], other: Mapping[str, Any] | None) -> bool:
    """Whether two entries are one number of one source."""
    return other is not None and all(entry[key] == other[key] for key in ("value", "source"))


def left_factor_lines(detector: Mapping[str, Any], job: Mapping[str, Any]) -> Iterator[str]:
    """A line where the file of a sample's detector has efficiencies that count nowhere, and the job names none.

    Parameters
    ----------
    detector, job : mapping
        As a file's provenance describes them.
    """
    data, asked = detector.get("data"), job.get("detector")
    given = asked.get("factors") if isinstance(asked, Mapping) else None
    if not isinstance(data, Mapping) or given is not None or not (left := left_factors(data)):
        return
    which, names = (
        " ".join(f"{name} {value:g}" for name, value in left.items()),
        ", ".join(f'"{n}"' for n in left),
    )
    yield (
        f"not counted            {which} of [factors]: no selection of {detector.get('experiment')} names it; give factors = [{names}] in "
        f"[selections.{detector.get('selection')}], or detector.factors"
    )
