"""Samplers of three-body decays that are made once for the same values: chains of a model repeat the same decays."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from darkpair.gen.data_files import changes_in_force
from darkpair.gen.phase_space import MatrixElement, ThreeBody

__all__ = ["three_body_sampler"]

#: Their tables take their time.
_kept: Final[Callable[..., ThreeBody]] = lru_cache(maxsize=64)(ThreeBody)


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
    ours = type(element).__module__.startswith("darkpair.") and not changes_in_force()
    try:
        return _kept(mass, masses, element) if ours else ThreeBody(mass, masses, element)
    except TypeError:  # (one that holds a function of somebody's without a hash)
        return ThreeBody(mass, masses, element)
