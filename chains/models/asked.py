"""What Python's users ask limits about: models, names and objects of the right kind, each refused in one line where it is not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any, TypeVar

import numpy as np

from darkpair.chains.models.model import Model
from darkpair.gen.errors import InputError, shown

__all__ = ["require_kind", "require_models", "require_names", "require_point"]

M = TypeVar("M", bound=Model)


def require_models(models: Any, kind: type[M], word: str) -> list[M]:
    """The models as a list, of one point each.

    Parameters
    ----------
    models : iterable of Model
        What was given.
    kind : type
        Class that they have to be of.
    word : str
        What they are called.

    Raises
    ------
    InputError
        For one model alone, what is none, and one of several points.
    """
    if isinstance(models, Model) or not isinstance(models, Iterable) or isinstance(models, str):
        raise InputError(f"{word} = {shown(models)}; allowed: a list of them, as [{word.removesuffix('s')}]")
    listed = list(models)
    for model in listed:
        if not isinstance(model, kind):
            raise InputError(f"{word} has {shown(model)}; allowed: objects of {kind.__name__}")
        require_point(model)
    return listed


def require_point(model: Model) -> None:
    """Refuse a model of several points, of which no row can say anything."""
    for part in (model, *getattr(model, "parts", ())):
        for entry in fields(part):
            value = getattr(part, entry.name)
            if isinstance(value, np.ndarray) and value.ndim:
                raise InputError(
                    f"{entry.name} is an array of shape {value.shape}; allowed: one point a model"
                )


def require_names(names: Any, key: str) -> Sequence[Any]:
    """The names as they are; a text in place of several is taken for what it is, one name.

    Parameters
    ----------
    names : sequence of str
        What was given.
    key : str
        The argument.

    Raises
    ------
    InputError
        For what is neither.
    """
    if isinstance(names, str):
        return (names,)
    try:
        listed = tuple(names)
    except TypeError:
        listed = (None,)
    for name in listed:
        if not isinstance(name, str):
            raise InputError(f"{key} = {shown(names)}; allowed: names of searches, as {key}=['nucal']")
    return listed


def require_kind(value: Any, kind: type, key: str, allowed: str) -> None:
    """Refuse an object of another class; None is none that was given.

    Parameters
    ----------
    value : object
        What was given.
    kind : type
        Class that it has to be of.
    key, allowed : str
        The argument, and what it may be, for the message.

    Raises
    ------
    InputError
    """
    if value is not None and not isinstance(value, kind):
        raise InputError(f"{key} = {shown(value)}; allowed: {allowed}")
