"""Matrix elements of three-body modes that are known without a model, by the particles involved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from darkpair.chains.form_factors import kaon_pion_scalar, kaon_pion_vector
from darkpair.gen.kinematics import Array, kallen
from darkpair.gen.particles import Particle
from darkpair.gen.phase_space import MatrixElement

__all__ = ["PionNeutrinos", "PionScalarPair", "known_matrix_element"]


@dataclass(frozen=True)
class PionNeutrinos:
    """Squared matrix element of K -> pi nu nubar, f+(q²)² lambda(M², m², q²) sin²theta.

    A vector current between the mesons and massless left-handed neutrinos; any normalisation.
    arXiv:2005.07102, eqs 5 and B1.

    Parameters
    ----------
    mass, m_pion : float [GeV]
    """

    mass: float
    m_pion: float

    def __call__(self, q2: Array, cosine: Array) -> Array:
        """At q² [GeV²] and the cosine of `darkpair.gen.phase_space.MatrixElement`."""
        phase: Array = kallen(self.mass**2, self.m_pion**2, q2)
        out: Array = kaon_pion_vector(q2) ** 2 * phase * (1.0 - cosine * cosine)
        return out


@dataclass(frozen=True)
class PionScalarPair:
    """Squared matrix element of K -> pi Y Y through a scalar operator, f0(q²)².

    arXiv:2005.07102, eq B2; any normalisation.
    """

    def __call__(self, q2: Array, cosine: Array) -> Array:
        """At q² [GeV²] and the cosine of `darkpair.gen.phase_space.MatrixElement`."""
        out: Array = kaon_pion_scalar(q2) ** 2 + 0.0 * cosine
        return out


def known_matrix_element(parent: Particle, daughters: Sequence[Particle]) -> MatrixElement | None:
    """Squared matrix element of a mode that has a standard one; None is flat phase space.

    Parameters
    ----------
    parent : Particle
    daughters : sequence of Particle
        In the order of the chain: the meson first.
    """
    if len(daughters) != 3 or abs(parent.pdgid) not in _KAONS or abs(daughters[0].pdgid) not in _PIONS:
        return None
    pair = {abs(d.pdgid) for d in daughters[1:]}
    if pair <= _NEUTRINOS:
        return PionNeutrinos(parent.mass, daughters[0].mass)
    return PionScalarPair() if pair == {_Y} else None


_KAONS = frozenset({130, 310, 321})
_PIONS = frozenset({111, 211})
_NEUTRINOS = frozenset({12, 14, 16})
_Y = 905
