"""A model by its name at one point, from texts or numbers, and its rates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from darkpair.chains.models import MODELS
from darkpair.chains.models.combined import Combined, combine
from darkpair.chains.models.edge import require_none_lost
from darkpair.chains.models.inputs import Inputs
from darkpair.chains.models.model import Model
from darkpair.chains.models.owned import owned
from darkpair.chains.models.rate_rows import RateRow, rate_table
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.kinds import Anything
from darkpair.gen.parameters import parameters

__all__ = ["RateRow", "build_model", "rate_table", "unit_of"]


def build_model(name: str, settings: Mapping[str, Any], preset: str = "pdg", *, where: str = "") -> Model:
    """Model of a name with parameters given as texts or numbers.

    Parameters
    ----------
    name : str
        Name of the model, one of `MODELS`; or several with plus signs between them, "zprime-dirac+dipole", which are combined
        (`darkpair.chains.models.combine`): each parameter goes to the model that has it, masses to all.  One that several have is
        given with its owner, "impostor.a_211", or in a table of the owner's name.
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
    if "+" in name:
        return _combined(name, settings, preset, where)
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


#: Parameters of a combination that each of its models has; those of the combination itself.
_SHARED: Final = ("m1", "m2", "inputs")
_WHOLE: Final = ("invisible_width", "invisible_branching_ratio")


def _combined(name: str, settings: Mapping[str, Any], preset: str, where: str) -> Combined:
    """Combination of the models of a name with plus signs."""
    names = [part.strip() for part in name.split("+")]
    if not all(names):
        raise InputError(f"{name!r} has a plus sign with no model beside it; write one on both sides")
    declared = {part: parameters(MODELS.factory(part, "chain.model" if where else "")) for part in names}
    able = list(dict.fromkeys(key for of_part in declared.values() for key in of_part))
    before = f"{where}." if where else ""
    given: dict[str, dict[str, Any]] = {part: {} for part in names}
    whole: dict[str, Any] = {}
    for key, value in settings.items():
        owners = [part for part in names if key in declared[part]]
        owner, _, own = key.partition(".")
        if own and owner in declared:
            _require_once(own, owner, given, settings)
            given[owner][own] = value
        elif key in declared and isinstance(value, Mapping):
            given[key] |= value
        elif key in _WHOLE:
            whole[key] = value
        elif key in _SHARED or key.startswith("inputs."):
            for part in names:
                given[part][key] = value
        elif len(set(owners)) > 1:
            both = " or ".join(f"{part}.{key}" for part in owners)
            raise InputError(
                f"{before}{key} is a parameter of {' and of '.join(owners)}; say whose it is: {both}"
            )
        elif owners:
            given[owners[0]][key] = value
        else:
            raise UnknownNameError(f"key of [{where}]" if where else f"parameter of {name}", key, able)
    made = [build_model(part, given[part], preset, where=where) for part in names]
    read = parameters(combine)
    return combine(*made, **{key: read[key].kind.read(value, key, {}) for key, value in whole.items()})


def _require_once(
    key: str, owner: str, given: Mapping[str, Mapping[str, Any]], settings: Mapping[str, Any]
) -> None:
    """Refuse a parameter that is given with its owner and without."""
    if key in settings or key in given[owner]:
        raise InputError(
            f"{owner}.{key} = {settings[f'{owner}.{key}']} beside {key}; it is given twice: leave one out"
        )


def unit_of(model: Model, name: str) -> str:
    """Unit of a model's parameter, of a combination that of the first of its models that has it; empty for a pure number.

    Parameters
    ----------
    model : Model
        The model.
    name : str
        Name of the parameter.
    """
    if isinstance(model, Combined) and "." in name and (at := owned(model, name)):
        return unit_of(*at)
    owners = [*model.parts, model] if isinstance(model, Combined) else [model]
    takes = [parameters(type(owner)) for owner in owners]
    return next((table[name].kind.unit for table in takes if name in table), "")


def _plain(value: Any) -> Any:
    """Number of a text that is one; the rest as it is."""
    try:
        number = complex("".join(value.split())) if isinstance(value, str) else value
    except ValueError:
        return value
    return number.real if isinstance(number, complex) and not number.imag else number
