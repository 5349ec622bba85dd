"""ROOT files opened by their path alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

__all__ = ["open_root"]


def open_root(path: str | os.PathLike[str], **options: Any) -> Any:
    """A ROOT file as `uproot.open` gives it, of its path and no more: "::", "#", ":" and "~" mean nothing in it.

    It is mapped: uproot's default goes through an event loop (measured: half of the time of source and chain).
    """
    import uproot  # (a tenth of a second that other sources do not need)

    return uproot.open(Path(path), handler=uproot.source.file.MemmapSource, **options)
