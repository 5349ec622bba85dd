"""ROOT files opened by their path alone, whole, and what their branches say of themselves."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from darkpair.gen.errors import InputError

__all__ = ["open_root", "title_of"]


def open_root(path: str | os.PathLike[str], **options: Any) -> Any:
    """A ROOT file as `uproot.open` gives it, of its path and no more: "::", "#", ":" and "~" mean nothing in it.

    It is mapped: uproot's default goes through an event loop (measured: half of the time of source and chain).

    Raises
    ------
    InputError
        For a file that is shorter than its header says; what is at its end may not be missed at once.
    """
    import uproot  # (a tenth of a second that other sources do not need)

    size, end = Path(path).stat().st_size, _end(Path(path))
    if size < end:
        raise InputError(
            f"{str(path)!r} is cut short: it has {size:,} of the {end:,} bytes that its header says; make or copy it again, or give "
            "another file"
        )
    return uproot.open(Path(path), handler=uproot.source.file.MemmapSource, **options)


def _end(path: Path) -> int:
    """Where a ROOT file ends, as its header says (TFile's fEND, of 8 bytes from version 1000000 on); 0 of another file."""
    with path.open("rb") as file:
        header = file.read(20)
    if not header.startswith(b"root"):
        return 0
    large = int.from_bytes(header[4:8], "big", signed=True) >= 1_000_000
    return int.from_bytes(header[12:20] if large else header[12:16], "big")


def title_of(branch: Any) -> str:
    """What a branch of a TTree or a field of an RNTuple says of itself."""
    title: str = branch.title if hasattr(branch, "title") else branch.description
    return title
