"""Phase space of three bodies, with any squared matrix element and its density.  Units: GeV."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from darkpair.gen.compiled.columnwise import columnwise
from darkpair.gen.compiled.redrawn import redrawn
from darkpair.gen.directions import disc
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.many_bodies import ManyBody, successive
from darkpair.gen.openness import require_open
from darkpair.gen.quadrature import legendre
from darkpair.gen.sampling import Density, check_envelope
from darkpair.gen.three_bodies import FourVectors, three_bodies, three_momenta, thrown
from darkpair.gen.uniforms import uniforms

__all__ = ["FourVectors", "ManyBody", "MatrixElement", "ThreeBody", "require_open", "successive"]


class MatrixElement(Protocol):
    """Squared matrix element of M -> 0 1 2, any normalisation; a function will do.

    One that also has ``summary``, a line of what it is and where it comes from, is known by it in `list`, `inspect` and
    the provenance of files, a function by its name.  ``at_mass(mass)``, the same of a parent of another mass, is needed
    where a source gives the parent a mass of its own; ``at_masses(mass, masses)``, of other daughters too, makes it exact
    where one of them is a resonance (`darkpair.gen.line_masses`).  ``parts(q2)`` makes it fast where formulas are compiled: a
    `darkpair.gen.compiled.columnwise.Columnwise` of q², the cosine, and further operands, and these, columns or numbers.
    ``never_negative``, of one that is a sum of squares whatever its parameters, lets the tables of its sampler wait until
    the first event is asked for.
    """

    def __call__(self, q2: Array, cosine: Array, /) -> Array:
        """|M|² at q² = (p1 + p2)² [GeV²] and the cosine between particles 2 and 0 in the rest frame of (1, 2)."""
        ...


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
    cells : int
        Number of cells of the pair's mass, about.
    later : bool
        Whether its tables, which take a tenth of a second, wait until they are asked for. Only what is wrong at a few
        points, or below threshold, is then refused at once: for squared matrix elements that are known to be sound.

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
        later: bool = False,
    ) -> None:
        require_open(mass, masses)
        self.mass, self.masses, self.matrix_element = mass, tuple(masses), matrix_element
        self._least_q2 = (1e-9 * mass) ** 2  # matrix elements divide by q²; phase space is zero there
        self._parts: Any = None
        self._nodes, self._weights = legendre(16)
        self._many = cells
        if not (later and self._sound()):
            _ = self._tables

    def __getstate__(self) -> dict[str, Any]:
        """With the tables: who sends it to several processes makes them once."""
        return {**self.__dict__, "_tables": self._tables}

    @property
    def pair_mass(self) -> Density:
        """Density of the mass q of the pair (1, 2) [1/GeV]."""
        density: Density = self._tables[0]
        return density

    def _sound(self) -> bool:
        """Whether the density is finite, not negative and not zero everywhere, at a few points."""
        low, high = self.masses[1] + self.masses[2], self.mass - self.masses[0]
        q, cosine = np.linspace(low, high, 33)[1:-1], np.array([-1.0, 0.0, 1.0])
        value = np.repeat(self._flat(q), len(cosine))
        if self.matrix_element is not None:
            value = value * self._squared(np.repeat(q * q, len(cosine)), np.tile(cosine, len(q)))
        return bool(np.all((value >= 0.0) & (value < math.inf)) and value.max() > 0.0)

    @cached_property
    def _tables(self) -> tuple[Density, Any]:
        """Density of the pair's mass, and the bound of |M|² over the cosine in each of its cells."""
        # (the element itself says what is wrong with it, before anything is drawn)
        self._parts = None
        low, high = self.masses[1] + self.masses[2], self.mass - self.masses[0]
        pair_mass = Density(self._of_pair_mass, low, high, cells=self._many)
        self._parts = getattr(self.matrix_element, "parts", None)
        return pair_mass, None if self.matrix_element is None else self._greatest(pair_mass.edges)

    def _greatest(self, edges: Array) -> Array:
        """Bound of |M|² over the cosine in each cell of q: the greatest of a probing grid, and a margin."""
        probes = np.linspace(0.0, 1.0, 9)
        q = edges[:-1, None] + probes * np.diff(edges)[:, None]
        cosine = np.linspace(-1.0, 1.0, 65)
        q2, c = np.repeat(q.ravel() ** 2, len(cosine)), np.tile(cosine, q.size)
        values = self._squared(np.maximum(q2, self._least_q2), c)
        # a zero may come out as a rounding below it, which is never accepted
        wrong = np.flatnonzero(~((values >= -1e-9 * np.nanmax(values)) & (values < math.inf)))
        if len(wrong):
            raise InputError(
                f"the squared matrix element is negative, infinite or NaN at q² = {q2[wrong[0]]:.6g} GeV², "
                f"cosine = {c[wrong[0]]:.6g}; check its arguments, q² in GeV² and the cosine"
            )
        bound: Array = 1.02 * values.reshape(len(edges) - 1, -1).max(axis=1)
        return bound

    def density(self, q2: Array, cosine: Array) -> Array:
        """Normalised density in (q², cosine) [1/GeV²], at points of the physical region."""
        q = np.sqrt(q2)
        value: Array = self._flat(q) / (2.0 * q * self.pair_mass.integral)  # dq = dq²/2q
        return value * (0.5 if self.matrix_element is None else self._squared(q2, cosine))

    def sample(self, rng: np.random.Generator, n: int) -> FourVectors:
        """Four-momenta of particles 0, 1, 2 in the parent's rest frame [GeV]."""
        return three_bodies(*self._place(rng, n))

    def throw(
        self,
        rng: np.random.Generator,
        parent: Sequence[Array],
        places: Sequence[int],
        out: Sequence[Array] | None = None,
    ) -> FourVectors:
        """Daughters' four-momenta in the frame of the parent [GeV]; see `darkpair.gen.three_bodies.thrown`."""
        return thrown(parent, *self._place(rng, len(parent[0])), places=places, out=out)

    def _place(self, rng: np.random.Generator, n: int) -> tuple[Any, ...]:
        """What `three_bodies` asks for."""
        q, cell = self.pair_mass.in_cells(rng, n)
        axis = disc(rng, n)
        return self.mass, self.masses, q, axis, self._cosine(rng, q, cell), uniforms(rng, n)

    def _momenta(self, q: Array) -> tuple[Array, Array]:
        """Momenta of particle 0 in M's and of the pair's members in their frame; 0 at a rounded threshold."""
        with np.errstate(invalid="ignore", divide="ignore"):
            momenta: tuple[Array, Array] = _momenta(self.mass, *self.masses, q)
        return momenta

    def _flat(self, q: Array) -> Array:
        p, k = self._momenta(q)
        out: Array = p * k
        return out

    def _of_pair_mass(self, q: Array) -> Array:
        flat = self._flat(q)
        if self.matrix_element is None:
            return flat
        q2 = np.maximum(q * q, self._least_q2)
        values = self._at_nodes(q2)
        return np.asarray(
            flat * np.einsum("ij,j->i", values.reshape(len(q), len(self._nodes)), self._weights)
        )

    def _squared(self, q2: Array, cosine: Array) -> Array:
        """|M|² at each point; an element that is constant may give one number for all."""
        assert self.matrix_element is not None  # (asked only of those that have one)
        values = np.asarray(self.matrix_element(q2, cosine))
        return values if values.shape else np.full(np.shape(q2), values, dtype=np.float64)

    def _at_nodes(self, q2: Array) -> Array:
        """|M|² at each q² and every node of the cosine."""
        points, nodes = np.repeat(q2, len(self._nodes)), np.tile(self._nodes, len(q2))
        if self._parts is None:
            return self._squared(points, nodes)
        formula, operands = self._parts(q2)
        return np.asarray(formula(points, nodes, *(repeated(x, len(self._nodes)) for x in operands)))

    def _cosine(self, rng: np.random.Generator, q: Array, cell: Any) -> Array:
        cosine = 2.0 * uniforms(rng, len(q)) - 1.0
        if self.matrix_element is None:
            return cosine
        bound, q2 = self._tables[1][cell], q * q
        if self._parts is not None:
            formula, operands = self._parts(q2)
            if (drawn := redrawn(rng, formula, q2, cosine, operands, bound)) is not None:
                return drawn
        open_ = np.arange(len(q))
        while len(open_):
            value = self._squared(q2[open_], cosine[open_])
            check_envelope(value, bound[open_])
            open_ = open_[rng.random(len(open_)) * bound[open_] >= value]
            cosine[open_] = 2.0 * rng.random(len(open_)) - 1.0
        return cosine


def repeated(operand: Real, times: int) -> Real:
    """A column with each number so many times in a row; a number is one of all."""
    return np.repeat(operand, times) if isinstance(operand, np.ndarray) and operand.ndim else operand


#: Momenta at masses of the pair.
_momenta = columnwise(three_momenta)
