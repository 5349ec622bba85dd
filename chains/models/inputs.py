"""The inputs of every rate: one table with a source on each line, three presets, single overrides."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from darkpair.chains.models.units import unit_named
from darkpair.gen.data_files import forgotten_with_changes, load
from darkpair.gen.errors import UnknownNameError
from darkpair.gen.frozen import freeze
from darkpair.gen.kinds import Number
from darkpair.gen.ranges import INPUTS, require_within

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PRESETS", "InputLine", "Inputs", "Preset"]

#: Presets: current values; what the paper prints; the same with the logarithm of eq. 40 taken to 10 TeV.
Preset: TypeAlias = Literal["pdg", "paper", "paper-10tev"]
PRESETS: tuple[str, ...] = get_args(Preset)


@dataclass(frozen=True, kw_only=True)
class InputLine:
    """One line of the table.

    Parameters
    ----------
    value, uncertainty : float [unit]
        The number and its standard deviation; 0 for a convention or a choice.
    unit, source, confidence : str
        Unit of the number, where it comes from, and how surely.
    place : str
        Where in the source the number was read: file, table, equation, section, figure or page.
    searched : str
        For a number from memory, the public material in which it was looked for in vain.
    alternative : float or None [unit]
        Another value that may be right, as the source says.
    """

    value: float
    uncertainty: float
    unit: str
    source: str
    confidence: str
    place: str = ""
    searched: str = ""
    alternative: float | None = None


@forgotten_with_changes
def _table(preset: str) -> Mapping[str, InputLine]:
    """Lines of one preset, with those of the preset that it extends."""
    tables = load("darkpair.chains.models", "data/inputs.toml")
    own = dict(tables[preset])
    base = _table(own.pop("extends")) if "extends" in own else {}
    return MappingProxyType({**base, **{name: InputLine(**line) for name, line in own.items()}})


@forgotten_with_changes
def _names() -> tuple[str, ...]:
    """Every name that any preset has."""
    return tuple(sorted({name for preset in PRESETS for name in _table(preset)}))


def _unit(name: str) -> str:
    """Unit in which the table keeps a name."""
    return next(_table(preset)[name].unit for preset in PRESETS if name in _table(preset))


def _number(name: str, value: object) -> float:
    """Value of an input in the table's unit, of a number or of a text with a unit of that kind."""
    if name not in _names():
        raise UnknownNameError("input", name, _names())
    number = float(Number(measures=unit_named(_unit(name))).read(value, f"inputs.{name}", {}))
    require_within(number, INPUTS, f"inputs.{name}", _unit(name))
    return number


@dataclass(frozen=True)
class Inputs:
    """Values of one preset, with single overrides; a record of both.

    Some names (``im_VtsVtd``, ``re_g_sdX``, ``eta_coupling``) stand only in the paper's presets: without
    them the models derive the quantity. Any name may be overridden in any preset.

    Parameters
    ----------
    preset : {"pdg", "paper", "paper-10tev"}
        Name of the column of the table.
    overrides : tuple of (name, value)
        Other values by the names of lines, in the table's units, or texts with a unit.

    Raises
    ------
    UnknownNameError
        For a preset or a name that the table does not have.
    InputError
        For an override that is not a finite number, or has a unit of another kind.

    Examples
    --------
    >>> Inputs.of("paper", F_K=0.11)["F_K"], Inputs("paper")["F_K"]
    (0.11, 0.117)
    """

    preset: str = "pdg"
    overrides: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        freeze(self)
        if self.preset not in PRESETS:
            raise UnknownNameError("preset of inputs", self.preset, PRESETS)
        read = tuple((name, _number(name, value)) for name, value in self.overrides)
        object.__setattr__(self, "overrides", read)

    @classmethod
    def of(cls, preset: str = "pdg", **overrides: float | str) -> Inputs:
        """Preset with the named values replaced [table's units, or a text with a unit]."""
        return cls(preset, tuple(sorted(overrides.items(), key=itemgetter(0))))  # type: ignore[arg-type]

    def replace(self, **overrides: float | str) -> Inputs:
        """Copy with more values replaced, as in `of`."""
        return Inputs.of(self.preset, **{**dict(self.overrides), **overrides})

    def __getitem__(self, name: str) -> float:
        """Value of a name [table's units]; UnknownNameError where this preset has none."""
        value = self.get(name)
        if value is None:
            raise UnknownNameError("input", name, tuple(sorted(_table(self.preset))))
        return value

    def get(self, name: str) -> float | None:
        """Value of a name [table's units], None where this preset leaves it to be derived."""
        if name not in _names():
            raise UnknownNameError("input", name, _names())
        overrides = dict(self.overrides)
        if name in overrides:
            return overrides[name]
        line = _table(self.preset).get(name)
        return None if line is None else line.value

    def lines(self) -> dict[str, InputLine]:
        """Every line in force, the overridden ones marked so."""
        out = dict(_table(self.preset))
        for name, value in self.overrides:
            out[name] = InputLine(
                value=value,
                uncertainty=0.0,
                unit=_unit(name),
                source="given by the user",
                confidence="choice",
            )
        return out

    def provenance(self) -> dict[str, object]:
        """Preset and overrides, for the record of an output."""
        return {"preset": self.preset, "overrides": dict(self.overrides)}
