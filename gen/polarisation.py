"""Spin of a particle between the decay that makes it and its own: 1 + P.A instead of an isotropic decay.

All vectors are those of the decaying particle's rest frame, reached by a pure boost from whatever frame the
four-momenta are given in, so that no axes have to be turned.  Units: GeV.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, Self, TypeAlias

import numpy as np

from darkpair.gen.compiled.columnwise import columnwise
from darkpair.gen.directions import about
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array, Real, boost

__all__ = ["Analyser", "FourVector", "Polariser", "at_rest", "reoriented"]

FourVector: TypeAlias = tuple[Array, Array, Array, Array]

#: Energy over mass up to which float64's four-momenta tell a rest frame: its momenta are lost with the square, 1e-2 here.
_FASTEST = 1e7


class Polariser(Protocol):
    """How a decay polarises its daughters."""

    def vector(
        self,
        place: int,
        mother: FourVector,
        daughters: Sequence[FourVector],
        analysed: Mapping[int, FourVector],
    ) -> Array:
        """Polarisation P of the daughter at a place, (3, n) in its rest frame, |P| <= 1.

        Parameters
        ----------
        place : int
            Place of the daughter among the daughters, in the order of the mode.
        mother : four ndarrays, (n,) [GeV]
            Four-momentum x, y, z, E of the decaying particle in the rest frame of that daughter, as all
            four-vectors here.
        daughters : sequence of four ndarrays, (n,) [GeV]
            Four-momenta of all daughters.
        analysed : mapping of int to four ndarrays, (n,)
            Analysing vectors, by place, of sisters that have decayed, (A, 0) in the sister's rest frame: P is then
            that of the daughter given how they decayed.
        """
        ...

    def conjugate(self) -> Self:
        """The law of the antiparticles."""
        ...


class Analyser(Protocol):
    """What a decay says of the spin of the particle that decays."""

    def vector(self, daughters: Sequence[FourVector]) -> Array:
        """Analysing vector A, (3, n), |A| <= 1, of the daughters in the rest frame of the decaying particle [GeV]."""
        ...

    def conjugate(self) -> Self:
        """The law of the antiparticle."""
        ...


def at_rest(frame: FourVector, mass: Real, vector: FourVector) -> FourVector:
    """Four-vector in the rest frame of another, by a pure boost.

    Raises
    ------
    InputError
        For a frame so fast that the rounding of its momentum hides it.
    """
    energy = np.asarray(frame[3])
    if not np.all(resolved := energy <= _FASTEST * np.asarray(mass)):  # NaN as well
        raise InputError(
            f"the spin of a decay asks for the rest frame of a particle of {energy[~resolved].flat[0]:.6g} GeV; allowed: up to "
            f"{_FASTEST:g} times its mass, beyond which rounding hides that frame; lower the momentum"
        )
    resting: FourVector = _unboosted(*frame, mass, *vector)
    return resting


@columnwise
def _unboosted(
    px: Real, py: Real, pz: Real, energy: Real, mass: Real, qx: Real, qy: Real, qz: Real, e: Real
) -> Any:
    return boost(-px, -py, -pz, energy, mass, qx, qy, qz, e)


def reoriented(
    rng: np.random.Generator, density: Array, axis: Array, parent: FourVector, mass: float, daughters: Array
) -> None:
    """Give isotropic decays the density 1 + P.A, exactly: turn some by half a turn about an axis across A.

    A decay and the one turned have densities 1 + P.A and 1 - P.A; of the less likely of the two, a share -P.A turns.

    Parameters
    ----------
    rng : numpy.random.Generator
        Generator that says which turn.
    density : ndarray, (n,)
        Density 1 + P.A of each event, 0 to 2.
    axis : ndarray, (3, n)
        A of each event, in the rest frame of the decaying particle.
    parent : four ndarrays, (n,) [GeV]
        Four-momentum x, y, z, E of the decaying particle.
    mass : float [GeV]
        Mass of the decaying particle.
    daughters : ndarray, (4, k, n) [GeV]
        Four-momenta of the k daughters, changed in place.
    """
    turned = np.flatnonzero(rng.random(len(density)) > density)
    if not len(turned):
        return
    a = axis[:, turned]
    unit = a / np.sqrt((a * a).sum(axis=0))
    still = np.zeros(len(turned))
    x, y, z = about((unit[0], unit[1], unit[2]), still, still)
    frame = (parent[0][turned], parent[1][turned], parent[2][turned], parent[3][turned])
    for place in range(daughters.shape[1]):
        px, py, pz, e = at_rest(frame, mass, tuple(daughters[:, place, turned]))
        along = 2.0 * (px * x + py * y + pz * z)
        daughters[:, place, turned] = boost(*frame, mass, along * x - px, along * y - py, along * z - pz, e)
