"""The data set "projected" of figures: today's searches, and as lines what planned experiments would exclude."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from darkpair.detectors.koto_ii import KOTO_II
from darkpair.limits.choice import _dumps, _names, searches_at
from darkpair.limits.samples import BOXES, DUMPS
from darkpair.searches import FILES, SEARCHES
from darkpair.searches.data_sets import PROJECTED
from darkpair.searches.search_file import DumpSearch

if TYPE_CHECKING:
    from darkpair.limits.samples import Samples
    from darkpair.searches.search import Search

__all__ = ["planned_dumps", "projected_at", "wanted_samples"]

#: KOTO's next experiment, by its search.
_KOTO_II: Final = "koto-ii"


def planned_dumps() -> dict[str, DumpSearch]:
    """Planned searches behind a target by name: projections that see X2 -> X1 pi0 of an eta."""
    made = {name: SEARCHES.factory(name)() for name in FILES}
    return {
        name: search
        for name, search in made.items()
        if isinstance(search, DumpSearch)
        and search.status == "projection"
        and "eta" in search.parents
        and "X1 pi0" in search.sight[0][1]
    }


def wanted_samples(data: str) -> dict[str, Any]:
    """Samples that the searches of a set of data need, as `darkpair.limits.samples.samples_at` takes them.

    Parameters
    ----------
    data : str
        Of `darkpair.searches.DATA`.
    """
    if data != PROJECTED:
        return {}
    experiments = (search.experiment for search in planned_dumps().values())
    return {"dumps": (*DUMPS, *experiments), "boxes": (*BOXES, KOTO_II)}


def projected_at(samples: Samples, data: str, *, koto_only: bool = False) -> dict[str, tuple[str, Search]]:
    """Searches by name of a set of data, with what they are, see `darkpair.limits.choice.searches_at`.

    Parameters
    ----------
    samples : Samples
        Of a pair of masses.
    data : str
        Of `darkpair.searches.DATA`.
    koto_only : bool
        Whether to leave out everything but KOTO.
    """
    if data != PROJECTED:
        return searches_at(samples, data, koto_only=koto_only)
    drawn = searches_at(samples, "today", koto_only=koto_only, names=[*_names("today"), _KOTO_II])
    for name, search in {} if koto_only else planned_dumps().items():
        drawn |= _dumps(samples, name, search, ())
    return drawn
