"""Which of the mesons that fly before they decay count at a dump: those that make enough of its X2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from darkpair.chains.models.channels import production_rate
from darkpair.detectors.data_file import is_path
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.gen.absorption import BeforeAbsorption
from darkpair.gen.data_files import forgotten_with_changes
from darkpair.gen.errors import InputError
from darkpair.gen.particles import particle
from darkpair.limits.dump_samples import mesons

if TYPE_CHECKING:
    from collections.abc import Sequence

    from darkpair.chains.models.model import Model
    from darkpair.limits.samples import Size

__all__ = ["FLYING", "LEAST_OF_ALL", "absorbed", "counted_parents"]

#: Mesons that fly before they decay.
FLYING: Final = ("K_L0", "K_S0", "K+", "K-")

#: Share of the X2 of the parent with the most, below which such a meson is left out: less than its own uncertainty.
LEAST_OF_ALL: Final = 0.01

_DRAWN: Final = 20_000  # mesons of which a mean probability is taken


def absorbed(experiment: str, parent: str) -> BeforeAbsorption | None:
    """Law of a parent that is absorbed unless it decays before; None of one that decays at once.

    Parameters
    ----------
    experiment : str
        Name of the detector's data file, or a file of the user's.
    parent : str
        Name of the meson.

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


def counted_parents(experiment: str, parents: Sequence[str], over: Model, size: Size) -> tuple[str, ...]:
    """Parents without the flying ones that make less than a hundredth of the X2 of the parent with the most, at every point.

    Mesons for each proton, times the mean probability to decay before absorption, times the branching ratio to X2: what flies
    towards a detector is faster than the mean, and decays more seldom yet.

    Parameters
    ----------
    experiment : str
        Name of the detector's data file, or a file of the user's.
    parents : sequence of str
        Mesons of the search.
    over : Model
        All couplings that are asked for.
    size : Size
        Whose generators give the numbers of mesons.
    """
    if not set(parents) & set(FLYING):
        return tuple(parents)
    made = {}
    for parent in parents:
        rate = production_rate(over, parent)
        if np.any(rate > 0.0):
            made[parent] = rate * _number(experiment, parent, size.generators(experiment, parent)[0])
    most = np.max(np.stack(np.broadcast_arrays(*made.values())), axis=0) if made else np.zeros(())
    return tuple(
        parent
        for parent in parents
        if parent not in FLYING or (parent in made and np.any(made[parent] > LEAST_OF_ALL * most))
    )


def _number(experiment: str, parent: str, generator: str) -> float:
    """Mesons for each proton that decay before they are absorbed; of a file of the package it is asked once."""
    return (_counted if is_path(experiment) else _kept)(experiment, parent, generator)


def _counted(experiment: str, parent: str, generator: str) -> float:
    source = mesons(parent, FixedTarget(experiment=experiment, resolution="none").beam_energy, generator)
    number = source.table.multiplicity
    law = absorbed(experiment, parent)
    if law is None:
        return number
    drawn = source.sample(_DRAWN, np.random.default_rng(1))
    px, py, pz = drawn.momentum[:3]
    x, y, z = drawn.vertex[:3]
    return number * float(law.probability((px, py, pz), particle(parent).mass, (x, y, z)).mean())


_kept: Final = forgotten_with_changes(_counted)
