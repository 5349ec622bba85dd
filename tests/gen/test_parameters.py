"""Parameters are read by their annotations: units, words, ranges, tables; what is wrong is one line with what is allowed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any, Literal

import numpy as np
import pytest

from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.kinematics import Real
from darkpair.gen.parameters import (
    Angle,
    Dimensionless,
    Energy,
    Ge,
    Gt,
    Infinite,
    Length,
    Lt,
    Phase,
    Unit,
    arguments,
    checked,
    parameters,
    settle,
)

Barn = Unit("a cross section", "mb", {"mb": 1.0, "ub": 1e-3, "target": lambda beside: beside["fraction"]})


@dataclass(frozen=True, kw_only=True)
class Part:
    sigma: Annotated[float, Length, Gt(0.0)]


@checked
@dataclass(frozen=True, kw_only=True)
class Everything:
    momentum: Annotated[float | tuple[float, float], Energy, Ge(0.0)] = 1.0
    z: Annotated[float | None, Length] = None
    ctau: Annotated[float, Length, Infinite] = math.inf
    cone: Annotated[float, Angle] = 0.0
    fraction: Annotated[float, Ge(0.0), Lt(1.0)] = 0.5
    word: Literal["2015", "free"] = "free"
    name: str = "x"
    flag: bool = True
    n: Annotated[int, Gt(0)] = 3
    names: Sequence[str] = ()
    numbers: Mapping[str, Annotated[float, Energy]] = field(default_factory=dict)
    part: Part = field(default_factory=lambda: Part(sigma=1.0))
    coupling: Annotated[Real, Dimensionless, Phase] = 1.0
    mass: Annotated[Real, Energy] = 0.1
    cross_section: Annotated[float, Barn] = 1.0
    free: Any = None


RIGHT = [
    ("momentum", "430 MeV", 0.43),
    ("momentum", ["1 GeV", 2], (1.0, 2.0)),
    ("z", "5 cm", 50.0),
    ("z", None, None),
    ("ctau", "inf", math.inf),
    ("ctau", math.inf, math.inf),
    ("cone", "30 mrad", 0.03),
    ("fraction", "0.25", 0.25),
    ("word", 2015, "2015"),
    ("name", 2024, "2024"),
    ("flag", "false", False),
    ("n", 1e3, 1000),
    ("n", np.int64(4), 4),
    ("names", "pt", ("pt",)),
    ("names", ["pt", "z"], ("pt", "z")),
    ("numbers", {"X2": "1 MeV"}, {"X2": 1e-3}),
    ("part", {"sigma": "2 m"}, Part(sigma=2e3)),
    ("part", Part(sigma=3.0), Part(sigma=3.0)),
    ("coupling", "1+2j", 1 + 2j),
    ("coupling", 2j, 2j),
    ("mass", "50 MeV", 0.05),
    ("cross_section", "3 ub", 3e-3),
    ("cross_section", "2 target", 1.0),
    ("free", {"what": "ever"}, {"what": "ever"}),
]


@pytest.mark.parametrize(("key", "given", "value"), RIGHT, ids=map(str, range(len(RIGHT))))
def test_what_is_read(key: str, given: Any, value: Any) -> None:
    assert getattr(Everything(**{key: given}), key) == value
    assert arguments(Everything, {key: given}) == {key: value}
    assert getattr(Everything(**{key: value}), key) == value  # what is read stays as it is


HUGE = 10**4400
WRONG_BY_KEY: dict[str, list[Any]] = {
    "momentum": ["5 cm", "3 ns", "x", "", True, math.nan, math.inf, -1, None, {}, [1], [1, "2 m"], HUGE],
    "z": ["430 MeV", "1 parsec", False, math.nan, math.inf, [1.0], "9" * 400, "1e999 mm"],
    "cone": ["1 m", "1 GeV", "east"],
    "fraction": [-0.1, 1, "1 m", "50 %", math.nan, None],
    "word": ["Free", "fre", 2016, "", True, None, ["free"], {}],
    "name": ["", " ", 1.5, True, None, [], {}, HUGE],
    "flag": [1, 0, "yes", None, [], {}],
    "n": [0, -1, 1.5, "3 m", "x", True, math.nan, math.inf, 1e300, None],
    "names": [3, None, {}, [1.5], [["pt"]], ""],
    "numbers": [[1], "X2", {"X2": "5 cm"}, {"": 1.0}, {3: 1.0}, None],
    "coupling": ["1 GF", complex(math.nan, 0), math.inf, True, "x", None, [1.0]],
    "part": [3, "x", None, [], {}, {"sigma": "1 GeV"}, {"sigma": -1}, {"sigma": 1, "more": 2}],
    "mass": ["5 cm", 1j, None, True, np.array(["x"])],
    "cross_section": ["3 fb"],
    "moment": [1.0],
}
WRONG = [(key, bad) for key, values in WRONG_BY_KEY.items() for bad in values]


@pytest.mark.parametrize(("key", "given"), WRONG, ids=map(str, range(len(WRONG))))
def test_what_is_refused_in_one_line(key: str, given: Any) -> None:
    with pytest.raises((InputError, UnknownNameError)) as caught:
        arguments(Everything, {key: given}, where="table")
    text = str(caught.value)
    assert f"{key}" in text
    assert "\n" not in text
    assert len(text) < 400
    assert "allowed: " in text or "known: " in text or "arithmetic holds" in text
    with pytest.raises((InputError, UnknownNameError, TypeError)):
        Everything(**{key: given})


def test_arrays_stay_what_they_are() -> None:
    masses = np.linspace(0.1, 0.4, 5)
    assert Everything(mass=masses).mass is masses
    with pytest.raises(InputError, match="part, or a table|Part"):
        Everything(part=masses)


def test_settled_fields_are_those_of_subclasses_too() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Base:
        m: float

        def __post_init__(self) -> None:
            settle(self)

    @dataclass(frozen=True, kw_only=True)
    class More(Base):
        k: int = 1

    assert More(m=1, k=2.0).k == 2  # type: ignore[arg-type]
    with pytest.raises(InputError, match="m = 'x'"):
        More(m="x")  # type: ignore[arg-type]


def function(
    momentum: Annotated[float, Energy], *, z: Annotated[float, Length] = 1.0, other: Any = 3
) -> tuple[float, float]:
    """What a stranger writes."""
    return momentum, z + other


def test_functions_and_partials() -> None:
    assert arguments(function, {"momentum": "1 MeV", "z": "1 m", "other": "as it is"}) == {
        "momentum": 1e-3,
        "z": 1e3,
        "other": "as it is",
    }
    with pytest.raises(InputError, match="needs here.momentum .GeV.; allowed: an energy"):
        arguments(function, {}, where="here")
    fixed = partial(function, z=2.0)
    assert list(parameters(fixed)) == ["momentum", "other"]
    with pytest.raises(UnknownNameError, match="unknown key"):
        arguments(fixed, {"momentum": 1.0, "z": 3.0}, where="here")
    assert arguments(lambda **more: more, {"anything": 1}) == {"anything": 1}


def test_words_unit_and_schema_of_every_kind() -> None:
    rows = parameters(Everything)
    assert {name: row.kind.unit for name, row in rows.items() if row.kind.unit} == {
        "momentum": "GeV",
        "z": "mm",
        "ctau": "mm",
        "cone": "rad",
        "mass": "GeV",
        "cross_section": "mb",
    }
    assert rows["fraction"].kind.words == "a number of 0 or more and below 1"
    assert rows["word"].kind.schema == {"enum": ["2015", "free"]}
    for row in rows.values():
        assert row.kind.words
        assert isinstance(row.kind.schema, dict)
    assert not rows["part"].required
    assert parameters(Part)["sigma"].required
