"""Kaons at DUNE and CHARM: how many decay before they are absorbed by each generator, and their number beside measurements.

No measurement of kaons at either beam could be read.  Three of K_S could between them, in their abstracts; the tables' numbers at
those energies are joined in the logarithms of energy and number between 120 and 400 GeV.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from darkpair.detectors.fixed_target import FixedTarget
from darkpair.gen.particles import particle
from darkpair.gen.sources.meson_multiplicity import generated, multiplicity
from darkpair.gen.sources.meson_spectra import generators
from darkpair.gen.sources.meson_table import MesonTable, meson_table
from darkpair.studies.experiments.table_pieces import energies_and_angles

__all__ = ["MEASURED", "KaonNumber", "decaying_rows", "joined_number", "kaon_rows"]

#: Detectors whose kaons are counted: one with matter at the target, one with a decay pipe.
_DUMPS: Final = ("charm", "dune_nd")
_KAONS: Final = ("K_L0", "K_S0", "K+", "K-")

_LOW, _HIGH = 120.0, 400.0  # GeV, DUNE's beam and CHARM's
_MESON = "K_L0"  # whose table and number K_S have

#: Inelastic cross-section of protons on protons [mb], the mean of PYTHIA 8's at 120 and 400 GeV, 31.6 and 32.9 (its tables' ``about``).
_INELASTIC: Final = 32.2


@dataclass(frozen=True, kw_only=True)
class KaonNumber:
    """A measured number of K_S of protons on protons.

    Parameters
    ----------
    beam_energy : float [GeV]
        Energy of the protons.
    value, error : float
        K_S for each inelastic interaction, or their cross-section [mb] in what was counted.
    counted : float
        Part of the K_S that was counted: 1, 2 of both neutral kaons, 0.5 of one hemisphere.
    cross_section : bool
        Whether it is a cross-section [mb].
    source, place : str
        Where it comes from, and where in it it was read.
    """

    beam_energy: float
    value: float
    error: float
    source: str
    place: str
    counted: float = 1.0
    cross_section: bool = False

    def per_interaction(self) -> tuple[float, float]:
        """K_S for each inelastic interaction, and the error."""
        share = self.counted * (_INELASTIC if self.cross_section else 1.0)
        return self.value / share, self.error / share


#: What could be read.
MEASURED: Final = (
    KaonNumber(
        beam_energy=158.0,
        value=0.162,
        error=0.011,
        source="NA61/SHINE, arXiv:2106.07535",
        place="abstract: 0.162 +- 0.001 (stat.) +- 0.011 (sys.) per inelastic interaction",
    ),
    KaonNumber(
        beam_energy=205.0,
        value=12.9,
        error=1.7,
        counted=2.0,
        cross_section=True,
        source="bubble chamber, Neutral-Strange-Particle Production in 205-GeV pp Interactions",
        place="abstract: p p -> (K0, anti-K0) + anything, 12.9 +- 1.7 mb",
    ),
    KaonNumber(
        beam_energy=300.0,
        value=3.34,
        error=0.64,
        counted=0.5,
        cross_section=True,
        source="bubble chamber, Neutral-strange-particle production in p 20Ne and p N interactions at 300 GeV",
        place="abstract: K_S of p N with x_F > 0, 3.34 +- 0.64 mb",
    ),
)


def joined_number(low: float, high: float, beam_energy: float) -> float:
    """Number at an energy [GeV] of those at 120 and 400 GeV, straight in the logarithms of both.

    Parameters
    ----------
    low, high : float
        Numbers at 120 and at 400 GeV.
    beam_energy : float [GeV]
        Energy between them.
    """
    part = math.log(beam_energy / _LOW) / math.log(_HIGH / _LOW)
    return float(low ** (1.0 - part) * high**part)


def kaon_rows() -> list[dict[str, Any]]:
    """A row for each measurement: it, each generator's number there, and the number used with its error."""
    low, high = generated(_MESON, _LOW, "p"), generated(_MESON, _HIGH, "p")
    rows = []
    for number in MEASURED:
        value, error = number.per_interaction()
        (used_low, error_low), (used_high, error_high) = (
            multiplicity(_MESON, energy) for energy in (_LOW, _HIGH)
        )
        used = joined_number(used_low, used_high, number.beam_energy)
        relative = joined_number(error_low / used_low, error_high / used_high, number.beam_energy)
        own = {
            name: joined_number(low[name], high[name], number.beam_energy)
            for name in sorted(set(low) & set(high))
        }
        rows.append(
            {
                "beam [GeV]": number.beam_energy,
                "source": number.source,
                "place": number.place,
                "measured": value,
                "measured error": error,
                **own,
                **{f"{name} / measured": number_of / value for name, number_of in own.items()},
                "used": used,
                "used error": relative * used,
                "used / measured": used / value,
                "pull": (used - value) / float(np.hypot(error, relative * used)),
            }
        )
    return rows


def decaying_rows() -> list[dict[str, Any]]:
    """A row for each dump, kaon and spectrum: kaons that decay before they are absorbed, for each proton."""
    return [
        _row(name, meson, generator)
        for name in _DUMPS
        for meson in _KAONS
        for generator in _spectra(name, meson)
    ]


def _spectra(name: str, meson: str) -> tuple[str, ...]:
    return generators(meson, FixedTarget(experiment=name).beam_energy)


def _row(name: str, meson: str, generator: str) -> dict[str, Any]:
    beam = FixedTarget(experiment=name).beam_energy
    table = meson_table(meson, beam_energy=beam, generator=generator)
    share = _decaying(table, name)
    return {
        "detector": name,
        "beam [GeV]": beam,
        "meson": meson,
        "generator": generator,
        "used": table.multiplicity,
        "used error": table.multiplicity_error,
        "decay before": share,
        "per proton": table.multiplicity * share,
    }


def _decaying(table: MesonTable, name: str) -> float:
    """Mean probability of a meson of the table to decay before the dump of that detector absorbs it."""
    absorber = FixedTarget(experiment=name).absorber
    law = None if absorber is None else absorber.law(table.meson)
    if law is None:
        raise ValueError(f"{name}: nothing absorbs {table.meson}")
    energy, angle, weight = energies_and_angles(table)
    mass = particle(table.meson).mass
    p = np.sqrt(energy**2 - mass**2)
    zero = np.zeros_like(p)
    chance = law.probability((p * np.sin(angle), zero, p * np.cos(angle)), mass, (zero, zero, zero))
    return float(np.sum(chance * weight))
