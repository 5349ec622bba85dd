"""Compiled loops on disk, for every process of a user on machines of one kind: a file each, whole or not there."""

from __future__ import annotations

import os
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
    from darkpair.gen.output.unfinished import Unfinished

    place = folder()
    if place is None:
        return
    rest = code[0].encode() + b"\n" + code[1]
    file = Unfinished(place / name)
    try:
        partial = file.begin()
        partial.write_bytes(blake2b(rest, digest_size=_DIGEST).digest() + rest)
        file.complete()
    except OSError:
        file.abandon()


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
