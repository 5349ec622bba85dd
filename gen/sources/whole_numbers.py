"""Ids, statuses and indices of a file as whole numbers, whatever type it keeps them in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError

__all__ = ["whole"]


def whole(
    values: NDArray[Any],
    what: str,
    name: str,
    event: Callable[[int], int],
    dtype: np.dtype[Any] = np.dtype(np.int32),  # noqa: B008 (a constant)
) -> NDArray[Any]:
    """Whole numbers, of real ones too if they are whole (a TNtuple has only those).

    Parameters
    ----------
    values : ndarray, (k,)
        What the file holds.
    what, name : str
        Where it stands and what it is, for messages.
    event : callable
        Number of the event of a row, for messages.
    dtype : dtype
        Type that is wanted.

    Raises
    ------
    InputError
        For what is not whole, or does not fit.
    """
    kind = values.dtype.kind
    if kind not in "iubf":
        raise InputError(f"{what} holds {values.dtype}, which is no {name}; map another branch")
    if kind == "u" and values.dtype.itemsize >= dtype.itemsize:  # (-1 of a signed number)
        values = (
            values.view(f"i{values.dtype.itemsize}")
            if values.dtype.isnative
            else values.astype(f"i{values.dtype.itemsize}")
        )
    if values.dtype.itemsize > dtype.itemsize or kind == "f":
        limits = np.iinfo(dtype)
        with np.errstate(invalid="ignore"):
            fits = (values >= limits.min) & (values <= limits.max)
        if kind == "f":
            fits &= values == np.floor(values)
        if not fits.all():
            bad = int(np.flatnonzero(~fits)[0])
            raise InputError(
                f"{what} holds {values.dtype}, which is no {name}: it is {values[bad]} in event {event(bad)}; allowed: whole "
                f"numbers of {dtype}; map another branch"
            )
    out = values.astype(dtype, copy=False).view()
    out.flags.writeable = False  # (perhaps the reader's own, kept for the next piece)
    return out
