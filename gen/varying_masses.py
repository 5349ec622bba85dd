"""Decays to two and more bodies whose masses differ from event to event, in the parent's rest frame.  Units: GeV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from darkpair.gen.boosts import boosted
from darkpair.gen.compiled.columnwise import columnwise
from darkpair.gen.directions import disc
from darkpair.gen.errors import ClosedChannelError
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.many_bodies import sorted_rows, successive
from darkpair.gen.phase_space import MatrixElement
from darkpair.gen.three_bodies import FourVectors, safe_momentum, three_momenta, thrown
from darkpair.gen.uniforms import uniforms

__all__ = ["ElementAtMasses", "Inside", "momenta_at", "momentum_at", "step_momenta", "sub_masses"]


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
    """

    mass: Real
    masses: list[Real]
    inside: Array

    def throw(
        self,
        rng: np.random.Generator,
        parent: Sequence[Array],
        places: Sequence[int],
        out: Sequence[Array] | None = None,
    ) -> FourVectors:
        """Four-momenta in the frame of the decaying particle's own [GeV]; as `ThreeBody.throw`."""
        n = len(parent[0])
        if len(self.masses) == 3:
            q = _pair_mass(self.mass, *self.masses, self.inside[0])
            cosine = 2.0 * (self.inside[1] if len(self.inside) == 2 else uniforms(rng, n)) - 1.0
            axis = disc(rng, n)
            place = (self.mass, self.masses, q, axis, cosine, uniforms(rng, n))
            return thrown(parent, *place, places=places, out=out)
        chain = sub_masses(self.mass, self.masses, self.inside)
        return boosted(
            parent, self.mass, successive(rng, n, chain, step_momenta(chain, self.masses), self.masses), out
        )


@columnwise
def _pair_mass(mass: Real, m0: Real, m1: Real, m2: Real, fraction: Real) -> Real:
    """Mass of the pair (1, 2) at a fraction of its range [GeV]."""
    low, high = m1 + m2, mass - m0
    return np.minimum(np.maximum(low + (high - low) * fraction, low), high)


@columnwise
def momenta_at(mass: Real, m0: Real, m1: Real, m2: Real, fraction: Real) -> Any:
    """Mass of the pair (1, 2) at a fraction of its range, momentum of particle 0, and of the pair's members in its frame."""
    q = _pair_mass(mass, m0, m1, m2, fraction)
    p, k = three_momenta(mass, m0, m1, m2, q)
    return q, p, k


def momentum_at(mass: Real, m1: Real, m2: Real) -> Array:
    """Momentum of a two-body decay [GeV]; 0 at a threshold that rounding puts out of reach."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(_safe_momentum(mass, m1, m2))


_safe_momentum = columnwise(safe_momentum)


def sub_masses(mass: Real, masses: Sequence[Real], inside: Array) -> list[Real]:
    """Masses of the first 1, 2, 3, ... particles together; floats or (n,) each."""
    sums = [masses[0]]
    for m in masses[1:]:
        sums.append(sums[-1] + m)
    free = mass - sums[-1]
    parts = zip(sorted_rows(inside), sums[1:-1], strict=True)
    return [sums[0], *(part * free + least for part, least in parts), free + sums[-1]]


def step_momenta(chain: Sequence[Real], masses: Sequence[Real]) -> list[Array]:
    """Momentum of each further body in the rest frame of those up to it [GeV]."""
    return [momentum_at(chain[i], chain[i - 1], masses[i]) for i in range(1, len(masses))]


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
