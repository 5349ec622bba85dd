"""Spin of a vector meson that a spinless particle made: where its two daughters go.

A vector of P -> V gamma is transverse to its flight (the photon has no helicity 0), one of P -> V P' is longitudinal
(angular momentum).  With theta between a daughter and the flight of V in P's rest frame, seen in V's, the density is
(a + b cos² theta) for a decay that takes one helicity amplitude:

=================  =====================  ===================
V ->               longitudinal           transverse
=================  =====================  ===================
two spinless       cos²                   sin²
spinless, photon   sin²                   1 + cos²
l+ l-              sin² + x cos²          1 + cos² + x sin²
=================  =====================  ===================

with x = 4 m_l²/m².  Derived: squares of d^1_(helicity of V, helicity along the daughter); the lepton pair of a vector
current has helicity 0 with the square x of that with helicity 1 or -1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from darkpair.gen.decay import FourVector, TwoBody
from darkpair.gen.directions import about
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.particles import Particle
from darkpair.gen.resonances import twice_spin
from darkpair.gen.three_bodies import FourVectors

__all__ = ["AlignedPair", "Alignment", "alignment"]

_PHOTON, _LEPTONS = 22, (11, 13, 15)

#: The table above in words, of a longitudinal and of a transverse vector.
_WORDS: Final = {
    "spinless": ("cos²", "sin²"),
    "photon": ("sin²", "1 + cos²"),
    "leptons": ("sin² + 4 m²/q² cos²", "1 + cos² + 4 m²/q² sin²"),
}


@dataclass(frozen=True)
class Alignment:
    """Law of a vector's decay about its flight.

    Parameters
    ----------
    longitudinal : bool
        Whether the vector has helicity 0, or 1 and -1 in equal parts.
    kind : {"spinless", "photon", "leptons"}
        What the vector decays to.
    lepton_mass : float [GeV]
        Mass of either lepton; 0 of the other kinds.
    """

    longitudinal: bool
    kind: str
    lepton_mass: float = 0.0

    @property
    def summary(self) -> str:
        """The law in words."""
        along, across = _WORDS[self.kind]
        vector, words = ("longitudinal", along) if self.longitudinal else ("transverse", across)
        return f"{words} to the flight, as its mother makes it {vector} (docs/line_shapes.md)"

    def __call__(self, mass: Real) -> tuple[Real, Real]:
        """A and b of the density a + b cos², at masses [GeV]."""
        if self.kind == "spinless":
            return (0.0, 1.0) if self.longitudinal else (1.0, -1.0)
        x = np.square(2.0 * self.lepton_mass / mass)  # 0 with a photon
        return (1.0 + 0.0 * x, x - 1.0) if self.longitudinal else (1.0 + x, 1.0 - x)


def alignment(
    mother: Particle, vector: Particle, sisters: Sequence[Particle], daughters: Sequence[Particle]
) -> Alignment | None:
    """The law for a vector that decays, or None where nobody derived one: isotropic.

    A vector without a width, a line, is isotropic as well.

    Parameters
    ----------
    mother, vector : Particle
        What decays to the vector, and the vector.
    sisters, daughters : sequences of Particle
        Daughters of the mother, the vector among them, and those of the vector.
    """
    if (
        vector.width == 0.0
        or twice_spin(mother) != 0
        or twice_spin(vector) != 2
        or len(sisters) != 2
        or len(daughters) != 2
    ):
        return None
    photons = [p.pdgid == _PHOTON for p in sisters]
    if any(photons):
        longitudinal = False
    elif sorted(twice_spin(p) for p in sisters) == [0, 2]:
        longitudinal = True
    else:
        return None
    first, second = daughters
    spins = sorted(twice_spin(p) for p in daughters)
    if spins == [0, 0]:
        return Alignment(longitudinal, "spinless")
    if spins == [0, 2] and _PHOTON in (first.pdgid, second.pdgid):
        return Alignment(longitudinal, "photon")
    if first.pdgid == -second.pdgid and abs(first.pdgid) in _LEPTONS:
        return Alignment(longitudinal, "leptons", first.mass)
    return None


@dataclass(frozen=True)
class AlignedPair:
    """Two daughters with density a + b cos² about the flight of the decaying particle in its mother's rest frame.

    Parameters
    ----------
    pair : TwoBody
        The two daughters, isotropic.
    law : pair of floats or ndarrays, (n,)
        a and b of the density; both a and a + b are not negative.
    """

    pair: TwoBody
    law: tuple[Real, Real]

    def throw(
        self,
        rng: np.random.Generator,
        parent: FourVector,
        mother: FourVector | None,
        sister: tuple[FourVector, FourVector] | None = None,
        out: Sequence[Array] | None = None,
    ) -> tuple[FourVectors, dict[str, Array]]:
        """Daughters' four-momenta [GeV], and no weights; as `TwoBody.throw`."""
        assert mother is not None  # (a resonance always has one)
        n = len(parent[0])
        cosine = _cosine(rng, n, *self.law)
        axis = about(self.pair.flight(parent, mother), cosine, rng.random(n))
        return self.pair.along(parent, axis, out), {}


def _cosine(rng: np.random.Generator, n: int, a: Real, b: Real) -> Array:
    """Cosines of density a + b c²: a mixture of c² and 1 - c², each inverted in closed form."""
    square = (a + b) / (3.0 * a + b)  # (a + b)/3 over a + b/3
    u = rng.random(n)
    along = np.cbrt(2.0 * u - 1.0)
    across = 2.0 * np.cos((np.arccos(1.0 - 2.0 * u) + 4.0 * np.pi) / 3.0)
    return np.clip(np.where(rng.random(n) < square, along, across), -1.0, 1.0)
