"""A model by its name at one point, from texts or numbers, and its rates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from darkpair.chains.models import MODELS
from darkpair.chains.models.edge import require_none_lost
from darkpair.chains.models.inputs import Inputs
from darkpair.chains.models.model import Model
from darkpair.chains.models.rate_rows import RateRow, rate_table
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.kinds import Anything
from darkpair.gen.parameters import parameters

__all__ = ["RateRow", "build_model", "rate_table"]


def build_model(name: str, settings: Mapping[str, Any], preset: str = "pdg", *, where: str = "") -> Model:
    """Model of a name with parameters given as texts or numbers.

    Parameters
    ----------
    name : str
        Name of the model, one of `MODELS`.
    settings : mapping
        Parameters of the model; ``inputs.NAME``, or a table ``inputs``, overrides lines of the table of inputs.
    preset : {"pdg", "paper", "paper-10tev"}
        Column of the table of inputs.
    where : str
        Name of the job's table that gives the settings, for messages.

    Raises
    ------
    UnknownNameError
        For an unknown model, parameter, preset or input.
    InputError
        For a missing parameter or a value that makes no sense.
    """
    declared = parameters(MODELS.factory(name, "chain.model" if where else ""))
    given = dict(settings)
    table = given.pop("inputs") if isinstance(given.get("inputs"), Mapping) else {}
    dotted = {key: given.pop(key) for key in settings if key.startswith("inputs.")}
    overrides = dict(table) | {key.removeprefix("inputs."): value for key, value in dotted.items()}
    for key in [key for key in given if key in declared]:
        if isinstance(
            declared[key].kind, Anything
        ):  # (nobody said what it is: a number, where it looks like one)
            given[key] = _plain(given[key])
    inputs = Inputs.of(preset, **overrides)
    if "inputs" in declared and "inputs" not in given:
        given["inputs"] = inputs
    elif "inputs" in given:
        able = [key for key, parameter in declared.items() if parameter.kind.writable]
        raise UnknownNameError(f"parameter of {name}", "inputs", able)
    point: Model = MODELS.make(name, given, where=where)
    if not isinstance(point, Model):
        raise InputError(f"the model {name!r} makes a {type(point).__name__}; a plug-in has to make a Model")
    require_none_lost(point)
    return point


def _plain(value: Any) -> Any:
    """Number of a text that is one; the rest as it is."""
    try:
        number = complex("".join(value.split())) if isinstance(value, str) else value
    except ValueError:
        return value
    return number.real if isinstance(number, complex) and not number.imag else number
