"""Lines where an efficiency of the detector's file behind a user's search counts nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

__all__ = ["factor_notes"]


def factor_notes(files: Sequence[Path]) -> list[str]:
    """A line for each search of a user's whose detector has efficiencies that no selection names, nor the search itself.

    Parameters
    ----------
    files : sequence of Path
        Of searches, as ``--search`` has them.
    """
    from darkpair.detectors.data_file import detector_data
    from darkpair.report.left_factors import left_factors
    from darkpair.searches import load_search
    from darkpair.searches.search_file import DumpSearch

    out = []
    for file in files:
        search = load_search(file)
        if not isinstance(search, DumpSearch):
            continue
        left = left_factors(detector_data(search.experiment))
        names = [f"{name} {value:g}" for name, value in left.items() if name not in search.efficiencies]
        if names:
            out.append(
                f"{file}: {' '.join(names)} of [factors] counts nowhere, because no selection of {search.experiment} names it; give factors there"
            )
    return out
