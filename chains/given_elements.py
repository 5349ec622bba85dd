"""Squared matrix elements that a user gives to decays of a chain, by name or as a function; checked where they come in.

The decay is spelled with its daughters in the element's order: of ``"K_L0 -> S gamma gamma"`` the S is particle 0 and the
photons are 1 and 2, wherever they stand in the chain.  The element is called with q² = (p1 + p2)² [GeV²] and the cosine
between particles 2 and 0 in the rest frame of the pair (1, 2), arrays of one length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final, TypeAlias

import numpy as np

from darkpair.chains.elements_by_name import MATRIX_ELEMENTS
from darkpair.chains.spelling import parse
from darkpair.gen.digits import apart
from darkpair.gen.errors import DarkpairError, InputError
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.parameters import arguments
from darkpair.gen.particles import DARK_IDS, particle
from darkpair.gen.phase_space import MatrixElement
from darkpair.gen.recipe import summary_of

__all__ = ["Given", "GivenElement", "canonical", "decay_of", "element_of", "ordered"]

#: What a decay may be given: a function, a registered name, or a table of a name and its parameters.
Given: TypeAlias = "MatrixElement | str | Mapping[str, Any]"

#: Daughters that a matrix element has.
_BODIES: Final = 3

#: Part of the greatest value by which a zero may come out below zero, and a greatest one above what was stated.
_ROUNDING: Final = 1e-9


@dataclass(frozen=True)
class GivenElement:
    """A matrix element whose values are looked at: real, finite, not negative, one for each point.

    Parameters
    ----------
    function : MatrixElement
        The squared matrix element of q² [GeV²] and the cosine; one that has ``maximum`` never exceeds it.
    decay : str
        Spelling of the decay that it was given to, for messages.
    make : callable, optional
        Maker of the same element for a parent of another mass [GeV].
    said : str
        What the element is, where the function's own summary is not enough.
    """

    function: MatrixElement
    decay: str
    make: Callable[[float], MatrixElement] | None = None
    said: str = ""
    #: Greatest value that was seen; it decides about no event.
    greatest: float = field(default=0.0, init=False, repr=False, compare=False)

    def sample_identity(self) -> MatrixElement:
        """The element alone."""
        return self.function

    @property
    def summary(self) -> str:
        """What it is and where it comes from, in a line."""
        return self.said + summary_of(self.function)

    def __call__(self, q2: Array, cosine: Array) -> Array:
        """|M|² at q² [GeV²] and the cosine, (n,).

        Raises
        ------
        InputError
            For values that no squared matrix element has, and for whatever the function raises.
        """
        try:
            values = np.asarray(self.function(q2, cosine))
        except DarkpairError:
            raise
        except Exception as error:
            raise InputError(
                f"matrix_elements.{self.decay}: {type(error).__name__}: {_line(error)}; allowed: a function of q2 [GeV²] and the cosine, "
                "arrays of one length, that gives |M|² for each"
            ) from error
        shape = np.broadcast_shapes(np.shape(q2), np.shape(cosine))
        if values.dtype.kind not in "fiu" or values.shape not in ((), shape):
            raise InputError(
                f"matrix_elements.{self.decay}: {values.dtype} values of the shape {values.shape} for points of the shape {shape}; "
                "allowed: |M|², a real number for each"
            )
        values = np.broadcast_to(values.astype(np.float64, copy=False), shape)
        # a zero may come out as a rounding below it: of the greatest value that was seen, batches may be of one point
        greatest = max(self.greatest, float(np.max(values, initial=0.0)))
        object.__setattr__(self, "greatest", greatest)
        least = -_ROUNDING * greatest
        self._require(q2, cosine, values, (values >= least) & (values < np.inf), "finite, 0 or more")
        most = getattr(self.function, "maximum", None)
        if most is not None:
            bound = float(most) * (1.0 + _ROUNDING)
            self._require(q2, cosine, values, values <= bound, "at most its own maximum", float(most))
        return values

    def _require(
        self, q2: Array, cosine: Array, values: Array, right: Any, allowed: str, most: float | None = None
    ) -> None:
        if not np.all(right):
            i = int(np.flatnonzero(~np.ravel(right))[0])
            at, angle, value = (np.ravel(np.broadcast_to(a, values.shape))[i] for a in (q2, cosine, values))
            has, *end = apart(value) if most is None else apart(value, most)
            raise InputError(
                f"matrix_elements.{self.decay}: |M|² = {has} at q² = {at:.6g} GeV², cosine = {angle:.6g}; allowed: {' '.join([allowed, *end])}"
            )

    @property
    def parts(self) -> Callable[[Array], Any]:
        """The function's own, if it has any and no `maximum`: what a loop accepts is 0 to a bound, all that is asked of it here."""
        if getattr(self.function, "maximum", None) is not None:
            raise AttributeError("parts")
        own: Callable[[Array], Any] = self.function.parts  # type: ignore[attr-defined]
        return own

    @property
    def at_mass(self) -> Callable[[float], GivenElement]:
        """The same decay of a parent of another mass [GeV]; there is none where the element knows no other."""
        make = getattr(self.function, "at_mass", self.make)
        if make is None:
            raise AttributeError("at_mass")
        return lambda mass: replace(self, function=make(mass))

    @property
    def at_masses(self) -> Callable[[Real, Sequence[Real]], GivenElement]:
        """The same of other daughters too; there is none where the element has none."""
        make = self.function.at_masses  # type: ignore[attr-defined]
        return lambda mass, masses: replace(self, function=make(mass, masses))


@dataclass(frozen=True)
class _Named:
    """Maker of a registered element: what survives pickling is its name and its parameters."""

    name: str
    masses: tuple[float, ...]
    parameters: tuple[tuple[str, Any], ...]

    def __call__(self, mass: float) -> MatrixElement:
        factory = MATRIX_ELEMENTS.factory(self.name)
        try:
            made = factory(mass=mass, masses=self.masses, **dict(self.parameters))
        except DarkpairError:
            raise
        except Exception as error:
            raise InputError(
                f"the matrix element {self.name!r} cannot be made: {type(error).__name__}: {_line(error)}; allowed: what is registered "
                "takes mass and masses [GeV], and its own parameters"
            ) from error
        if not callable(made):
            raise InputError(
                f"the matrix element {self.name!r} gives a {type(made).__name__}; allowed: a function of q2 and the cosine"
            )
        element: MatrixElement = made
        return element


def element_of(given: Given, decay: str, mass: float, masses: Sequence[float]) -> GivenElement:
    """Element that was given to a decay.

    Parameters
    ----------
    given : callable, str or mapping
        The element, its name, or a mapping of ``name`` and the parameters of the element of that name.
    decay : str
        Spelling of the decay, its daughters in the element's order.
    mass : float [GeV]
        Mass of the parent.
    masses : three floats [GeV]
        Masses of the daughters in the element's order.

    Raises
    ------
    UnknownNameError
        For a name or a parameter that is not there.
    InputError
        For a parameter that the element refuses, and for what is no element.
    """
    if not isinstance(given, str | Mapping):
        if not callable(given):
            raise InputError(
                f"matrix_elements.{decay}: a {type(given).__name__}; allowed: a function of q2 and the cosine, or a name"
            )
        return GivenElement(given, decay)
    table = {"name": given} if isinstance(given, str) else dict(given)
    name = table.pop("name", None)
    where = f"chain.matrix_elements.{decay}"
    if not isinstance(name, str):
        raise InputError(f'{where} needs name = "..."; known: {", ".join(MATRIX_ELEMENTS.names())}')
    for key in ("mass", "masses"):
        if key in table:
            raise InputError(f"{where}.{key} = {table[key]!r}: masses are the chain's; leave it out")
    factory = partial(
        MATRIX_ELEMENTS.factory(name, f"matrix_elements.{decay}.name"), mass=mass, masses=tuple(masses)
    )
    own = tuple(arguments(factory, table, where=where).items())
    make = _Named(name, tuple(masses), own)
    said = ", ".join(f"{key} = {value}" for key, value in own)
    return GivenElement(make(mass), decay, make, f"{name}{f' ({said})' if said else ''}: ")


def decay_of(text: str) -> tuple[str, tuple[str, ...]]:
    """Parent and daughters of a spelled decay, as chains call them.

    Raises
    ------
    InputError
        For a text that is not one decay to three particles.
    """
    tree = parse(text)
    if len(tree.modes) != 1 or not all(isinstance(name, str) for name in tree.modes[0][1]):
        raise InputError(f"matrix_elements: {text!r}; allowed: one decay, as in 'K_L0 -> S gamma gamma'")
    daughters = tuple(canonical(str(name)) for name in tree.modes[0][1])
    if len(daughters) != _BODIES:
        raise InputError(f"matrix_elements: {text!r}, to {len(daughters)} daughters; allowed: three")
    return canonical(tree.name), daughters


def ordered(wanted: Iterable[str], names: Sequence[str]) -> tuple[int, ...]:
    """Place among the chain's daughters of each daughter of an element; of equal ones the first that is left."""
    left = list(range(len(names)))
    order = []
    for name in wanted:
        order.append(next(i for i in left if names[i] == name))
        left.remove(order[-1])
    return tuple(order)


def _line(error: Exception) -> str:
    """What an error of somebody else says, in one line."""
    return " ".join(str(error).split())


def canonical(name: str) -> str:
    """Name that chains give a particle, of any that it has."""
    return particle(name, mass=0.0).name if name in DARK_IDS else particle(name).name
