"""A source of parents."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from darkpair import Energy, Gt, Parents, checked, particle

MASS = particle("K_L0").mass


@checked
@dataclass(frozen=True, kw_only=True)
class Phi:
    """K_L0 of e+ e- -> phi -> K_S0 K_L0 at rest: one momentum, sin² of the angle to the beams."""

    energy: Annotated[float, Energy, Gt(2.0 * MASS)] = particle("phi").mass

    pdgid = particle("K_L0").pdgid

    def sample(self, n, rng):
        z, phi = 2.0 * rng.beta(2.0, 2.0, n) - 1.0, 2.0 * np.pi * rng.random(n)
        r = np.sqrt(1.0 - z**2)
        momentum = np.full((4, n), 0.5 * self.energy)
        momentum[:3] = np.sqrt(0.25 * self.energy**2 - MASS**2) * np.stack(
            [r * np.cos(phi), r * np.sin(phi), z]
        )
        return Parents(pdgid=self.pdgid, momentum=momentum, vertex=np.zeros((4, n)))
