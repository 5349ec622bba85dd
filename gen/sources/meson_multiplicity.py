"""How many mesons an inelastic interaction makes: measured where it was, else from the generators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np

from darkpair.gen.data_files import forgotten_with_changes, load
from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError
from darkpair.gen.sources.meson_files import COLLIDER, about, slow, stored

__all__ = ["Measured", "generated", "half_spread", "measured", "multiplicity"]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A measured multiplicity.

    Parameters
    ----------
    meson : str
        Name of the meson.
    beam_energy : float [GeV]
        Energy of the protons, on protons at rest.
    value, error : float
        Mesons per inelastic interaction, and one standard deviation.
    source, confidence : str
        Where the number comes from, and how surely.
    place : str
        Where in the source it was read: file, table, equation, section, figure or page.
    searched : str
        Public material in which a number from memory was looked for in vain.
    """

    meson: str
    beam_energy: float
    value: float
    error: float
    source: str
    confidence: str
    place: str = ""
    searched: str = ""


@forgotten_with_changes
def measured() -> tuple[Measured, ...]:
    """The measurements of ``gen/data/mesons/multiplicities.toml``."""
    return tuple(
        Measured(**line) for line in load("darkpair.gen", "data/mesons/multiplicities.toml")["measured"]
    )


@cache
def generated(meson: str, beam_energy: float, target: str) -> Mapping[str, float]:
    """Mesons per inelastic interaction of each generator that has them."""
    out = {}
    for key in stored():
        if (key.beam_energy, key.target) == (beam_energy, target):
            number = about(key)["multiplicity"].get(meson)
            if number:
                out[key.generator] = float(number)
    return MappingProxyType(out)


@forgotten_with_changes
def multiplicity(meson: str, beam_energy: float, target: str = "p") -> tuple[float, float]:
    """Mesons per inelastic interaction, and its absolute uncertainty.

    Measured: that value.  Else, where the meson is measured at another energy: that value times the mean
    ratio of the generators between the energies, because the generators disagree far more on the number
    than on its growth.  Else the mean of the generators.  A nucleus: the proton's number times the ratio of
    the generator that has both.  The uncertainty is half the spread of the generators, relative, or the
    measurement's where that is larger; where fewer generators have the number than elsewhere, the greatest
    spread of several at any energy: a generator without a table is not one that agrees.  A slow beam's number is its
    generator's own, see `darkpair.gen.sources.meson_files.slow`.

    Parameters
    ----------
    meson : str
        Name of the meson.
    beam_energy : float [GeV]
        Energy of the proton, or of each beam of a collider.
    target : str
        What the protons hit: ``"p"``, an element, or ``"collider"``.

    Raises
    ------
    InputError
        For an energy or a target of which there is neither a measurement nor a table.
    """
    if any((key.beam_energy, key.target) == (beam_energy, target) for key in slow()):
        return _of_slow(meson, beam_energy, target)
    here = generated(meson, beam_energy, target)
    if target not in ("p", COLLIDER):
        base, error = multiplicity(meson, beam_energy, "p")
        protons = generated(meson, beam_energy, "p")
        ratios = [number / protons[name] for name, number in here.items() if name in protons]
        if not ratios:
            raise InputError(f"no multiplicity of {meson} on {target} at {beam_energy:g} GeV in any table")
        return base * float(np.mean(ratios)), error * float(np.mean(ratios))
    measurements = [m for m in measured() if m.meson == meson] if target == "p" else []
    exact = next((m for m in measurements if m.beam_energy == beam_energy), None)
    if exact is None and not here:
        energies = sorted({key.beam_energy for key in stored() if key.target == target})
        given, *have = apart(beam_energy, *(e for e in energies if generated(meson, e, target)))
        raise InputError(
            f"no multiplicity of {meson} for a beam of {given} GeV; there are {', '.join(have)} GeV"
        )
    spread = _half_spread(here) if len(here) >= _most(meson) else _greatest_spread(meson)
    if exact is not None:
        return exact.value, max(exact.error, spread * exact.value)
    if measurements:
        there = generated(meson, measurements[0].beam_energy, target)
        growth = [number / there[name] for name, number in here.items() if name in there]
        if growth:
            value = measurements[0].value * float(np.mean(growth))
            return value, value * max(spread, measurements[0].error / measurements[0].value)
    value = float(np.mean(list(here.values())))
    return value, spread * value


def _of_slow(meson: str, beam_energy: float, target: str) -> tuple[float, float]:
    """Of a slow beam: what the tables of that target have, and the half spread of those of any target, or `_greatest_spread`."""
    numbers = {
        key.target: float(about(key)["multiplicity"].get(meson, 0.0))
        for key in slow()
        if key.beam_energy == beam_energy
    }
    there = {where: number for where, number in numbers.items() if number > 0.0}
    if target not in there:
        raise InputError(f"no multiplicity of {meson} on {target} at {beam_energy:g} GeV in any table")
    return there[target], there[target] * max(_half_spread(there), _greatest_spread(meson))


def half_spread(numbers: Iterable[float]) -> float:
    """Half the distance of the least from the greatest: the error of what generators disagree on, number or spectrum."""
    values = list(numbers)
    return 0.5 * (max(values) - min(values))


def _half_spread(numbers: Mapping[str, float]) -> float:
    """Half spread, relative to the mean."""
    return half_spread(numbers.values()) / float(np.mean(list(numbers.values())))


def _everywhere(meson: str) -> list[Mapping[str, float]]:
    """What several generators give, at each beam and target that there is."""
    places = {(key.beam_energy, key.target) for key in stored()}
    return [numbers for place in places if len(numbers := generated(meson, *place)) > 1]


def _most(meson: str) -> int:
    """The most generators that have the number at one beam and target; at least two."""
    return max((len(numbers) for numbers in _everywhere(meson)), default=2)


def _greatest_spread(meson: str) -> float:
    """Greatest half spread of several generators at any energy; 1 where there are never several."""
    several = _everywhere(meson)
    return max((_half_spread(numbers) for numbers in several), default=1.0)
