"""Rates of a model as rows, for a command line that only prints."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np

from darkpair.chains.models import MODELS
from darkpair.chains.models.edge import require_none_lost, require_not_lost
from darkpair.chains.models.inputs import Inputs
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.units import ENERGY, quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from darkpair.chains.models.model import Model

__all__ = ["RateRow", "build_model", "rate_table", "unit_of"]

#: Parameters in GeV, which may come with a unit ("430 MeV").
_ENERGIES: Final = frozenset(
    {
        "A_3",
        "B",
        "B_22",
        "a_211",
        "invisible_width",
        "m1",
        "m2",
        "m_A",
        "m_Psi",
        "m_S3",
        "m_UV",
        "m_Zprime",
        "m_eff",
    }
)
#: Units of others, where they have one.
_UNITS: Final = {"G_X": "GeV^-2, or '1 GF'", "mu": "GeV^-1, or '1e-2 /TeV'", "d": "GeV^-1, or '1e-2 /TeV'"}
#: Parameters with a phase.
_COMPLEX: Final = frozenset({"c_V", "c_A", "mu", "d"})
#: Parameters that are words.
_WORDS: Final = frozenset({"b_to_k", "convention", "flavour"})
#: Parameters that a user may not set from a text.
_HIDDEN: Final = frozenset({"inputs", "_widths"})


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


def _value(name: str, text: str | float, inputs: Inputs) -> object:
    """Value of a parameter from a text."""
    if name in _WORDS:
        return str(text)
    if name == "majorana":
        if str(text).lower() not in {"true", "false"}:
            raise InputError(f"majorana = {text!r}; allowed: true or false")
        return str(text).lower() == "true"
    if name in _ENERGIES:
        return quantity(text, "energy", what=name)
    plain, scale = "".join(str(text).split()), 1.0
    if name == "G_X" and plain.endswith(("GF", "G_F")):
        scale, plain = inputs["G_F"], plain.removesuffix("GF").removesuffix("G_F")
    if name in {"mu", "d"} and plain.partition("/")[2] in ENERGY:
        plain, _, unit = plain.partition("/")
        scale = 1.0 / ENERGY[unit]
    try:
        number = complex(plain)
    except ValueError:
        raise InputError(
            f"{name} = {text!r} is not a number; allowed: 0.5, 1e-5, G_X = '1.2 GF', mu = '1e-2 /TeV', masses with a unit"
        ) from None
    if number.imag and name not in _COMPLEX:
        raise InputError(
            f"{name} = {text!r}; allowed: a real number; {', '.join(sorted(_COMPLEX))} alone have phases"
        )
    return scale * (number if number.imag else number.real)


def unit_of(parameter: str) -> str:
    """Unit in which a model keeps a parameter; "1" for one without, and for couplings, whose units differ."""
    return "GeV" if parameter in _ENERGIES else "1"


def _spoken(name: str) -> str:
    """A parameter with its unit, for messages."""
    unit = _UNITS.get(name, unit_of(name))
    return name if unit == "1" else f"{name} [{unit}]"


def build_model(name: str, settings: Mapping[str, str | float], preset: str = "pdg") -> Model:
    """Model of a name with parameters given as texts or numbers.

    Parameters
    ----------
    name : str
        One of `MODELS`.
    settings : mapping
        Parameters of the model; ``inputs.NAME`` overrides a line of the table of inputs.
    preset : {"pdg", "paper", "paper-10tev"}

    Raises
    ------
    UnknownNameError
        For an unknown model, parameter, preset or input.
    InputError
        For a missing parameter or a value that makes no sense.
    """
    if name not in MODELS:
        raise UnknownNameError("model", name, MODELS)
    model = MODELS[name]
    overrides = {
        key.removeprefix("inputs."): value for key, value in settings.items() if key.startswith("inputs.")
    }
    inputs = Inputs.of(
        preset, **{key: quantity(value, "energy", what=key) for key, value in overrides.items()}
    )
    known = [entry.name for entry in fields(model) if entry.name not in _HIDDEN]
    values = {}
    for key, text in settings.items():
        if key.startswith("inputs."):
            continue
        if key not in known:
            raise UnknownNameError(f"parameter of {name}", key, known)
        values[key] = _value(key, text, inputs)
    needed = [
        e.name
        for e in fields(model)
        if e.name in known and e.default is MISSING and e.default_factory is MISSING
    ]
    if lacking := [name for name in needed if name not in values]:
        more = [name for name in known if name not in needed]
        raise InputError(
            f"{name} lacks {', '.join(map(_spoken, lacking))}; needed: {', '.join(map(_spoken, needed))}; "
            f"may be given: {', '.join(map(_spoken, more))}"
        )
    point: Model = model(inputs=inputs, **values)
    require_none_lost(point)
    return point


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
