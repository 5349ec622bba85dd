"""Whether a row of ``Runs`` says one thing: anybody can edit a file, and ROOT's tools add up numbers that nobody looked at."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

__all__ = ["fault_of", "fault_of_tables"]

#: Tables of a provenance, which may be missing.
_TABLES: Final = ("source", "chain", "detector", "job", "versions", "branching_ratio", "sample", "result")


def fault_of_tables(said: Mapping[str, Any]) -> str:
    """What is wrong with the provenance of a run in a format without rows, in words; empty where nothing is."""
    if fault := _of_tables(said):
        return fault
    sample = said.get("sample")
    if sample and not (isinstance(sample, Mapping) and _count(sample.get("of"))):
        return "the events of its sample are no numbers"
    return _of_flow(said.get("result") or {})


def fault_of(said: Any, columns: Mapping[str, Any]) -> str:
    """What is wrong with a row, in words; empty where nothing is.

    Parameters
    ----------
    said : object
        The row's provenance, as JSON gave it.
    columns : mapping
        Numbers and digest of the row, by the names of the branches.
    """
    if not isinstance(said, Mapping):
        return "its provenance is no table"
    if fault := _of_tables(said):
        return fault
    output, job = said.get("output"), said.get("job") or {}
    if not isinstance(output, Mapping) or not _count(output.get("events")):
        return "it does not say how many events its part has"
    if not isinstance(output.get("spelled"), Mapping) or not isinstance(output.get("particles"), list):
        return "it does not say which particles its events have"
    if any(not isinstance(job.get(key, {}), Mapping) for key in ("run", "output")) or (
        job and "output" not in job
    ):
        return "its job has no tables"
    return _of_sums(said.get("result") or {}, columns) or _of_span(said.get("sample"), columns)


def _of_tables(said: Mapping[str, Any]) -> str:
    """Which table of a provenance is none."""
    return next(
        (f"its {key} is no table" for key in _TABLES if not isinstance(said.get(key) or {}, Mapping)), ""
    )


def _of_flow(result: Mapping[str, Any]) -> str:
    """What is wrong with the cut flow and the tables beside it."""
    flow = result.get("cutflow")
    if not isinstance(flow, list) or not flow or not all(_is_stage(row) for row in flow):
        return "its cut flow is none"
    if why := _of_parents(flow):
        return why
    for key in ("flat_factors", "spectra", "expected"):
        if not isinstance(result.get(key) or {}, Mapping):
            return f"its {key} is no table"
    if (result.get("generated"), result.get("accepted")) != (flow[0]["n"], flow[-1]["n"]):
        return "its numbers of events are not those of its cut flow"
    return ""


def _of_parents(flow: Sequence[Mapping[str, Any]]) -> str:
    """What is wrong with the numbers of parents, which are in every row or in none."""
    parents = [row.get("parents") for row in flow]
    if all(number is None for number in parents):
        return ""
    if not all(_count(number) and number <= row["n"] for number, row in zip(parents, flow, strict=True)):
        return "the parents of its cut flow are no numbers"
    whole = flow[0]["n"] % parents[0] == 0 if parents[0] else flow[0]["n"] == 0
    return "" if whole else f"its {flow[0]['n']} events are not as many of each of {parents[0]} parents"


def _of_sums(result: Mapping[str, Any], columns: Mapping[str, Any]) -> str:
    """What is wrong with the sums."""
    if why := _of_flow(result):
        return why
    flow = result["cutflow"]
    numbers = (("genEventCount", "n"), ("genEventSumw", "sum_w"), ("genEventSumw2", "sum_w2"))
    for column, key in numbers:
        if columns[column] != flow[0][key]:
            return f"its {column} is {columns[column]}, and its cut flow begins with {flow[0][key]}"
    return ""


def _of_span(sample: Any, columns: Mapping[str, Any]) -> str:
    """What is wrong with the part of the sample that it is."""
    keys = ("digest", "run", "blocks", "events", "of")
    if not isinstance(sample, Mapping) or not all(key in sample for key in keys):
        return "it does not say of which sample it is"
    blocks = [columns["firstBlock"], columns["lastBlock"]]
    if sample["blocks"] != blocks or sample["run"] != columns["run"] or sample["digest"] != columns["sample"]:
        return f"its columns have run {columns['run']} and blocks {blocks}, and its provenance another part"
    events = sample["events"]
    if not _count(sample["of"]) or not isinstance(events, list) or not all(map(_count, events)):
        return "the events of its sample are no numbers"
    return (
        ""
        if len(events) == 2 and events[1] - events[0] == columns["genEventCount"]
        else (f"it has {columns['genEventCount']} generated events, and its part of the sample is {events}")
    )


def _is_stage(row: Any) -> bool:
    """Whether that is a row of a cut flow."""
    if not isinstance(row, Mapping) or not isinstance(row.get("cut"), str) or not _count(row.get("n")):
        return False
    sums = [row.get("sum_w"), row.get("sum_w2"), *row.get("rest_w", ()), *row.get("rest_w2", ())]
    return all(isinstance(sum_, int | float) and math.isfinite(sum_) for sum_ in sums)


def _count(number: Any) -> bool:
    """Whether that is a number of events."""
    return type(number) is int and number >= 0
