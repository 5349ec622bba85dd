"""Disks that are full after so many bytes: a small tmpfs where one can be mounted, and a limit to the size of a file."""

from __future__ import annotations

import resource
import shutil
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

__all__ = ["Disk", "LimitedFiles", "SmallDisk", "mounted"]

#: Bytes that a tmpfs counts at once.
_PAGE: Final = 4096


class Disk(ABC):
    """A folder in which no more than so many bytes can be written; of ten moments the first of `every` few are tried."""

    folder: Path
    every: int = 1

    @abstractmethod
    def room(self, size: int) -> AbstractContextManager[None]:
        """In the block, that many more bytes can be written, or a page more."""

    def moments(self, sizes: list[int]) -> list[int]:
        """Ten sizes of room, or some of them, at which files of these sizes, written one after the other, do not fit."""
        rooms = sorted({self.part(sizes, moment) for moment in range(10)})
        return rooms[:: self.every]

    @staticmethod
    @abstractmethod
    def part(sizes: list[int], tenths: int) -> int:
        """So many tenths of the room that these files take."""


class SmallDisk(Disk):
    """A tmpfs, of which a file takes what is not to be used.

    Parameters
    ----------
    mount : Path
        Where it is mounted.
    """

    def __init__(self, mount: Path) -> None:
        self.mount, self.folder = mount, mount / "out"
        self.folder.mkdir()

    @contextmanager
    def room(self, size: int) -> Iterator[None]:
        filler = self.mount / "filler"
        free = shutil.disk_usage(self.mount).free - -(-size // _PAGE) * _PAGE
        filler.write_bytes(bytes(max(free, 0)))
        try:
            yield
        finally:
            filler.unlink()

    @staticmethod
    def part(sizes: list[int], tenths: int) -> int:
        return tenths * sum(-(-size // _PAGE) for size in sizes) // 10 * _PAGE


class LimitedFiles(Disk):
    """Files of which none can be larger (setrlimit); the errors are the same but for their number.

    Parameters
    ----------
    folder : Path
        Any folder.
    every : int
    """

    def __init__(self, folder: Path, every: int = 1) -> None:
        self.folder, self.every = folder, every

    @contextmanager
    def room(self, size: int) -> Iterator[None]:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    @staticmethod
    def part(sizes: list[int], tenths: int) -> int:
        return tenths * max(sizes) // 10


@contextmanager
def mounted(folder: Path, size: str, *, read_only: bool = False) -> Iterator[Path | None]:
    """A tmpfs on a folder; None where we may not mount one."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}{',ro' if read_only else ''}", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], capture_output=True, check=True)
