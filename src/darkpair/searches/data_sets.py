"""Sets of data: which published searches were known when."""

from __future__ import annotations

from typing import Final

__all__ = ["DATA"]

_ALWAYS = ("pi0-invisible", "neutrino-electron", "higgs-zprime-zprime", "higgs-z-zprime")

#: What was known when arXiv:2005.07102 appeared, and what is known today: measurements that exclude.
DATA: Final[dict[str, tuple[str, ...]]] = {
    "2020": ("koto-2015", "b-to-k-belle", "k-to-pi-e949", "atomic-parity-2009", *_ALWAYS),
    "today": (
        "koto-2015",
        "koto-2016-18",
        "koto-2021",
        "b-to-k-belle",
        "b-to-k-belle2-2023",
        "k-to-pi-e949",
        "k-to-pi-na62",
        "atomic-parity-2009",
        "atomic-parity-2021",
        *_ALWAYS,
    ),
}
