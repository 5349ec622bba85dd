"""The first pass through event files: how many parents there are, what they weigh, where each block begins."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError
from darkpair.gen.ranges import ENERGIES
from darkpair.gen.sources.event_index import EventIndex, FileIndex, WeightSums
from darkpair.gen.sources.event_quantities import unit_of
from darkpair.gen.streams import BLOCK
from darkpair.gen.units import ENERGY

if TYPE_CHECKING:
    from darkpair.gen.sources.event_listing import Reader
    from darkpair.gen.sources.event_piece import Piece
    from darkpair.gen.sources.event_series import EventSeries

__all__ = ["scan"]

_HADRONS = 100  # PDG ids of hadrons begin here
_HEAVIEST = 1e100  # weight of an event
_KINDS = 8  # that a message names


def scan(
    series: EventSeries,
    kinds: Mapping[int, float],
    names: tuple[str, ...],
    *,
    stored: bool,
    block: int = BLOCK,
) -> EventIndex:
    """What one pass through all files tells.

    Parameters
    ----------
    series : EventSeries
        The files.
    kinds : mapping of int to float [GeV]
        PDG masses of the parents by PDG id.
    names : tuple of str
        Names of the parents, for messages.
    stored : bool
        Whether their masses are those of the files.
    block : int
        Parents of a block.

    Raises
    ------
    InputError
        For files without such parents, without a mean weight, or that differ in what they hold.
    """
    through = _Pass(series, kinds, stored=stored, block=block)
    files = tuple(through.file(file, series.reader(file)) for file in range(len(series.files)))
    sums, entries = through.sums, through.entries
    if not entries:
        raise InputError(_nothing(series, files))
    if not sums.n_parents:
        raise InputError(
            f"{series.name} holds none of {', '.join(names)} in {entries} events{through.holds()}; name other parents"
        )
    if not math.isfinite(sums.mean) or sums.mean == 0.0:
        raise InputError(
            f"the weights of {series.name} have the mean {sums.mean} over the {sums.n_parents} parents; allowed: a finite "
            'number that is not 0; leave the weights out by branches.weight = ""'
            + (", or name another branch there" if any(file.tree for file in files) else "")
        )
    per_event, error = sums.parents_per_event()
    return EventIndex(
        counts=through.counts,
        masses={**kinds, **through.masses},
        mean_weight=sums.mean,
        parents_per_event=per_event,
        parents_per_event_error=error,
        starts=(*through.starts, (entries, 0)),
        files=files,
        types=through.types if len(files) > 1 else {},
    )


def _nothing(series: EventSeries, files: tuple[FileIndex, ...]) -> str:
    """Words for files without an event, whatever they are; beside others such a file is 0 events of the sample."""
    tree = f"tree {files[0].tree!r} of " if files[0].tree else ""
    verb = "has" if len(files) == 1 else "have"
    return f"{tree}{series.name} {verb} no events; give a file with events"


class _Pass:
    """A pass through files of events, one after the other."""

    def __init__(self, series: EventSeries, kinds: Mapping[int, float], *, stored: bool, block: int) -> None:
        self._series, self._stored, self._block = series, stored, block
        self.counts = dict.fromkeys(kinds, 0)
        self.masses: dict[int, float] = {}
        self.starts: list[tuple[int, int]] = []
        self.sums = WeightSums()
        self.entries = 0
        self._first = np.empty(0, dtype=np.int32)  # kinds of the first particles
        self.types: dict[str, str] = {}
        self._names: tuple[frozenset[str], str] | None = None

    def file(self, file: int, reader: Reader) -> FileIndex:
        """Look through a file."""
        path, stamp, before = self._series.files[file].path, self._series.stamp(file), self.sums.n_parents
        if self._stored and "mass" not in reader.names:
            raise InputError(f'{path!r} stores no mass; name branches.mass, or take mass = "pdg"')
        self._compare(file, reader, path)
        for start in range(0, reader.entries, reader.step):
            span = start, min(start + reader.step, reader.entries)
            self._add(self._series.piece(file, reader, span, self.entries), path)
        self.entries += reader.entries
        return FileIndex(
            entries=reader.entries,
            parents=self.sums.n_parents - before,
            stamp=stamp,
            kind=reader.kind,
            ours=reader.ours,
            branches=getattr(reader, "branch", {}),
            tree=getattr(reader, "tree_name", ""),
            layout=getattr(reader, "layout", ""),
        )

    def holds(self) -> str:
        """Words for the commonest kinds of particles, where the files begin."""
        kinds, numbers = np.unique(self._first, return_counts=True)
        if len(kinds) and not (np.abs(kinds) >= _HADRONS).any():
            return ", and no hadrons where it begins: it was written before quarks became mesons, by a shower program"
        common = kinds[np.argsort(-numbers, kind="stable")][:_KINDS]
        return f", which begin with particles of the ids {', '.join(map(str, common))}" if len(common) else ""

    def _add(self, piece: Piece, path: str) -> None:
        """Add a piece of a file."""
        event, at = piece.event, piece.parents
        if not len(self._first):
            self._first = piece.columns["pdgid"]
        begins = range(-self.sums.n_parents % self._block, len(at), self._block)
        self.starts += [
            (piece.first + int(event[k]), int(k - np.searchsorted(event, event[k]))) for k in begins
        ]
        weight = np.ones(piece.stop - piece.start)
        if "weight" in piece.reader.names:
            weight = piece.reader.read(piece.start, piece.stop, ["weight"])[2]["weight"]
        size = np.abs(weight.astype(np.float64))
        for bad in np.flatnonzero(np.isfinite(size) & (size > _HEAVIEST))[:1]:
            has, most = apart(weight[bad], _HEAVIEST)
            raise InputError(
                f"{path!r}: event {piece.start + bad} has the weight {has}; allowed: sizes up to {most}, whose squares add "
                'up; correct the file, or leave the weights out by branches.weight = ""'
            )
        self.sums.add(weight, event)
        for kind, number in zip(*np.unique(piece.columns["pdgid"][at], return_counts=True), strict=True):
            self.counts[int(kind)] += int(number)
        if self._stored and len(at):
            mass = piece.reader.read(piece.start, piece.stop, ["mass"])[1]["mass"]
            unit = unit_of(self._series.momentum_unit, ENERGY, ours=piece.reader.ours)
            self._one_mass(piece.columns["pdgid"][at], mass[at].astype(np.float64) * unit, path)

    def _one_mass(self, pdgid: NDArray[np.int32], mass: NDArray[np.float64], path: str) -> None:
        """Collect the stored mass of each kind [GeV], and refuse several."""
        for kind in np.unique(pdgid):
            values = mass[pdgid == kind]
            first = self.masses.setdefault(int(kind), float(values[0]))
            with np.errstate(over="ignore", invalid="ignore"):
                off = float(np.max(np.abs(values - first)))
            if not (0.0 < first <= ENERGIES[1] and off <= 1e-9 * first):
                ends = min(float(values.min()), first), max(float(values.max()), first)
                low, high = apart(*ends, digits=9)
                raise InputError(
                    f'mass = "stored": {path!r} stores masses of PDG id {kind} from {low} to {high} GeV, and a chain needs '
                    'one above 0; take mass = "pdg"'
                )

    def _compare(self, file: int, reader: Reader, path: str) -> None:
        """Refuse a file that holds other quantities than the first, and widen types where they differ."""
        if len(self._series.files) == 1:
            return
        names, first = self._names = self._names or (reader.names, path)
        if reader.names != names:
            more, less = sorted(reader.names - names), sorted(names - reader.names)
            differ = [f"{what} {', '.join(n)}" for what, n in (("also has", more), ("lacks", less)) if n]
            raise InputError(
                f"{path!r} {' and '.join(differ)}, other than {first!r}; files that are read together hold the same: name the "
                'branches, leave what one lacks out by branches.NAME = "", or give them one by one'
            )
        if not reader.entries:
            return
        piece = self._series.piece(file, reader, (0, 1), self.entries)
        only = self._series.quantities(file).originals(piece, piece.parents)
        for name, column in {**only.particles, **only.events}.items():
            self.types[name] = _wider(
                self.types.get(name, column.dtype.str), column, f"{name} of {path!r}", first
            )


def _wider(before: str, column: NDArray[Any], what: str, first: str) -> str:
    """Type that holds the numbers of both."""
    wide = np.result_type(np.dtype(before), column.dtype)
    if wide.kind != column.dtype.kind or wide.kind != np.dtype(before).kind:
        raise InputError(
            f"{what} is {column.dtype}, and {np.dtype(before)} in {first!r}; files that are read together hold the same: give them "
            "one by one"
        )
    return wide.str
