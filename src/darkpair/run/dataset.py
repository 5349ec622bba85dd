"""A dataset: a folder of the parts of one sample, each complete under its name or absent, and a manifest of them.

The names of parts say their blocks, ``events-0000000000-0000000016.root``; every part says itself of which sample it is and what
it came to. The manifest repeats that with sizes and digests of the files, so that a part that was changed is found; a
folder whose manifest is gone has lost nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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
from darkpair.gen.output.unfinished import alone_in
from darkpair.gen.provenance import describe, environment
from darkpair.run.standing import difference

__all__ = ["MANIFEST", "Dataset", "File", "is_dataset"]

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


def is_dataset(path: str) -> bool:
    """Whether an output is a folder of parts: its name ends in a slash, or a folder stands there."""
    return path.endswith("/") or Path(path).is_dir()


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
        return self.folder / f"{self.folder.resolve().name}.png"

    def path(self, first: int, last: int) -> Path:
        """File of those blocks."""
        return self.folder / part_name(first, last, self.ending)

    def files(self) -> list[File]:
        """Parts that are there, complete and of this sample.

        Raises
        ------
        InputError
            For a file with a part's name that holds another sample, or other blocks than its name says; and where the parts
            hold more events than the run, which would cut them.
        """
        rows = self._manifest()
        looked = [self._row(path, rows) for path in parts_of(self.folder)]
        out = [row for row in looked if row is not None]
        _check_twice(self.folder, out)
        there = max((row.events[1] for row in out), default=0)
        if there > self.span.of:
            raise InputError(
                f"{str(self.folder)!r} holds events up to {there:,} of its sample, and this run has {self.span.of:,}, so it is not "
                f"replaced; give -n {there} or more, another folder, or --force (output.replace = true)"
            )
        return out

    def _row(self, path: Path, rows: Mapping[str, File]) -> File | None:
        """Row of a part, the manifest's where the file is as it was; None of a damaged one.

        Damaged is also what holds the part of the manifest in other bytes.
        """
        row = rows.get(path.name) if path.name.endswith(self.ending) else None
        if row is not None and _untouched(path, row):
            return row
        looked = self._looked_at(path)
        return None if row is not None and looked is not None and looked.events == row.events else looked

    def _looked_at(self, path: Path) -> File | None:
        """Row of a part that no manifest knows as it is; None of a damaged one, which is made again."""
        if not path.name.endswith(self.ending):
            raise InputError(
                f"{str(path)!r} is a part in another format than this job's, {self.ending!r}; take it away, set output.format, give "
                "another folder, or --force"
            )
        try:
            provenance = read_provenance(path)
        except DarkpairError:
            return None
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

        A damaged part whose blocks other parts hold by now is taken away.

        Parameters
        ----------
        fresh : sequence of File
            Rows that need not be looked at again.
        """
        with alone_in({self.folder}):
            rows = self._manifest() | {row.file: row for row in fresh}
            looked = {path: self._row(path, rows) for path in parts_of(self.folder)}
            files = [row for row in looked.values() if row is not None]
            for path in (path for path, row in looked.items() if row is None):
                if not _uncovered(files, *blocks_in_name(path.name)):
                    path.unlink()
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
            rows = [
                File(**row | {key: tuple(row[key]) for key in ("blocks", "events")})
                for row in document["parts"]
            ]
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}
        return {row.file: row for row in rows}

    def clear(self, first: int, last: int) -> None:
        """Take away parts of those blocks, and all that a run of this sample and length would not keep."""
        rows = self._manifest()
        for path in parts_of(self.folder):
            begin, end = blocks_in_name(path.name)
            if (begin < last and end > first) or not self._kept(path, rows):
                path.unlink()
        self.write_manifest()

    def _kept(self, path: Path, rows: Mapping[str, File]) -> bool:
        """Whether a part is complete, of this sample, and not beyond the run."""
        try:
            row = self._row(path, rows)
        except InputError:
            return False
        return row is not None and row.events[1] <= self.span.of


def _check_twice(folder: Path, files: Sequence[File]) -> None:
    for row, after in pairwise(files):
        if after.blocks[0] < row.blocks[1]:
            raise InputError(
                f"{row.file!r} and {after.file!r} of {str(folder)!r} hold the same events; take one of them away"
            )


def _uncovered(files: Sequence[File], first: int, last: int) -> bool:
    """Whether some of the blocks first to last - 1 are in none of the parts, which are in order."""
    at = first
    for row in files:
        if row.blocks[0] <= at < row.blocks[1]:
            at = row.blocks[1]
    return at < last


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
