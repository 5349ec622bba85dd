"""Decays to two and more bodies whose masses differ from event to event, in the parent's rest frame.  Units: GeV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from darkpair.gen.errors import ClosedChannelError
from darkpair.gen.kinematics import Array, Real, two_body_momentum
from darkpair.gen.phase_space import FourVectors, MatrixElement, successive, three_bodies

__all__ = ["ElementAtMasses", "Inside", "safe_momentum", "step_momenta", "sub_masses", "three_momenta"]


@dataclass(frozen=True)
class Inside:
    """Daughters of a decay to three or more bodies at drawn masses and places in phase space.

    Parameters
    ----------
    mass, masses : float or ndarray, (n,) [GeV]
        Mass of the decaying particle, and of each daughter in the matrix element's order.
    inside : ndarray, (variables, n)
        Uniform numbers 0 to 1: sub-masses as fractions of their range, and the cosine where a matrix element shapes
        it.
    places : tuple of int
        Places of the matrix element's particles among the daughters.
    """

    mass: Real
    masses: list[Real]
    inside: Array
    places: tuple[int, ...]

    def __call__(self, rng: np.random.Generator, n: int) -> tuple[FourVectors, dict[str, Array]]:
        """Four-momenta in the rest frame, and no weights; as `ManyBodyThrow.sample`."""
        if len(self.masses) == 3:
            q, p, k = three_momenta(self.mass, self.masses, self.inside[0])
            cosine = 2.0 * (self.inside[1] if len(self.inside) == 2 else rng.random(n)) - 1.0
            vectors = three_bodies(rng, self.masses, q, p, k, cosine)
            return [vectors[self.places.index(i)] for i in range(3)], {}
        chain = sub_masses(self.mass, self.masses, self.inside)
        return successive(rng, chain, step_momenta(chain, self.masses), self.masses), {}


def three_momenta(mass: Real, masses: Sequence[Real], fraction: Array) -> tuple[Array, Array, Array]:
    """Mass q of the pair (1, 2), momentum of particle 0, and of the pair's members in its frame."""
    low, high = masses[1] + masses[2], mass - masses[0]
    q = np.clip(low + (high - low) * fraction, low, high)
    return q, safe_momentum(mass, masses[0], q), safe_momentum(q, masses[1], masses[2])


def safe_momentum(mass: Real, m1: Real, m2: Real) -> Array:
    """Momentum of a two-body decay [GeV]; 0 at a threshold that rounding puts out of reach."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.nan_to_num(two_body_momentum(mass, m1, m2)))


def sub_masses(mass: Real, masses: Sequence[Real], inside: Array) -> Array:
    """Masses of the first 2, 3, ... particles together, (bodies, n)."""
    n = inside.shape[1]
    parts = np.concatenate([np.zeros((1, n)), np.sort(inside, axis=0), np.ones((1, n))])
    sums = np.cumsum([np.broadcast_to(m, n) for m in masses], axis=0)
    return np.asarray(parts * (mass - sums[-1]) + sums)


def step_momenta(chain: Array, masses: Sequence[Real]) -> list[Array]:
    """Momentum of each further body in the rest frame of those up to it [GeV]."""
    return [safe_momentum(chain[i], chain[i - 1], masses[i]) for i in range(1, len(masses))]


@dataclass(frozen=True)
class ElementAtMasses:
    """A squared matrix element at other masses than it was made for.

    `at_masses` or, where only the decaying particle's differs, `at_mass` of the element give it exactly.  One without
    is taken at the same place of the Dalitz plot: at the same fraction of the range of q, and the same cosine.
    """

    element: MatrixElement
    mass: float
    masses: tuple[float, ...]
    daughters_differ: bool

    def __call__(self, mass: Real, masses: Sequence[Real], q2: Array, cosine: Array) -> Array:
        """|M|² at other masses [GeV], q² [GeV²] and the cosine."""
        if hasattr(self.element, "at_masses"):
            return np.asarray(self.element.at_masses(mass, masses)(q2, cosine))
        if hasattr(self.element, "at_mass") and not self.daughters_differ:
            return np.asarray(self.element.at_mass(mass)(q2, cosine))
        low, high = masses[1] + masses[2], mass - masses[0]
        own_low, own_high = self.masses[1] + self.masses[2], self.mass - self.masses[0]
        if not own_high > own_low:
            raise ClosedChannelError(
                f"a matrix element made for {self.mass:.6g} GeV -> {' + '.join(f'{m:.6g}' for m in self.masses)} GeV is "
                "closed at these masses, and has no at_masses(mass, masses) for others; give it one, or leave it out"
            )
        q = own_low + (own_high - own_low) * (np.sqrt(q2) - low) / (high - low)
        return np.asarray(self.element(np.maximum(q * q, (1e-9 * self.mass) ** 2), cosine))
