"""Event files in order, read as one list of events: few are open at once, and none may change meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError
from darkpair.gen.identity import content_digest
from darkpair.gen.remote import fetched, is_remote, said_of
from darkpair.gen.sources.copies import Family, parents_among
from darkpair.gen.sources.event_index import FileIndex
from darkpair.gen.sources.event_paths import EventPath
from darkpair.gen.sources.event_piece import Piece
from darkpair.gen.sources.event_quantities import Quantities
from darkpair.gen.status_flags import OF_OURS

if TYPE_CHECKING:
    from darkpair.gen.sources.event_listing import Reader

__all__ = ["EventSeries"]


@dataclass(frozen=True, kw_only=True)
class EventSeries:
    """Files of events in order.

    Parameters
    ----------
    files : tuple of EventPath
        The files.
    branches : mapping of str to str
        Branches by quantity that are named.
    format : str, optional
        What the files have to be.
    momentum_unit, length_unit : str, optional
        Units of files that do not say them themselves.
    kinds : tuple of int
        PDG ids of the parents.
    """

    files: tuple[EventPath, ...]
    branches: Mapping[str, str]
    format: str | None
    momentum_unit: str | None
    length_unit: str | None
    kinds: tuple[int, ...]

    @property
    def name(self) -> str:
        """The files in a message."""
        others = len(self.files) - 1
        return repr(self.files[0].path) + (f" and {others} more" if others else "")

    def reader(self, file: int, index: FileIndex | None = None) -> Reader:
        """A file, opened or still open.

        Parameters
        ----------
        file : int
            Which of the files, from 0.
        index : FileIndex, optional
            What it was when it was looked through.

        Raises
        ------
        InputError
            For a file that cannot be read, or is not what it was.
        """
        from darkpair.gen.sources.event_readers import open_events  # uproot is slow to import

        path = self.files[file].path
        with said_of(path):
            if index is not None:
                self._check_unchanged(file, index)
            reader = open_events(fetched(path), self.files[file].tree, dict(self.branches), self.format)
        if self.files[file].named and not hasattr(reader, "tree_name"):
            raise InputError(
                f"{path!r} is of the format {reader.kind}, which has no tree; leave its name out"
            )
        if reader.ours and not {self.momentum_unit, self.length_unit} <= {None, "GeV", "mm"}:
            raise InputError(f"{path!r} says its units itself; leave momentum_unit and length_unit out")
        if index is not None and reader.entries != index.entries:
            raise InputError(
                f"{path!r} had {index.entries} events when it was looked through, and has {reader.entries}; leave the files alone "
                "while they are read, and begin again"
            )
        return reader

    def stamp(self, file: int) -> tuple[int, int]:
        """Size of a file [bytes] and when it was changed last [ns]; of one elsewhere only the size of its copy."""
        path = self.files[file].path
        try:
            status = Path(fetched(path)).stat()
        except OSError as error:
            raise InputError(
                f"{path!r} cannot be read ({error.strerror}); give a file that may be"
            ) from error
        return status.st_size, 0 if is_remote(path) else status.st_mtime_ns

    def _check_unchanged(self, file: int, index: FileIndex) -> None:
        if self.stamp(file) != index.stamp:
            raise InputError(
                f"{self.files[file].path!r} has changed since it was looked through; leave the files alone while they are read, and "
                "begin again"
            )

    def digest(self, file: int, index: FileIndex) -> str:
        """Digest of what a file holds, 64 hexadecimal digits."""
        self._check_unchanged(file, index)
        return content_digest(fetched(self.files[file].path))

    def quantities(self, file: int, types: Mapping[str, str] | None = None) -> Quantities:
        """How the numbers of a file are taken."""
        return Quantities(
            path=self.files[file].path,
            momentum_unit=self.momentum_unit,
            length_unit=self.length_unit,
            number=file if len(self.files) > 1 else None,
            types=types or {},
        )

    def pieces(
        self, indices: Sequence[FileIndex], first: int = 0, last: int | None = None
    ) -> Iterator[Piece]:
        """The events first to last - 1 of all files, piece by piece.

        Parameters
        ----------
        indices : sequence of FileIndex
            What the files were when they were looked through.
        first, last : int
            Numbers of events in all files; to the end unless told.
        """
        begin = 0
        for file, index in enumerate(indices):
            end = begin + index.entries
            start, stop = max(first, begin), end if last is None else min(last, end)
            if start < stop:
                reader = self.reader(file, index)
                for at in range(start, stop, reader.step):
                    yield self.piece(file, reader, (at - begin, min(at + reader.step, stop) - begin), begin)
            begin = end

    def piece(self, file: int, reader: Reader, span: tuple[int, int], begin: int) -> Piece:
        """Events of a file, before which there are `begin` in other files."""
        start, stop = span
        names = [name for name in ("pdgid", "mother", "statusFlags") if name in reader.names]
        with said_of(self.files[file].path):
            offsets, columns, _ = reader.read(start, stop, names)
            family = Family(
                path=self.files[file].path,
                first=start,
                offsets=offsets,
                pdgid=columns["pdgid"],
                mother=columns.get("mother"),
                further=reader.more_mothers(start, stop),
                flags=_flags(reader, columns.get("statusFlags")),
                status=(lambda: reader.read(start, stop, ["status"])[1]["status"])
                if "status" in reader.names
                else None,
            )
            parents = parents_among(family, self.kinds)
        return Piece(
            file=file,
            reader=reader,
            start=start,
            stop=stop,
            first=begin + start,
            offsets=offsets,
            columns=columns,
            parents=parents,
        )


def _flags(reader: Reader, flags: NDArray[np.int32] | None) -> NDArray[np.int32] | None:
    """Status flags of a piece; none of a file of ours that says of every particle that it is no copy.

    Files of an event file without flags were written so, whatever copies they have; where there are none, the mothers say so too.
    """
    if flags is not None and reader.ours and bool((flags == OF_OURS).all()):
        return None
    return flags
