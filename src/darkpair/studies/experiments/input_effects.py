"""What each entry that was read nowhere does to the result that it feeds: the table of entries and results, and the shifts' effects."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from typing import Final

import numpy as np

from darkpair.chains.models.inputs import PRESETS
from darkpair.gen.data_files import altered
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array
from darkpair.studies.experiments.input_results import (
    Result,
    Simulated,
    belle,
    counting,
    dalitz,
    dump,
    kl,
    koto,
    koto_vetoes,
    pairs,
    production,
    protons,
    theory,
)
from darkpair.studies.experiments.input_shifts import Entry, Shift

__all__ = ["FEEDS", "Effect", "Feed", "effects", "feed_of"]

#: Events that nothing changed in may hide this many, at 90 % confidence.
_UNSEEN: Final = 2.303

#: Relative changes below it are rounding.
_ROUNDING: Final = 1e-12


@dataclass(frozen=True)
class Feed:
    """Which result some entries feed.

    Parameters
    ----------
    entries : str
        Pattern of file and key, "koto.toml veto.*", where * is anything.
    result : callable
        Makes the result of the key's parts.
    none : str
        Why the entries change nothing; empty where they do.
    """

    entries: str
    result: Callable[[], Result | Simulated]
    none: str = ""


_PLACE: Final = "no cut looks at where a particle arrives: it is in the file alone"
_CLS: Final = "without an event, a limit by CLs does not depend on the background"
_RECORD: Final = "kept beside the number of K_L, which counts"


def _dumps() -> Iterable[Feed]:
    for name in ("charm", "nucal", "ship", "dune_nd", "faser2"):
        showers, muons = partial(dump, name, "showers"), partial(dump, name, "muons")
        separated = name == "ship"
        yield Feed(f"{name}.toml shower_resolution.position*", showers, "" if separated else _PLACE)
        yield Feed(f"{name}.toml track_resolution.position", muons, _PLACE)
        yield Feed(f"{name}.toml track_resolution.*", muons)
        yield Feed(f"{name}.toml cuts.track*", muons)
        yield Feed(f"{name}.toml run.pot", partial(protons, name))
        yield Feed(f"{name}.toml run.background", partial(counting, name), _CLS if name != "nucal" else "")
        yield Feed(f"{name}.toml run.*", partial(counting, name))
        yield Feed(f"{name}.toml *", showers)


def _belles() -> Iterable[Feed]:
    for name in ("belle", "belle2"):
        yield Feed(f"{name}.toml tracker*", partial(belle, name, "K_S"))
        yield Feed(f"{name}.toml normalisation.neutral", partial(pairs, name, "neutral"))
        yield Feed(f"{name}.toml normalisation.*", partial(pairs, name, "charged"))
        yield Feed(f"{name}.toml kaon.*", partial(belle, name, "K_S"))
        yield Feed(f"{name}.toml *", partial(belle, name, "K+"))


def _kotos() -> Iterable[Feed]:
    yield Feed("koto.toml veto.*", koto_vetoes)
    yield Feed("koto.toml factors.*", partial(kl, "2016-18"))
    for name in ("2015", "2016-18", "2021"):
        yield Feed(f"koto.toml selections.{name}.*", partial(koto, name))
        yield Feed(f"koto.toml runs.{name}.pot", partial(kl, name), _RECORD)
        yield Feed(
            f"koto.toml runs.{name}.background",
            partial(counting, f"koto {name}"),
            _CLS if name != "2016-18" else "",
        )
        yield Feed(f"koto.toml runs.{name}.*", partial(kl, name))
    yield Feed("koto.toml *", partial(koto, "2016-18"))


#: Of the table of inputs and of the constraints: the result, and the entries that feed it.
_OF_THEORY: Final[dict[str, tuple[str, ...]]] = {
    "BR(B+ -> K+ nu nubar)": ("pdg.G_F", "pdg.alpha_MZ", "pdg.sin2_theta_W"),
    "width of X2 -> gamma gamma, impostor": ("pdg.alpha",),
    "BR(K_L -> X1 X2), Z' and Dirac pair": ("pdg.M_W", "pdg.m_c", "pdg.m_UV"),
    "BR(K_L -> X1 X2), Z' and Dirac pair, preset paper-10tev": ("paper-10tev.m_UV",),
    "BR(K_L -> X1 X2), Higgs portal": ("pdg.m_t", "pdg.m_h"),
    "BR(K_L -> X1 X2), Higgs portal at a tenth of the Higgs width": ("pdg.Gamma_h",),
    "BR(B+ -> K+ X1 X2), Higgs portal": ("pdg.mb_over_ms",),
    "BR(K_L -> pi0 nu nubar)": ("pdg.kappa_L",),
    "Grossman and Nir's factor": ("pdg.isospin_breaking",),
    "annihilation over the CMB's limit": ("pdg.cmb_limit",),
    "BR(K+ -> pi+ nu nubar)": ("pdg.ckm_*", "pdg.X_t", "pdg.P_c", "pdg.kappa_plus", "pdg.Delta_EM"),
    "K+ -> pi+ X1 X2 over E949's limit": ("k_to_pi_nunu.*e949*",),
    "K+ -> pi+ X1 X2 over NA62's limit": ("k_to_pi_nunu.*na62*",),
    "atomic parity over its limit, m_Z' = 10 MeV": ("weak_charge.*",),
    "neutrinos on electrons over their limit, m_Z' = 100 MeV": ("neutrino_electron.*",),
    "branching ratio that explains KOTO's three events": ("koto.*",),
}


def _theory() -> Iterable[Feed]:
    for name, keys in _OF_THEORY.items():
        file = "inputs.toml" if keys[0].startswith(PRESETS) else "measurements.toml"
        for key in keys:
            yield Feed(f"{file} {key}", partial(theory, name))


#: The first feed whose pattern an entry fits is its own; the Dalitz parameters' are by section.
FEEDS: Final = (
    *_dumps(),
    *_belles(),
    *_kotos(),
    *_theory(),
    Feed("multiplicities.toml measured.eta", partial(production, "eta")),
    Feed("multiplicities.toml measured.pi0", partial(production, "pi0")),
)


def feed_of(entry: Entry) -> Feed:
    """The feed of an entry.

    Raises
    ------
    InputError
        Where the table has none.
    """
    name = f"{entry.file} {entry.key}"
    if entry.file == "decays.toml":
        return Feed(name, partial(dalitz, entry.key.partition(".")[0]))
    for feed in FEEDS:
        if fnmatchcase(name, feed.entries):
            return feed
    raise InputError(
        f"{name} was read nowhere, and no result is known that it feeds; add it to FEEDS of studies/experiments/input_effects.py"
    )


@dataclass(frozen=True, kw_only=True)
class Effect:
    """The relative change of a result.

    Parameters
    ----------
    value : float
        Result with the shift over the result without it, minus 1; of a distribution the part that moves between its
        cells.
    error : float or None
        Standard error from parts of the same events; None where nothing is drawn.
    below : float or None
        Where no accepted event changed, what the effect is below, at 90 % confidence.
    """

    value: float
    error: float | None = None
    below: float | None = None


def effects(shift: Shift, blocks: int, seed: int) -> dict[str, Effect]:
    """Effect of each of the shift's values on the result that the entry feeds, by "down" and "up".

    Parameters
    ----------
    shift : Shift
        Of a number of an entry.
    blocks : int
        Blocks of events, 16384 each, where the result is simulated.
    seed : int
        Of their random numbers.

    Raises
    ------
    InputError
        If nothing is left of the result.
    """
    result = feed_of(shift.entry).result()
    before = _before(result, blocks, seed)
    out = {}
    for name, value in shift.others.items():
        with altered({shift.entry.file: {shift.key: value}}):
            after = result.sums(blocks, seed)
        out[name] = _compare(before, after)
    return out


#: Results without changes: those of the last one that was asked.
_BEFORE: dict[tuple[str, int, int], Array] = {}


def _before(result: Result | Simulated, blocks: int, seed: int) -> Array:
    key = (result.name, blocks, seed)
    if key not in _BEFORE:
        _BEFORE.clear()
        _BEFORE[key] = result.sums(blocks, seed)
        if not np.any(_BEFORE[key]):
            raise InputError(
                f"nothing is left of {result.name}: no effect on it can be stated; generate more"
            )
    return _BEFORE[key]


def _compare(before: Array, after: Array) -> Effect:
    """Effect from sums, see `Result` and `Simulated`."""
    old, new = before[0], after[0]
    total, k = float(old.sum()), len(old)
    ratio = float(new.sum()) / total
    if len(before) == 1:
        moved = 0.5 * float(np.abs(new - old).sum()) / total if k > 1 else ratio - 1.0
        return Effect(value=moved if abs(moved) > _ROUNDING else 0.0)
    if not np.array_equal(before, after):
        # the same generated events with and without the shift: a ratio of sums over parts, its error by the parts
        spread = math.sqrt(k / (k - 1.0) * float(np.square(new - ratio * old).sum())) / total
        return Effect(value=ratio - 1.0, error=spread)
    return Effect(value=0.0, below=_UNSEEN * float(before[1].sum()) / total**2)
