"""What a search stands for: data that were taken, a plan, or an estimate; with where its limit comes from."""

from __future__ import annotations

from inspect import signature
from typing import TYPE_CHECKING, Any, Final

from darkpair.searches import SEARCHES

if TYPE_CHECKING:
    from darkpair.searches.dump_search import DumpSearch
    from darkpair.searches.search import Search

__all__ = ["search_by_name", "sources_of", "status_of"]

#: What stands in where an efficiency is simulated: limits and their sources do not depend on it.
_SIMULATED: Final = {"efficiency_ratio": 1.0, "multiplicity": 1.0, "acceptance": None, "daughters": 1.0}


def search_by_name(name: str) -> Search | DumpSearch:
    """A search of the registry, with anything in place of what is simulated: what asks for its limit alone.

    Parameters
    ----------
    name : str
        Name of the search.

    Raises
    ------
    UnknownNameError
        For another name.
    """
    factory: Any = SEARCHES.factory(name)
    takes = signature(factory).parameters
    search: Search | DumpSearch = factory(**{key: value for key, value in _SIMULATED.items() if key in takes})
    return search


def status_of(search: Search | DumpSearch) -> str:
    """Whether data were taken and published, a "measurement"; a plan, "projection"; or a guess is in it, "estimate".

    Parameters
    ----------
    search : Search or DumpSearch
        The search; its own ``status`` counts where it says one.
    """
    own = getattr(search, "status", None)
    if own is not None:
        return str(own)
    return getattr(search, "LINE", "projection") if search.kind == "line" else "measurement"


def sources_of(search: Search | DumpSearch) -> tuple[str, ...]:
    """Where the numbers of its limit are published, each once.

    Parameters
    ----------
    search : Search or DumpSearch
        The search.
    """
    return tuple(dict.fromkeys(number.source for number in search.measurements if number.source))
