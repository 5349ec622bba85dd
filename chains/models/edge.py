"""Widths at the edge of the computer's arithmetic: refused where a product of couplings has left it, never zero or infinite."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.gen.errors import InputError
from darkpair.gen.ranges import WIDTHS

if TYPE_CHECKING:
    from darkpair.chains.models.portal import Portal
    from darkpair.gen.kinematics import Array

__all__ = ["carried", "require_none_lost", "require_not_lost"]

_SMALL: Final = 1e-8  # couplings below it may make a width of zero that is none


def carried(model: Portal, parent: str, mode: str) -> Array:
    """Partial width of a mode [GeV], finite.

    Raises
    ------
    InputError
        Where the arithmetic does not carry it.
    """
    try:
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            width = np.asarray(model.mode(parent, mode).width(model))
    except (FloatingPointError, OverflowError, ZeroDivisionError) as error:
        raise InputError(_beyond(model, parent, mode, f"no number ({error})")) from error
    if not np.isfinite(width).all():
        raise InputError(_beyond(model, parent, mode, f"a width of {width} GeV"))
    return width


def require_not_lost(model: Portal, parent: str, mode: str) -> None:
    """Refuse a width that is so small that digits of it, or all of it, are lost.

    Parameters
    ----------
    model : Model
        Portal at one point: masses and couplings are numbers.
    parent, mode : str
        Parent and mode, as in ``model.modes()``.

    Raises
    ------
    InputError
        For a width that is not within `darkpair.gen.ranges.WIDTHS`; for a zero that comes from small couplings alone:
        with those of order one and the same masses the mode is open.
    """
    lost = _lost(model, parent, mode, float(model.partial_width(parent, mode)))
    if lost:
        raise InputError(_beyond(model, parent, mode, lost))


def require_none_lost(model: Portal) -> None:
    """Refuse a point of small couplings at which a width is lost, whoever asks for it later.

    A mode that has no width here for another reason says so when it is asked for.

    Raises
    ------
    InputError
        As `require_not_lost`.
    """
    for parent, mode in model.modes() if _small(model) else ():
        try:
            width = model.partial_width(parent, mode)
        except InputError:
            continue
        if not width.ndim and (lost := _lost(model, parent, mode, float(width))):
            raise InputError(_beyond(model, parent, mode, lost))


def _lost(model: Portal, parent: str, mode: str, width: float) -> str:
    """What has become of a width that the arithmetic does not carry; empty where it does."""
    least, most = WIDTHS
    if width:
        return "" if least <= width <= most else f"a width of {width:g} GeV"
    return "a width that is not 0 and comes out as 0" if _vanishes(model, parent, mode) else ""


def _beyond(model: Portal, parent: str, mode: str, what: str) -> str:
    least, most = WIDTHS
    given = ", ".join(f"{name} = {value:g}" for name, value in _numbers(model).items() if not np.ndim(value))
    return (
        f"{parent} -> {mode} gives {what}, which the computer's arithmetic does not carry ({given}); allowed: couplings and "
        f"masses with widths of 0 or {least:g} to {most:g} GeV"
    )


def _numbers(model: Portal) -> dict[str, Any]:
    """Parameters of a model that are numbers and not 0."""
    values = {entry.name: getattr(model, entry.name) for entry in fields(model)}
    return {
        name: value
        for name, value in values.items()
        if isinstance(value, int | float | complex | np.ndarray)
        and not isinstance(value, bool)
        and np.any(value)
    }


def _small(model: Portal) -> dict[str, Any]:
    """Couplings that may make a width of zero that is none; masses cannot."""
    return {
        name: value
        for name, value in _numbers(model).items()
        if name not in ("m1", "m2")
        and (name == "m_eff" or not name.startswith("m_"))  # (a coupling of mass dimension 1)
        and np.ndim(value) == 0
        and abs(value) < _SMALL
    }


def _vanishes(model: Portal, parent: str, mode: str) -> bool:
    """Whether small couplings have made a zero of a width that is none."""
    small = _small(model)
    if not small:
        return False
    # different sizes, so that nothing cancels that does not cancel by itself
    ordinary = {name: value / abs(value) * (1.0 + 0.1 * i) for i, (name, value) in enumerate(small.items())}
    try:
        with np.errstate(all="ignore"):
            return bool(replace(model, **ordinary).partial_width(parent, mode) > 0.0)
    except InputError:
        return True
