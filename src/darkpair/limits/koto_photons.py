"""KOTO's searches for four photons and for one, with their samples, for model points: the middle selection, and those beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from darkpair.chains.models.channels import visible_modes
from darkpair.limits.four_photons import ratios_at
from darkpair.limits.one_photon import photon_channels_at
from darkpair.scan.points import together
from darkpair.searches.koto_photons import LEAST_PHOTON, KotoFourPhotons, KotoGammaX

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.searches.search import Search

__all__ = ["PHOTONS", "SELECTION", "photon_searches"]

#: Searches that are made here.
PHOTONS: Final = ("koto-four-photons", "koto-gamma-x")

#: What the name of such a search's curve has before a selection that is not the middle one.
SELECTION: Final = ", selection "

#: The selection of four photons that excludes, and those beside it.
_MIDDLE: Final = "middle"
_BESIDE: Final = ("loose", "tight")


def photon_searches(
    names: Sequence[str],
    asked: Collection[str],
    models: Sequence[tuple[Model, Model]],
    events: int,
    folder: Path | None,
    *,
    workers: int = 2,
) -> list[dict[str, tuple[str, Search]]]:
    """Searches by name, with what they are, for each model; those of other selections are lines.

    Parameters
    ----------
    names : sequence of str
        Of `PHOTONS`.
    asked : collection of str
        Names that were asked for: they have a row for models without the decays, too.
    models : sequence of (Model, Model)
        Each at its point, and over all couplings that are asked for.
    events : int
        Generated K_L of a sample.
    folder : Path, optional
        The cache of samples.
    workers : int
        Processes.
    """
    four, single = PHOTONS
    makers: dict[str, Callable[[], list[dict[str, tuple[str, Search]]]]] = {
        four: partial(_four_photons, [point for point, _ in models], four in asked, events, folder, workers),
        single: partial(_one_photon, models, single in asked, events, folder, workers),
    }
    wanted = [name for name in PHOTONS if name in names]
    made: list[dict[str, tuple[str, Search]]] = [{} for _ in models]
    for name, of_models in zip(wanted, together([makers[n] for n in wanted], workers=workers), strict=True):
        for own, by_name in zip(made, of_models, strict=True):
            own |= {f"{name}{beside}": entry for beside, entry in by_name.items()}
    return made


def _one_photon(
    models: Sequence[tuple[Model, Model]], asked: bool, events: int, folder: Path | None, workers: int
) -> list[dict[str, tuple[str, Search]]]:
    """The search for one photon of each model by what its name ends with: a least energy that is not the middle one."""
    made: list[dict[str, tuple[str, Search]]] = []
    channels = photon_channels_at(models, events, folder, workers=workers)
    for (point, _), by_least in zip(models, channels, strict=True):
        own: dict[str, tuple[str, Search]] = {}
        for least in _middle_first(LEAST_PHOTON):
            search = KotoGammaX(more=by_least.get(f"{least:g}", ()), seen=visible_modes(point), asked=asked)
            beside = "" if least == _middle_first(LEAST_PHOTON)[0] else f"{SELECTION}{least:g} GeV"
            own[beside] = search.kind, search
        made.append(own)
    return made


def _four_photons(
    models: Sequence[Model], asked: bool, events: int, folder: Path | None, workers: int
) -> list[dict[str, tuple[str, Search]]]:
    """The search for four photons of each model by what its name ends with; samples are of masses inside the windows."""
    plain = [KotoFourPhotons(mass=float(model.m2), asked=asked) for model in models]
    able = [
        i for i, model in enumerate(models) if plain[i].window is not None and KotoFourPhotons.serves(model)
    ]
    masses = [float(models[i].m2) for i in able]
    of_masses = ratios_at(masses, events, folder, workers=workers) if able else []
    ratios = dict(zip(able, of_masses, strict=True))
    made: list[dict[str, tuple[str, Search]]] = []
    for i, search in enumerate(plain):
        own: dict[str, tuple[str, Search]] = {"": (search.kind, search)}
        if i in ratios:
            for name in (_MIDDLE, *_BESIDE):
                of_selection = KotoFourPhotons(mass=search.mass, efficiency=ratios[i][name], asked=asked)
                middle = name == _MIDDLE
                own["" if middle else f"{SELECTION}{name}"] = (
                    search.kind if middle else "line",
                    of_selection,
                )
        made.append(own)
    return made


def _middle_first(energies: Sequence[float]) -> tuple[float, ...]:
    """Least energies, that in the middle before the ends."""
    middle = energies[len(energies) // 2]
    return (middle, *(energy for energy in energies if energy != middle))
