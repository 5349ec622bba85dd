"""Files by an address, ``https://...``, ``root://...``, ``s3://...``: where they are read on this machine.

A file is copied once in a process, whole, into a folder of its own that is gone with the process: whoever reads it needs a path,
and most read all of it.  One that says a size for which the disk has no room is refused before its first byte; a bar shows how much is
there.  HTTP takes Python alone; other protocols are those that fsspec has packages for.
"""

from __future__ import annotations

import atexit
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final
from urllib.parse import unquote, urlsplit

from darkpair.gen.bars import bar
from darkpair.gen.errors import InputError, UnknownNameError, one_line, shown

__all__ = ["fetched", "is_remote", "protocol", "said_of"]

_LOG: Final = logging.getLogger(__name__)

_ADDRESS: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_PIECE: Final = 1 << 20  # bytes that are copied at once
_PATIENCE: Final = 60.0  # seconds without an answer

#: Protocol of fsspec-xrootd.
_XROOTD: Final = "root"

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
            _copy(source, copy, path)
    except (InputError, UnknownNameError):
        shutil.rmtree(folder, ignore_errors=True)
        raise
    except Exception as error:  # (each protocol's package has errors of its own)
        shutil.rmtree(folder, ignore_errors=True)
        plain = (
            error if hasattr(error, "code") else getattr(error, "reason", error)
        )  # (a number, as 404, says more)
        reason = " ".join(str(plain).split()) or type(error).__name__
        if isinstance(error, FileNotFoundError):  # (which some packages say with the name alone)
            reason = "there is no such file"
        raise InputError(
            f"{shown(path)} cannot be fetched ({reason}); look at the address and the network, or copy the file here"
        ) from error
    return str(target)


def _copy(source: Any, copy: IO[bytes], path: str) -> None:
    """Copy all of an open file, and refuse one that does not fit, or breaks off."""
    said = _said_size(source, path)
    _check_room(0, said or 0, path)
    _LOG.info("copies %s (%s bytes)", one_line(path), "?" if said is None else f"{said:,}")
    with bar(f"copies {PurePosixPath(urlsplit(path).path).name}", said) as progress:
        while piece := source.read(_PIECE):
            _check_room(copy.tell(), len(piece), path)
            copy.write(piece)
            if progress is not None:
                progress(copy.tell())
    if said is not None and said != copy.tell():
        raise InputError(f"{shown(path)} broke off after {copy.tell():,} of {said:,} bytes; try again")


def _check_room(size: int, more: int, path: str) -> None:
    """Refuse what would fill the disk: so many bytes more, beyond those that are there."""
    folder = tempfile.gettempdir()
    if shutil.disk_usage(folder).free < _SPARE + more:
        raise InputError(
            f"{shown(path)} does not fit on the disk of {folder!r}, where {_SPARE:,} bytes have to stay free: it has {size + more:,} or more; "
            "make room, or let TMPDIR name another folder"
        )


def _said_size(source: Any, path: str) -> int | None:
    """Size [bytes] that the other side says, if it does."""
    if getattr(source, "details", None) and source.details.get("type") == "directory":
        raise InputError(f"{shown(path)} is a folder; give the address of a file")
    said = (
        source.headers.get("Content-Length") if hasattr(source, "headers") else getattr(source, "size", None)
    )
    return None if said is None or not str(said).isdecimal() else int(said)


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
    options = {}
    if scheme == _XROOTD:
        options["timeout"] = int(_PATIENCE)
        _without_retries()
    try:
        opened: IO[bytes] = fsspec.open(path, "rb", **options).open()
    except ImportError as error:
        raise InputError(
            f"{scheme}:// needs a package that is missing ({' '.join(str(error).split())}); install it, or copy the file here"
        ) from error
    return opened


def _without_retries() -> None:
    """Have XRootD say after one try that there is no server: by itself it tries for ten minutes; what the environment says counts."""
    try:
        from XRootD import client
    except ImportError:  # (fsspec says it better)
        return
    if "XRD_CONNECTIONRETRY" not in os.environ:
        client.EnvPutInt("ConnectionRetry", 1)
    if "XRD_CONNECTIONWINDOW" not in os.environ:
        client.EnvPutInt("ConnectionWindow", int(_PATIENCE))
