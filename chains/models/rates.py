"""Rates of a model as rows, for a command line that only prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from darkpair.chains.models import MODELS
from darkpair.chains.models.edge import require_none_lost, require_not_lost
from darkpair.chains.models.inputs import Inputs
from darkpair.chains.models.model import Model
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.kinds import Anything
from darkpair.gen.parameters import parameters

__all__ = ["RateRow", "build_model", "rate_table"]


@dataclass(frozen=True, kw_only=True)
class RateRow:
    """One decay mode of a model at one point.

    Parameters
    ----------
    parent, mode : str
    width : float [GeV]
        Partial width, exactly zero for a closed channel.
    branching_ratio : float or None
        None where the parent does not decay at all.
    ctau : float [mm]
        Of the parent.
    equation : str
        Of arXiv:2005.07102.
    """

    parent: str
    mode: str
    width: float
    branching_ratio: float | None
    ctau: float
    equation: str

    @property
    def closed(self) -> bool:
        """Whether the mode does not occur here: forbidden by energy, or a coupling that is zero."""
        return self.width == 0.0


def build_model(name: str, settings: Mapping[str, Any], preset: str = "pdg", *, where: str = "") -> Model:
    """Model of a name with parameters given as texts or numbers.

    Parameters
    ----------
    name : str
        One of `MODELS`.
    settings : mapping
        Parameters of the model; ``inputs.NAME``, or a table ``inputs``, overrides lines of the table of inputs.
    preset : {"pdg", "paper", "paper-10tev"}
    where : str
        Table of a job, for messages.

    Raises
    ------
    UnknownNameError
        For an unknown model, parameter, preset or input.
    InputError
        For a missing parameter or a value that makes no sense.
    """
    known = parameters(MODELS.factory(name, "chain.model" if where else ""))
    given = dict(settings)
    table = given.pop("inputs") if isinstance(given.get("inputs"), Mapping) else {}
    dotted = {key: given.pop(key) for key in settings if key.startswith("inputs.")}
    overrides = dict(table) | {key.removeprefix("inputs."): value for key, value in dotted.items()}
    for key in [key for key in given if key in known]:
        if isinstance(
            known[key].kind, Anything
        ):  # (nobody said what it is: a number, where it looks like one)
            given[key] = _plain(given[key])
    inputs = Inputs.of(preset, **overrides)
    if "inputs" in known and "inputs" not in given:
        given["inputs"] = inputs
    elif "inputs" in given:
        able = [key for key, parameter in known.items() if parameter.kind.writable]
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


def rate_table(model: Model) -> list[RateRow]:
    """Rows of every mode of a model at one point, by parent.

    Parameters
    ----------
    model : Model
        With scalar parameters.
    """
    rows = []
    keys = [*model.modes(), ("X2", "invisible")]
    for parent, mode in sorted(keys, key=lambda key: key[0] == "X2"):
        width, total = model.partial_width(parent, mode), model.width(parent)
        if np.ndim(width):
            raise InputError(
                f"the rates of {parent} -> {mode} are an array of shape {np.shape(width)}; give one point"
            )
        if mode != "invisible":
            require_not_lost(model, parent, mode)
        rows.append(
            RateRow(
                parent=parent,
                mode=mode,
                width=float(width),
                branching_ratio=float(width / total) if total > 0.0 else None,
                ctau=float(model.ctau(parent)),
                equation=model.equation(parent, mode),
            )
        )
    return rows
