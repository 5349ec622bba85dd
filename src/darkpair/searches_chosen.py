"""Which searches `darkpair limits` asks: those of a set of data, strangers' and data files', less what is switched off."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darkpair.gen.errors import DarkpairError, InputError, UnknownNameError
from darkpair.searches import DATA, SEARCHES
from darkpair.searches.beam_dump import BeamDump
from darkpair.searches.search_file import DumpSearch, load_search
from darkpair.studies.parameter_space import DUMPS, dumps_at, names_of, searches_at

if TYPE_CHECKING:
    from darkpair.searches.search import Search

__all__ = ["Chosen", "choose"]


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Searches for model points.

    Parameters
    ----------
    data : {"2020", "today"}
    ours : tuple of str
        Names of `darkpair.searches.SEARCHES`.
    others : mapping of str to Search or DumpSearch
        Strangers' and data files', by name.
    asked : frozenset of str
        Names that were asked for: these have to apply to the model.
    """

    data: str
    ours: tuple[str, ...]
    others: Mapping[str, Search | DumpSearch]
    asked: frozenset[str] = frozenset()

    @property
    def koto(self) -> bool:
        """Whether KOTO's samples are needed."""
        return any(name.startswith("koto-") for name in self.ours)

    @property
    def dumps(self) -> list[str]:
        """Experiments behind a target whose samples are needed."""
        of_files = (one.experiment for one in self.others.values() if isinstance(one, DumpSearch))
        return list(dict.fromkeys([*(name for name in DUMPS if name in self.ours), *of_files]))

    def at(self, point: Mapping[str, Any]) -> dict[str, tuple[str, Search]]:
        """Searches by name, with what they are, at a point with its samples (`darkpair.studies.exclusions.with_samples`)."""
        found = searches_at(point, self.data, names=self.ours)
        for name, one in self.others.items():
            if not isinstance(one, DumpSearch):
                found[name] = (one.kind, one)
            elif one.experiment in point["dumps"]:
                make = partial(
                    BeamDump, experiment=one.experiment, protons=one.protons, signal_limit=one.stated_limit
                )
                found |= dumps_at(point, name, make, experiment=one.experiment)
        return found


def choose(
    data: str = "today",
    *,
    only: Sequence[str] = (),
    without: Sequence[str] = (),
    files: Sequence[str | Path] = (),
) -> Chosen:
    """Searches of a set of data, strangers' that belong to it, and those of data files.

    Parameters
    ----------
    data : {"2020", "today"}
    only : sequence of str
        Names of those that are wanted, of whichever set; all unless given.
    without : sequence of str
        Names of those that are not.
    files : sequence of str or path
        See `darkpair.searches.load_search`; a search has the name of its file.

    Raises
    ------
    UnknownNameError
        For a set of data or a name that does not exist.
    InputError
        For a file that is none of a search; a plug-in that was asked for and cannot be used; names that leave nothing.
    """
    if data not in DATA:
        raise UnknownNameError("set of data", data, DATA)
    of_files = _of_files(files)
    for name in (*only, *without):
        if name not in SEARCHES and name not in of_files:
            raise UnknownNameError("search", name, [*SEARCHES, *of_files])
    others: dict[str, Search | DumpSearch] = {}
    for name in SEARCHES:
        if name not in SEARCHES.ours and name not in without and (name in only or not only):
            made = _stranger(name, asked=name in only)
            if made is not None and (name in only or data in made.sets):
                others[name] = made
    others |= {
        name: one for name, one in of_files.items() if name not in without and (name in only or not only)
    }
    ours = names_of(data) if not only else [name for name in only if name in SEARCHES.ours]
    chosen = Chosen(
        data=data,
        ours=tuple(name for name in ours if name not in without),
        others=others,
        asked=frozenset(only) | frozenset(of_files),
    )
    if not chosen.ours and not chosen.others:
        raise InputError(f"without = {', '.join(without)} leaves no search; leave some")
    return chosen


def _of_files(files: Sequence[str | Path]) -> dict[str, Search | DumpSearch]:
    found: dict[str, Search | DumpSearch] = {}
    for file in files:
        name = Path(file).stem
        if name in SEARCHES or name in found:
            raise InputError(
                f"{file}: there is a search {name!r} already, and a search has the name of its file; rename it"
            )
        found[name] = load_search(file)
    return found


def _stranger(name: str, *, asked: bool) -> Search | DumpSearch | None:
    """A stranger's search; one that is broken is a line of `darkpair list`, and an error where it was asked for."""
    try:
        make: Callable[[], Search | DumpSearch] = SEARCHES.factory(name)
        return make()
    except DarkpairError:
        if asked:
            raise
        return None
