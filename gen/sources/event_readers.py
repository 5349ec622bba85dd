"""Anyone's event file, opened with the reader of its format."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from darkpair.gen.errors import InputError, UnknownNameError, one_line
from darkpair.gen.paths import is_file, no_file
from darkpair.gen.sources.event_listing import FORMATS, Reader, readable
from darkpair.gen.sources.hepmc_root_reader import hepmc_tree
from darkpair.gen.sources.left_out import LeftOut, left_out
from darkpair.gen.sources.root_reader import RootReader
from darkpair.gen.sources.unpacked import first_bytes, packing

__all__ = ["TEXT_FORMATS", "file_format", "open_events"]

_LOG: Final = logging.getLogger(__name__)

#: Readers of formats of text, perhaps compressed, by name; each says by `begins` whether a file's first bytes are of its format.
TEXT_FORMATS = {
    "hepmc3": "darkpair.gen.sources.hepmc_reader:HepMCReader",
    "lhe": "darkpair.gen.sources.lhe_reader:LHEReader",
    "hepevt": "darkpair.gen.sources.hepevt_reader:HEPEVTReader",
}
#: Formats of text whose weights have names.
WEIGHTS_BY_NAME: Final = ("hepmc3", "lhe")
_START = 1 << 16  # bytes that they see


def _text_reader(name: str) -> Any:
    """Class of a reader of text."""
    module, _, reader = TEXT_FORMATS[name].partition(":")
    return getattr(import_module(module), reader)


def file_format(path: str) -> str:
    """Format of a file by its first bytes, unpacked: ``root`` or one of `TEXT_FORMATS`.

    Raises
    ------
    InputError
        If there is no such file, or it is of another kind.
    """
    file = Path(path)
    if not is_file(file):
        raise InputError(f"{no_file(path)}; give the path of an event file")
    with readable(path), file.open("rb") as opened:
        packed = packing(opened.read(8))
        start = first_bytes(path, _START)
    if start.startswith(
        (b"root\0", b"root\xff")
    ):  # (the version follows, of 32 bits, below 2^24, and below 0 in some files)
        if packed is None:
            return "root"
        raise InputError(f"{path!r} is a ROOT file that {packed} packed; unpack it first")
    for name in TEXT_FORMATS:
        if _text_reader(name).begins(start):
            return name
    if not start:
        raise InputError(f"{path!r} is empty, and no event file; give another one")
    raise InputError(
        f"{path!r} is no event file{f' when unpacked by {packed}' if packed else ''}; allowed: ROOT (TTree, RNTuple) and text of "
        "HepMC, LHE or HEPEVT, which may be compressed"
    )


def open_events(path: str, tree: str | None, branches: Mapping[str, str], wanted: str | None) -> Reader:
    """Open file, kept open for the next call in this process.

    Parameters
    ----------
    path : str
        The file.
    tree : str, optional
        Name of the TTree or RNTuple; the only one with particles unless given.
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
    if kind in TEXT_FORMATS:
        # (before a pass through the file)
        left = left_out(path, kind, branches, weights=kind in WEIGHTS_BY_NAME)
        weight = branches.get("weight")
        reader = _kept(_text_reader(kind), *key, *([weight] if weight else []))
        reader = LeftOut(reader, left) if left else reader
    else:
        reader = _kept(_root_reader, *key, tree, tuple(sorted(branches.items())))
        kind = reader.kind
    if wanted not in (None, kind):
        raise InputError(
            f"{path!r} is of the format {kind}, not {wanted}; leave format out to have it guessed"
        )
    return reader


def _root_reader(path: str, tree: str | None, given: tuple[tuple[str, str], ...]) -> Any:
    """Reader of a ROOT file: of HepMC3's own tree, unless another one or branches are named."""
    named = any(branch for name, branch in given if name != "weight")
    own = None if named else hepmc_tree(path, tree, dict(given).get("weight", ""))
    if own is None:
        return RootReader(path, tree, given)
    left = left_out(path, own.kind, dict(given), weights=True)
    return LeftOut(own, left) if left else own


@lru_cache(maxsize=4)
def _kept(make: Any, path: str, _modified: int, _size: int, *rest: Any) -> Any:
    _LOG.info("reads %s", one_line(path))
    with readable(path):
        return make(path, *rest)
