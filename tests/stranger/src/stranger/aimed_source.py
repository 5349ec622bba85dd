"""A source of parents that can be aimed."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from scipy.stats import truncnorm

from darkpair import Energy, Gt, Parents, checked, particle


@checked
@dataclass(frozen=True, kw_only=True)
class Cloud:
    """Eta mesons behind a target: Gaussian in rapidity about the middle, and in both transverse momenta."""

    middle: float = 3.37  # rapidity of the centre of mass of 400 GeV on a proton at rest
    width: Annotated[float, Gt(0.0)] = 1.2
    slope: Annotated[float, Energy, Gt(0.0)] = 0.3

    pdgid = particle("eta").pdgid
    y_range = property(lambda self: (self.middle - 3.0 * self.width, self.middle + 3.0 * self.width))
    pt_range = property(lambda self: (0.0, 6.0 * self.slope))
    _y = property(lambda self: truncnorm(-3.0, 3.0, loc=self.middle, scale=self.width))

    def density(self, y, pt):
        x = pt / self.slope
        below = x * np.exp(-0.5 * x**2) / (-np.expm1(-18.0) * self.slope)
        return self._y.pdf(y) * np.where((x >= 0.0) & (x <= 6.0), below, 0.0)

    def draw(self, rng, n):
        pt = self.slope * np.sqrt(-2.0 * np.log1p(np.expm1(-18.0) * rng.random(n)))
        return self._y.rvs(n, random_state=rng), pt, np.pi * (2.0 * rng.random(n) - 1.0)

    def parents(self, y, pt, phi):
        mt = np.hypot(pt, particle("eta").mass)
        momentum = np.stack([pt * np.cos(phi), pt * np.sin(phi), mt * np.sinh(y), mt * np.cosh(y)])
        return Parents(pdgid=self.pdgid, momentum=momentum, vertex=np.zeros((4, len(y))))

    def sample(self, n, rng):
        return self.parents(*self.draw(rng, n))
