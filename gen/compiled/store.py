"""Compiled loops on disk, for every process of a user on machines of one kind: a file each, whole or not there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, TypeAlias

__all__ = ["folder", "keep", "kept"]

#: Symbol, and object file.
Code: TypeAlias = tuple[str, bytes]

#: Says where they are; anywhere else than in the user's own cache.
_VARIABLE: Final = "DARKPAIR_CACHE"

_DIGEST: Final = 16


def kept(name: str) -> Code | None:
    """The loop of that name; None where it was never compiled, or its file is damaged."""
    place = folder()
    if place is None:
        return None
    try:
        content = (place / name).read_bytes()
    except OSError:
        return None
    digest, rest = content[:_DIGEST], content[_DIGEST:]
    if blake2b(rest, digest_size=_DIGEST).digest() != digest:
        return None
    symbol, _, code = rest.partition(b"\n")
    return symbol.decode(), code


def keep(name: str, make: Callable[[], Code]) -> Code:
    """The loop of that name, compiled by one process while others that want it wait.

    Parameters
    ----------
    name : str
        Its name.
    make : callable
        Compiles it.
    """
    with _alone():
        code = kept(name)
        if code is None:
            code = make()
            _write(name, code)
    return code


def _write(name: str, code: Code) -> None:
    """Put a loop into the folder; who cannot goes on without."""
    place = folder()
    if place is None:
        return
    rest = code[0].encode() + b"\n" + code[1]
    with suppress(OSError):
        handle, path = tempfile.mkstemp(dir=place, prefix=".")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(blake2b(rest, digest_size=_DIGEST).digest() + rest)
            Path(path).replace(place / name)
        except OSError:
            with suppress(OSError):
                Path(path).unlink()


@contextmanager
def _alone() -> Iterator[None]:
    """Have no other process compile meanwhile, where the system can say so."""
    place = folder()
    try:
        import fcntl

        lock = None if place is None else (place / ".lock").open("a")
    except (ImportError, OSError):
        yield
        return
    if lock is None:
        yield
        return
    with lock:
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@cache
def folder() -> Path | None:
    """Where the loops of this machine's kind are; None where nothing can be written."""
    import llvmlite.binding as llvm  # type: ignore[import-untyped]
    from platformdirs import user_cache_path

    kind = (
        llvm.get_host_cpu_name(),
        llvm.get_host_cpu_features().flatten(),
        *map(_version, ("numba", "llvmlite")),
    )
    base = os.environ.get(_VARIABLE)
    place = (
        (Path(base) if base else user_cache_path("darkpair"))
        / "loops"
        / blake2b(repr(kind).encode(), digest_size=8).hexdigest()
    )
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return place


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
