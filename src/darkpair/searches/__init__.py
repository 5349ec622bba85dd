"""Searches of arXiv:2005.07102, section IV.C, by name: each a limit on a function of a model point, each switchable."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Final

from darkpair.gen.errors import UnknownNameError
from darkpair.searches.beam_dump import BeamDump
from darkpair.searches.koto import EfficiencyRatio, KotoBand, KotoLimit
from darkpair.searches.missing_energy import BToKNuNu, KPlusToPiNuNu, PionToInvisible
from darkpair.searches.neutral_current import AtomicParity, HiggsDecay, NeutrinoElectron
from darkpair.searches.search import Search

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model

__all__ = [
    "DATA",
    "SEARCHES",
    "AtomicParity",
    "BToKNuNu",
    "BeamDump",
    "EfficiencyRatio",
    "HiggsDecay",
    "KPlusToPiNuNu",
    "KotoBand",
    "KotoLimit",
    "NeutrinoElectron",
    "PionToInvisible",
    "Search",
    "searches",
    "strongest",
]

#: Every search by name; those of KOTO need ``efficiency_ratio``. `BeamDump` needs a simulated acceptance and
#: stands beside them.
SEARCHES: Final[dict[str, Callable[..., Search]]] = {
    "koto-2015": partial(KotoLimit, run="2015"),
    "koto-2016-18": partial(KotoLimit, run="2016-18"),
    "koto-2021": partial(KotoLimit, run="2021"),
    "koto-three-events": KotoBand,
    "b-to-k-belle": partial(BToKNuNu, search="belle"),
    "b-to-k-belle2-precision": partial(BToKNuNu, search="belle2-precision"),
    "b-to-k-red-line": partial(BToKNuNu, search="red-line"),
    "b-to-k-red-line-total": partial(BToKNuNu, search="red-line-total"),
    "b-to-k-belle2-2023": partial(BToKNuNu, search="belle2-2023"),
    "k-to-pi-e949": partial(KPlusToPiNuNu, experiment="e949"),
    "k-to-pi-na62": partial(KPlusToPiNuNu, experiment="na62"),
    "pi0-invisible": PionToInvisible,
    "atomic-parity-2009": partial(AtomicParity, evaluation="2009"),
    "atomic-parity-2021": partial(AtomicParity, evaluation="2021"),
    "neutrino-electron": NeutrinoElectron,
    "higgs-zprime-zprime": partial(HiggsDecay, final="Z' Z'"),
    "higgs-z-zprime": partial(HiggsDecay, final="Z Z'"),
}

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


def searches(
    names: Iterable[str] | str,
    *,
    without: Iterable[str] = (),
    efficiency_ratio: EfficiencyRatio | None = None,
) -> dict[str, Search]:
    """Constraints by name, with their defaults.

    Parameters
    ----------
    names : iterable of str, or {"2020", "today"}
        Of `SEARCHES`, or a set of `DATA`.
    without : iterable of str
        To leave out.
    efficiency_ratio : float or callable, optional
        For KOTO's, which are left out of a set of data without it.

    Raises
    ------
    UnknownNameError
        For a name that stands in no table.
    """
    if isinstance(names, str):
        if names not in DATA:
            raise UnknownNameError("set of data", names, DATA)
        chosen = [n for n in DATA[names] if efficiency_ratio is not None or not n.startswith("koto")]
    else:
        chosen = list(names)
    left_out = set(without)
    for name in (*chosen, *left_out):
        if name not in SEARCHES:
            raise UnknownNameError("search", name, SEARCHES)
    found = {}
    for name in chosen:
        if name not in left_out:
            needs = {"efficiency_ratio": efficiency_ratio} if name.startswith("koto") else {}
            found[name] = SEARCHES[name](**needs)
    return found


def strongest(chosen: dict[str, Search], model: Model) -> tuple[str, float] | None:
    """Name of the constraint with the largest ratio at one model point, and that ratio; None if none applies."""
    ratios = {name: float(c.ratio(model)) for name, c in chosen.items() if c.applies(model)}
    if not ratios:
        return None
    name = max(ratios, key=lambda key: ratios[key])
    return name, ratios[name]
