"""A model along one of its parameters: the parameter's value, and the model where it is multiplied."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.chains.models.combined import Combined
from darkpair.gen.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.gen.kinematics import Real

__all__ = ["FACTORS", "moved", "parameter"]

#: Factors by which a parameter is moved to find what is excluded.
FACTORS: Final = np.geomspace(1e-4, 1e4, 801)


def parameter(model: Model, name: str) -> Any:
    """Value of a parameter with a number, of a combination that of the first of its models that has it.

    Parameters
    ----------
    model : Model
        The model.
    name : str
        Name of the parameter.

    Raises
    ------
    UnknownNameError
        For another name.
    """
    owners = [*model.parts, model] if isinstance(model, Combined) else [model]
    numbers = {
        entry.name: getattr(owner, entry.name)
        for owner in reversed(owners)
        for entry in fields(owner)
        if isinstance(getattr(owner, entry.name), int | float | complex | np.ndarray)
    }
    if isinstance(model, Combined):  # (its parts have none of their own)
        numbers |= {key: getattr(model, key) for key in numbers if key.startswith("invisible_")}
    if name not in numbers:
        raise UnknownNameError(f"parameter of {type(model).__name__} with a number", name, list(numbers))
    return numbers[name]


def moved(model: Model, along: str, factors: Real = FACTORS) -> Model:
    """The model with a parameter times each factor."""
    value = parameter(model, along)
    if not (np.isreal(value) and np.real(value) > 0.0):
        raise InputError(f"{along} = {value}; allowed: a number above 0, from which the search starts")
    new = np.real(value) * factors
    if isinstance(model, Combined):
        return model.with_parameter(along, new)
    other: Any = replace(model, **{along: new})
    return other  # type: ignore[no-any-return]
