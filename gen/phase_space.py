"""Phase space of three and more bodies in the parent's rest frame, each with its density.  Units: GeV."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol, TypeAlias

import numpy as np

from darkpair.gen.directions import Vector3, about, isotropic
from darkpair.gen.errors import ClosedChannelError, InputError
from darkpair.gen.kinematics import Array, Real, boost, boost_pair, two_body_momentum
from darkpair.gen.sampling import Density, check_envelope

__all__ = [
    "FourVectors",
    "ManyBody",
    "MatrixElement",
    "ThreeBody",
    "require_open",
    "successive",
    "three_bodies",
]

#: Four-momenta (x, y, z, E) of each daughter.
FourVectors: TypeAlias = list[tuple[Array, Array, Array, Array]]


class MatrixElement(Protocol):
    """Squared matrix element of M -> 0 1 2, any normalisation; a function will do.

    One that also has ``summary``, a line of what it is and where it comes from, is known by it in `list`, `inspect` and
    the provenance of files, a function by its name.  ``at_mass(mass)``, the same of a parent of another mass, is needed
    where a source gives the parent a mass of its own; ``at_masses(mass, masses)``, of other daughters too, makes it exact
    where one of them is a resonance (`darkpair.gen.line_masses`).
    """

    def __call__(self, q2: Array, cosine: Array, /) -> Array:
        """|M|² at q² = (p1 + p2)² [GeV²] and the cosine between particles 2 and 0 in the rest frame of (1, 2)."""
        ...


def require_open(mass: float, masses: Sequence[float], what: str = "decay") -> None:
    """Refuse a decay into more mass than there is.

    Raises
    ------
    ClosedChannelError
        With both masses.
    """
    if not mass > sum(masses):
        raise ClosedChannelError(
            f"{what} is closed: the daughters weigh {' + '.join(f'{m:.6g}' for m in masses)} = {sum(masses):.6g} GeV, "
            f"the parent {mass:.6g} GeV; lower the daughters' masses"
        )


class ThreeBody:
    """M -> 0 1 2, exact for any squared matrix element of q² and the pair's angle.

    The density is dGamma/dq dcos ∝ |M|² p(M -> 0, q) k(q -> 1, 2), with q the mass of the pair (1, 2) and
    c the cosine between particles 2 and 0 in the pair's rest frame.

    Parameters
    ----------
    mass : float [GeV]
        Mass of M.
    masses : three floats [GeV]
        Masses of particles 0, 1 and 2.
    matrix_element : callable, optional
        Squared matrix element (`MatrixElement`); constant unless given. Polynomials in the cosine up to degree 30
        are integrated exactly.

    Raises
    ------
    ClosedChannelError
        Below threshold.
    InputError
        For a squared matrix element that is negative or not finite.
    """

    def __init__(
        self,
        mass: float,
        masses: Sequence[float],
        matrix_element: MatrixElement | None = None,
        *,
        cells: int = 512,
    ) -> None:
        require_open(mass, masses)
        self.mass, self.masses, self.matrix_element = mass, tuple(masses), matrix_element
        self._least_q2 = (1e-9 * mass) ** 2  # matrix elements divide by q²; phase space is zero there
        self._nodes, self._weights = np.polynomial.legendre.leggauss(16)
        low, high = masses[1] + masses[2], mass - masses[0]
        self.pair_mass = Density(self._of_pair_mass, low, high, cells=cells)
        if matrix_element is not None:
            # bound of |M|² over the cosine in each cell of q: the greatest of a probing grid, and a margin
            probes = np.linspace(0.0, 1.0, 9)
            edges = self.pair_mass.edges
            q = edges[:-1, None] + probes * np.diff(edges)[:, None]
            cosine = np.linspace(-1.0, 1.0, 65)
            q2, c = np.repeat(q.ravel() ** 2, len(cosine)), np.tile(cosine, q.size)
            values = matrix_element(np.maximum(q2, self._least_q2), c)
            # a zero may come out as a rounding below it, which is never accepted
            wrong = np.flatnonzero(~((values >= -1e-9 * np.nanmax(values)) & (values < math.inf)))
            if len(wrong):
                raise InputError(
                    f"the squared matrix element is negative, infinite or NaN at q² = {q2[wrong[0]]:.6g} GeV², "
                    f"cosine = {c[wrong[0]]:.6g}; check its arguments, q² in GeV² and the cosine"
                )
            self._bound = 1.02 * values.reshape(len(edges) - 1, -1).max(axis=1)

    def density(self, q2: Array, cosine: Array) -> Array:
        """Normalised density in (q², cosine) [1/GeV²], at points of the physical region."""
        q = np.sqrt(q2)
        value: Array = self._flat(q) / (2.0 * q * self.pair_mass.integral)  # dq = dq²/2q
        return value * (0.5 if self.matrix_element is None else self.matrix_element(q2, cosine))

    def sample(self, rng: np.random.Generator, n: int) -> FourVectors:
        """Four-momenta of particles 0, 1, 2 in the parent's rest frame [GeV]."""
        q = self.pair_mass.sample(rng, n)
        p, k = self._momenta(q)
        axis = isotropic(rng, n)
        return three_bodies(rng, self.masses, q, p, k, self._cosine(rng, q), axis)

    def _momenta(self, q: Array) -> tuple[Array, Array]:
        """Momenta of particle 0 in M's and of the pair's members in their frame; 0 at a rounded threshold."""
        q = np.clip(q, self.masses[1] + self.masses[2], self.mass - self.masses[0])
        p = two_body_momentum(self.mass, self.masses[0], q)
        with np.errstate(invalid="ignore", divide="ignore"):
            k = two_body_momentum(q, self.masses[1], self.masses[2])
        return np.nan_to_num(p), np.nan_to_num(k)  # only q = 0 of a massless pair gives 0/0 here: k = 0

    def _flat(self, q: Array) -> Array:
        p, k = self._momenta(q)
        out: Array = p * k
        return out

    def _of_pair_mass(self, q: Array) -> Array:
        flat = self._flat(q)
        if self.matrix_element is None:
            return flat
        q2 = np.maximum(q * q, self._least_q2)
        values = self.matrix_element(np.repeat(q2, len(self._nodes)), np.tile(self._nodes, len(q)))
        return np.asarray(
            flat * np.einsum("ij,j->i", values.reshape(len(q), len(self._nodes)), self._weights)
        )

    def _cosine(self, rng: np.random.Generator, q: Array) -> Array:
        cosine = 2.0 * rng.random(len(q)) - 1.0
        if self.matrix_element is None:
            return cosine
        cell = np.clip(np.searchsorted(self.pair_mass.edges, q, side="right") - 1, 0, len(self._bound) - 1)
        bound, q2 = self._bound[cell], q * q
        open_ = np.arange(len(q))
        while len(open_):
            value = self.matrix_element(q2[open_], cosine[open_])
            check_envelope(value, bound[open_])
            open_ = open_[rng.random(len(open_)) * bound[open_] >= value]
            cosine[open_] = 2.0 * rng.random(len(open_)) - 1.0
        return cosine


def three_bodies(
    rng: np.random.Generator,
    masses: Sequence[Real],
    q: Array,
    p: Array,
    k: Array,
    cosine: Array,
    axis: Vector3 | None = None,
) -> FourVectors:
    """Four-momenta of particles 0, 1, 2 in the parent's rest frame [GeV], turned at random.

    Parameters
    ----------
    rng : numpy.random.Generator
        Generator of the directions.
    masses : three floats or ndarrays, (n,) [GeV]
        Masses of particles 0, 1 and 2.
    q, p, k : ndarrays, (n,) [GeV]
        Mass of the pair (1, 2), momentum of particle 0, and momentum of the pair's members in the pair's frame.
    cosine : ndarray, (n,)
        Cosine between particles 2 and 0 in the pair's frame.
    axis : three ndarrays, (n,), optional
        Unit vectors along particle 0; drawn unless given.
    """
    m0, m1, m2 = masses
    axis = isotropic(rng, len(q)) if axis is None else axis
    x, y, z = about(axis, cosine, rng.random(len(q)))
    e0, e_pair = np.sqrt(p * p + m0 * m0), np.sqrt(p * p + q * q)
    e1, e2 = np.sqrt(k * k + m1 * m1), np.sqrt(k * k + m2 * m2)
    px, py, pz = p * axis[0], p * axis[1], p * axis[2]
    pair = boost_pair(-px, -py, -pz, e_pair, q, k * x, k * y, k * z, e2, e1)
    return [(px, py, pz, e0), pair[4:], pair[:4]]


class ManyBody:
    """M -> n bodies, flat in phase space, by successive two-body decays (Raubold and Lynch).

    Parameters
    ----------
    mass : float [GeV]
        Mass of M.
    masses : sequence of floats [GeV]
        Masses of the bodies, three or more.
    unweighted : bool
        Whether events are accepted or rejected to weight 1, exactly; otherwise `sample` gives weights.

    References
    ----------
    F. James, CERN 68-15 (1968), section 3.2.
    """

    def __init__(self, mass: float, masses: Sequence[float], *, unweighted: bool = True) -> None:
        if len(masses) < 3:
            raise InputError(f"phase space of {len(masses)} bodies; allowed: three or more")
        require_open(mass, masses)
        self.mass, self.masses, self.unweighted = mass, tuple(masses), unweighted
        self._sums: Array = np.cumsum(masses)
        self._free = mass - float(self._sums[-1])
        # each momentum is greatest at the greatest parent and least remaining mass: a rigorous bound
        self._bound = math.prod(
            float(two_body_momentum(self._free + self._sums[i], self._sums[i - 1], masses[i]))
            for i in range(1, len(masses))
        )

    def sample(self, rng: np.random.Generator, n: int) -> tuple[FourVectors, Array]:
        """Four-momenta in the parent's rest frame [GeV], and weights (n,), 1 where unweighted.

        The weight is the product of the momenta of the successive decays, divided by its bound, so that
        its mean is the phase-space volume in units of the bound.
        """
        if not self.unweighted:
            chain = self._chain(rng, n)
            return self._momenta(rng, chain), self._weight(chain)
        chains: list[Array] = []
        filled = 0
        while filled < n:
            trial = self._chain(rng, n)
            kept = trial[:, rng.random(n) < self._weight(trial)][:, : n - filled]
            chains.append(kept)
            filled += kept.shape[1]
        return self._momenta(rng, np.concatenate(chains, axis=1)), np.ones(n)

    def _chain(self, rng: np.random.Generator, n: int) -> Array:
        """Masses of the first 2, 3, ... particles together, (bodies, n)."""
        inner = np.sort(rng.random((len(self.masses) - 2, n)), axis=0)
        parts = np.concatenate([np.zeros((1, n)), inner, np.ones((1, n))])
        return parts * self._free + self._sums[:, None]

    def _steps(self, chain: Array) -> list[Real]:
        return [two_body_momentum(chain[i], chain[i - 1], self.masses[i]) for i in range(1, len(self.masses))]

    def _weight(self, chain: Array) -> Array:
        out: Array = np.prod(self._steps(chain), axis=0) / self._bound
        return out

    def _momenta(self, rng: np.random.Generator, chain: Array) -> FourVectors:
        return successive(rng, chain, self._steps(chain), self.masses)


def successive(
    rng: np.random.Generator, chain: Array, steps: Sequence[Real], masses: Sequence[Real]
) -> FourVectors:
    """Four-momenta of the bodies of successive two-body decays, each isotropic [GeV].

    Parameters
    ----------
    rng : numpy.random.Generator
        Generator of the directions.
    chain : ndarray, (bodies, n) [GeV]
        Masses of the first 1, 2, 3, ... bodies together.
    steps : sequence of ndarrays, (n,) [GeV]
        Momentum of each further body in the rest frame of those up to it.
    masses : sequence of floats or ndarrays, (n,) [GeV]
        Mass of each body.
    """
    n = chain.shape[1]
    zero = np.zeros(n)
    out: FourVectors = [(zero, zero, zero, masses[0] + zero)]
    for i, k in enumerate(steps, start=1):
        x, y, z = isotropic(rng, n)
        qx, qy, qz = k * x, k * y, k * z
        inner = chain[i - 1]
        e_inner = np.sqrt(k * k + inner * inner)
        if i == 1:
            out = [(-qx, -qy, -qz, e_inner)]
        else:
            out = [boost(-qx, -qy, -qz, e_inner, inner, *vector) for vector in out]
        out.append((qx, qy, qz, np.sqrt(k * k + masses[i] ** 2)))
    return out
