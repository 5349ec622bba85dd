"""What a search counted, as a counting experiment: for pyhf and HS3 models of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from darkpair.detectors.data_file import detector_data
from darkpair.export.workspace import koto_counting
from darkpair.searches.beam_dump import BeamDump
from darkpair.searches.koto import KotoLimit
from darkpair.searches.koto_ii import KotoProjection, koto_ii_run
from darkpair.searches.rate import RateSearch
from darkpair.statistics import Counting

if TYPE_CHECKING:
    from darkpair.searches.search import Search
    from darkpair.searches.search_file import DumpSearch

__all__ = ["counting_of"]

#: Signal that no event on no background excludes at 90 % [events], and how far a stated limit may be from it: its digits.
_NO_EVENT: Final = math.log(10.0)
_DIGITS: Final = 0.01


def counting_of(search: Search, stated: DumpSearch | None = None) -> Counting | str:
    """The counting experiment behind a search's limit, or why there is none, in a line.

    Its upper limit at 90 % is the search's own, to the digits with which that is published.  KOTO's limits take no background
    off, and carry the error of the sensitivity.

    Parameters
    ----------
    search : Search
        With its samples.
    stated : DumpSearch, optional
        The data of a search behind a target.

    References
    ----------
    CLs of counts without background is the classical limit: -ln 0.1 for none.
    """
    match search:
        case KotoLimit():
            return koto_counting(search.run, subtract=False)
        case KotoProjection():
            return _expected(koto_ii_run()["background"].value)
        case BeamDump():
            return _behind_target(search, stated)
        case RateSearch(counts=counts) if counts is not None:
            return counts.counting
        case _:
            return "limits that count no events"


def _behind_target(search: BeamDump, stated: DumpSearch | None) -> Counting | str:
    """Counts of the search's own file, or of the detector's run; no event where the limit says so."""
    if stated is not None and stated.observed is not None and stated.background is not None:
        return _counted(stated.observed, stated.background)
    run = detector_data(search.experiment).get("run", {})
    own_limit = stated is None or stated.signal_limit is None
    if own_limit and "observed" in run and "background" in run:
        return _counted_of_run(run["observed"], run["background"])
    if abs(search.limit / _NO_EVENT - 1.0) < _DIGITS:
        return Counting(observed=0)
    return f"{search.limit:g} signal events are asked for, and no counts are stated"


def _counted(observed: Any, background: Any) -> Counting:
    return Counting(
        observed=int(observed.value),
        background=float(background.value),
        background_error=float(background.error or 0.0),
    )


def _counted_of_run(observed: dict[str, Any], background: dict[str, Any]) -> Counting:
    return Counting(
        observed=int(observed["value"]),
        background=float(background["value"]),
        background_error=float(background.get("error") or 0.0),
    )


def _expected(background: float) -> Counting:
    """The median experiment without signal."""
    from scipy.stats import poisson

    return Counting(observed=int(poisson.median(background)), background=background)
