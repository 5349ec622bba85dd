"""A squared matrix element."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from darkpair import Energy, Ge, Gt


@dataclass(frozen=True, kw_only=True)
class TwoPhotons:
    """X gamma gamma, in that order: a pair of photons of spin 0, through a resonance."""

    mass: float
    masses: Sequence[float]
    pole: Annotated[float, Energy, Gt(0.0)] = 0.958
    width: Annotated[float, Energy, Ge(0.0)] = 0.0

    def __call__(self, q2, cosine):
        return q2**2 / ((self.pole**2 - q2) ** 2 + (self.pole * self.width) ** 2)
