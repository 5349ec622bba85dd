"""From rows of ranges to regions: which kind of experiment a search is, its year, and what it is called at its curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from darkpair.limits.choice import PRODUCTION, SELECTION
from darkpair.limits.regions import Region, region_of_ranges
from darkpair.searches import SEARCHES

__all__ = ["kind_of", "region_of", "regions_of"]

#: Kind of experiment by the beginning of a search's name, the first that fits.
_KINDS: Final[Mapping[str, str]] = {
    "koto": "koto",
    "kl-": "koto",
    "b0-invisible": "invisible",
    "b-to-": "b-to-k",
    "b0-to-": "b-to-k",
    "belle2-": "b-to-k",
    "k-to-": "k-plus",
    "pi0-": "invisible",
    "eta-": "invisible",
    "h-invisible": "invisible",
    "atomic-": "electroweak",
    "neutrino-": "electroweak",
    "higgs-": "electroweak",
}

#: Names at curves and years, where a search's own name says neither: of the run, or of the publication.
_NAMES: Final[Mapping[str, tuple[str, int]]] = {
    "koto-2015": ("KOTO 2015", 2015),
    "koto-2016-18": ("KOTO 2016-18", 2018),
    "koto-2021": ("KOTO 2021", 2021),
    "koto-four-photons": (r"KOTO, $4\gamma$", 2020),
    "koto-gamma-x": (r"KOTO, $\gamma X$", 2025),
    "koto-ii": ("KOTO II", 2025),
    "b-to-k-belle": ("Belle", 2017),
    "b-to-k-belle2-2023": ("Belle II 2023", 2023),
    "b-to-k-belle2-precision": ("Belle II, 0.1 SM", 2030),
    "belle2-displaced": ("Belle II, displaced", 2030),
    "b-to-k-red-line": ("1.2 SM, the paper's line", 2020),
    "k-to-pi-e949": ("E949", 2009),
    "k-to-pi-na62": ("NA62", 2024),
    "pi0-invisible": (r"$\pi^0$, NA62", 2020),
    "atomic-parity-2009": ("Cs 2009", 2009),
    "atomic-parity-2021": ("Cs 2021", 2021),
    "neutrino-electron": (r"$\nu e$", 1994),
    "higgs-zprime-zprime": (r"$h\to Z'Z'$", 2012),
    "higgs-z-zprime": (r"$h\to ZZ'$", 2012),
    "charm": ("CHARM", 1985),
    "nucal": ("NuCal", 1991),
    "ship": ("SHiP", 2030),
    "dune-nd": ("DUNE ND", 2030),
    "darkquest": ("DarkQuest", 2030),
    "faser2": ("FASER2", 2030),
    "na62-dump": ("NA62, dump", 2030),
    "bebc": ("BEBC", 1988),
    "sbnd": ("SBND", 2025),
}


def kind_of(search: str) -> str:
    """Kind of experiment of a search, of `darkpair.limits.region_style.KINDS`; those behind a target else, strangers' "other"."""
    kind = next((kind for beginning, kind in _KINDS.items() if search.startswith(beginning)), None)
    if kind is not None:
        return kind
    return "dump" if search in SEARCHES.ours else "other"


def regions_of(rows: Sequence[Mapping[str, Any]], column: str) -> list[Region]:
    """Regions of the searches of a panel; the band and ends of a production uncertainty are left out.

    Parameters
    ----------
    rows : sequence of mapping
        ``curve``, ``kind``, the columns of `darkpair.limits.ranges.Range`, and that of the abscissa.
    column : str
        Name of the abscissa's column.
    """
    out = []
    for curve in dict.fromkeys(row["curve"] for row in rows):
        own = [row for row in rows if row["curve"] == curve]
        if PRODUCTION in curve or SELECTION in curve or any(row["kind"] == "band" for row in own):
            continue
        region = region_of(rows, curve, column)
        if region.areas:
            out.append(region)
    return out


def region_of(rows: Sequence[Mapping[str, Any]], curve: str, column: str) -> Region:
    """Region of one curve, see `regions_of`.

    Where a dump knows nothing beyond its upper edge, X2 decays inside it: that is no gap of knowledge, and not drawn.
    """
    spans: dict[float, list[Mapping[str, Any]]] = {}
    blind: dict[float, list[Mapping[str, Any]]] = {}
    search = curve.partition(", ")[0]
    for row in rows:
        if row["curve"] == curve:
            (blind if row["kind"] == "unknown" else spans).setdefault(row[column], []).append(row)
        elif row["curve"] == search and row["kind"] == "unknown" and curve != search:  # (of a band)
            blind.setdefault(row[column], []).append(row)
    drawn = next((row["kind"] for at in spans.values() for row in at), "excluded")
    name, year = _NAMES.get(search, (_title(search), 0))
    kind = kind_of(search)
    return region_of_ranges(
        spans,
        blind if kind != "dump" else {},
        [row[column] for row in rows],
        name=name,
        kind=kind,
        status=_status(search) if drawn == "line" else "excluded",
        year=year,
    )


def _status(search: str) -> str:
    """Of what excludes nothing: a projection, or an estimate."""
    entry = SEARCHES.ours.get(search)
    said = getattr(entry, "summary", "")
    return "projection" if said.startswith("Projection") or "precision" in search else "estimate"


def _title(search: str) -> str:
    return search.replace("-", " ")
