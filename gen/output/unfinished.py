"""A file until it is complete: the name that it has, whose it is, and what is left of it when a run dies.

The file stands beside the finished one as ``.NAME.TOKEN.part``, so that renaming it is one step.  Who writes it holds a
lock on it (flock, which the system drops when a process ends, however it ends): what nobody holds is left of a dead run.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from darkpair.gen.stops import UNFINISHED

#: The system's locks; where there are none (Windows), nothing is held, and nobody's files are removed.
fcntl: Any = import_module("fcntl") if find_spec("fcntl") is not None else None

__all__ = ["Unfinished", "alone_in", "clean_unfinished", "is_unfinished"]

#: Name of an unfinished file, and in it the name of the finished one or what `_stem` makes of it.
_NAME: Final = re.compile(r"\.(.+)\.[0-9a-f]{8}\.part", re.DOTALL)

#: Bytes that a name may have on nearly every file system, and those of "..TOKEN.part".
_MOST, _MORE = 255, 15

#: Longest time that is waited for somebody else who gives names in a folder [s].
_PATIENCE: Final = 1.0

#: Trials to get a name of one's own: another process may clean up between making a file and holding it.
_TRIALS: Final = 16


class Unfinished:
    """A file that gets its name when it is complete.

    Parameters
    ----------
    path : str or path
        The name that it gets; links are followed.

    Attributes
    ----------
    path : Path
        Absolute.
    partial : Path
        Where it is written; in the same folder.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).resolve()
        self.partial = _partial(self.path)
        self._lock: int | None = None

    def begin(self) -> Path:
        """Make the file, empty and ours; what dead runs left of it is removed.

        Raises
        ------
        OSError
            If it cannot be made, or could not get its name for what stands there.
        """
        if self.path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(self.path))
        if self.path.exists() and not (self.path.is_file() and os.access(self.path, os.W_OK)):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self.path))
        clean_unfinished(self.path.parent, self.path.name)
        for _ in range(_TRIALS):
            self.partial = _partial(self.path)
            UNFINISHED.add(self.partial)
            self._lock = os.open(self.partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
            if fcntl is None:
                self._release()
                return self.partial
            if _held(self._lock) and self.partial.exists():
                return self.partial
            self._release()
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self.partial))

    def complete(self) -> None:
        """Give the file its name, in place of one that is there."""
        self.partial.replace(self.path)
        UNFINISHED.discard(self.partial)
        self._release()

    def abandon(self) -> int:
        """Leave nothing of it; bytes that it had.  Never raises an error of the system: one before it is told."""
        size = 0
        try:
            with suppress(OSError):
                size = self.partial.stat().st_size
                self.partial.unlink()
        finally:
            UNFINISHED.discard(self.partial)
            self._release()
        return size

    def _release(self) -> None:
        lock, self._lock = self._lock, None
        if lock is not None:
            with suppress(OSError):
                os.close(lock)


def is_unfinished(name: str) -> bool:
    """Whether a file of that name is an unfinished one, of a living process or of a dead one."""
    return _NAME.fullmatch(name) is not None


def clean_unfinished(folder: str | os.PathLike[str], *names: str) -> list[Path]:
    """Remove what runs that are dead left in a folder; paths of what was removed.

    What a living process writes, here or on another machine that shares the folder, is never touched; nor is anything
    where the file system has no locks.  What cannot be read or removed is left.

    Parameters
    ----------
    folder : str or path
    *names : str
        Names of the finished files; all unless given.
    """
    stems = {_stem(name) for name in names}
    removed = []
    with suppress(OSError):
        for entry in os.scandir(folder):
            name = _NAME.fullmatch(entry.name)
            if name is None or (stems and name[1] not in stems) or not entry.is_file(follow_symlinks=False):
                continue
            if _removed_if_dead(Path(entry.path)):
                removed.append(Path(entry.path))
    return removed


def _held(lock: int) -> bool:
    """Whether an open file is ours now, or can be nobody's: there are file systems without locks."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:  # somebody who cleans up was faster
        return False
    except OSError:
        return True
    return True


def _removed_if_dead(partial: Path) -> bool:
    """Whether nobody holds an unfinished file, which is removed then."""
    if fcntl is None:
        return False
    try:
        lock = os.open(partial, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        partial.unlink()  # (names are used once: where the file was finished meanwhile, there is none)
    except OSError:
        return False
    finally:
        os.close(lock)
    return True


def _partial(path: Path) -> Path:
    return path.with_name(f".{_stem(path.name)}.{secrets.token_hex(4)}.part")


def _stem(name: str) -> str:
    """The name as it stands in that of the unfinished file: shortened where that would be too long."""
    whole = os.fsencode(name)
    if len(whole) + _MORE <= _MOST:
        return name
    digest = hashlib.sha256(whole).hexdigest()[:16]
    return f"{whole[: _MOST - _MORE - 17].decode(errors='ignore')}~{digest}"


@contextmanager
def alone_in(folders: Iterable[Path], patience: float = _PATIENCE) -> Iterator[None]:
    """Give names to several files in folders while nobody else does, so that those of two runs do not mix.

    No longer than the patience [s] is waited for somebody else: a script may hold a folder for reasons of its own.
    """
    with ExitStack() as locks:
        for folder in sorted(folders) if fcntl is not None else ():
            with suppress(OSError):
                lock = os.open(folder, os.O_RDONLY)
                locks.callback(os.close, lock)
                until = time.monotonic() + patience
                while not _held(lock) and time.monotonic() < until:
                    time.sleep(0.01)
        yield
