"""Baskets of a TTree written from one buffer that is used again, in place of uproot's own writer.

`uproot.WritableTree.extend` makes four fresh copies of each basket of a jagged branch (in big-endian numbers, as bytes, with
the offsets behind them, with the header before them), computes the offsets for each branch anew, and writes the tree's
tables after each call.  Here a column is put into big-endian numbers where the basket is compressed and written from; the
tables are written at the end.  The bytes of each basket are the same (a test compares them).

What is used of uproot for that is private: `of_tree` gives nothing for versions that were not looked at, or where something is
missing, and the caller goes uproot's own way.

References
----------
ROOT's ``io/doc/TFile/README.md`` and ``TBasket``: a key, a table of sizes, the numbers, and of lists the place of each event.
"""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import uproot
from numpy.typing import NDArray

from darkpair.gen.errors import InputError
from darkpair.gen.output.pieces import JoinedColumn, JoinedLists
from darkpair.gen.output.spelling import names

__all__ = ["CHECKED", "Baskets", "rewrite"]

#: Versions of uproot whose writer was compared with this one.
CHECKED: Final = ("5.7.7",)

#: What is used of uproot's tree and of each of its branches.
_TREE: Final = (
    "_branch_data",
    "_directory",
    "_freesegments",
    "_name",
    "_num_entries",
    "_num_baskets",
    "_basket_capacity",
    "_metadata",
    "write_anew",
    "write_updates",
)
_BRANCH: Final = ("fName", "kind", "dtype", "shape", "counter", "compression", "fTotBytes", "fZipBytes")
_TABLES: Final = ("fBasketBytes", "fBasketEntry", "fBasketSeek", "arrays_write_stop", "fEntryOffsetLen")

#: A key without its texts; the sizes of a basket; checksum and header of what is compressed.
_KEY, _SIZES = struct.Struct(">ihiIhhqq"), struct.Struct(">Hiiii")
_CHECKSUM, _BLOCK_HEADER = struct.Struct(">Q"), 17

#: Bytes of baskets that are written at once: more would be new memory, of which each page has to be made.
_ENOUGH: Final = 1 << 22

#: Most bytes of what is compressed at once: three bytes of a header say how many.
_BLOCK: Final = 2**24 - 1


class Baskets:
    """A TTree of uproot that is filled basket by basket.

    Parameters
    ----------
    tree : uproot.WritableTree
        An empty tree.
    """

    def __init__(self, tree: Any) -> None:
        self._tree, self._cascade, self._sink = tree, tree._cascading, tree._file.sink
        self._out, self._plain = _Room(), _Room()  # baskets one after the other, and one as it is
        self._branches = {
            datum["fName"]: _Branch(datum, self._cascade._name)
            for datum in self._cascade._branch_data
            if datum["kind"] != "record"
        }

    @classmethod
    def of_tree(cls, tree: Any) -> Self | None:
        """What fills a tree; None where it is not known how."""
        cascade: Any = getattr(tree, "_cascading", None)
        if uproot.__version__ not in CHECKED or not all(hasattr(cascade, name) for name in _TREE):
            return None
        branches = [datum for datum in cascade._branch_data if datum.get("kind") != "record"]
        if not all(name in datum for datum in branches for name in (*_BRANCH, *_TABLES)):
            return None
        if any(datum["shape"] or datum["dtype"].kind not in "biuf" for datum in branches):
            return None
        return cls(tree)

    def extend(self, columns: Mapping[str, JoinedColumn | JoinedLists], n: int) -> None:
        """Add a basket of n events to every branch."""
        self._make_room()
        baskets: list[_Basket] = []
        for name, column, places in self._each(columns):
            baskets.append(self._basket(name, column, n, baskets, places))
            if baskets[-1].stop > _ENOUGH:
                self._put(baskets, n)
                baskets = []
        if baskets:
            self._put(baskets, n)
        tree = self._cascade
        tree._freesegments.write(self._sink)
        self._sink.set_file_length(tree._freesegments.fileheader.end)
        tree._num_entries += n
        tree._num_baskets += 1

    def _each(
        self, columns: Mapping[str, JoinedColumn | JoinedLists]
    ) -> Iterator[tuple[str, JoinedColumn | NDArray[Any], _Places | None]]:
        """Every branch with its column and, of lists, where the numbers of each event stand."""
        for name, column in columns.items():
            if isinstance(column, JoinedColumn):
                yield name, column, None
                continue
            counter, *branches = names(name, column)
            counts = np.diff(column.offsets)
            self._branches[counter].most(int(counts.max(initial=0)))
            yield counter, counts, None
            places = _Places(column.offsets)
            for branch, values in zip(branches, column.columns.values(), strict=True):
                yield branch, values, places

    def finish(self) -> None:
        """Write the tree's tables, with the titles of its branches."""
        rewrite(self._tree)
        self._cascade.write_updates(self._sink)  # (with the largest number of each counter)

    def _basket(
        self,
        name: str,
        column: JoinedColumn | NDArray[Any],
        n: int,
        before: Sequence[_Basket],
        places: _Places | None = None,
    ) -> _Basket:
        """The basket of a branch, behind those before it in the buffer; its key has no place in the file yet."""
        branch = self._branches[name]
        size = len(column) * branch.dtype.itemsize
        whole = size + (0 if places is None else 4 * (n + 2))
        if branch.head + whole > uproot.const.kMaxTBasketBytes:
            raise InputError(
                f"{n} events have {whole} bytes in the branch {name!r}; allowed: {uproot.const.kMaxTBasketBytes} at once; write "
                "them in smaller pieces"
            )
        begin = before[-1].stop if before else 0
        start = begin + branch.head
        same = (getattr(column, "constant", None), n)
        if same[0] is not None and branch.same == same:
            assert branch.kept is not None
            stop = start + len(branch.kept)
            out = self._out.of(stop)
            out[start:stop] = branch.kept
        else:
            plain = self._plain.of(whole)
            numbers = plain[:size].view(branch.dtype)
            if isinstance(column, JoinedColumn):
                column.fill(numbers)
            else:
                np.copyto(numbers, column)
            if places is not None:
                places.fill(plain[size:], branch.dtype.itemsize, branch.head)
            out = self._out.of(start + whole + whole // 255 + 64 * (1 + whole // _BLOCK))
            stop = start + _compressed(plain, branch.compression, out[start:])
            branch.same, branch.kept = same, out[start:stop].copy() if same[0] is not None else None
        sizes = (
            (branch.dtype.itemsize, n, branch.head + whole)
            if places is None
            else (n + 2, n, branch.head + size)
        )
        out[begin + _KEY.size : start] = np.frombuffer(
            branch.texts + _SIZES.pack(3, 32000, *sizes) + b"\0", dtype=np.uint8
        )
        return _Basket(branch, begin, stop, whole)

    def _put(self, baskets: Sequence[_Basket], n: int) -> None:
        """Give baskets their keys and places, and write them."""
        tree, out = self._cascade, self._out.of(baskets[-1].stop)
        now = uproot._util.datetime_to_code(dt.datetime.now())  # noqa: DTZ005 (ROOT's dates are local)
        location = tree._freesegments.allocate(len(out), dry_run=False)
        parent = tree._directory.key.location
        for basket in baskets:
            on_disk, place, head = basket.stop - basket.begin, location + basket.begin, basket.branch.head
            _KEY.pack_into(out.data, basket.begin, on_disk, 1004, basket.whole, now, head, 0, place, parent)
            basket.branch.enter(tree._num_baskets, head + basket.whole, on_disk, place, n)
            tree._metadata["fTotBytes"] += head + basket.whole
            tree._metadata["fZipBytes"] += on_disk
        self._sink.write(location, out.data)

    def _make_room(self) -> None:
        """Make the tables of all branches longer where one more basket would fill them; the last entry ends the last basket."""
        tree = self._cascade
        if tree._num_baskets < tree._basket_capacity - 1:
            return
        tree._basket_capacity *= 2
        for branch in self._branches.values():
            for table in ("fBasketBytes", "fBasketEntry", "fBasketSeek"):
                before = branch.datum[table]
                branch.datum[table] = np.zeros(tree._basket_capacity, dtype=before.dtype)
                branch.datum[table][: len(before)] = before


def _compressed(plain: NDArray[np.uint8], compression: Any, out: NDArray[np.uint8]) -> int:
    """Write bytes compressed, with the headers that ROOT has for it, or as they are where it is of no use; how many they are then."""
    if compression is not None and compression.level > 0:
        ours = isinstance(compression, uproot.compression.LZ4)
        size = _lz4(plain, compression, out) if ours else _packed(plain, compression, out)
        if size < len(plain):
            return size
    out[: len(plain)] = plain
    return len(plain)


def _packed(plain: NDArray[np.uint8], compression: Any, out: NDArray[np.uint8]) -> int:
    """The same as uproot does it, in memory of its own."""
    packed = np.frombuffer(uproot.compression.compress(plain.data, compression), dtype=np.uint8)
    out[: len(packed)] = packed
    return len(packed)


def _lz4(plain: NDArray[np.uint8], compression: Any, out: NDArray[np.uint8]) -> int:
    """The same by LZ4, without memory of its own; all the bytes where a block does not get shorter."""
    lz4, hashed = uproot.compression.cramjam.lz4, uproot.compression.xxhash.xxh64
    stop = 0
    for first in range(0, len(plain), _BLOCK):
        block, begin = plain[first : first + _BLOCK], stop + _BLOCK_HEADER
        size = lz4.compress_block_into(block, out[begin:], compression=compression.level, store_size=False)
        if size + 8 >= len(block):
            return len(plain)
        stop = begin + size
        sizes = (size + 8).to_bytes(3, "little") + len(block).to_bytes(3, "little")
        checksum = _CHECKSUM.pack(hashed(out[begin:stop]).intdigest())
        header = compression._2byte + compression._method + sizes + checksum
        out[begin - _BLOCK_HEADER : begin] = np.frombuffer(header, dtype=np.uint8)
    return stop


class _Branch:
    """A branch, by uproot's table of it, and what is the same in each of its baskets."""

    def __init__(self, datum: dict[str, Any], tree: str) -> None:
        self.datum, self.dtype, self.compression = datum, datum["dtype"], datum["compression"]
        self.texts = b"".join(map(uproot.serialization.string, ("TBasket", datum["fName"], tree)))
        self.head = _KEY.size + len(self.texts) + _SIZES.size + 1
        self.same: Any = None  # what the last basket held, where that is the same for any events, and it
        self.kept: NDArray[np.uint8] | None = None

    def most(self, count: int) -> None:
        """Remember the largest number of a counter."""
        self.datum["tleaf_maximum_value"] = max(count, self.datum["tleaf_maximum_value"])

    def enter(self, number: int, whole: int, on_disk: int, place: int, n: int) -> None:
        """Put a basket into the tables."""
        datum = self.datum
        datum["fTotBytes"] += whole
        datum["fZipBytes"] += on_disk
        datum["fBasketBytes"][number] = on_disk
        datum["fBasketEntry"][number + 1] = datum["fBasketEntry"][number] + n
        datum["fBasketSeek"][number] = place
        datum["arrays_write_stop"] = number + 1
        if datum["counter"] is not None:
            datum["fEntryOffsetLen"] = 4 * n


@dataclass(frozen=True, eq=False)
class _Basket:
    """A basket in the buffer: where its key begins and where it ends, and how long it is when it is not compressed."""

    branch: _Branch
    begin: int
    stop: int
    whole: int


class _Places:
    """Where the numbers of each event of some lists stand in their baskets, each behind a key of its own length."""

    def __init__(self, offsets: NDArray[np.int64]) -> None:
        self._offsets = offsets.astype(np.int32)
        self._scaled: dict[int, NDArray[np.int32]] = {}

    def fill(self, out: NDArray[np.uint8], itemsize: int, head: int) -> None:
        """Write their number and them, for numbers of that size."""
        if itemsize not in self._scaled:
            self._scaled[itemsize] = self._offsets * np.int32(itemsize)
        places = out.view(">i4")
        places[0] = len(self._offsets)
        places[1:] = self._scaled[itemsize] + np.int32(head)


class _Room:
    """Memory that is used again."""

    def __init__(self) -> None:
        self._bytes = np.empty(0, dtype=np.uint8)

    def of(self, size: int) -> NDArray[np.uint8]:
        """So many bytes; those that were written before are kept."""
        if size > len(self._bytes):
            # (what nobody touches takes no memory, what grows step by step touches all of it again and again)
            before, self._bytes = self._bytes, np.empty(2 * size, dtype=np.uint8)
            self._bytes[: len(before)] = before
        return self._bytes[:size]


def rewrite(tree: Any) -> None:
    """Write the tables of a TTree of uproot anew, with what they say now."""
    cascade, file = tree._cascading, tree._file
    start = cascade.key.location
    stop = start + cascade.key.num_bytes + cascade.key.compressed_bytes
    cascade.write_anew(file.sink)
    file._move_tree(start, cascade.key.location)
    cascade.freesegments.release(start, stop)
    file.sink.set_file_length(cascade.freesegments.fileheader.end)
    file.sink.flush()
