"""Numbers, or lists of numbers, of a TTree's branch: each of its baskets is unpacked once, whatever pieces the events are read in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from awkward.contents import Content

__all__ = ["PlainLists"]

#: Most bytes of a basket that is kept for the next piece.
_KEPT: Final = 1 << 24

#: Where the lists of a basket begin, and its numbers in the order of the file's bytes.
_Basket = tuple[NDArray[np.int64], NDArray[Any]]


class PlainLists:
    """A branch of plain numbers.

    Parameters
    ----------
    branch : uproot.TBranch
        The branch.
    dtype : dtype
        Type of its numbers in the file.
    lists : bool
        Whether an event has a list of them.
    """

    def __init__(self, branch: Any, dtype: np.dtype[Any], *, lists: bool) -> None:
        self._branch, self._dtype, self._lists = branch, dtype, lists
        self._begins = np.asarray(branch.entry_offsets, dtype=np.int64)
        self._kept: tuple[int, _Basket | None] = (-1, None)

    @classmethod
    def of(cls, branch: Any) -> Self | None:
        """That branch; None where it holds something else."""
        from uproot.interpretation import jagged, numerical  # (slow to import)

        inner, lists = branch.interpretation, False
        if type(inner) is jagged.AsJagged and inner.header_bytes == 0:
            inner, lists = inner.content, True
        if branch.branches or type(inner) is not numerical.AsDtype or inner.inner_shape:
            return None
        dtype = inner.from_dtype
        return cls(branch, dtype, lists=lists) if dtype.kind in "biuf" and not dtype.shape else None

    def read(self, first: int, last: int) -> Content:
        """Those of the events first to last - 1.

        Raises
        ------
        ValueError
            For baskets that hold something else than they say.
        """
        import awkward as ak

        low = int(np.searchsorted(self._begins, first, side="right")) - 1
        high = int(np.searchsorted(self._begins[:-1], last, side="left"))
        offsets, numbers = np.zeros(last - first + 1, dtype=np.int64), []
        at, end = 1, 0
        for i in range(low, high):
            begin, stop = int(self._begins[i]), int(self._begins[i + 1])
            places, every = self._basket(i, stop > last)
            some = places[max(first - begin, 0) : min(last, stop) - begin + 1]
            fits = len(places) == stop - begin + 1
            numbers.append(every[some[0] : some[-1]] if fits else every)
            if not fits or len(numbers[-1]) != some[-1] - some[0]:
                raise ValueError(f"basket {i} has {len(every)} numbers that are not {stop - begin} events'")
            np.add(some[1:], end - some[0], out=offsets[at : at + len(some) - 1])
            at, end = at + len(some) - 1, end + len(numbers[-1])
        if at != len(offsets):
            raise ValueError(f"{high - low} baskets hold {at - 1} of {last - first} events")
        content = np.empty(end, dtype=self._dtype.newbyteorder("="))
        np.concatenate(numbers, out=content)
        flat = ak.contents.NumpyArray(content)
        return ak.contents.ListOffsetArray(ak.index.Index64(offsets), flat) if self._lists else flat

    def _basket(self, number: int, again: bool) -> _Basket:
        """A basket; it is kept where the next piece may begin in it."""
        kept, unpacked = self._kept
        if kept != number or unpacked is None:
            basket = self._branch.basket(number)
            numbers = basket.data.view(self._dtype)
            if not self._lists:
                places = np.arange(len(numbers) + 1)
            elif basket.byte_offsets is not None:
                places = basket.byte_offsets.astype(np.int64) // self._dtype.itemsize
            else:  # (it has none where they follow from the lengths that another branch holds)
                places = np.concatenate([[0], np.cumsum(basket.counts)])
            unpacked = places, numbers
        if again and unpacked[1].nbytes < _KEPT:
            self._kept = number, unpacked  # (in one step: threads read other events)
        return unpacked
