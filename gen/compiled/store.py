"""Compiled loops on disk, for every process of a user on machines of one kind: a file each, whole or not there."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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

#: How long one waits for another process that compiles, before one does it too [s].
_PATIENCE: Final = 30.0


def kept(name: str) -> Code | None:
    """The loop of that name; None where it was never compiled, or its file is damaged."""
    place = folder()
    if place is None:
        return None
    try:
        with (place / name).open("rb") as file:
            if not _own(os.fstat(file.fileno())):
                return None
            content = file.read()
    except OSError:
        return None
    digest, rest = content[:_DIGEST], content[_DIGEST:]
    if _digest(name, rest) != digest:
        return None
    symbol, _, code = rest.partition(b"\n")
    return symbol.decode(), code


def _digest(name: str, rest: bytes) -> bytes:
    """What a file begins with, which another one's content under its name would not."""
    return blake2b(name.encode() + b"\n" + rest, digest_size=_DIGEST).digest()


def _own(file: os.stat_result) -> bool:
    """Whether nobody else can have written a file: what is in it is run."""
    if not hasattr(os, "geteuid"):
        return True
    return file.st_uid in (os.geteuid(), 0) and not file.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


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
    from darkpair.gen.output.unfinished import Unfinished

    place = folder()
    if place is None:
        return
    rest = code[0].encode() + b"\n" + code[1]
    file = Unfinished(place / name)
    try:
        partial = file.begin()
        partial.chmod(0o600)
        partial.write_bytes(_digest(name, rest) + rest)
        file.complete()
    except OSError:
        file.abandon()
    except BaseException:
        file.abandon()
        raise


@contextmanager
def _alone() -> Iterator[None]:
    """Have no other process compile meanwhile, as long as one can wait for it."""
    from darkpair.gen.output.unfinished import alone_in

    place = folder()
    with alone_in([] if place is None else [place], patience=_PATIENCE):
        yield


@cache
def folder() -> Path | None:
    """Where the loops of this machine's kind are; None where nothing can be written."""
    import llvmlite.binding as llvm  # type: ignore[import-untyped]
    from platformdirs import user_cache_path

    try:
        features = llvm.get_host_cpu_features().flatten()
    except RuntimeError:  # (LLVM cannot tell on every processor: numba goes by its name then)
        features = ""
    kind = (llvm.get_host_cpu_name(), features, *map(_version, ("numba", "llvmlite")))
    base = os.environ.get(_VARIABLE)
    try:
        root = Path(base).absolute() if base else user_cache_path("darkpair")
        place = root / "loops" / blake2b(repr(kind).encode(), digest_size=8).hexdigest()
        if not place.is_absolute():  # (somebody without a home: a folder "~" would appear here)
            return None
        place.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # (the latter: no home either)
        return None
    return place


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
