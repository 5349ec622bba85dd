"""Names of the parts of a dataset: their first block, and the one after the last, ``events-0000000000-0000000016.root``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from darkpair.gen.errors import InputError
from darkpair.gen.output.formats import ENDINGS

__all__ = ["blocks_in_name", "part_name", "parts_of", "require_parts"]

_ENDING: Final = "|".join(re.escape(ending) for endings in ENDINGS.values() for ending in endings)
_NAME: Final = re.compile(rf"events-(\d{{10,}})-(\d{{10,}})({_ENDING})")


def part_name(first: int, last: int, ending: str) -> str:
    """Name of the part of those blocks, the last left out; names sort as blocks do."""
    return f"events-{first:010d}-{last:010d}{ending}"


def blocks_in_name(name: str) -> tuple[int, int]:
    """First block, and the one after the last, of a part of that name.

    Raises
    ------
    InputError
        For a name that is no part's.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        raise InputError(f"{name!r} is no name of a part; parts are called as {part_name(0, 16, '.root')!r}")
    return int(match[1]), int(match[2])


def parts_of(folder: Path) -> list[Path]:
    """Files with names of parts in a folder, in the order of their blocks; none where there is no folder."""
    paths = (
        [path for path in folder.iterdir() if _NAME.fullmatch(path.name) and path.is_file()]
        if folder.is_dir()
        else []
    )
    return sorted(paths, key=lambda path: (blocks_in_name(path.name), path.name))


def require_parts(folder: Path) -> list[Path]:
    """Files of the parts of a dataset.

    Raises
    ------
    InputError
        For a folder without any.
    """
    paths = parts_of(folder)
    if not paths:
        raise InputError(
            f"{str(folder)!r} is a folder without parts of a dataset; give the file or the folder of a run"
        )
    return paths
