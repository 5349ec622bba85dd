"""Sets of data: which published searches were known when; and searches that are data files of the package."""

from __future__ import annotations

from typing import Final

__all__ = ["DATA", "FILES", "PAPER", "PLANNED", "PROJECTED", "UNSEEN"]

#: The set of data that has what is planned beside what is known today.
PROJECTED: Final = "projected"

_ALWAYS = ("pi0-invisible", "neutrino-electron", "higgs-zprime-zprime", "higgs-z-zprime")

#: What was known when arXiv:2005.07102 appeared, and what is known today: measurements that exclude. "projected" has today's, and
#: asks projections and estimates too, as `darkpair limits --planned` does.
DATA: Final[dict[str, tuple[str, ...]]] = {
    "2020": ("koto-2015", "b-to-k-belle", "k-to-pi-e949", "atomic-parity-2009", *_ALWAYS),
    "today": (
        "koto-2015",
        "koto-2016-18",
        "koto-2021",
        "koto-four-photons",
        "b-to-k-belle",
        "b-to-k-belle2-2023",
        "k-to-pi-e949",
        "k-to-pi-na62",
        "atomic-parity-2009",
        "atomic-parity-2021",
        *_ALWAYS,
    ),
}
DATA[PROJECTED] = DATA["today"]

#: What the set of 2020 takes of searches for a meson and a pair, or for a pair alone: arXiv:2005.07102 counts no other.
PAPER: Final[dict[str, dict[str, str]]] = {
    name: {"pairs": "X1 X2"}
    for name in (
        "b-to-k-belle",
        "b-to-k-belle2-precision",
        "b-to-k-red-line",
        "b-to-k-red-line-total",
        "b-to-k-belle2-2023",
        "k-to-pi-e949",
        "k-to-pi-na62",
        "pi0-invisible",
    )
}

#: Searches that are data files ``searches/data/NAME-search.toml``, by name; in no set: `darkpair limits --planned` asks them.
FILES: Final[dict[str, str]] = {
    "bebc": "Estimate: X2 -> X1 e e, X1 mu mu of eta and pi0 at BEBC (WA66).",
    "na62-dump": "Projection: X2 of eta and pi0 at NA62's dump, photons alone.",
    "ship": "Projection: X2 of eta and pi0 at SHiP.",
    "dune-nd": "Projection: the same at DUNE's near detector.",
    "darkquest": "Projection: the same at DarkQuest, photons alone.",
    "faser2": "Projection: the same at FASER2.",
    "sbnd": "Estimate: X2 of pi0 at SBND, before any background.",
}

#: Projections and estimates with a rule of their own, in no set either: `darkpair limits --planned` asks them too.
PLANNED: Final[tuple[str, ...]] = ("koto-ii", "koto-gamma-x", "belle2-displaced")

#: Searches for what is not seen, files ``searches/data/unseen/NAME-search.toml``: measurements are asked with the data of
#: today, estimates by `darkpair limits --planned`.
UNSEEN: Final[dict[str, str]] = {
    "b-to-k-belle-sl": "B+ -> K+ and nothing seen: Belle, semileptonic tags.",
    "b0-to-k0-belle": "B0 -> K0 and nothing seen: Belle.",
    "b-to-kstar-belle": "B+ -> K*+ and nothing seen: Belle.",
    "b0-to-kstar0-belle": "B0 -> K*0 and nothing seen: Belle.",
    "b-to-pi-belle": "B+ -> pi+ and nothing seen: Belle.",
    "b0-to-pi0-belle": "B0 -> pi0 and nothing seen: Belle.",
    "b0-invisible": "B0 -> nothing seen: BaBar.",
    "eta-invisible": "eta -> nothing seen: BESIII.",
    "h-invisible": "h -> nothing seen: ATLAS.",
    "kl-to-pi0-koto": "Estimate: K_L -> pi0 and nothing seen, KOTO.",
}
