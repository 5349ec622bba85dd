"""Searches by name, each a limit on a function of a model point, each switchable: arXiv:2005.07102, section IV.C, and later ones.

Strangers' are entry points of the group ``darkpair.searches``: a `Search`, or a function that gives one, made without
arguments.  A search without a rule of its own is a data file, see `load_search`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from inspect import signature
from typing import TYPE_CHECKING, Any, Final

from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.lazy import lazily
from darkpair.gen.registry import Entry, Registry
from darkpair.searches.data_sets import DATA, FILES, PLANNED, UNSEEN

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.searches.beam_dump import BeamDump
    from darkpair.searches.koto import EfficiencyRatio, KotoBand, KotoLimit
    from darkpair.searches.koto_photons import KotoFourPhotons, KotoGammaX
    from darkpair.searches.measurements import Measurement
    from darkpair.searches.missing_energy import BToKNuNu, KPlusToPiNuNu, PionToInvisible
    from darkpair.searches.neutral_current import AtomicParity, HiggsDecay, NeutrinoElectron
    from darkpair.searches.search import Search
    from darkpair.searches.search_file import load_search

__all__ = [
    "DATA",
    "FILES",
    "PLANNED",
    "SEARCHES",
    "UNSEEN",
    "AtomicParity",
    "BToKNuNu",
    "BeamDump",
    "EfficiencyRatio",
    "HiggsDecay",
    "KPlusToPiNuNu",
    "KotoBand",
    "KotoFourPhotons",
    "KotoGammaX",
    "KotoLimit",
    "Measurement",
    "NeutrinoElectron",
    "PionToInvisible",
    "Search",
    "load_search",
    "searches",
    "strongest",
]

__getattr__ = lazily(
    __name__,
    {
        "AtomicParity": "neutral_current",
        "BToKNuNu": "missing_energy",
        "BeamDump": "beam_dump",
        "EfficiencyRatio": "koto",
        "HiggsDecay": "neutral_current",
        "KPlusToPiNuNu": "missing_energy",
        "KotoBand": "koto",
        "KotoFourPhotons": "koto_photons",
        "KotoGammaX": "koto_photons",
        "KotoLimit": "koto",
        "Measurement": "measurements",
        "NeutrinoElectron": "neutral_current",
        "PionToInvisible": "missing_energy",
        "Search": "search",
        "load_search": "search_file",
    },
)


def _of(place: str, summary: str, **fixed: str) -> Entry:
    return Entry(f"darkpair.searches.{place}", summary, fixed=fixed)


def _stranger(made: Any) -> Callable[..., Any]:
    """What makes a stranger's search, which it has to do without arguments."""
    from darkpair.searches.border import require_search

    if not callable(made):
        raise InputError(f"a {type(made).__name__}; name a Search, or a function that gives one")
    require_search(made())
    factory: Callable[..., Any] = made
    return factory


#: Every search by name; KOTO's need an ``efficiency_ratio`` and beam dumps an ``acceptance``, which `darkpair.limits` simulates.
SEARCHES: Final = Registry(
    "searches",
    {
        "koto-2015": _of(
            "koto:KotoLimit",
            "K_L -> X1 X2, X2 -> X1 pi0 at KOTO, run of 2015; other channels that leave two photons count too.",
            run="2015",
        ),
        "koto-2016-18": _of("koto:KotoLimit", "The same, runs of 2016 to 2018.", run="2016-18"),
        "koto-2021": _of("koto:KotoLimit", "The same, run of 2021.", run="2021"),
        "koto-three-events": _of(
            "koto:KotoBand", "The same: what explains the three events of 2016 to 2018."
        ),
        "koto-ii": _of(
            "koto_ii:KotoProjection",
            "Projection: the same at KOTO II, beside the Standard Model's K_L -> pi0 nu nubar.",
            run="proposal",
        ),
        "koto-four-photons": _of(
            "koto_photons:KotoFourPhotons", "K_L -> X2 X2, X2 -> gamma gamma at KOTO: four photons."
        ),
        "koto-gamma-x": _of(
            "koto_photons:KotoGammaX", "Estimate: one photon of X2 -> X1 gamma at KOTO, as K_L -> gamma X."
        ),
        "b-to-k-belle": _of("missing_energy:BToKNuNu", "B+ -> K+ X1 X2, X2 unseen: Belle.", search="belle"),
        "b-to-k-belle2-precision": _of(
            "missing_energy:BToKNuNu",
            "The same: a tenth of the Standard Model, for Belle II.",
            search="belle2-precision",
        ),
        "b-to-k-red-line": _of(
            "missing_energy:BToKNuNu",
            "The same: the red line of arXiv:2005.07102, Fig. 3.",
            search="red-line",
        ),
        "b-to-k-red-line-total": _of(
            "missing_energy:BToKNuNu",
            "The same line for neutrinos and pairs together.",
            search="red-line-total",
        ),
        "b-to-k-belle2-2023": _of(
            "missing_energy:BToKNuNu", "The same: Belle II, 2023.", search="belle2-2023"
        ),
        "k-to-pi-e949": _of(
            "missing_energy:KPlusToPiNuNu", "K+ -> pi+ X1 X2, X2 unseen: E949.", experiment="e949"
        ),
        "k-to-pi-na62": _of(
            "missing_energy:KPlusToPiNuNu", "The same: NA62, 2016 to 2024.", experiment="na62"
        ),
        "pi0-invisible": _of(
            "missing_energy:PionToInvisible", "pi0 -> X1 X1, or X1 X2 with X2 unseen: NA62."
        ),
        "atomic-parity-2009": _of(
            "neutral_current:AtomicParity", "Weak charge of cesium, 2009.", evaluation="2009"
        ),
        "atomic-parity-2021": _of(
            "neutral_current:AtomicParity", "Weak charge of cesium, 2021.", evaluation="2021"
        ),
        "neutrino-electron": _of("neutral_current:NeutrinoElectron", "Neutrinos on electrons: CHARM II."),
        "higgs-zprime-zprime": _of(
            "neutral_current:HiggsDecay", "h -> Z' Z', a tenth of the width.", final="Z' Z'"
        ),
        "higgs-z-zprime": _of("neutral_current:HiggsDecay", "h -> Z Z', a tenth of the width.", final="Z Z'"),
        "charm": _of(
            "beam_dump:BeamDump",
            "eta -> X1 X2, X2 -> X1 pi0 behind CHARM's dump; other channels of eta, eta', pi0 that it sees count too.",
            experiment="charm",
        ),
        "nucal": _of("beam_dump:BeamDump", "The same behind NuCal's.", experiment="nucal"),
        "k-to-pi-x-na62": _of(
            "kaon_x:KPlusToPiX", "Estimate: K+ -> pi+ X, X unseen, NA62 without a table.", experiment="na62"
        ),
        "k-to-pi-x-e949": _of("kaon_x:KPlusToPiX", "Estimate: the same, E949.", experiment="e949"),
        **{
            name: _of("search_file:shipped", summary, file=name, folder="data/unseen")
            for name, summary in UNSEEN.items()
        },
        **{name: _of("search_file:shipped", summary, file=name) for name, summary in FILES.items()},
    },
    word="search",
    adapt=_stranger,
)


def searches(
    names: Iterable[str] | str,
    *,
    without: Iterable[str] = (),
    efficiency_ratio: EfficiencyRatio | None = None,
) -> dict[str, Search]:
    """Searches by name, with their defaults.

    Parameters
    ----------
    names : iterable of str, or {"2020", "today"}
        Names of `SEARCHES`, or a set of `DATA`.
    without : iterable of str
        Names of `SEARCHES` to leave out.
    efficiency_ratio : float or callable, optional
        Efficiency of the model's events over that of K_L -> pi0 nu nubar, for KOTO's searches, which are left out of
        a set of data without it.

    Raises
    ------
    UnknownNameError
        For a name that stands in no table.
    InputError
        For a search that needs more than that: KOTO's without a ratio, and beam dumps.
    """
    if isinstance(names, str):
        if names not in DATA:
            raise UnknownNameError("set of data", names, DATA)
        wanted = [n for n in DATA[names] if efficiency_ratio is not None or not n.startswith("koto")]
    else:
        wanted = list(names)
    left_out = set(without)
    for name in (*wanted, *left_out):
        if name not in SEARCHES:
            raise UnknownNameError("search", name, SEARCHES)
    simulated = {} if efficiency_ratio is None else {"efficiency_ratio": efficiency_ratio}
    return {name: _made(name, simulated) for name in wanted if name not in left_out}


def _made(name: str, simulated: Mapping[str, Any]) -> Search:
    """A search with what it takes of what was simulated."""
    factory = SEARCHES.factory(name)
    takes = signature(factory).parameters
    lacking = [key for key, p in takes.items() if p.default is p.empty and key not in simulated]
    if lacking:
        raise InputError(
            f"{name} needs {', '.join(lacking)}, which samples give; ask darkpair.limits.limit_rows, or make its class"
        )
    made: Search = factory(**{key: value for key, value in simulated.items() if key in takes})
    return made


def strongest(by_name: dict[str, Search], model: Model) -> tuple[str, float] | None:
    """Name of the search with the largest ratio at one model point, and that ratio; None if none applies."""
    ratios = {name: float(c.ratio(model)) for name, c in by_name.items() if c.applies(model)}
    if not ratios:
        return None
    name = max(ratios, key=lambda key: ratios[key])
    return name, ratios[name]
