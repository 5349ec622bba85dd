"""ROOT files of events: a TTree or an RNTuple named ``Events``, and how it was made as JSON under ``provenance``."""

from __future__ import annotations

import json
import math
import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeAlias, get_args

import awkward as ak
import numpy as np
import uproot

from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.output.layouts import Branches, Layout, branches, roles

__all__ = ["PROVENANCE", "TREE", "Kind", "RootWriter", "check_writable"]

Kind: TypeAlias = Literal["ttree", "rntuple"]

TREE, PROVENANCE = "Events", "provenance"

#: Events of a basket, and at most of twice as many: fewer make a file slow to read, more take memory for nothing.
_BASKET = 32768

#: Level 1 writes float64 events a third faster than level 3, and the file is no larger (35.7 and 35.9 MB).
_COMPRESSION = uproot.ZSTD(1)


class RootWriter:
    """A ROOT file that appears under its name when it is complete, and not at all after an exception.

    Parameters
    ----------
    path : str or path
    layout : {"cartesian", "nano", "flat"}
        See `darkpair.gen.output.layouts`.
    kind : {"ttree", "rntuple"}
    provenance : mapping
        How the events were made: anything that JSON holds; may grow until the file is closed. Numbers that JSON
        lacks are written as the words "inf", "-inf" and "nan". The writer adds ``output``: layout, kind, units,
        events, and the particles where all events have the same.

    Raises
    ------
    InputError
        If the file cannot be written; see `check_writable`.
    UnknownNameError
        For another layout or kind.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        layout: Layout = "cartesian",
        kind: Kind = "ttree",
        provenance: Mapping[str, Any],
    ) -> None:
        for word, name, known in (("layout", layout, get_args(Layout)), ("kind of file", kind, get_args(Kind))):
            if name not in known:
                raise UnknownNameError(word, name, known)
        check_writable(path)
        self.path, self.layout, self.kind = Path(path).resolve(), layout, kind
        self.provenance: dict[str, Any] = dict(provenance)
        self.events = 0
        self._partial = _partial(self.path)
        self._pending: list[Branches] = []
        self._particles: list[dict[str, Any]] | None = None
        self._file: Any = None
        self._tree: Any = None

    def __enter__(self) -> Self:
        self._file = uproot.recreate(self._partial, compression=_COMPRESSION)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.close()
        finally:
            self._abandon()

    def write(self, events: ak.Array) -> None:
        """Add events.

        Parameters
        ----------
        events : awkward.Array, (n,)
            An event record, perhaps empty, perhaps with a detector's in the field ``reco``.

        Raises
        ------
        InputError
            If the layout cannot hold them, or if their branches are not those of the events before.
        """
        if self._file is None:
            raise InputError(f"{self.path.name} is not open; write inside the with-block of its RootWriter")
        for start in range(0, len(events) or 1, _BASKET):
            some = events[start : start + _BASKET]
            converted = branches(some, self.layout, first=self.events + 1)
            if self._tree is None:
                self._tree = self._make(converted)
            if not self._particles:
                self._particles = _particles(some)
            self.events += len(some)
            self._pending.append(converted)
            if sum(len(p["genWeight"]) for p in self._pending) >= _BASKET:
                self._flush()

    def close(self, provenance: Mapping[str, Any] | None = None) -> None:
        """Finish the file and give it its name; once only, later calls do nothing.

        Parameters
        ----------
        provenance : mapping, optional
            What is known only now, as the cut flow; added to the rest.

        Raises
        ------
        InputError
            If nothing was written, not even an empty record, which would tell the branches.
        """
        if self._file is None:
            return
        if self._tree is None:
            raise InputError(f"no events for {self.path.name}; write at least one record, be it empty")
        self._flush()
        self.provenance |= dict(provenance or {})
        output = {"layout": self.layout, "kind": self.kind, "events": self.events}
        output |= {"units": {"energy": "GeV", "length": "mm", "time": "mm/c"}, "particles": self._particles or []}
        text = json.dumps(_jsonable(self.provenance | {"output": output}), allow_nan=False)
        self._file[PROVENANCE] = text
        self._file.close()
        self._file = None
        self._partial.replace(self.path)

    def _abandon(self) -> None:
        """Leave nothing of an unfinished file."""
        if self._file is not None:
            file, self._file = self._file, None
            file.close()
            self._partial.unlink(missing_ok=True)

    def _make(self, converted: Branches) -> Any:
        """The empty tree, its branches those of the first events."""
        types = {name: _type(column) for name, column in self._columns(converted)}
        make = self._file.mktree if self.kind == "ttree" else self._file.mkrntuple
        return make(TREE, types)

    def _columns(self, converted: Branches) -> Iterator[tuple[str, Any]]:
        """Columns as the file takes them: the fields of an RNTuple have the names of a TTree's branches."""
        for name, column in converted.items():
            if isinstance(column, np.ndarray) or self.kind == "ttree":
                yield name, column
                continue
            yield f"n{name}", np.diff(column.layout.offsets.data).astype(np.int32)
            for field in column.fields:
                yield f"{name}_{field}", column[field]
            if not column.fields:
                yield name, column

    def _flush(self) -> None:
        if sum(len(p["genWeight"]) for p in self._pending):
            first = self._pending[0]
            if any(list(p) != list(first) for p in self._pending):
                raise InputError(
                    f"the events for {self.path.name} differ in their branches; write events of one chain and one detector"
                )
            joined = {name: _joined([p[name] for p in self._pending]) for name in first}
            self._tree.extend(dict(self._columns(joined)))
        self._pending = []


def check_writable(path: str | os.PathLike[str]) -> None:
    """Refuse an output path that cannot be written, before anything is generated.

    Raises
    ------
    InputError
        If the folder is missing or closed to us, or if something stands there that is no writable file.
    """
    target = Path(path)
    try:
        resolved = target.resolve()
        if target.is_dir():
            raise InputError(f"output {str(target)!r} is a folder; give the name of a file")
        if resolved.exists() and not (resolved.is_file() and os.access(resolved, os.W_OK)):
            raise InputError(f"output {str(target)!r} exists and may not be overwritten; choose another name")
        if not resolved.parent.is_dir():
            raise InputError(f"output {str(target)!r}: there is no folder {str(target.parent)!r}; make it or choose another")
        probe = _partial(resolved)
        probe.touch(exist_ok=False)
        probe.unlink()
    except InputError:
        raise
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"output {str(target)!r} cannot be written: {reason}; choose another place") from error


def _partial(path: Path) -> Path:
    """Name of an unfinished file beside the finished one, so that renaming it is one step."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")


def _type(column: Any) -> Any:
    return column.dtype if isinstance(column, np.ndarray) else column.type.content


def _joined(columns: list[Any]) -> Any:
    if len(columns) == 1:
        return columns[0]
    if isinstance(columns[0], np.ndarray):
        return np.concatenate(columns)
    return ak.concatenate(columns)


def _particles(events: ak.Array) -> list[dict[str, Any]]:
    """What all events have in common, a row for each role; empty where they differ or are none."""
    names = roles(events)
    if not names or not len(events):
        return []
    rows = events.particles[0, :, ["pdgid", "status", "mother", "nominal_mass"]].to_list()
    words = {"pdgid": "pdgId", "mother": "genPartIdxMother", "nominal_mass": "mass"}
    return [
        {"role": role} | {words.get(key, key): value for key, value in row.items()}
        for role, row in zip(names, rows, strict=True)
    ]


def _jsonable(value: Any) -> Any:
    """The same with plain numbers and words only."""
    if isinstance(value, Mapping):
        return {str(key): _jsonable(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return _jsonable(value.tolist())
    if isinstance(value, list | tuple | set | frozenset):
        return [_jsonable(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if isinstance(value, str | int | float | None) else str(value)
