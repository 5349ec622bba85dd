"""Flat columns of an event record, whatever was cut or chosen before."""

from __future__ import annotations

from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError

__all__ = ["particle_columns"]


def particle_columns(events: ak.Array) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]]]:
    """Offsets (n + 1,) of the particle lists from 0, and each of their fields as one flat column.

    Parameters
    ----------
    events : awkward.Array, (n,)
        Event record, or any choice of its events.

    Raises
    ------
    InputError
        If events are missing (None).
    """
    particles = _listed(events.particles.layout)
    offsets = np.asarray(particles.offsets.data).astype(np.int64, copy=False)  # (Arrow's have 32 bits)
    content, rows = particles.content, np.arange(offsets[0], offsets[-1])
    while not content.is_record:
        content, rows = content.content, np.asarray(content.index.data)[rows]
    fields = {name: _column(content, name) for name in content.fields}
    return offsets - offsets[0], {
        name: np.take(data, rows if index is None else index[rows]) for name, (data, index) in fields.items()
    }


def _listed(layout: ak.contents.Content) -> ak.contents.ListOffsetArray:
    """The lists of particles with one array of offsets, whatever was done to the events before."""
    if layout.is_option:
        raise InputError("events are missing (None) in the record; select them with a mask, events[mask]")
    if layout.is_indexed:
        layout = layout.project()
    return layout if isinstance(layout, ak.contents.ListOffsetArray) else layout.to_ListOffsetArray64(False)


def _column(record: ak.contents.Content, name: str) -> tuple[NDArray[Any], NDArray[np.int64] | None]:
    """Numbers behind a field of a flat record, and which of them its entries are (None: all, in order)."""
    column = record.content(name)
    if not column.is_indexed:
        return np.asarray(column.data), None
    return np.asarray(column.content.data), np.asarray(column.index.data)
