"""Phase space of four and more bodies in the parent's rest frame, by successive two-body decays.  Units: GeV."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from darkpair.gen.boosts import boosted
from darkpair.gen.compiled.columnwise import columnwise
from darkpair.gen.directions import disc, on_sphere
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array, Real, two_body_momentum
from darkpair.gen.openness import require_open
from darkpair.gen.three_bodies import FourVectors
from darkpair.gen.uniforms import uniforms

__all__ = ["ManyBody", "sorted_rows", "successive"]

#: Numbers up to which minima and maxima of pairs sort faster than NumPy.
_PAIRWISE = 6


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
        self.mass, self.masses, self.unweighted = mass, tuple(map(float, masses)), unweighted
        self._sums: list[float] = np.cumsum(masses).tolist()
        self._free = float(mass - self._sums[-1])
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
            chain, product = self._chain(rng, n)
            return self._momenta(rng, n, chain), product / self._bound
        parts: list[list[Array]] = []
        filled = 0
        while filled < n or not parts:
            chain, product = self._chain(rng, n)
            (rows,) = _accepted.kept(uniforms(rng, n), product, self._bound)
            parts.append([row[rows[: n - filled]] for row in chain[1:-1]])
            filled += len(rows)
        inner = [np.concatenate(columns) for columns in zip(*parts, strict=True)]
        return self._momenta(rng, n, [chain[0], *inner, chain[-1]]), np.ones(n)

    def throw(
        self,
        rng: np.random.Generator,
        parent: Sequence[Array],
        places: Sequence[int],
        out: Sequence[Array] | None = None,
    ) -> FourVectors:
        """Daughters' four-momenta in the frame of the parent [GeV], at weight 1; as `ThreeBody.throw`."""
        vectors, _ = self.sample(rng, len(parent[0]))
        return boosted(parent, self.mass, [vectors[places.index(i)] for i in range(len(vectors))], out)

    def _chain(self, rng: np.random.Generator, n: int) -> tuple[list[Real], Array]:
        """Masses of the first 1, 2, 3, ... particles together, and the product of the momenta of the steps."""
        inner = len(self.masses) - 2
        parts = [*sorted_rows(uniforms(rng, inner * n).reshape(inner, n)), 1.0]
        chain: list[Real] = [self._sums[0]]
        product: Real = 1.0
        for part, total, mass in zip(parts, self._sums[1:], self.masses[1:], strict=True):
            upper, product = _step(product, part, self._free, total, chain[-1], mass)
            chain.append(upper)
        return chain, product

    def _momenta(self, rng: np.random.Generator, n: int, chain: Sequence[Real]) -> FourVectors:
        pairs = zip(chain[1:], chain[:-1], self.masses[1:], strict=True)
        return successive(rng, n, chain, [_momentum(*step) for step in pairs], self.masses)


def sorted_rows(rows: Array) -> Sequence[Array]:
    """The numbers of each column in growing order, (k, n)."""
    if len(rows) > _PAIRWISE:
        return list(np.sort(rows, axis=0))
    out = list(rows)
    for last in range(len(out) - 1, 0, -1):
        for i in range(last):
            out[i], out[i + 1] = np.minimum(out[i], out[i + 1]), np.maximum(out[i], out[i + 1])
    return out


def successive(
    rng: np.random.Generator, n: int, chain: Sequence[Real], steps: Sequence[Real], masses: Sequence[Real]
) -> FourVectors:
    """Four-momenta of the bodies of successive two-body decays, each isotropic [GeV].

    Parameters
    ----------
    rng : numpy.random.Generator
        Generator of the directions.
    n : int
        Number of events.
    chain : sequence of floats or ndarrays, (n,) [GeV]
        Masses of the first 1, 2, 3, ... bodies together.
    steps : sequence of ndarrays, (n,) [GeV]
        Momentum of each further body in the rest frame of those up to it.
    masses : sequence of floats or ndarrays, (n,) [GeV]
        Mass of each body.
    """
    out: FourVectors = []
    for k, inner, mass in zip(steps, chain, masses[1:], strict=False):
        columns = _apart(*disc(rng, n), k, inner, mass**2)
        frame = columns[:4]
        out = [*boosted(frame, inner, out), columns[4:]] if out else [frame, columns[4:]]
    return out


@columnwise
def _step(product: Real, part: Real, free: Real, total: Real, lower: Real, mass: Real) -> Any:
    """Mass of the particles up to one, and the product of momenta with its own."""
    upper = part * free + total
    return upper, product * two_body_momentum(upper, lower, mass)


@columnwise
def _accepted(u: Real, product: Real, bound: Real) -> tuple[Any]:
    return (u < product / bound,)


@columnwise
def _apart(x: Real, y: Real, k: Real, inner: Real, square: Real) -> Any:
    """Two bodies back to back, along a point of the disc: those up to one, and that one of a squared mass [GeV²]."""
    ux, uy, uz = on_sphere(x, y)
    qx, qy, qz = k * ux, k * uy, k * uz
    return -qx, -qy, -qz, np.sqrt(k * k + inner * inner), qx, qy, qz, np.sqrt(k * k + square)


_momentum = columnwise(two_body_momentum)
