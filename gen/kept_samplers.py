"""Samplers of decays that are made once for the same values: chains of a model repeat the same decays."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from functools import lru_cache
from typing import Any, Final, TypeVar

from darkpair.gen.data_files import changes_in_force
from darkpair.gen.phase_space import MatrixElement, ThreeBody

__all__ = ["made_once", "three_body_sampler"]

_Made = TypeVar("_Made")
#: What `made_once` keeps, the oldest first, and how many.
_made: Final[dict[Hashable, Any]] = {}
_MOST: Final = 256


def three_body_sampler(mass: float, masses: tuple[float, ...], element: MatrixElement | None) -> ThreeBody:
    """The sampler of a decay; of the package's own elements, which do not change, one for the same values.

    Parameters
    ----------
    mass : float [GeV]
        Of the parent.
    masses : tuple of float [GeV]
        Of the daughters, in the element's order.
    element : MatrixElement, optional
        Squared matrix element.

    Raises
    ------
    ClosedChannelError, InputError
        As `darkpair.gen.phase_space.ThreeBody`.
    """
    if element is None:
        return ThreeBody(mass, masses, later=True)
    ours = _ours([element])
    try:
        return _kept(mass, masses, element) if ours else ThreeBody(mass, masses, element)
    except TypeError:  # (one that holds a function of somebody's without a hash)
        return ThreeBody(mass, masses, element)


def made_once(make: Callable[[], _Made], key: Hashable, elements: Iterable[MatrixElement]) -> _Made:
    """What a function makes; of the package's own elements alone, what it made before for an equal key.

    Parameters
    ----------
    make : callable
        Makes it; nobody changes it then.
    key : hashable
        All values that it depends on, the elements too.
    elements : iterable of MatrixElement
        Squared matrix elements in the key.
    """
    if not _ours(elements):
        return make()
    try:
        there = key in _made
    except TypeError:  # (an element that holds a function of somebody's without a hash)
        return make()
    if not there:
        while len(_made) >= _MOST:
            del _made[next(iter(_made))]
        _made[key] = make()
    made: _Made = _made[key]
    return made


def _ours(elements: Iterable[MatrixElement]) -> bool:
    """Whether all are the package's own, and its data files as they are shipped."""
    return not changes_in_force() and all(type(e).__module__.startswith("darkpair.") for e in elements)


def _sampler(mass: float, masses: tuple[float, ...], element: MatrixElement) -> ThreeBody:
    """Of an element of ours; tables of a sum of squares wait: most chains of a model only ask which sample is theirs."""
    return ThreeBody(mass, masses, element, later=getattr(element, "never_negative", False))


#: Their tables take their time.
_kept: Final[Callable[..., ThreeBody]] = lru_cache(maxsize=64)(_sampler)
