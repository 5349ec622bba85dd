"""Whose a parameter of combined models is: "impostor.a_211" is the impostor's, a plain name that of the one model that has it."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.chains.models import MODELS
from darkpair.chains.models.combined import Combined
from darkpair.gen.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.gen.kinematics import Real

__all__ = ["owned", "parameter", "with_parameter"]

#: Parameters that all parts of a combination share.
_SHARED: Final = ("m1", "m2", "inputs")


def owned(model: Combined, name: str) -> tuple[Model, str] | None:
    """Part of a combination that a parameter belongs to, and the parameter's own name; None where no part has it.

    Parameters
    ----------
    model : Combined
        The combination.
    name : str
        Name of the parameter, perhaps after that of its model and a dot.

    Raises
    ------
    InputError
        For a name that several parts have, without a model's name before it.
    """
    before, dot, own = name.rpartition(".")
    if dot:
        parts = [part for part in model.parts if _is_of(part, before)]
        return next(((part, own) for part in parts if own in _names(part)), None)
    parts = [part for part in model.parts if name in _names(part)]
    if len(parts) > 1 and name not in _SHARED and not name.startswith("invisible_"):
        both = [word for part in parts for word in MODELS.ours if _is_of(part, word)]
        whose = " or ".join(f"{word}.{name}" for word in both)
        raise InputError(f"{name} is a parameter of {' and of '.join(both)}; say whose it is: {whose}")
    return (parts[0], name) if parts else None


def _names(part: Model) -> list[str]:
    return [entry.name for entry in fields(part)]


def _is_of(part: Model, name: str) -> bool:
    """Whether a part is of the model of a name."""
    return name in MODELS and MODELS.factory(name) is type(part)


def with_parameter(model: Combined, name: str, value: Real) -> Combined:
    """A combination with another value of a parameter.

    Parameters
    ----------
    model : Combined
        The combination.
    name : str
        Of the parameter, as of `owned`.
    value : float or ndarray
        Its value.

    Raises
    ------
    UnknownNameError, InputError
        As `parameter`.
    """
    if name.startswith("invisible_"):  # (of the combination: its parts have none)
        return model.with_parameter(name, value)
    parameter(model, name)
    at = owned(model, name)
    if at is None:
        return model.with_parameter(name, value)
    parts = tuple(replace(part, **{at[1]: value}) if part is at[0] else part for part in model.parts)
    return replace(model, parts=parts)


def parameter(model: Model, name: str) -> Any:
    """Value of a parameter with a number; of a combination that of the model that has it.

    Parameters
    ----------
    model : Model
        The model.
    name : str
        Name of the parameter; "impostor.a_211" of a combination in which several models have an ``a_211``.

    Raises
    ------
    UnknownNameError
        For another name.
    InputError
        For a name that several models of a combination have, without its owner.
    """
    owner: Model = model
    own = name
    if isinstance(model, Combined) and not name.startswith("invisible_"):
        owner, own = owned(model, name) or (model, name)
    numbers = _numbers(owner)
    if own not in numbers:
        every = list(numbers)
        if isinstance(model, Combined):
            every = list(dict.fromkeys([key for part in model.parts for key in _numbers(part)] + every))
        raise UnknownNameError(f"parameter of {type(model).__name__} with a number", name, every)
    return numbers[own]


def _numbers(model: Model) -> dict[str, Any]:
    values = {entry.name: getattr(model, entry.name) for entry in fields(model)}
    return {
        key: value for key, value in values.items() if isinstance(value, int | float | complex | np.ndarray)
    }
