"""The value of a model's parameter, by its name or by its owner's and its own."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from darkpair.chains.models.combined import Combined
from darkpair.chains.models.model import Model
from darkpair.chains.models.owned import owned
from darkpair.gen.errors import UnknownNameError

__all__ = ["parameter"]


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
