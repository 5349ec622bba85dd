"""What every detector that is a data file has in common: the file, changed numbers and cuts, selections, flat factors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict, cast

from darkpair.detectors.branches import variables
from darkpair.detectors.catalogue import data_files
from darkpair.detectors.data_cuts import changed_cuts, require_passable, selections
from darkpair.detectors.data_file import Number, detector_data, digest, is_path, read_data, with_numbers
from darkpair.detectors.selection import Selection
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.frozen import FrozenMapping, freeze
from darkpair.gen.half_made import of_half_made
from darkpair.gen.parameters import settle
from darkpair.gen.references import cited_in, sources_in
from darkpair.gen.sources import SOURCES
from darkpair.gen.tables import Shown, Table

__all__ = ["Changes", "FileDetector", "SelectingChanges", "SelectingDetector"]


class Changes(TypedDict, total=False):
    """What every detector takes beside the file, for type checkers: cuts are given as a table, and become those that are applied."""

    without: Sequence[str]
    cuts: Mapping[str, Any]
    numbers: Mapping[str, Any]


class SelectingChanges(Changes, total=False):
    """Changes of a detector that has efficiencies which are not simulated."""

    factors: Sequence[str] | None


@dataclass(frozen=True, kw_only=True, repr=False)
class FileDetector(Shown):
    """A detector of a data file with cuts that may be left out or changed.

    Parameters
    ----------
    experiment : str
        Name of its data file in ``detectors/data``, or a path to one that ends with .toml (docs/detector_files.md).
    without : sequence of str
        Cuts to leave out, by name.
    cuts : mapping of str to mapping
        Limits of cuts in place of the file's, ``{"pt": {"min": "140 MeV"}}``: a number in the cut's own unit, a text
        with a unit, or a line ``{"against": "z_vtx", "points": [["3 m", "130 MeV"], ["5 m", "150 MeV"]]}``.
    numbers : mapping of str to float or str
        Other numbers of the file by their keys, ``{"geometry.radius": "1.2 m"}``.
    """

    experiment: str
    without: Sequence[str] = ()
    if TYPE_CHECKING:
        cuts: Selection  # (what is given becomes the cuts that are applied)
    else:
        cuts: Mapping[str, Any] = FrozenMapping()
    numbers: Mapping[str, Any] = FrozenMapping()

    #: ``kind`` of its data files.
    kinds: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        if isinstance(self.cuts, Selection):  # as `dataclasses.replace` gives them
            object.__setattr__(self, "cuts", self.cuts.given)
        settle(self)
        freeze(self)
        if self._data.get("kind") not in self.kinds:
            raise InputError(
                f'the data file of {self.experiment!r} is of kind = "{self._data.get("kind")}", not '
                f"{' or '.join(self.kinds)}; allowed: {self._data_files()}"
            )
        if self.source not in SOURCES:
            raise UnknownNameError(f"source of {self.experiment}", self.source, SOURCES)

    def _apply(self, published: Selection) -> None:
        """The cuts are those of a selection with what was given in their place, less what is left out."""
        given = cast("Mapping[str, Any]", self.cuts)
        cuts = changed_cuts(published, given, self.cut_units, self.experiment)
        cuts = cuts.without(*self.without)
        require_passable(cuts, self.experiment)
        object.__setattr__(self, "cuts", cuts)

    def table(self) -> Table:
        """Its cuts, under its name."""
        left_out = f" without {', '.join(self.without)}" if self.without else ""
        title = f"{type(self).__name__} {self.experiment}, selection {self.cuts.name}{left_out}"
        return replace(self.cuts.table(), title=title)

    @of_half_made
    def __repr__(self) -> str:
        """What Python would make it of: not the cuts of the file, but those that were given."""
        said = []
        for entry in fields(self):
            value = getattr(self, entry.name)
            if isinstance(value, Selection):
                value = value.given
            plain = value is None or value == entry.default
            if entry.init and (entry.name == "experiment" or not plain):
                said.append(f"{entry.name}={dict(value) if isinstance(value, Mapping) else value!r}")
        return f"{type(self).__name__}({', '.join(said)})"

    @classmethod
    def _data_files(cls) -> str:
        names = [name for name in data_files() if read_data(name)["kind"] in cls.kinds]
        return f"{', '.join(names)}, or a path that ends with .toml"

    @cached_property
    def _file(self) -> dict[str, Any]:
        """Contents of the data file as it is."""
        return detector_data(self.experiment)

    @cached_property
    def _data(self) -> dict[str, Any]:
        """The same with the changed numbers."""
        return with_numbers(self._file, self.numbers, self.experiment)

    @property
    def cut_units(self) -> dict[str, str]:
        """What its cuts may look at, with units."""
        return variables(self.kinds[0])

    @property
    def changed(self) -> dict[str, str]:
        """What is not as in the data file, in words, by key."""
        numbers = {
            key: f"changed by the user from {_entry(self._file, key)} to {_entry(self._data, key)}"
            for key in _keys(self.numbers)
        }
        return {f"cuts.{cut.name}": cut.changed for cut in self.cuts.cuts if cut.changed} | numbers

    @property
    def source(self) -> str:
        """Name of the source that the detector expects."""
        return str(self._data["source"])

    @property
    def references(self) -> tuple[str, ...]:
        """What its numbers rest on, as its data file cites it (`darkpair.gen.references`)."""
        return cited_in(sources_in(self._file))

    def sample_identity(self) -> dict[str, Any]:
        """The settings, and what the data file holds in place of where it is: events that are aimed at it depend on that."""
        settings = {entry.name: getattr(self, entry.name) for entry in fields(self) if entry.init}
        return settings | {"experiment": digest(self._data)}

    def provenance(self) -> dict[str, Any]:
        """The settings, what they changed, and what is in a data file that the package does not have."""
        settings = {entry.name: getattr(self, entry.name) for entry in fields(self)} | {
            "cuts": self.cuts.given
        }
        own = {"digest": digest(self._data), "data": self._data} if is_path(self.experiment) else {}
        return settings | ({"changed": self.changed} if self.changed else {}) | own


@dataclass(frozen=True, kw_only=True, repr=False)
class SelectingDetector(FileDetector):
    """One with several selections, and efficiencies that are not simulated.

    Parameters
    ----------
    experiment, without, cuts, numbers
        Data file, cuts that are left out or changed, and other numbers, as `FileDetector`.
    selection : str, optional
        Name of the selection; the file's ``selection`` unless given, or its first.
    factors : sequence of str, optional
        Efficiencies that are not simulated, by name; the selection's unless given.  They are reported beside the
        acceptance (`flat_factors`) and touch no event, weight or cut flow.
    """

    if TYPE_CHECKING:
        selection: str  # (the one that is taken)
    else:
        selection: str | None = None
    factors: Sequence[str] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        entries = self._data["selections"]
        given: str | None = self.selection
        if given is None:
            object.__setattr__(self, "selection", self._data.get("selection") or next(iter(entries)))
        if self.selection not in entries:
            raise UnknownNameError(f"selection of {self.experiment}", str(self.selection), entries)
        self._apply(selections(self._data)[str(self.selection)]())
        _ = self.flat_factors  # the names are checked here

    @cached_property
    def _factors(self) -> dict[str, Number]:
        """The chosen efficiencies that are not simulated, by name."""
        entries = self._data.get("factors", {})
        own = self._data["selections"][self.selection].get("factors", ())
        names = own if self.factors is None else self.factors
        for name in names:
            if name not in entries:
                raise UnknownNameError(f"factor of {self.experiment}", name, entries)
        return {name: Number(**entries[name]) for name in names}

    @property
    def flat_factors(self) -> dict[str, float]:
        """The chosen efficiencies that are not simulated, by name."""
        return {name: number.value for name, number in self._factors.items()}


def _keys(numbers: Mapping[str, Any], before: str = "") -> list[str]:
    out = []
    for name, value in numbers.items():
        key = f"{before}.{name}" if before else name
        out += _keys(value, key) if isinstance(value, Mapping) else [key]
    return out


def _entry(data: Any, key: str) -> str:
    """A number of a file in words."""
    for part in key.split("."):
        data = data[part] if isinstance(data, Mapping) and part in data else data
    return (
        f"{data['value']} {data['unit']}".strip()
        if isinstance(data, Mapping) and "unit" in data
        else f"{data}"
    )
