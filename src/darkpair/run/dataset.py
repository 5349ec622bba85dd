"""A dataset: a folder of the parts of one sample, each complete under its name or absent, and a manifest of them.

The names of parts say their blocks, ``events-0000000000-0000000016.root``; every part says itself of which sample it is and what
it came to. The manifest repeats that with sizes and digests of the files, so that a part that was changed is found; a
folder whose manifest is gone has lost nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Container, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from darkpair.gen.errors import DarkpairError, InputError
from darkpair.gen.output.part_names import blocks_in_name, part_name, parts_of
from darkpair.gen.output.parts import Span, missing_blocks, span_of
from darkpair.gen.output.reader import read_provenance
from darkpair.gen.output.target import clean_unfinished, folder_for, replacing
from darkpair.gen.output.unfinished import alone_in, is_unfinished
from darkpair.gen.pipeline import blocks_of
from darkpair.gen.provenance import describe, environment
from darkpair.gen.streams import BLOCK
from darkpair.run.standing import difference

__all__ = ["MANIFEST", "Dataset", "File", "is_dataset", "name_of", "require_no_other_folder", "take_away"]

MANIFEST: Final = "manifest.json"

#: Bytes that are read at once for a digest.
_AT_ONCE: Final = 1 << 20


@dataclass(frozen=True, kw_only=True)
class File:
    """A part's file, as the manifest has it.

    Parameters
    ----------
    file : str
        Its name in the folder.
    blocks : tuple of int
        Its first block, and the one after the last.
    events : tuple of int
        Index of its first generated event in the sample, and of the one after the last.
    written : int
        Events in the file.
    bytes, mtime_ns : int
        Size of the file, and when it was written [ns].
    blake2b : str
        Digest of the file.
    """

    file: str
    blocks: tuple[int, int]
    events: tuple[int, int]
    written: int
    bytes: int
    mtime_ns: int
    blake2b: str

    @classmethod
    def of(cls, path: Path, span: Span, written: int) -> File:
        """Row of a file that holds that part."""
        before = path.stat()
        return cls(
            file=path.name,
            blocks=(span.first, span.last),
            events=span.events,
            written=written,
            bytes=before.st_size,
            mtime_ns=before.st_mtime_ns,
            blake2b=_digest(path),
        )

    @classmethod
    def damaged(cls, path: Path) -> File:
        """Row of a file that holds nothing that counts, to be made again."""
        blocks = blocks_in_name(path.name)
        return cls(file=path.name, blocks=blocks, events=(0, 0), written=0, bytes=0, mtime_ns=0, blake2b="")

    @classmethod
    def of_manifest(cls, row: Mapping[str, Any]) -> File:
        """Row as a manifest has it, which anybody may have edited.

        Raises
        ------
        KeyError, TypeError, ValueError
            For what no part can have.
        """
        out = cls(**dict(row) | {key: tuple(row[key]) for key in ("blocks", "events")})
        first, last = blocks_in_name(out.file)
        numbers = (*out.blocks, *out.events, out.written, out.bytes, out.mtime_ns)
        if not all(type(number) is int for number in numbers) or not isinstance(out.blake2b, str):
            raise TypeError("numbers of a part are whole")
        begin, end = out.events
        if out.blocks != (first, last) or begin != first * BLOCK or not begin < end <= last * BLOCK:
            raise ValueError("a part has the blocks of its name")
        return out

    @property
    def complete(self) -> bool:
        """Whether the file is a part that can be read."""
        return bool(self.blake2b)


def is_dataset(path: str) -> bool:
    """Whether an output is a folder of parts: its name ends in a slash, or a folder stands there."""
    return path.endswith("/") or Path(path).is_dir()


def require_no_other_folder(path: str) -> None:
    """Refuse a folder that holds other things and no dataset, unless the output's name ends in a slash, which says what is meant.

    Parameters
    ----------
    path : str
        A job's ``output.path``.

    Raises
    ------
    InputError
        With one of the things.
    """
    folder = Path(path)
    if path.endswith("/") or not folder.is_dir() or not os.access(folder, os.R_OK):
        return
    others = sorted(entry.name for entry in folder.iterdir() if not is_unfinished(entry.name))
    if others and not parts_of(folder) and not _is_manifest(folder / MANIFEST):
        raise InputError(
            f"output {path!r} is a folder that holds {others[0]!r} and no dataset; give the name of a file, or {path + '/'!r} for a "
            "dataset in it"
        )


def _is_manifest(path: Path) -> bool:
    """Whether a file is a dataset's manifest, of whatever sample."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(document, dict) and {"sample", "parts", "provenance"} <= document.keys()


def name_of(folder: Path) -> str:
    """What pictures of a dataset are called: as its folder, where that has a name."""
    return folder.resolve().name or "dataset"


@dataclass(kw_only=True)
class Dataset:
    """A folder of parts of the sample that a job asks for.

    Parameters
    ----------
    folder : Path
        Made if need be.
    ending : str
        Ending of the parts' names.
    wanted : mapping
        Provenance of what the job would write, with its ``sample``: the whole of the run.
    """

    folder: Path
    ending: str
    wanted: Mapping[str, Any]

    def __post_init__(self) -> None:
        folder_for(self.folder)
        clean_unfinished(self.folder)

    @property
    def span(self) -> Span:
        """All of the run."""
        span = span_of(self.wanted)
        assert span is not None
        return span

    @property
    def picture(self) -> Path:
        """The first picture of the whole."""
        return self.folder / f"{name_of(self.folder)}.png"

    def path(self, first: int, last: int) -> Path:
        """File of those blocks."""
        return self.folder / part_name(first, last, self.ending)

    def files(self, *, without: Container[Path] = ()) -> list[File]:
        """Parts of this sample that are there, those that are damaged too.

        Parameters
        ----------
        without : container of Path
            Files that do not count.

        Raises
        ------
        InputError
            For a file with a part's name that holds another sample, other blocks than its name says, or more events than this
            run is to have.
        """
        rows = self._manifest()
        out = [self._row(path, rows) for path in parts_of(self.folder) if path not in without]
        _check_twice(self.folder, out)
        return out

    def _row(self, path: Path, rows: Mapping[str, File]) -> File:
        """Row of a file with a part's name: the manifest's, where it is as that says."""
        (first, last), of = blocks_in_name(path.name), self.span.of
        if path.name != part_name(first, last, self.ending) or first >= last:
            raise InputError(
                f"{str(path)!r} is not of this dataset, whose parts are called as {part_name(0, 16, self.ending)!r}; take it away, "
                "give another folder, or --force"
            )
        said = rows.get(path.name)
        row = said if said is not None and _untouched(path, said) else self._looked_at(path)
        if said is not None and row is not said and row.events == said.events:  # the same part in other bytes
            row = File.damaged(path)
        if row.events[1] > of or last > blocks_of(of):
            raise InputError(
                f"{str(path)!r} is of a longer run, with more than the {of:,} generated events of this one; give a larger -n, another "
                "folder, or --force"
            )
        return row

    def _looked_at(self, path: Path) -> File:
        """Row of a part that no manifest knows as it is."""
        try:
            provenance = read_provenance(path)
        except DarkpairError:
            return File.damaged(path)
        why, span = difference(provenance, self.wanted), span_of(provenance)
        if why or span is None:
            raise InputError(
                f"{str(path)!r} {why}, so it is not of this dataset; take it away, give another folder, or --force"
            )
        if (span.first, span.last) != blocks_in_name(path.name):
            raise InputError(
                f"{str(path)!r} holds {span.text()}, which is not what its name says; take it away"
            )
        return File.of(path, span, int(provenance["output"]["events"]))

    def missing(self, files: Sequence[File], first: int, last: int) -> list[tuple[int, int]]:
        """Spans of blocks first to last - 1 that no complete part holds; a part that was cut for a shorter run is one.

        Parameters
        ----------
        files : sequence of File
            What `files` gave.
        first, last : int
            Blocks that are wanted.
        """
        of, out, at = self.span.of, [], first
        for row in files:
            begin, end = row.blocks
            if end <= first or begin >= last:
                continue
            if begin > at:
                out.append((at, begin))
            if row.events != Span("", begin, end, of).events:
                out.append((begin, end))
            at = max(at, end)
        if at < last:
            out.append((at, last))
        return out

    def write_manifest(self, fresh: Sequence[File] = ()) -> list[File]:
        """Write the manifest of all that is there, rows of parts just written included; gives them.

        Parameters
        ----------
        fresh : sequence of File
            Rows that need not be looked at again.
        """
        with alone_in({self.folder}):
            rows = self._manifest() | {row.file: row for row in fresh}
            every = [self._row(path, rows) for path in parts_of(self.folder)]
            files = [row for row in every if row.complete]
            span = self.span
            spans = [Span(span.digest, *row.blocks, of=span.of, run=span.run) for row in files]
            document = {
                "sample": span.plain(),
                "complete": bool(files) and not missing_blocks(spans),
                "missing": [part.text() for part in missing_blocks(spans)] if files else [span.text()],
                "parts": [asdict(row) for row in files],
                "provenance": describe({**environment(), **self.wanted}),
            }
            with replacing(self.folder / MANIFEST) as partial:
                partial.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")
        return files

    def _manifest(self) -> dict[str, File]:
        """Rows of the manifest by name; none where it is gone, damaged or of another sample."""
        try:
            document = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
            if difference(document["provenance"], self.wanted):
                return {}
            rows = [File.of_manifest(row) for row in document["parts"]]
        except (OSError, DarkpairError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}
        return {row.file: row for row in rows}

    def obsolete(self, first: int, last: int) -> dict[Path, tuple[int, ...]]:
        """Files that a run of those blocks is to replace, and everything of another sample; each as it is now."""
        rows, out = self._manifest(), {}
        for path in parts_of(self.folder):
            try:
                row = self._row(path, rows)
            except InputError:
                row = File.damaged(path)
            begin, end = row.blocks
            if not row.complete or (begin < last and end > first):
                out[path] = _identity(path)
        return out


def _identity(path: Path) -> tuple[int, ...]:
    """What is another where another file stands at a path; empty where none does."""
    try:
        now = path.stat()
    except OSError:
        return ()
    return now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns


def take_away(files: Mapping[Path, tuple[int, ...]]) -> None:
    """Remove files that are still what they were when `Dataset.obsolete` saw them."""
    for path, identity in files.items():
        if _identity(path) == identity:
            path.unlink(missing_ok=True)


def _check_twice(folder: Path, files: Sequence[File]) -> None:
    for row, after in pairwise(files):
        if after.blocks[0] < row.blocks[1]:
            raise InputError(
                f"{row.file!r} and {after.file!r} of {str(folder)!r} hold the same events; take one of them away"
            )


def _untouched(path: Path, row: File) -> bool:
    """Whether a file is the one of the manifest."""
    try:
        now = path.stat()
    except OSError:
        return False
    if now.st_size != row.bytes:
        return False
    return now.st_mtime_ns == row.mtime_ns or _digest(path) == row.blake2b


def _digest(path: Path) -> str:
    digest = blake2b(digest_size=32)
    with path.open("rb") as file:
        while block := file.read(_AT_ONCE):
            digest.update(block)
    return digest.hexdigest()
