"""Text files of events as they are or compressed, read as one seekable file of plain bytes.

What is packed by gzip (RFC 1952), bzip2, xz or Zstandard (RFC 8878) is known by its first bytes, whatever its name, and
unpacked piece by piece into a temporary file without a name, once in a process.  Its parts one behind the other
(`cat a.gz b.gz`) are all read, and zeros behind the last one (tapes, xz's padding) are not missed.
"""

from __future__ import annotations

import bz2
import io
import lzma
import os
import shutil
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Final

from darkpair.gen.errors import InputError

__all__ = ["first_bytes", "last_bytes", "packing", "unpacked"]

#: First bytes of what is packed, and the program that packs it.
_MAGIC: Final = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}
_PIECE: Final = 1 << 20  # bytes that are read, and at most unpacked, at once
_MEMORY: Final = 1 << 28  # bytes that a file may want to be unpacked (xz -9 wants 65 MiB)
#: How far a file may grow: a text of events packs to a tenth, and the same event over and over to a thousandth.
_LARGEST_RATIO: Final = 100
_ALWAYS: Final = 1 << 28
#: Bytes that are left free on the disk, for others.
_SPARE: Final = 1 << 28


def packing(start: bytes) -> str | None:
    """Program that packed a file which starts so: ``gzip``, ``bzip2``, ``xz`` or ``zstd``; None for any other."""
    if start[1:4] == b"\x2a\x4d\x18" and start[0] & 0xF0 == 0x50:
        return "zstd"  # a frame to be skipped, with which pzstd begins
    return next((name for magic, name in _MAGIC.items() if start.startswith(magic)), None)


def first_bytes(path: str, size: int) -> bytes:
    """First bytes of a file, of a packed one unpacked, as many as there are.

    Raises
    ------
    InputError
        For a file that cannot be unpacked.
    """
    with Path(path).open("rb") as file:
        start = file.read(size)
        if packing(start) is None:
            return start
        file.seek(0)
        out = b""
        for piece in _pieces(file, path, most=size):
            out += piece
            if len(out) >= size:
                break
        return out[:size]


def last_bytes(path: str, size: int) -> bytes:
    """Last bytes of a file, of a packed one unpacked, as many as there are; all of it is unpacked, and nothing stored.

    Raises
    ------
    InputError
        As `unpacked`.
    """
    with Path(path).open("rb") as file:
        if packing(file.read(8)) is None:
            file.seek(-min(size, file.seek(0, os.SEEK_END)), os.SEEK_END)
            return file.read()
        file.seek(0)
        last = b""
        for piece in _bounded(file, path):
            last = (last + piece)[-size:]
        return last


def unpacked(path: str) -> IO[bytes]:
    """A file's bytes, of a packed one unpacked: open for reading, with a place of its own.

    Raises
    ------
    InputError
        For a file that is damaged, and for one that grows more than a text of events does, or beyond the disk.
    """
    with Path(path).open("rb") as file:
        plain = packing(file.read(8)) is None
    if plain:
        return Path(path).open("rb")
    stamp = Path(path).stat()
    return io.BufferedReader(_View(_stored(path, stamp.st_mtime_ns, stamp.st_size)), _PIECE)


class _Store:
    """A temporary file that is open as long as anybody reads it."""

    def __init__(self) -> None:
        self.file = tempfile.TemporaryFile(prefix="darkpair-")  # noqa: SIM115

    def __del__(self) -> None:
        self.file.close()


class _View(io.RawIOBase):
    """A place in a file that others read too: threads, and processes that were forked."""

    def __init__(self, store: _Store) -> None:
        self._store, self._number, self._at = store, store.file.fileno(), 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = (0, self._at, os.fstat(self._number).st_size)[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        text = os.pread(self._number, len(buffer), self._at)
        buffer[: len(text)] = text
        self._at += len(text)
        return len(text)


@lru_cache(maxsize=4)
def _stored(path: str, _modified: int, _size: int) -> _Store:
    """The unpacked file: without a name, gone with this process."""
    folder, done = tempfile.gettempdir(), 0
    store = _Store()
    with Path(path).open("rb") as file:
        for piece in _bounded(file, path):
            done += len(piece)
            if shutil.disk_usage(folder).free < _SPARE + len(piece):
                raise InputError(
                    f"{path!r} does not fit unpacked on the disk of {folder!r}: {done:,} bytes of it, where {_SPARE:,} have to stay "
                    "free; make room, or let TMPDIR name another folder"
                )
            store.file.write(piece)
    store.file.flush()
    return store


def _bounded(file: IO[bytes], path: str) -> Iterator[bytes]:
    """All unpacked bytes of an open file in pieces, if they are not more than those of a text of events."""
    size, done = os.fstat(file.fileno()).st_size, 0
    allowed = max(_ALWAYS, _LARGEST_RATIO * size)
    for piece in _pieces(file, path):
        done += len(piece)
        if done > allowed:
            raise InputError(
                f"{path!r} has {size:,} bytes and unpacks to more than {allowed:,}, which no text of events does; unpack it "
                "yourself if it is right, and give that file"
            )
        yield piece


def _pieces(file: IO[bytes], path: str, most: int = _PIECE) -> Iterator[bytes]:
    """Unpacked bytes of an open file, at most so many at a time."""
    text = file.read(_PIECE)
    name = packing(text)
    assert name is not None
    make = _maker(name, path)
    part = make()
    while text or not part.needs_input:
        try:
            piece = part.decompress(text, most)
        except Exception as error:  # (each of the libraries has an error of its own)
            raise InputError(
                f"{path!r} cannot be unpacked by {name} ({' '.join(str(error).split())}); it is damaged: copy it again"
            ) from error
        yield piece
        text = b""
        if part.eof:
            text = _behind(part.unused_data, file)
            if not text:
                return
            if packing(text) != name:
                raise InputError(
                    f"{path!r} has bytes behind its end that are not of {name}; copy it again, or unpack it yourself"
                )
            part = make()
        elif part.needs_input:
            text = file.read(_PIECE)
    raise InputError(f"{path!r} is cut short, for what {name} packed has no end; copy it again")


def _behind(text: bytes, file: IO[bytes]) -> bytes:
    """What follows a part, from its first byte that is not 0; the magic number at least, if there is one."""
    text = text.lstrip(b"\0")
    while len(text) < max(map(len, _MAGIC)) and (more := file.read(_PIECE)):
        text = (text + more).lstrip(b"\0")
    return text


class _Gzip:
    """zlib's object with the manners of those of bz2, lzma and zstd."""

    def __init__(self) -> None:
        self._zlib, self.needs_input = zlib.decompressobj(wbits=31), True

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data

    def decompress(self, text: bytes, most: int) -> bytes:
        out = self._zlib.decompress(self._zlib.unconsumed_tail + text, most)
        self.needs_input = len(out) < most and not self.eof
        return out


def _maker(name: str, path: str) -> Callable[[], Any]:
    """What unpacks a part."""
    if name == "gzip":
        return _Gzip
    if name == "bzip2":
        return bz2.BZ2Decompressor
    if name == "xz":
        return partial(lzma.LZMADecompressor, lzma.FORMAT_XZ, _MEMORY)
    if (zstd := _zstd()) is None:
        raise InputError(
            f"{path!r} is packed by zstd, and unpacking it takes Python 3.14 or backports.zstd; install 'darkpair[hepmc]', or "
            "unpack it yourself"
        )
    most = {zstd.DecompressionParameter.window_log_max: _MEMORY.bit_length() - 2}
    return partial(zstd.ZstdDecompressor, options=most)


def _zstd() -> Any:
    """The library that unpacks zstd piece by piece, if there is one."""
    name = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    try:
        return import_module(name)
    except ImportError:
        return None
