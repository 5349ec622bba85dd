"""The numbers that the arithmetic carries: masses, momenta, lengths and couplings that are refused beyond.

float64 holds 1e-308 to 1e308.  The momentum of a two-body decay multiplies four masses, and squares of masses and
momenta are multiplied in pairs: between 1e-20 and 1e20 GeV such a product stays between 1e-80 and 1e80, with room for
as many couplings.  A flight p/m times c tau is then at most 1e40 times 1e50 mm, and its square fits as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Real

__all__ = [
    "ENERGIES",
    "INPUTS",
    "LENGTHS",
    "NUMBERS",
    "PLACES",
    "WIDTHS",
    "require_one_shape",
    "require_within",
]

#: Masses of what decays, energies and momenta [GeV]; the mass of what is stable is never divided by, and may be smaller.
ENERGIES: Final = (1e-20, 1e20)
#: Proper decay lengths [mm].
LENGTHS: Final = (1e-50, 1e50)
#: Coordinates and sizes [mm].
PLACES: Final = (1e-30, 1e30)
#: Widths [GeV]: no shorter c tau than 1e-50 mm, no longer one than 1e50 mm, and sums of such.
WIDTHS: Final = (1e-100, 1e50)
#: Couplings, in whatever power of GeV; a small one is refused where its width is lost, not before.
NUMBERS: Final = (0.0, 1e30)
#: Measured numbers that somebody overrides.
INPUTS: Final = (1e-30, 1e30)


def require_within(value: Real, limits: tuple[float, float], what: str, unit: str = "") -> None:
    """Refuse numbers that are neither 0 nor of a size between the limits, their sign or phase apart.

    Parameters
    ----------
    value : float, complex or ndarray
        The numbers.
    limits : (float, float)
        Least and greatest size.
    what, unit : str
        What the numbers are, and their unit, for the message.

    Raises
    ------
    InputError
        With the number and the limits.
    """
    least, most = limits
    if isinstance(value, float) and (value == 0.0 or least <= abs(value) <= most):
        return  # (nearly always, and arrays take their time)
    values = np.ravel(value)
    size = np.abs(values)
    wrong = np.flatnonzero((size != 0.0) & ~((size >= least) & (size <= most)))  # NaN as well
    if len(wrong):
        unit = f" {unit}" if unit else ""
        value = values[wrong[0]]
        sized, low, high = apart(size[wrong[0]], least, most)
        signed = {size[wrong[0]]: sized, -size[wrong[0]]: f"-{sized}"}
        given = signed.get(value, f"{value:g}")  # (of a phase both parts)
        span = f"sizes from {low} to {high}{unit}" if least else f"sizes up to {high}{unit}"
        raise InputError(
            f"{what} = {given}{unit}; allowed: {span}, beyond which products of such numbers leave the "
            "computer's arithmetic"
        )


def require_one_shape(values: Mapping[str, Any]) -> None:
    """Refuse arrays that belong to different points: those of a model broadcast.

    Parameters
    ----------
    values : mapping of str to float or ndarray
        Numbers and arrays by name.

    Raises
    ------
    InputError
        With the shapes.
    """
    shapes = {name: value.shape for name, value in values.items() if isinstance(value, np.ndarray)}
    if len(shapes) > 1:
        try:
            np.broadcast_shapes(*shapes.values())
        except ValueError:
            said = ", ".join(f"{name} of shape {shape}" for name, shape in shapes.items())
            raise InputError(
                f"{said} belong to different points; allowed: arrays of one shape, or such that broadcast, and numbers"
            ) from None
