"""Events of a ROOT tree or an RNTuple, read in pieces by uproot, by a mapping of branches."""

from __future__ import annotations

import os
from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.originals import VERTEX
from darkpair.gen.output.file_format import vertex_unit
from darkpair.gen.output.layouts import GENPART
from darkpair.gen.output.opened import open_root
from darkpair.gen.output.reader import provenances_of
from darkpair.gen.sources.event_listing import Listing, MoreMothers, readable, single_mothers
from darkpair.gen.units import UNITS

if TYPE_CHECKING:
    import awkward as ak

__all__ = ["LAYOUTS", "RootReader"]

#: Branches of our quantities in each layout that is read without being told.
LAYOUTS: dict[str, dict[str, str]] = {
    "nano": {
        "pt": "GenPart_pt",
        "eta": "GenPart_eta",
        "phi": "GenPart_phi",
        "mass": "GenPart_mass",
        "pdgid": "GenPart_pdgId",
        "status": "GenPart_status",
        "mother": "GenPart_genPartIdxMother",
        "statusFlags": "GenPart_statusFlags",
    },
    "cartesian": {
        {"nominal_mass": "mass", "E": "energy"}.get(name, name): f"GenPart_{branch}"
        for name, branch in GENPART.items()
        if not name.startswith("v")
    },
}
#: Numbers of each event that are taken where the file has them.
EVENT = {
    "run": "run",
    "luminosityBlock": "luminosityBlock",
    "event": "event",
    "weight": "genWeight",
}
#: Quantities that a file may lack.
OPTIONAL = frozenset({*VERTEX, *EVENT, "statusFlags"})
_INTEGERS = frozenset({"pdgid", "status", "mother", "statusFlags"})
_TREES = {"TTree", "ROOT::RNTuple", "ROOT::Experimental::RNTuple"}


class RootReader:
    """Reader of a TTree or an RNTuple."""

    step = 16384

    def __init__(self, path: str, tree: str, given: tuple[tuple[str, str], ...]) -> None:
        self.path = path
        file = open_root(path, array_cache=None)
        trees = [name for name, kind in file.classnames(cycle=False).items() if kind in _TREES]
        if tree not in trees:
            raise UnknownNameError(f"tree of {os.fspath(path)!r}", tree, trees or ["(no tree at all)"])
        said = provenances_of(file, path)
        self.ours = bool(said)
        units = sorted({vertex_unit(part, path) for part in said}) or [UNITS["length"]]
        if len(units) > 1:
            raise InputError(
                f"{path!r} was merged of files with vertices in {' and in '.join(units)}, and nothing says which event is "
                "whose; give the files one by one"
            )
        (self.length_unit,) = units
        self.tree = file[tree]
        self.kind = "ttree" if file.classname_of(tree) == "TTree" else "rntuple"
        self.entries = int(self.tree.num_entries)
        # all of an RNTuple's names take uproot a time that grows with the square of their number
        names = self.tree.keys(recursive=self.kind == "ttree")
        self.branch = _mapping(path, dict(given), set(names), self.ours)
        self.names = frozenset(self.branch)

    def read(self, first: int, last: int, names: Sequence[str]) -> Listing:
        """Those quantities of the events first to last - 1."""
        offsets: NDArray[np.int64] | None = None
        particles: dict[str, NDArray[Any]] = {}
        events: dict[str, NDArray[Any]] = {}
        for name in names:
            with readable(self.path):
                column = self.tree[self.branch[name]].array(entry_start=first, entry_stop=last)
                own, values = _listed(column)
            what = f"branch {self.branch[name]!r} of {self.path!r}"
            if len(own) != last - first + 1:
                raise InputError(f"{what} holds {len(own) - 1} of {last - first} events; the file is damaged")
            if values.dtype.kind not in ("iub" if name in _INTEGERS else "iufb"):
                raise InputError(f"{what} holds {values.dtype}, which is no {name}; map another branch")
            if name in EVENT:
                if own[-1] != last - first:
                    raise InputError(
                        f"{what} is a list, where {name} is one number an event; map another branch"
                    )
                events[name] = values
                continue
            if offsets is None:
                offsets = own
            elif not np.array_equal(offsets, own):
                raise InputError(
                    f"{what} has lists of other lengths than the others; map branches of one list"
                )
            particles[name] = values.astype(np.int32) if name in _INTEGERS else values
        return np.arange(last - first + 1) if offsets is None else offsets, particles, events

    def more_mothers(self, first: int, last: int) -> MoreMothers:
        """None: the branch has one mother for each particle."""
        return single_mothers()


def _mapping(path: str, given: dict[str, str], present: set[str], ours: bool) -> dict[str, str]:
    """Branch of each quantity that the file has."""
    layout = "cartesian" if "GenPart_px" in present and "GenPart_pt" not in present else "nano"
    if {"px", "py", "pz"} & set(given):
        layout = "cartesian"
    elif {"pt", "eta", "phi"} & set(given):
        layout = "nano"
    defaults = LAYOUTS[layout] | dict(EVENT) | dict.fromkeys(VERTEX, "")
    if ours:
        defaults |= {name: f"GenPart_{name}" for name in VERTEX}
    for name in given:
        if name not in defaults:
            raise UnknownNameError("quantity of branches", name, sorted(defaults))
    out = {}
    for name, branch in (defaults | given).items():
        if branch in present:
            out[name] = branch
        elif name in given and branch:
            near = get_close_matches(branch, sorted(present), n=6, cutoff=0.0)  # there may be thousands
            raise UnknownNameError(f"branch of {path!r}", branch, [*near, "..."])
        elif name not in OPTIONAL and branch:
            near = [b for b in sorted(present) if b.lower().endswith(name.lower())][:3]
            hint = f", perhaps {' or '.join(near)}" if near else ""
            raise InputError(
                f'{path!r} has no branch {branch!r} for {name}; say which in branches.{name} = "..."{hint}'
            )
    for name in ("pdgid", *(n for n in LAYOUTS[layout] if n in ("px", "py", "pz", "pt", "eta", "phi"))):
        if name not in out:
            raise InputError(
                f"branches.{name} is empty, and parents cannot do without; name a branch of {path!r}"
            )
    return out


def _listed(column: ak.Array) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Offsets from 0 and flat numbers of a jagged branch; one number an event is a list of one."""
    layout = column.layout
    if layout.is_numpy:
        return np.arange(len(column) + 1), np.asarray(layout.data)
    lists = layout.to_ListOffsetArray64(True)
    content = lists.content
    content = content.project() if content.is_indexed else content
    offsets = np.asarray(lists.offsets.data)
    return offsets, np.asarray(content.data)[: offsets[-1]]
