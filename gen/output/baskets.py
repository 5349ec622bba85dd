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

import datetime
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import uproot
from numpy.typing import NDArray

from darkpair.gen.errors import InputError
from darkpair.gen.output.pieces import JoinedColumn, JoinedLists
from darkpair.gen.output.spelling import names

__all__ = ["CHECKED", "Baskets"]

#: Versions of uproot whose writer was compared with this one.
CHECKED: Final = ("5.7.7",)

#: What is used of uproot's tree and of each of its branches.
_TREE: Final = (
    "_branch_data",
    "_branch_lookup",
    "_directory",
    "_freesegments",
    "_name",
    "_num_entries",
    "_num_baskets",
    "_basket_capacity",
    "_metadata",
    "write_updates",
)
_BRANCH: Final = ("fName", "kind", "dtype", "shape", "counter", "compression", "fTotBytes", "fZipBytes")
_TABLES: Final = ("fBasketBytes", "fBasketEntry", "fBasketSeek", "arrays_write_stop", "fEntryOffsetLen")

#: Bytes before the numbers of a basket, for its key.
_ROOM: Final = 1024

#: A key without its texts; the sizes of a basket; length, checksum and headers of what is compressed.
_KEY, _SIZES, _LENGTH = struct.Struct(">ihiIhhqq"), struct.Struct(">Hiiii"), struct.Struct(">I")
_CHECKSUM, _BLOCK_HEADER = struct.Struct(">Q"), 17

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
        self._cascade, self._sink = tree._cascading, tree._file.sink
        self._plain, self._packed = _Room(), _Room()
        self._kept: dict[str, tuple[Any, _Content]] = {}  # baskets that hold the same for any events

    @classmethod
    def of_tree(cls, tree: Any) -> Self | None:
        """What fills a tree; None where it is not known how."""
        cascade = getattr(tree, "_cascading", None)
        if uproot.__version__ not in CHECKED or not all(hasattr(cascade, name) for name in _TREE):
            return None
        branches = [datum for datum in cascade._branch_data if datum.get("kind") != "record"]
        if not all(name in datum for datum in branches for name in (*_BRANCH, *_TABLES)):
            return None
        if any(datum["shape"] or datum["dtype"].kind not in "biuf" for datum in branches):
            return None
        return cls(tree)

    @property
    def full(self) -> bool:
        """Whether uproot has to make its tables longer first, which it does when it writes itself."""
        return bool(self._cascade._num_baskets >= self._cascade._basket_capacity - 1)

    def extend(self, columns: Mapping[str, JoinedColumn | JoinedLists], n: int) -> None:
        """Add a basket of n events to every branch."""
        tree = self._cascade
        total = packed = 0
        now = uproot._util.datetime_to_code(datetime.datetime.now())  # noqa: DTZ005 (ROOT's dates are local)
        for name, column in columns.items():
            if isinstance(column, JoinedColumn):
                written = [self._write(name, column, None, n, now)]
            else:
                counter, *branches = names(name, column)
                counts = np.diff(column.offsets)
                written = [self._write(counter, counts, None, n, now)]
                datum = self._branch(counter)
                datum["tleaf_maximum_value"] = max(counts.max(initial=0), datum["tleaf_maximum_value"])
                for branch, values in zip(branches, column.columns.values(), strict=True):
                    written.append(self._write(branch, values, column.offsets, n, now))
            total += sum(size for size, _ in written)
            packed += sum(size for _, size in written)
        tree._freesegments.write(self._sink)
        self._sink.set_file_length(tree._freesegments.fileheader.end)
        tree._num_entries += n
        tree._num_baskets += 1
        tree._metadata["fTotBytes"] += total
        tree._metadata["fZipBytes"] += packed

    def finish(self) -> None:
        """Write the tree's tables."""
        self._cascade.write_updates(self._sink)

    def _branch(self, name: str) -> dict[str, Any]:
        branch: dict[str, Any] = self._cascade._branch_data[self._cascade._branch_lookup[name]]
        return branch

    def _write(
        self,
        name: str,
        column: JoinedColumn | NDArray[Any],
        offsets: NDArray[np.int64] | None,
        n: int,
        now: int,
    ) -> tuple[int, int]:
        """Write the basket of a branch; its bytes, and those in the file."""
        cascade, branch = self._cascade, self._branch(name)
        itemsize: int = branch["dtype"].itemsize
        texts = b"".join(map(uproot.serialization.string, ("TBasket", name, cascade._name)))
        head, size = _KEY.size + len(texts) + _SIZES.size + 1, len(column) * itemsize
        whole = size + (0 if offsets is None else 4 * (len(offsets) + 1))
        if head + whole > uproot.const.kMaxTBasketBytes:
            raise InputError(
                f"{n} events have {whole} bytes in the branch {name!r}; allowed: {uproot.const.kMaxTBasketBytes} at once; write "
                "them in smaller pieces"
            )
        content = self._content(branch, column, offsets, head, n)
        on_disk = head + content.stop - content.start
        location = cascade._freesegments.allocate(on_disk, dry_run=False)
        parent = cascade._directory.key.location
        sizes = (itemsize, n, head + whole) if offsets is None else (n + 2, n, head + size)
        key = _KEY.pack(on_disk, 1004, whole, now, head, 0, location, parent)
        begin = content.start - head
        content.buffer[begin : content.start] = key + texts + _SIZES.pack(3, 32000, *sizes) + b"\0"
        self._sink.write(location, content.buffer[begin : content.stop])
        self._enter(branch, head + whole, on_disk, location, n)
        if offsets is not None:
            branch["fEntryOffsetLen"] = 4 * n
        return head + whole, on_disk

    def _enter(self, branch: dict[str, Any], whole: int, on_disk: int, location: int, n: int) -> None:
        """Put a basket into the tables of its branch."""
        number = self._cascade._num_baskets
        branch["fTotBytes"] += whole
        branch["fZipBytes"] += on_disk
        branch["fBasketBytes"][number] = on_disk
        branch["fBasketEntry"][number + 1] = branch["fBasketEntry"][number] + n
        branch["fBasketSeek"][number] = location
        branch["arrays_write_stop"] = number + 1

    def _content(
        self,
        branch: dict[str, Any],
        column: JoinedColumn | NDArray[Any],
        offsets: NDArray[np.int64] | None,
        head: int,
        n: int,
    ) -> _Content:
        """What a basket holds behind its key of `head` bytes, as it stands in the file."""
        name, constant = branch["fName"], getattr(column, "constant", None)
        same = (constant, n)
        if constant is not None and name in self._kept and self._kept[name][0] == same:
            return self._kept[name][1]
        size = len(column) * branch["dtype"].itemsize
        plain = self._plain.content(size + (0 if offsets is None else 4 * (len(offsets) + 1)))
        numbers = plain.array(0, size).view(branch["dtype"])
        if isinstance(column, JoinedColumn):
            column.fill(numbers)
        else:
            np.copyto(numbers, column)
        if offsets is not None:
            places = plain.array(size, 4 * (len(offsets) + 1)).view(">i4")
            places[0] = len(offsets)
            np.multiply(offsets, branch["dtype"].itemsize, out=places[1:], casting="same_kind")
            places[1:] += head
        content = self._compressed(plain, branch["compression"])
        if constant is not None:
            content = content.copy(head)
            self._kept[name] = (same, content)
        return content

    def _compressed(self, plain: _Content, compression: Any) -> _Content:
        """The same compressed, with the headers that ROOT has for it; as it is where that is not shorter."""
        if compression is None or compression.level == 0:
            return plain
        whole = plain.buffer[plain.start : plain.stop]
        if not isinstance(compression, uproot.compression.LZ4):
            packed = uproot.compression.compress(whole, compression)
            if len(packed) >= len(whole):
                return plain
            content = self._packed.content(len(packed))
            content.buffer[content.start : content.stop] = packed
            return content
        lz4, hashed = uproot.compression.cramjam.lz4, uproot.compression.xxhash.xxh64
        blocks = range(0, len(whole), _BLOCK)
        room = self._packed.content(len(whole) + len(whole) // 255 + (16 + _BLOCK_HEADER) * len(blocks))
        stop = room.start
        for first in blocks:
            block, begin = whole[first : first + _BLOCK], stop + _BLOCK_HEADER
            size = lz4.compress_block_into(
                block, room.buffer[begin : room.stop], compression=compression.level, store_size=False
            )
            if size + 8 >= len(block):
                return plain
            stop = begin + size
            sizes = (size + 8).to_bytes(3, "little") + len(block).to_bytes(3, "little")
            checksum = _CHECKSUM.pack(hashed(room.buffer[begin:stop]).intdigest())
            room.buffer[begin - _BLOCK_HEADER : begin] = (
                compression._2byte + compression._method + sizes + checksum
            )
        return _Content(room.buffer, room.start, stop) if stop - room.start < len(whole) else plain


@dataclass(frozen=True, eq=False)
class _Content:
    """Bytes of a buffer, with room before them."""

    buffer: memoryview
    start: int
    stop: int

    def array(self, first: int, size: int) -> NDArray[np.uint8]:
        """Some of the bytes, to be written into."""
        begin = self.start + first
        return np.frombuffer(self.buffer[begin : begin + size], dtype=np.uint8)

    def copy(self, room: int) -> _Content:
        """The same in memory of its own, with room for a key."""
        own = memoryview(bytearray(self.buffer[self.start - room : self.stop]))
        return _Content(own, room, len(own))


class _Room:
    """Memory that is used again for each basket."""

    def __init__(self) -> None:
        self._buffer = memoryview(b"")

    def content(self, size: int) -> _Content:
        """So many bytes, not yet filled."""
        if _ROOM + size > len(self._buffer):
            self._buffer = memoryview(np.empty(_ROOM + size + size // 4, dtype=np.uint8))
        return _Content(self._buffer, _ROOM, _ROOM + size)
