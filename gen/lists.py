"""Records with lists of records, as detectors make them: from flat columns, back to them, cut and joined.

awkward does each of these for any array; done on the columns of just these shapes they cost a tenth.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

__all__ = ["join", "list_columns", "list_of", "take"]


def list_of(counts: NDArray[np.int64], columns: dict[str, NDArray[np.generic]]) -> ak.contents.Content:
    """Lists of records with the given lengths (n,), of flat columns (sum of the lengths,)."""
    record = ak.contents.RecordArray([ak.contents.NumpyArray(c) for c in columns.values()], list(columns))
    return ak.contents.ListOffsetArray(ak.index.Index64(np.concatenate([[0], np.cumsum(counts)])), record)


def list_columns(lists: ak.Array) -> tuple[NDArray[np.int64], dict[str, NDArray[np.generic]]]:
    """Lengths (n,) and flat columns of lists of records: the inverse of `list_of`."""
    layout = lists.layout
    if not (layout.is_list and layout.content.is_record and hasattr(layout, "offsets")):
        layout = ak.to_packed(lists).layout
    offsets = np.asarray(layout.offsets.data)
    span = slice(int(offsets[0]), int(offsets[-1]))
    record = layout.content
    return np.diff(offsets), {name: np.asarray(record.content(name).data)[span] for name in record.fields}


def take(records: ak.Array, mask: NDArray[np.bool_]) -> ak.Array:
    """Records (n,) where the mask (n,) is true."""
    fields: dict[str, ak.contents.Content] = {}
    for name in records.fields:
        if _is_list(records[name].layout):
            counts, columns = list_columns(records[name])
            rows = np.flatnonzero(np.repeat(mask, counts))
            fields[name] = list_of(counts[mask], {k: c[rows] for k, c in columns.items()})
        else:
            fields[name] = records[name][mask].layout
    return _record(fields, int(np.count_nonzero(mask)))


def join(parts: Sequence[ak.Array]) -> ak.Array:
    """Records of several arrays with the same fields, in order."""
    fields: dict[str, ak.contents.Content] = {}
    for name in parts[0].fields:
        if _is_list(parts[0][name].layout):
            pieces = [list_columns(part[name]) for part in parts]
            columns = {k: np.concatenate([c[k] for _, c in pieces]) for k in pieces[0][1]}
            fields[name] = list_of(np.concatenate([counts for counts, _ in pieces]), columns)
        else:
            fields[name] = ak.concatenate([part[name] for part in parts]).layout
    return _record(fields, sum(len(part) for part in parts))


def _is_list(layout: ak.contents.Content) -> bool:
    return bool(layout.is_list and layout.content.is_record)


def _record(fields: dict[str, ak.contents.Content], length: int) -> ak.Array:
    return ak.Array(ak.contents.RecordArray(list(fields.values()), list(fields), length=length))
