"""Searches of others: data files, and plug-ins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from darkpair.gen.errors import DarkpairError, InputError
from darkpair.searches import SEARCHES
from darkpair.searches.search_file import OF_DECAYS, DumpSearch, load_search

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.searches.search import Search

__all__ = ["require_decays", "search_of_stranger", "searches_of_files"]


def searches_of_files(files: Sequence[str | Path]) -> dict[str, Search | DumpSearch]:
    """Searches of data files by the names of the files."""
    of_files: dict[str, Search | DumpSearch] = {}
    for file in files:
        name = Path(file).stem
        if name in SEARCHES or name in of_files:
            raise InputError(
                f"{file}: there is a search {name!r} already, and a search has the name of its file; rename it"
            )
        of_files[name] = load_search(file)
    return of_files


def search_of_stranger(name: str, *, asked: bool) -> Search | DumpSearch | None:
    """A stranger's search; one that is broken is a line of `darkpair list`, and an error where it was asked for."""
    try:
        make: Callable[[], Search | DumpSearch] = SEARCHES.factory(name)
        return make()
    except DarkpairError:
        if asked:
            raise
        return None


def require_decays(name: str, search: object, model: Model) -> None:
    """Refuse a search that somebody added or asked for and that has nothing to say of a model."""
    if isinstance(search, OF_DECAYS) and not search.applies(model):
        lacking = [" -> ".join(decay) for decay in search.decays if decay not in model.modes()]
        has = ", ".join(mode for _, mode in model.modes(search.parent)) or "none"
        raise InputError(
            f"the search {name!r} needs {' and '.join(lacking)}, which {type(model).__name__} does not have (of "
            f"{search.parent} it has {has}); leave it out, or correct its parent, mode and then"
        )
