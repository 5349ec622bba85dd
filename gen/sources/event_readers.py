"""Anyone's event file, opened with the reader of its format."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from darkpair.gen.errors import InputError, UnknownNameError, shown
from darkpair.gen.paths import is_file
from darkpair.gen.sources.event_listing import FORMATS, Reader, readable
from darkpair.gen.sources.root_reader import RootReader

__all__ = ["file_format", "open_events"]


def file_format(path: str) -> str:
    """Format of a file by its first bytes: ``root`` or ``hepmc3``.

    Raises
    ------
    InputError
        If there is no such file, or it is of another kind.
    """
    file = Path(path)
    if not is_file(file):
        raise InputError(f"there is no file {shown(path)}; give the path of an event file")
    with readable(path), file.open("rb") as opened:
        start = opened.read(4096)
    if start.startswith(b"root"):
        return "root"
    if b"HepMC::" in start and b"\0" not in start:
        return "hepmc3"
    packed = start.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd"))
    hint = "it is compressed: unpack it first" if packed else "allowed: ROOT (TTree, RNTuple) and HepMC3 text"
    raise InputError(f"{path!r} is no event file; {hint}")


def open_events(path: str, tree: str, branches: Mapping[str, str], wanted: str | None) -> Reader:
    """Open file, kept open for the next call in this process.

    Parameters
    ----------
    path : str
        The file.
    tree : str
        Name of the TTree or RNTuple.
    branches : mapping
        Branches by quantity that differ from the defaults; an empty name is a quantity that the file lacks.
    wanted : str, optional
        Format that the file has to have, one of `FORMATS`.

    Raises
    ------
    InputError
        For a file that cannot be read, or is of another format.
    UnknownNameError
        For a tree, a quantity or a branch that does not exist.
    """
    if wanted is not None and wanted not in FORMATS:
        raise UnknownNameError("format", wanted, FORMATS)
    kind = file_format(path)
    stamp = Path(path).stat()
    key = (path, stamp.st_mtime_ns, stamp.st_size)
    reader: Reader
    if kind == "hepmc3":
        if branches:
            raise InputError(f"{path!r} is a HepMC3 file, which has no branches; leave them out")
        if find_spec("pyhepmc") is None:
            raise InputError("HepMC3 files need pyhepmc; install 'darkpair[hepmc]'")
        from darkpair.gen.sources.hepmc_reader import HepMCReader

        reader = _kept(HepMCReader, *key)
    else:
        reader = _kept(RootReader, *key, tree, tuple(sorted(branches.items())))
        kind = reader.kind
    if wanted not in (None, kind):
        raise InputError(
            f"{path!r} is of the format {kind}, not {wanted}; leave format out to have it guessed"
        )
    return reader


@lru_cache(maxsize=4)
def _kept(make: Any, path: str, _modified: int, _size: int, *rest: Any) -> Any:
    with readable(path):
        return make(path, *rest)
