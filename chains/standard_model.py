"""Matrix elements of three-body modes that are known without a model, by the particles involved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from darkpair.chains.form_factors import BCL_K, DISPERSIVE_PI, FormFactor
from darkpair.gen.kinematics import Array, kallen
from darkpair.gen.particles import Particle
from darkpair.gen.phase_space import MatrixElement

__all__ = ["MesonNeutrinos", "PionScalarPair", "known_matrix_element"]


@dataclass(frozen=True)
class MesonNeutrinos:
    """Squared matrix element of M' -> M nu nubar, f+(q²)² lambda(M'², M², q²) sin²theta.

    A vector current between the mesons and massless left-handed neutrinos; any normalisation.
    arXiv:2005.07102, eqs 5 and B1.

    Parameters
    ----------
    mass, m_daughter : float [GeV]
        M' and M.
    form : FormFactor
        f+; that of K -> pi unless given.
    """

    mass: float
    m_daughter: float
    form: FormFactor = DISPERSIVE_PI

    def __call__(self, q2: Array, cosine: Array) -> Array:
        """At q² [GeV²] and the cosine of `darkpair.gen.phase_space.MatrixElement`."""
        phase: Array = kallen(self.mass**2, self.m_daughter**2, q2)
        out: Array = self.form.plus(q2) ** 2 * phase * (1.0 - cosine * cosine)
        return out


@dataclass(frozen=True)
class PionScalarPair:
    """Squared matrix element of K -> pi Y Y through a scalar operator, f0(q²)².

    arXiv:2005.07102, eq B2; any normalisation.
    """

    def __call__(self, q2: Array, cosine: Array) -> Array:
        """At q² [GeV²] and the cosine of `darkpair.gen.phase_space.MatrixElement`."""
        out: Array = DISPERSIVE_PI.zero(q2) ** 2 + 0.0 * cosine
        return out


def known_matrix_element(parent: Particle, daughters: Sequence[Particle]) -> MatrixElement | None:
    """Squared matrix element of a mode that has a standard one; None is flat phase space.

    Parameters
    ----------
    parent : Particle
    daughters : sequence of Particle
        In the order of the chain: the meson first.
    """
    if len(daughters) != 3:
        return None
    heavy, light = abs(parent.pdgid), abs(daughters[0].pdgid)
    pair = {abs(d.pdgid) for d in daughters[1:]}
    if heavy in _BOTTOM and light in _KAONS and pair <= _NEUTRINOS:
        # the lattice's form factors, with which the experiments simulate it
        return MesonNeutrinos(parent.mass, daughters[0].mass, BCL_K)
    if heavy not in _KAONS or light not in _PIONS:
        return None
    if pair <= _NEUTRINOS:
        return MesonNeutrinos(parent.mass, daughters[0].mass)
    return PionScalarPair() if pair == {_Y} else None


_BOTTOM = frozenset({511, 521})
_KAONS = frozenset({130, 310, 311, 321})
_PIONS = frozenset({111, 211})
_NEUTRINOS = frozenset({12, 14, 16})
_Y = 905
