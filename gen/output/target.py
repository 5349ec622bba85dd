"""Where a file may be written, and the name it has until it is complete."""

from __future__ import annotations

import errno
import logging
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

from darkpair.gen.errors import InputError, one_line
from darkpair.gen.output.file_format import FORMAT
from darkpair.gen.output.file_reader import FileReader
from darkpair.gen.output.unfinished import Unfinished, alone_in, clean_unfinished
from darkpair.gen.output.unwritten import UnwrittenError, is_of_machine, unwritten
from darkpair.gen.provenance import describe
from darkpair.gen.stops import undisturbed

if TYPE_CHECKING:
    import awkward as ak

    from darkpair.gen.output.parts import Sums
    from darkpair.gen.pipeline import Chunk

__all__ = [
    "EventWriter",
    "check_folder",
    "check_writable",
    "clean_unfinished",
    "folder_for",
    "put",
    "replacing",
]

_LOG: Final = logging.getLogger(__name__)

#: Events that wait for one record.
_AT_ONCE: Final = 32768


class EventWriter(FileReader, ABC):
    """A file of events that appears under its name when it is complete, and not at all after an exception.

    A format of one's own is a subclass with `ENDINGS`, `open_file`, `write` and `finish`, registered under the entry points
    ``darkpair.formats``.  It writes to `file`, which `open_file` opened at `partial`, and counts in `events`; `described()`
    is the provenance as plain values, whole in `finish`.  Further keywords of its constructor are keys of a job's
    ``[output]``.

    Parameters
    ----------
    path : str or path
        The file that is to appear.
    provenance : mapping
        How the events were made, as `darkpair.gen.provenance.describe` writes it; may grow until the file is closed.

    Attributes
    ----------
    file : object
        What `open_file` gave; None outside the with-block.
    partial : Path
        The file until it is complete.
    events : int
        Events written.
    sums : Sums or None
        What the part of the sample that the file holds came to; given before the file is closed, None where nobody counts.

    Raises
    ------
    InputError
        If the file cannot be written; see `check_writable`.
    """

    #: Keys of what it is written with (`darkpair.gen.references`).
    references: ClassVar[tuple[str, ...]] = ()

    #: What the names of its files end in, as (".jsonl", ".jsonl.gz").
    ENDINGS: ClassVar[tuple[str, ...]] = ()

    def __init__(self, path: str | os.PathLike[str], provenance: Mapping[str, Any]) -> None:
        check_writable(path)
        self.path = Path(path).resolve()
        self.provenance: dict[str, Any] = dict(provenance)
        self.events = 0
        self.sums: Sums | None = None
        self._held: list[Chunk] = []
        self._unfinished = Unfinished(self.path)
        self.partial = self._unfinished.partial
        self.file: Any = None

    def __enter__(self) -> Self:
        self._unfinished = Unfinished(self.path)
        try:
            self.partial = self._unfinished.begin()
            self.file = self.open_file()
        except BaseException as error:
            self._abandon(error)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self.close()
        except BaseException as late:
            self._abandon(late)
            raise
        self._abandon(error)

    @abstractmethod
    def write(self, events: ak.Array) -> None:
        """Add events, perhaps none."""

    def add(self, chunk: Chunk) -> None:
        """Add the events of a chunk of a pipeline, after those of the chunks before.

        Unless a format takes columns, they wait until a record of many is made for `write`: each writing costs some
        milliseconds, whatever its size.  Its columns are closed: what is written is what was handed over.
        """
        chunk.close()
        self._held.append(chunk)
        if sum(len(held.events) for held in self._held) >= _AT_ONCE:
            self._write_held()

    def _write_held(self) -> None:
        """Write what waits."""
        held, self._held = self._held, []
        if held:
            self.write(held[0].concatenate(held).record())

    def copy(self, path: Path, first: int, last: int, output: Mapping[str, Any]) -> None:
        """Add events of another file of the format as they stand there, for ``darkpair merge``.

        Parameters
        ----------
        path : Path
            The file.
        first, last : int
            Entry of the first event, and of the one after the last.
        output : mapping
            The ``output`` of that file's provenance.

        Raises
        ------
        InputError
            Unless a format says how.
        """
        raise InputError(f"files as {path.name!r} cannot be joined; write .root, .hepmc3 or .parquet")

    @abstractmethod
    def open_file(self) -> Any:
        """The file at `partial`, open; it has a ``close``."""

    @abstractmethod
    def finish(self) -> None:
        """Write what is known only now, as the cut flow in `provenance`."""

    def close(self, provenance: Mapping[str, Any] | None = None) -> None:
        """Finish the file and give it its name; once only, later calls do nothing.

        Parameters
        ----------
        provenance : mapping, optional
            What is known only now, as the cut flow; added to the rest.

        Raises
        ------
        InputError
            If nothing was written, not even an empty record, which would tell what events have.
        """
        if self.file is None:
            return
        self.provenance |= dict(provenance or {})
        self._write_held()
        self.finish()
        self.file.close()
        self.file = None
        self._unfinished.complete()
        _LOG.info("wrote %s: %s events", one_line(str(self.path)), f"{self.events:,}")

    def described(self) -> dict[str, Any]:
        """The provenance as plain values, and the number of the file's format."""
        said: dict[str, Any] = describe(self.provenance)
        return {"format": FORMAT} | said | {"format": FORMAT}

    def check_open(self) -> None:
        """Refuse to write outside the with-block."""
        if self.file is None:
            raise InputError(
                f"{self.path.name} is not open; write inside the with-block of its {type(self).__name__}"
            )

    def nothing_written(self) -> InputError:
        """What to raise in `finish` where there was not even an empty record."""
        return InputError(f"no events for {self.path.name}; write at least one record, be it empty")

    def _abandon(self, error: BaseException | None) -> None:
        """Leave nothing of an unfinished file; raise what happened as a line if it happened to this file."""
        file, self.file = self.file, None
        with suppress(Exception):  # (what is told is the first error: closing meets it again)
            if file is not None:
                file.close()
        module = type(self).__module__
        stranger = "" if module.startswith(("darkpair.", "__main__")) else f" by the plug-in {module}"
        _abandoned([self._unfinished], error, within=self, writer=stranger)


def check_writable(path: str | os.PathLike[str]) -> None:
    """Refuse an output path that cannot be written, before anything is generated.

    Raises
    ------
    InputError
        If the folder is missing or closed to us, or if something stands there that is no writable file.
    """
    try:
        refusal = _refusal(Path(path))
    except (
        OSError,
        ValueError,
        RuntimeError,
    ) as error:  # ValueError: a null character; RuntimeError: a loop of links
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"output {str(path)!r} cannot be written: {reason}; choose another place") from error
    if refusal is not None:
        raise InputError(f"output {str(path)!r} {refusal}")


def _refusal(path: Path) -> str | None:
    """Why a file may not be written there; None after a trial in its folder."""
    target = path.resolve()
    if target.is_dir():
        return "is a folder; give the name of a file"
    if target.exists() and not (target.is_file() and os.access(target, os.W_OK)):
        return "exists and may not be overwritten; choose another name"
    if not target.parent.is_dir():
        home = " (a ~ in quotes is no home folder)" if path.parts[0].startswith("~") else ""
        return f"cannot be written: there is no folder {str(path.parent)!r}{home}; make it, or choose another"
    _try(target)
    return None


def _try(path: Path) -> None:
    """Make an unfinished file, and remove it."""
    trial = Unfinished(path)
    try:
        trial.begin()
    finally:
        trial.abandon()


def folder_for(path: Path) -> Path:
    """Folder of that path, made if need be.

    Raises
    ------
    InputError
        If it cannot be made, is a file, or is closed to us.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        _try(path / "trial")
    except OSError as error:
        raise _no_folder(path, error) from error
    return path


def check_folder(path: Path) -> None:
    """Refuse a folder that `folder_for` could not make, before anything is generated; nothing is made.

    Raises
    ------
    InputError
        As `folder_for`.
    """
    try:
        if path.exists() and not path.is_dir():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        _try(next(at for at in (path, *path.absolute().parents) if at.exists()) / "trial")
    except OSError as error:
        raise _no_folder(path, error) from error


def _no_folder(path: Path, error: OSError) -> InputError:
    """What to raise of a folder that cannot be made or written."""
    return InputError(
        f"{path} cannot be made or written ({error.strerror}); give a folder that you may write to"
    )


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Where to write a file that gets its name at the end of the with-block, and of which nothing is left after an exception.

    The only way in which this package writes a file, with `put`, which takes whole contents.

    Parameters
    ----------
    path : str or path
        Name of the file, in a folder that exists.

    Yields
    ------
    Path
        An empty file in the same folder, to be opened and closed in the block.

    Raises
    ------
    UnwrittenError
        If the system does not let us write; what was there before is as it was.
    """
    file = Unfinished(path)
    try:
        yield file.begin()
        file.complete()
        _LOG.info("wrote %s", one_line(str(file.path)))
    except BaseException as error:
        _abandoned([file], error)
        raise


def put(contents: Mapping[Path, str | bytes]) -> list[Path]:
    """Write files, all or none of them; their paths.

    Parameters
    ----------
    contents : mapping of Path to str or bytes
        Texts are written in UTF-8, with the ends of line that they have.  Folders that are missing are made.

    Raises
    ------
    UnwrittenError
        If the system does not let us write one of them; all that was there before is as it was.
    """
    made = [folder for path in contents for folder in _missing(path.parent)]
    begun: list[Unfinished] = []
    try:
        for path, content in contents.items():
            begun.append(Unfinished(path))
            begun[-1].path.parent.mkdir(parents=True, exist_ok=True)
            partial = begun[-1].begin()
            partial.write_bytes(content.encode() if isinstance(content, str) else content)
        with alone_in({file.path.parent for file in begun} if len(begun) > 1 else ()), undisturbed():
            for file in begun:
                file.complete()
        for path in contents:
            _LOG.info("wrote %s", one_line(str(path)))
    except BaseException as error:
        try:
            _abandoned(begun[::-1], error)
        finally:
            for folder in made:
                with suppress(OSError):
                    folder.rmdir()
        raise
    return list(contents)


def _missing(folder: Path) -> list[Path]:
    """Folders that are not there, the innermost first."""
    return [] if folder.exists() else [folder, *_missing(folder.parent)]


def _abandoned(
    files: Sequence[Unfinished], error: BaseException | None, *, within: object = None, writer: str = ""
) -> None:
    """Leave nothing of unfinished files; raise what happened as a line if it happened to one of them, the first.

    Of an error without a name, as a full disk has where a file is open, it is the first; if there is something `within`
    whose methods it has to have come up, no more than then.
    """
    sizes = [file.abandon() for file in files]
    if not isinstance(error, OSError) or isinstance(error, UnwrittenError):
        return
    unnamed = error.filename is None and is_of_machine(error)
    if unnamed and within is not None:
        unnamed = any(frame.f_locals.get("self") is within for frame, _ in walk_tb(error.__traceback__))
    for file, size in zip(files, sizes, strict=True):
        if unnamed or error.filename in map(str, (file.partial, file.path, *file.path.parents)):
            raise unwritten(file.path, error, written=size, writer=writer) from error
