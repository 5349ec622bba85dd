"""FileColumns of a file of events as they stand, for a file that is to have the same: nothing is converted."""

from __future__ import annotations

from typing import Any

import awkward as ak
import numpy as np

from darkpair.gen.lists import Column
from darkpair.gen.output.event_columns import Collection, FileColumns
from darkpair.gen.output.opened import title_of

__all__ = ["copied"]


def copied(tree: Any, first: int, last: int) -> tuple[FileColumns, dict[str, str]]:
    """FileColumns of some events, as `darkpair.gen.output.layouts.file_columns` gives them, and the title of each.

    Parameters
    ----------
    tree : uproot.TTree or uproot.RNTuple
        Events that this package wrote.
    first, last : int
        Entry of the first event, and of the one after the last.
    """
    columns = tree.arrays(entry_start=first, entry_stop=last, how=dict)
    titles = {name: title_of(tree[name]) for name in columns}
    members = _members(tree, columns)
    listed = {name for names in members.values() for name in names}
    out: FileColumns = {}
    for name, column in columns.items():
        if name in members:
            collection = name.removeprefix("n")
            out[collection] = _collection(collection, {key: columns[key] for key in members[name]})
        elif name not in listed:
            out[name] = np.asarray(column)
    return out, titles


def _members(tree: Any, columns: dict[str, Any]) -> dict[str, list[str]]:
    """FileColumns that are lists, by the branch that counts them, in the order of the file."""
    out: dict[str, list[str]] = {}
    counters = [name for name in columns if name.startswith("n")]
    for name, column in columns.items():
        if column.ndim == 1:
            continue
        counter = getattr(tree[name], "count_branch", None)
        if counter is not None:
            out.setdefault(counter.name, []).append(name)
            continue
        fitting = [key for key in counters if name == key[1:] or name.startswith(f"{key[1:]}_")]
        out.setdefault(max(fitting, key=len), []).append(name)
    return out


def _collection(name: str, columns: dict[str, Any]) -> Collection:
    """Lists of records, or of numbers where the collection is one branch of its own name."""
    first = ak.to_packed(next(iter(columns.values()))).layout.to_ListOffsetArray64(True)
    contents: dict[str, Column] = {
        "" if key == name else key.removeprefix(f"{name}_"): np.asarray(ak.flatten(column, axis=1))
        for key, column in columns.items()
    }
    return Collection(offsets=np.asarray(first.offsets.data), columns=contents)
