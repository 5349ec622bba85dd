"""Mesons of a detector's target: their sources, what stops them, and how many of them decay."""

from __future__ import annotations

from typing import Final

from darkpair.detectors.absorbers import material
from darkpair.detectors.data_file import detector_data, is_path
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.gen.absorption import BeforeAbsorption
from darkpair.gen.data_files import forgotten_with_changes
from darkpair.gen.errors import InputError
from darkpair.gen.particles import particle
from darkpair.gen.sources import meson_spectra
from darkpair.gen.sources.bottom import BOTTOM
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.gen.sources.meson_files import COLLIDER, stored
from darkpair.gen.streams import Streams

__all__ = [
    "FLYING",
    "RARE",
    "absorbed",
    "generators",
    "mesons",
    "mesons_at",
    "number_at",
]

#: Mesons that fly before they decay.
FLYING: Final = ("K_L0", "K_S0", "K+", "K-")

#: Mesons that count where they make enough of the X2, and beside whose X2 nothing is seen.
RARE: Final = (*FLYING, *BOTTOM)

_DRAWN: Final = 20_000  # mesons of which a mean probability is taken


def generators(beam_energy: float, meson: str = "eta") -> list[str]:
    """Generators that have a meson on protons at that energy [GeV], and the parametrisation; of colliding beams where they are it."""
    return list(meson_spectra.generators(meson, beam_energy, _target(beam_energy)))


def mesons(meson: str, beam_energy: float, generator: str) -> DumpMesons:
    """Mesons of one generator from a beam on protons, or from two beams.

    Parameters
    ----------
    meson, generator : str
        Names of the meson and of the generator.
    beam_energy : float [GeV]
        Energy of the protons, or of each beam.
    """
    return DumpMesons(meson=meson, beam_energy=beam_energy, generator=generator, target=_target(beam_energy))


def mesons_at(experiment: str, meson: str, generator: str) -> DumpMesons:
    """Mesons of one generator at a detector: of its beam, and B mesons of the nucleus that its file names.

    Parameters
    ----------
    experiment : str
        Name of the detector's data file, or a file of the user's.
    meson, generator : str
        Names of the meson and of the generator.

    Raises
    ------
    InputError
        For a B where the detector's file does not say what the beam meets.
    """
    energy = FixedTarget(experiment=experiment, resolution="none").beam_energy
    if meson not in BOTTOM:
        return mesons(meson, energy, generator)
    element = material(detector_data(experiment), experiment)
    if element is None:
        raise InputError(
            f"{experiment}: {meson} of its target, and no target = ... that says of which element it is; name it, or leave {meson} out"
        )
    return DumpMesons(meson=meson, beam_energy=energy, generator=generator, target=element)


def _target(beam_energy: float) -> str | None:
    """What a beam of that energy meets: another one where there are tables of that alone."""
    keys = [key for key in stored() if key.beam_energy == beam_energy]
    return COLLIDER if keys and all(key.target == COLLIDER for key in keys) else None


def absorbed(experiment: str, parent: str) -> BeforeAbsorption | None:
    """Law of a parent that is absorbed unless it decays before; None of one that decays at once.

    Parameters
    ----------
    experiment, parent : str
        Name of the detector's data file, or a file of the user's; and of the meson.

    Raises
    ------
    InputError
        Where the detector's file does not say what absorbs it.
    """
    if parent not in FLYING:
        return None
    absorber = FixedTarget(experiment=experiment, resolution="none").absorber
    if absorber is None:
        raise InputError(
            f"{experiment}: {parent} of its target, and no [absorber] that says what stops it; add the table, or leave {parent} out"
        )
    return absorber.law(parent)


def number_at(experiment: str, parent: str, generator: str) -> float:
    """Mesons for each proton that decay before they are absorbed; of a file of the package it is asked once.

    Parameters
    ----------
    experiment : str
        Name of the detector's data file, or a file of the user's.
    parent, generator : str
        Names of the meson and of the generator.
    """
    return (_counted if is_path(experiment) else _kept)(experiment, parent, generator)


def _counted(experiment: str, parent: str, generator: str) -> float:
    source = mesons_at(experiment, parent, generator)
    number = source.table.multiplicity
    law = absorbed(experiment, parent)
    if law is None:
        return number
    drawn = source.sample(_DRAWN, Streams(1).rng("source"))
    px, py, pz = drawn.momentum[:3]
    x, y, z = drawn.vertex[:3]
    return number * float(law.probability((px, py, pz), particle(parent).mass, (x, y, z)).mean())


_kept: Final = forgotten_with_changes(_counted)
