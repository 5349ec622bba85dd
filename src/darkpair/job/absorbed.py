"""The law of a job's particle that is absorbed, by the detector's data file."""

from __future__ import annotations

import math

from darkpair.gen.absorption import LONG_LIVED, Absorber, BeforeAbsorption
from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError
from darkpair.gen.particles import DARK_IDS

__all__ = ["absorbed"]


def absorbed(ctau: float, detector: object, name: str) -> BeforeAbsorption:
    """Law of a particle of a target that decays before it is absorbed.

    Parameters
    ----------
    ctau : float [mm]
        Mean proper length of the particle.
    detector : object
        Whose data file says what absorbs it.
    name : str
        The particle.

    Raises
    ------
    InputError
        Without such a detector, or for a particle without a finite c tau above 0.
    """
    absorber: Absorber | None = getattr(detector, "absorber", None)
    if absorber is None:
        raise InputError(
            f"chain.lifetime.{name} = 'absorbed' needs a detector whose data file has [absorber]; take charm, nucal, ship or dune_nd, "
            "or add the table (docs/detector_files.md)"
        )
    if name.rstrip("~") in DARK_IDS or not LONG_LIVED <= ctau < math.inf:
        own, least = apart(ctau, LONG_LIVED, digits=3)
        raise InputError(
            f"chain.lifetime.{name} = 'absorbed' with c tau = {own} mm; allowed: mesons of the target that fly {least} mm or more, and decay, "
            "as K_L0, K_S0, K+ and K-"
        )
    return BeforeAbsorption(ctau=ctau, interaction_length=absorber.interaction_length, pipe=absorber.pipe)
