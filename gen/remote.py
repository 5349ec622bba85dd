"""Files by an address, ``https://...``, ``root://...``, ``s3://...``: where they are read on this machine.

A file is copied once in a process, into a folder of its own that is gone with the process: whoever reads it needs a path, and
most read all of it.  HTTP takes Python alone; other protocols are those that fsspec has packages for.
"""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final
from urllib.parse import unquote, urlsplit

from darkpair.gen.errors import InputError, UnknownNameError, shown

__all__ = ["fetched", "is_remote", "protocol", "said_of"]

_ADDRESS: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_PIECE: Final = 1 << 20  # bytes that are copied at once
_PATIENCE: Final = 60.0  # seconds without an answer

#: Bytes that are left free on the disk, for others.
_SPARE: Final = 1 << 28


def protocol(path: str) -> str:
    """What stands before ``://`` in an address, in small letters; "" of a path."""
    match = _ADDRESS.match(path)
    return match[1].lower() if match else ""


def is_remote(path: str) -> bool:
    """Whether it is the address of a file elsewhere; ``file://`` is of this machine."""
    return protocol(path) not in ("", "file")


def fetched(path: str) -> str:
    """Path of a file on this machine: itself, or the copy of one that is elsewhere, made once in a process.

    Raises
    ------
    InputError
        For an address that cannot be read, or a file that does not fit on the disk.
    UnknownNameError
        For a protocol that nobody knows.
    """
    if protocol(path) == "file":
        return unquote(urlsplit(path).path)
    return _copied(path) if is_remote(path) else path


@contextmanager
def said_of(path: str) -> Iterator[None]:
    """Say the address where a message names the copy."""
    try:
        yield
    except InputError as error:
        copy = fetched(path)
        if copy == path or copy not in str(error):
            raise
        raise InputError(str(error).replace(copy, path)) from error


@cache
def _folder() -> str:
    folder = tempfile.mkdtemp(prefix="darkpair-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _copied(path: str) -> str:
    folder = Path(tempfile.mkdtemp(dir=_folder()))
    target = folder / (PurePosixPath(urlsplit(path).path).name or "events")
    try:
        with _opened(path) as source, target.open("wb") as copy:
            while piece := source.read(_PIECE):
                _check_room(copy.tell() + len(piece), path)
                copy.write(piece)
            _check_whole(source, copy.tell(), path)
    except (InputError, UnknownNameError):
        shutil.rmtree(folder, ignore_errors=True)
        raise
    except Exception as error:  # (each protocol's package has errors of its own)
        shutil.rmtree(folder, ignore_errors=True)
        plain = (
            error if hasattr(error, "code") else getattr(error, "reason", error)
        )  # (a number, as 404, says more)
        reason = " ".join(str(plain).split()) or type(error).__name__
        raise InputError(
            f"{shown(path)} cannot be fetched ({reason}); look at the address and the network, or copy the file here"
        ) from error
    return str(target)


def _check_room(size: int, path: str) -> None:
    """Refuse what would fill the disk."""
    folder = tempfile.gettempdir()
    if shutil.disk_usage(folder).free < _SPARE:
        raise InputError(
            f"{shown(path)} does not fit on the disk of {folder!r}, where {_SPARE:,} bytes have to stay free: it has {size:,} or more; "
            "make room, or let TMPDIR name another folder"
        )


def _check_whole(source: Any, size: int, path: str) -> None:
    """Refuse what broke off before the length that the other side had said."""
    said = source.headers.get("Content-Length") if hasattr(source, "headers") else None
    if said is not None and int(said) != size:
        raise InputError(f"{shown(path)} broke off after {size:,} of {int(said):,} bytes; try again")


def _opened(path: str) -> IO[bytes]:
    """The file elsewhere, open for reading from its beginning."""
    scheme = protocol(path)
    if scheme in ("http", "https"):
        from urllib.error import HTTPError  # (a twentieth of a second)
        from urllib.request import Request, urlopen

        # (not packed on the way: what is packed is so as a file)
        request = Request(path, headers={"Accept-Encoding": "identity", "User-Agent": "darkpair"})
        try:
            answer: IO[bytes] = urlopen(request, timeout=_PATIENCE)
        except HTTPError as error:
            error.close()  # (it is an answer as well)
            raise
        return answer
    try:
        import fsspec
    except ImportError as error:
        raise InputError(f"{scheme}:// needs fsspec; install it, or copy the file here") from error
    if scheme not in fsspec.available_protocols():
        raise UnknownNameError("protocol", scheme, sorted({*fsspec.available_protocols()} - {""}))
    try:
        opened: IO[bytes] = fsspec.open(path, "rb").open()
    except ImportError as error:
        raise InputError(
            f"{scheme}:// needs a package that is missing ({' '.join(str(error).split())}); install it, or copy the file here"
        ) from error
    return opened
