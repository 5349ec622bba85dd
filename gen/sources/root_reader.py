"""Events of a ROOT tree or an RNTuple, read in pieces by uproot, by a mapping of branches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.cylindrical import cartesian
from darkpair.gen.errors import DarkpairError, InputError
from darkpair.gen.output.file_format import vertex_unit
from darkpair.gen.output.opened import open_root
from darkpair.gen.output.reader import provenances_of
from darkpair.gen.sources.event_listing import Listing, MoreMothers, single_mothers
from darkpair.gen.sources.root_trouble import root_trouble
from darkpair.gen.sources.tree_choice import NTUPLES, UNSETTLED, chosen_tree
from darkpair.gen.sources.tree_columns import TreeColumns
from darkpair.gen.sources.tree_layouts import MotherLinks, MotherRange
from darkpair.gen.sources.tree_mapping import EVENT, LAYOUTS, OPTIONAL, mapping
from darkpair.gen.sources.tree_mothers import Mothers, from_lists, from_pairs, linked, ranged
from darkpair.gen.sources.whole_numbers import whole
from darkpair.gen.units import UNITS

__all__ = ["EVENT", "LAYOUTS", "OPTIONAL", "RootReader"]

_INTEGERS = frozenset({"pdgid", "status", "mother", "mother2", "statusFlags"})
_STEP = 16384  # events that are read at once, if they are short
_PIECE = 1 << 27  # bytes of the file that are read at once, whatever the events' length
_UNSETTLED = "is an RNTuple of before ROOT 6.34, whose format changed; let a newer ROOT write it again"
_POLAR = ("pt", "eta", "phi")


class RootReader:
    """Reader of a TTree or an RNTuple.

    Parameters
    ----------
    path : str
        The file.
    tree : str, optional
        Name of the tree; the only one that has particles unless given.
    given : tuple of (str, str)
        Branches by quantity, as the user says.
    """

    def __init__(self, path: str, tree: str | None, given: tuple[tuple[str, str], ...]) -> None:
        self.path = path
        with root_trouble(repr(path)):
            file = open_root(path, array_cache=None)
            said = provenances_of(file, path)
        units = sorted({vertex_unit(part, path) for part in said}) or [UNITS["length"]]
        if len(units) > 1:
            raise InputError(
                f"{path!r} was merged of files with vertices in {' and in '.join(units)}, and nothing says which event is "
                "whose; give the files one by one"
            )
        (self.length_unit,) = units

        def opened(name: str, kind: str) -> tuple[str, str, TreeColumns, Any]:
            with root_trouble(f"tree {name!r} of {path!r}", _UNSETTLED if kind in UNSETTLED else ""):
                columns = TreeColumns(path, file[name], kind not in NTUPLES)
            try:
                return name, kind, columns, mapping(columns, dict(given), bool(said))
            except DarkpairError as error:
                if columns.entries:
                    raise
                raise InputError(
                    f"tree {name!r} of {path!r} has no events; give a file with events"
                ) from error

        self._columns: TreeColumns
        self.tree_name, kind, self._columns, mapped = chosen_tree(file, path, tree, opened)
        self.kind = "rntuple" if kind in NTUPLES else "ttree"
        self.entries = self._columns.entries
        self.branch: dict[str, str] = mapped.branch
        self._layout, self._collection = mapped.layout, mapped.collection
        #: Name of the known layout that the tree has; empty where the branches have NanoAOD's, our or the user's names.
        self.layout = "" if mapped.layout is None else mapped.layout.name
        self.ours = bool(said) or (mapped.layout is not None and bool(mapped.layout.length))
        self.names = frozenset(self._names())
        self._single = False  # whether a particle has one mother, as its branch tells when it is read
        self.step = max(1, min(_STEP, _PIECE * self.entries // max(1, Path(path).stat().st_size)))

    @property
    def _without_mass(self) -> bool:
        """Whether momenta are pt, eta, phi and energy, of which Cartesian ones are made."""
        return "pt" in self.branch and "energy" in self.branch and "mass" not in self.branch

    def _names(self) -> Iterable[str]:
        names = set(self.branch) - {"mother2"}
        if self._layout is not None and self._layout.mothers is not None:
            names.add("mother")
        if self._without_mass:
            return names - {*_POLAR} | {"px", "py", "pz"}
        if "pt" in names and "mass" in names:
            names.discard("energy")  # (two statements of one thing: the mass is the more exact)
        return names

    def read(self, first: int, last: int, names: Sequence[str]) -> Listing:
        """Those quantities of the events first to last - 1."""
        offsets: NDArray[np.int64] | None = None
        particles: dict[str, NDArray[Any]] = {}
        events: dict[str, NDArray[Any]] = {}
        for name in names:
            if name in EVENT:
                events[name] = self._event_numbers(name, first, last)
                continue
            if name == "mother":
                own, mothers = self._mothers(first, last)
                columns = {"mother": mothers[0].astype(np.int32, copy=False)}
            elif self._without_mass and name in ("px", "py", "pz"):
                if name in particles:
                    continue
                own, columns = self._from_polar(first, last)
            else:
                own, values = self._listed(name, first, last)
                columns = {name: values}
            if offsets is None:
                offsets = own
            elif not np.array_equal(offsets, own):
                raise InputError(
                    f"{self._what(name)} has lists of other lengths than the others; map branches of one list"
                )
            particles |= columns
        return np.arange(last - first + 1) if offsets is None else offsets, particles, events

    def more_mothers(self, first: int, last: int) -> MoreMothers:
        """Mothers beyond the first: of lists, of a second branch, or of the relations of a known layout."""
        several = "mother" in self.names and not self._single
        return self._mothers(first, last)[1][1] if several else single_mothers()

    def _what(self, name: str) -> str:
        return f"branch {self.branch.get(name, name)!r} of {self.path!r}"

    def _listed(self, name: str, first: int, last: int) -> tuple[NDArray[np.int64], NDArray[Any]]:
        """Offsets and numbers of a quantity of the particles, in the reader's units."""
        levels, values = self._columns.levels(self.branch[name], first, last)
        what = self._what(name)
        if len(levels) > 1:
            raise InputError(
                f"{what} holds lists in lists, where {name} is one number a particle; name a component, as in p[:,0]"
            )
        offsets = levels[0] if levels else np.arange(last - first + 1)
        if name in _INTEGERS:
            event = offsets[1:]
            values = whole(
                values, what, name, lambda row: first + int(np.searchsorted(event, row, side="right"))
            )
        elif values.dtype.kind not in "iufb":
            raise InputError(f"{what} holds {values.dtype}, which is no {name}; map another branch")
        layout = self._layout
        if layout is not None:
            if name == "status" and layout.stable_bit:
                return offsets, np.where(values & layout.stable_bit, 1, 2).astype(np.int32)
            if layout.length or name not in ("vx", "vy", "vz", "vt"):
                scale = layout.scale(name)
                values = values if scale == 1.0 else values.astype(np.float64) * scale
        return offsets, values

    def _from_polar(self, first: int, last: int) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]]]:
        """Cartesian momenta of branches of pt, eta and phi."""
        lists = [self._listed(name, first, last) for name in _POLAR]
        offsets = lists[0][0]
        if any(not np.array_equal(offsets, own) for own, _ in lists):
            raise InputError(
                f"{self._what('eta')} has lists of other lengths than pt; map branches of one list"
            )
        return offsets, dict(
            zip(("px", "py", "pz"), cartesian(*(values for _, values in lists)), strict=True)
        )

    def _event_numbers(self, name: str, first: int, last: int) -> NDArray[Any]:
        """One number for each event; a list of one is a number."""
        levels, values = self._columns.levels(self.branch[name], first, last)
        what = self._what(name)
        if levels and (len(levels) > 1 or np.any(np.diff(levels[0]) != 1)):
            raise InputError(
                f"{what} is a list, where {name} is one number an event; map another branch, or branch[0]"
            )
        if name != "weight" and values.dtype.kind == "f":
            numbers: NDArray[np.int64] = whole(
                values, what, name, lambda row: first + row, np.dtype(np.int64)
            )
            return numbers
        if values.dtype.kind not in "iufb":
            raise InputError(f"{what} holds {values.dtype}, which is no {name}; map another branch")
        return values

    def _mothers(self, first: int, last: int) -> tuple[NDArray[np.int64], Mothers]:
        """Offsets of the lists, first mothers, and further ones."""
        spec = None if self._layout is None else self._layout.mothers
        if isinstance(spec, MotherRange):
            return ranged(self._columns, spec, first, last)
        if isinstance(spec, MotherLinks):
            return linked(self._columns, spec, self._collection, first, last)
        levels, values = self._columns.levels(self.branch["mother"], first, last)
        what = self._what("mother")
        if len(levels) > 2:
            raise InputError(
                f"{what} holds lists in lists in lists; map a list of mothers, or one of lists of them"
            )
        offsets = levels[0] if levels else np.arange(last - first + 1)
        inner = levels[1] if len(levels) == 2 else None

        def number(row: int) -> int:
            particle = row if inner is None else int(np.searchsorted(inner[1:], row, side="right"))
            return first + int(np.searchsorted(offsets[1:], particle, side="right"))

        mothers = whole(values, what, "mother", number)
        if inner is not None:
            return offsets, from_lists(offsets, inner, mothers.astype(np.int64), what, first)
        if "mother2" in self.branch:
            own, second = self._listed("mother2", first, last)
            if not np.array_equal(own, offsets):
                raise InputError(
                    f"{self._what('mother2')} has lists of other lengths than mother; map branches of one list"
                )
            return offsets, from_pairs(
                offsets, mothers.astype(np.int64), second.astype(np.int64), what, first
            )
        self._single = True
        return offsets, (np.maximum(mothers, np.int32(-1)), single_mothers())
