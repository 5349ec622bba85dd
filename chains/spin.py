"""How the models' decays polarise X2, and what its own decays say of its spin: laws over `darkpair.chains.helicity`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np

from darkpair.chains.hadron_currents import kstar_currents, mediated, transition_current
from darkpair.chains.helicity import (
    Vertex,
    applied,
    axial_current,
    bilinear,
    chiral_spinors,
    conjugate_spinors,
    dipole_vertex,
    pair_currents,
    scalar_vertex,
    spin_density,
    vector_vertex,
)
from darkpair.gen.frozen import ByValue
from darkpair.gen.polarisation import FourVector

if TYPE_CHECKING:
    from darkpair.chains.dark_currents import FermionCurrent
    from darkpair.chains.matrix_elements import CurrentDecay, KstarTransition, TripleDecay, VectorTransition
    from darkpair.gen.kinematics import Array, Real

__all__ = [
    "DecaySpin",
    "DipoleAmplitude",
    "KstarCurrent",
    "LightPair",
    "MesonCurrent",
    "PairSpin",
    "SpinAmplitude",
    "TripleSpin",
    "YukawaPair",
]


class SpinAmplitude(Protocol):
    """Amplitudes of a decay as vertices between X2 and its partner, the other dark fermion."""

    def vertices(self, momenta: Sequence[FourVector], *, anti: bool) -> list[Vertex]:
        """Amplitudes that do not interfere.

        Parameters
        ----------
        momenta : sequence of four ndarrays, (n,) [GeV]
            Momenta in the rest frame of X2: of a production, those of the mother and then of its daughters; of a
            decay, those of X2's daughters.
        anti : bool
            Whether X2 is the antiparticle.
        """
        ...

    def conjugate(self) -> Self:
        """Amplitude of the mesons' antiparticles."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class MesonCurrent(ByValue):
    """psi2-bar H-slash (c_V + c_A gamma5) psi1 with H the momentum of one meson, or that of a transition.

    Parameters
    ----------
    current : FermionCurrent
        Current of the two dark fermions.
    transition : VectorTransition, optional
        Transition M' -> M psi1 psi2, of which the momenta of M', M and the pair are given; without, H is the momentum
        `place`.
    place : int
        Place of the meson among the momenta: the mother of a production, the last daughter of a decay.
    """

    current: FermionCurrent
    transition: VectorTransition | None = None
    place: int = 0

    def vertices(self, momenta: Sequence[FourVector], *, anti: bool) -> list[Vertex]:
        """One."""
        if self.transition is None:
            current = np.stack(momenta[self.place])
        else:
            spectator, p1, p2 = (np.stack(p) for p in momenta[1:])
            current = transition_current(self.transition, spectator, p1 + p2)
        return [vector_vertex(current, *_couplings(self.current, anti=anti))]

    def conjugate(self) -> Self:
        """The same: the current is real."""
        return self


@dataclass(frozen=True, kw_only=True, eq=False)
class KstarCurrent(ByValue):
    """B -> K* psi1 psi2: momenta of B, K* and the pair.

    Parameters
    ----------
    transition : KstarTransition
        Transition B -> K* psi1 psi2 with its form factors and dark current.
    meson_anti : bool
        Whether the B holds a b quark, whose K* has the opposite helicities.
    """

    transition: KstarTransition
    meson_anti: bool = False

    def vertices(self, momenta: Sequence[FourVector], *, anti: bool) -> list[Vertex]:
        """One for each helicity of the K*."""
        spectator, p1, p2 = (np.stack(p) for p in momenta[1:])
        currents = kstar_currents(self.transition, spectator, p1 + p2, b_quark=self.meson_anti)
        return [vector_vertex(h, *_couplings(self.transition.current, anti=anti)) for h in currents]

    def conjugate(self) -> Self:
        """Amplitude of the other B."""
        return replace(self, meson_anti=not self.meson_anti)


@dataclass(frozen=True)
class YukawaPair:
    """psi-bar psi: a pair by a scalar."""

    def conjugate(self) -> Self:
        """The same."""
        return self

    def vertices(self, momenta: Sequence[FourVector], *, anti: bool) -> list[Vertex]:
        """One, the same for both."""
        return [scalar_vertex(np.shape(momenta[0][3]))]


@dataclass(frozen=True, kw_only=True, eq=False)
class LightPair(ByValue):
    """psi2 -> psi1 and a light pair, as `CurrentDecay` has it: momenta of psi1 and the pair.

    Parameters
    ----------
    decay : CurrentDecay
        Decay psi2 -> psi1 and the pair, with its couplings.
    """

    decay: CurrentDecay

    def vertices(self, momenta: Sequence[FourVector], *, anti: bool) -> list[Vertex]:
        """One for pions, four for fermions."""
        decay = self.decay
        c_v, c_a = _couplings(decay.current, anti=anti)
        k1, k2 = np.stack(momenta[1]), np.stack(momenta[2])
        if decay.scalar:
            return [vector_vertex(k1 - k2, c_v, c_a)]
        fermion, antifermion = (k2, k1) if decay.fermion_last else (k1, k2)
        # of the antiparticle fermion and antifermion change places, which is g_A -> -g_A
        currents = pair_currents(fermion, antifermion, decay.mf, decay.g_v, -decay.g_a if anti else decay.g_a)
        return [vector_vertex(np.conj(mediated(h, k1 + k2, decay.mediator_mass)), c_v, c_a) for h in currents]

    def conjugate(self) -> Self:
        """The same: `anti` tells."""
        return self


@dataclass(frozen=True, kw_only=True, eq=False)
class DipoleAmplitude(ByValue):
    """psi2 -> psi1 gamma by psi1-bar sigma (mu + d gamma5) psi2 F / 2: momenta of psi1 and the photon.

    Parameters
    ----------
    mu, d : complex [GeV^-1]
        Magnetic and electric transition moments.
    """

    mu: Real
    d: Real

    def vertices(self, momenta: Sequence[FourVector], *, anti: bool) -> list[Vertex]:
        """One for each polarisation of the photon."""
        mu, d = (np.conj(self.mu), -np.conj(self.d)) if anti else (self.mu, self.d)
        k = np.stack(momenta[1])
        unit = k[:3] / np.sqrt((k[:3] * k[:3]).sum(axis=0))
        across = np.zeros_like(unit)  # along the axis that is least along the photon
        np.put_along_axis(across, np.abs(unit).argmin(axis=0)[None], 1.0, axis=0)
        first = np.cross(unit, across, axis=0)
        first /= np.sqrt((first * first).sum(axis=0))
        second = np.cross(unit, first, axis=0)
        still = np.zeros_like(unit[:1])
        return [dipole_vertex(k, np.concatenate([e, still]), mu, d) for e in (first, second)]

    def conjugate(self) -> Self:
        """The same: `anti` tells."""
        return self


@dataclass(frozen=True, kw_only=True, eq=False)
class PairSpin(ByValue):
    """Polarisation of the dark fermions of a production, one of which is the other's partner.

    Parameters
    ----------
    amplitude : SpinAmplitude
        Amplitude of the production.
    pair : pair of int
        Places of the two dark fermions among the daughters.
    masses : pair of float or ndarray [GeV]
        Masses of the two dark fermions.
    anti : pair of bool
        Which of them is an antiparticle; neither for Majorana ones.
    polarisation : float or ndarray, optional
        Polarisation of X2 along its flight in its mother's rest frame [1], where it is that in every event: two-body
        X1 X2.
    singlet : bool
        Whether the pair's spins are always opposite: C = -1, no polarisation.
    """

    amplitude: SpinAmplitude
    pair: tuple[int, int]
    masses: tuple[Real, Real]
    anti: tuple[bool, bool]
    polarisation: Real | None = None
    singlet: bool = False

    def vector(
        self,
        place: int,
        mother: FourVector,
        daughters: Sequence[FourVector],
        analysed: Mapping[int, FourVector],
    ) -> Array:
        """Polarisation as `darkpair.gen.polarisation.Polariser` has it."""
        me = self.pair.index(place)
        partner = self.pair[1 - me]
        there = analysed.get(partner)
        trace, vector = spin_density(
            self.amplitude.vertices((mother, *daughters), anti=self.anti[me]),
            np.stack(daughters[partner]),
            self.masses[1 - me],
            anti=True,
            analysed=None if there is None else np.stack(there),
        )
        return vector / trace

    def conjugate(self) -> Self:
        """Polarisation by the mother's antiparticle, with the pair's antiparticles."""
        return replace(self.exchanged(), amplitude=self.amplitude.conjugate())

    def exchanged(self) -> Self:
        """Polarisation by the same mother, with the pair's antiparticles in place of the particles."""
        flipped = (not self.anti[0], not self.anti[1])
        opposite = None if self.polarisation is None else -self.polarisation
        return replace(self, anti=flipped, polarisation=opposite)


@dataclass(frozen=True, kw_only=True, eq=False)
class DecaySpin(ByValue):
    """Analysing vector of X2 -> X1 and others, X1 first.

    Parameters
    ----------
    amplitude : SpinAmplitude
        Amplitude of the decay.
    mass : float or ndarray [GeV]
        Mass of X1.
    anti : bool
        Whether X2 is an antiparticle.
    asymmetry : float or ndarray, optional
        Decay asymmetry of a two-body mode [1]: A along the last daughter.
    """

    amplitude: SpinAmplitude
    mass: Real
    anti: bool = False
    asymmetry: Real | None = None

    def vector(self, daughters: Sequence[FourVector]) -> Array:
        """Analysing vector as `darkpair.gen.polarisation.Analyser` has it."""
        vertices = self.amplitude.vertices(daughters, anti=self.anti)
        trace, vector = spin_density(vertices, np.stack(daughters[0]), self.mass, anti=False)
        return vector / trace

    def conjugate(self) -> Self:
        """Analysing vector of the antiparticle's decay."""
        opposite = None if self.asymmetry is None else -self.asymmetry
        return replace(self, anti=not self.anti, asymmetry=opposite)


@dataclass(frozen=True, kw_only=True, eq=False)
class TripleSpin(ByValue):
    """Analysing vector of psi2 -> psi1 psi1 psi1, antisymmetrised as `TripleDecay` has it; zero for Majorana ones.

    Parameters
    ----------
    decay : TripleDecay
        Decay psi2 -> psi1 psi1 psi1 with its dark current.
    anti : bool
        Whether X2 is an antiparticle.
    """

    decay: TripleDecay
    anti: bool = False
    asymmetry: None = None

    def vector(self, daughters: Sequence[FourVector]) -> Array:
        """Analysing vector as `darkpair.gen.polarisation.Analyser` has it."""
        c_v, c_a = _couplings(self.decay.current, anti=self.anti)
        spinors = [chiral_spinors(np.stack(p), self.decay.current.m1) for p in daughters]
        antis = [conjugate_spinors(*pair) for pair in spinors]
        terms = [(1.0, 0, 1, 2), (-1.0, 1, 0, 2)] + ([(-1.0, 2, 1, 0)] if self.decay.majorana else [])
        total: Any = 0.0
        for spins in product(range(2), repeat=3):
            amplitude: Any = 0.0
            for sign, single, first, second in terms:  # psi2 -> single, and the diagonal pair
                u, v = (
                    [x[:, spins[i]] for x in pair]
                    for i, pair in ((first, spinors[first]), (second, antis[second]))
                )
                vertex = vector_vertex(np.conj(axial_current(u, v)), c_v, c_a)
                w = [x[:, spins[single]] for x in spinors[single]]
                amplitude = amplitude + sign * applied(vertex, w)
            total = total + bilinear(amplitude, amplitude).real
        return np.asarray(total[1:] / total[0])

    def conjugate(self) -> Self:
        """Analysing vector of the antiparticle's decay."""
        return replace(self, anti=not self.anti)


def _couplings(current: Any, *, anti: bool) -> tuple[Any, Any]:
    """c_V and c_A of psi2, or those that its antiparticle has by charge conjugation."""
    return (np.conj(current.c_V), -np.conj(current.c_A)) if anti else (current.c_V, current.c_A)
