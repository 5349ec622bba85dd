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

    file = uproot.open(Path(path), handler=uproot.source.file.MemmapSource, **options)
    size, end = Path(path).stat().st_size, int(file.file.fEND)
    if size < end:
        file.close()
        raise InputError(
            f"{str(path)!r} is cut short: it has {size:,} of the {end:,} bytes that its header says; make or copy it again, or give "
            "another file"
        )
    return file


def title_of(branch: Any) -> str:
    """What a branch of a TTree or a field of an RNTuple says of itself."""
    title: str = branch.title if hasattr(branch, "title") else branch.description
    return title
