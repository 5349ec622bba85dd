"""Whose a parameter of combined models is: "impostor.a_211" is the impostor's, a plain name that of the one model that has it."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final

from darkpair.chains.models import MODELS
from darkpair.gen.errors import InputError

if TYPE_CHECKING:
    from darkpair.chains.models.combined import Combined
    from darkpair.chains.models.model import Model

__all__ = ["owned"]

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
