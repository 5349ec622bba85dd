"""What the system says when a file cannot be written, or memory is short, as one line that says what to do."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from typing import Any, Final

from darkpair.gen.errors import InputError

__all__ = ["UnwrittenError", "is_of_machine", "reason", "unwritten"]


class UnwrittenError(InputError, OSError):
    """A file that the system did not let us write; nothing that was complete is lost.

    Parameters
    ----------
    message : str
        One line.
    number : int, optional
        The system's number of the error, of `errno`.
    """

    def __init__(self, message: str, number: int | None = None) -> None:
        super().__init__(message)
        self.errno = number

    def __reduce__(self) -> tuple[Any, ...]:
        """Both arguments, so that a worker's error arrives whole."""
        return type(self), (*self.args, self.errno)


#: What an error of the system means for who writes a file, and what to do.
_MEANING: Final[Mapping[int, tuple[str, str]]] = {
    errno.ENOSPC: ("the disk is full", "make room or give another place"),
    errno.EDQUOT: ("your quota of the disk is used up", "remove files of yours or give another place"),
    errno.EFBIG: (
        "a file may not grow beyond a limit here (ulimit -f, or the file system's)",
        "raise the limit or give another place",
    ),
    errno.EROFS: ("the file system is read-only", "give another place"),
    errno.EACCES: ("you may not write there", "give another place"),
    errno.EPERM: ("you may not write there", "give another place"),
    errno.ENOENT: ("its folder is not there", "make it or give another place"),
    errno.ENOTDIR: ("what should be its folder is none", "give another place"),
    errno.EEXIST: ("what should be its folder is none", "give another place"),
    errno.EISDIR: ("a folder has that name", "give the name of a file"),
    errno.ENAMETOOLONG: ("the name is too long for the file system", "give a shorter one"),
    errno.EIO: ("the disk, or the network to it, fails", "give another place"),
    errno.ESTALE: ("the network's file system has lost it", "give another place"),
    errno.EMFILE: ("too many files are open (ulimit -n)", "raise the limit or use fewer workers"),
    errno.ENFILE: ("too many files are open on this machine", "try again later"),
}

#: Errors in which nobody's code has a part; they come without a name where a file was open already.
_MACHINE: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.ESTALE)

#: Errors of which it helps to know how much had been written.
_OF_SIZE: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def is_of_machine(error: BaseException) -> bool:
    """Whether an error is one of the disk, the network to it or memory, whoever's code met it."""
    return isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno in _MACHINE)


def reason(error: OSError, written: int = 0) -> tuple[str, str]:
    """Why a file cannot be written, and what to do.

    Parameters
    ----------
    error : OSError
    written : int
        Bytes that were written before.
    """
    why, advice = _MEANING.get(
        error.errno or 0, (error.strerror or " ".join(str(error).split()), "give another place")
    )
    if error.errno in _OF_SIZE and written:
        why += f" after {_size(written)}"
    return why, advice


def unwritten(
    path: str | os.PathLike[str], error: OSError, *, written: int = 0, writer: str = ""
) -> UnwrittenError:
    """The line about a file that cannot be written.

    Parameters
    ----------
    path : str or path
        Name that the file should have got.
    error : OSError
        What the system said.
    written : int
        Bytes that were written before.
    writer : str
        Words for who writes it.
    """
    why, advice = reason(error, written)
    kept = "the one that is there is as it was" if os.path.lexists(path) else "nothing is left of it"
    return UnwrittenError(
        f"{os.fspath(path)} cannot be written{writer}: {why}; {kept}: {advice}", error.errno
    )


def _size(written: int) -> str:
    """A number of bytes in decimal units, as disks are sold."""
    units = ("bytes", "kB", "MB", "GB", "TB")
    power = min((len(str(written)) - 1) // 3, len(units) - 1)
    return f"{written / 1000**power:.3g} {units[power]}"
