"""Models with plus signs between their names: those that `combine` makes, each parameter with its owner."""

from __future__ import annotations

import numpy as np
import pytest

from darkpair.chains.models import Combined, Dipole, Impostor, Inputs, ZPrimeDirac, ZPrimeScalar, combine
from darkpair.chains.models.rates import build_model
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.limits.rows import parameter

POINT = {"m1": "0", "m2": "200 MeV", "G_X": "1e-5", "c_A22": "0.5", "mu": "0.1 /TeV"}


def test_a_combination_is_that_of_python() -> None:
    built = build_model("zprime-dirac + dipole", POINT | {"invisible_branching_ratio": "0.25"}, "paper")
    inputs = Inputs("paper")
    own = combine(
        ZPrimeDirac(m1=0.0, m2=0.2, G_X=1e-5, c_A22=0.5, inputs=inputs),
        Dipole(m1=0.0, m2=0.2, mu=1e-4, inputs=inputs),
        invisible_branching_ratio=0.25,
    )
    assert built == own
    assert float(built.branching_ratio("X2", "invisible")) == pytest.approx(0.25)


def test_a_width_of_the_whole_has_a_unit() -> None:
    built = build_model("zprime-dirac+dipole", POINT | {"invisible_width": "1 eV"})
    assert isinstance(built, Combined)
    assert built.invisible_width == pytest.approx(1e-9)
    assert {part.invisible_width for part in built.parts} == {0.0}


@pytest.mark.parametrize(
    ("name", "change", "word"),
    [
        ("zprime-dirac+dipol", {}, "did you mean 'dipole'"),
        ("zprime-dirac+", {}, "model"),
        ("zprime-dirac+dipole", {"muu": "1"}, "muu"),
        ("zprime-dirac+dipole", {"mu": "1 mm"}, "mu"),
        ("zprime-scalar+dipole", {}, "c_A22"),
        ("zprime-dirac+zprime-dirac", {"mu": None}, "interfere"),
    ],
)
def test_mistakes_are_one_line(name: str, change: dict[str, str | None], word: str) -> None:
    given = {key: value for key, value in (POINT | change).items() if value is not None}
    with pytest.raises((InputError, UnknownNameError)) as caught:
        build_model(name, given)
    assert word in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_parameter_of_a_part_moves() -> None:
    built = build_model("zprime-dirac+dipole", POINT)
    assert isinstance(built, Combined)
    moved = built.with_parameter("mu", np.array([1e-4, 2e-4]))
    width = moved.partial_width("X2", "X1 gamma")
    assert width[1] / width[0] == pytest.approx(4.0)
    assert np.all(moved.partial_width("X2", "X1 pi0") == built.partial_width("X2", "X1 pi0"))


def test_an_invisible_width_is_that_of_the_combination() -> None:
    parts = ZPrimeScalar(m1=0.0, m2=0.1, G_X=1e-5), Impostor(m1=0.0, m2=0.1)
    model = combine(*parts, invisible_branching_ratio=0.25)
    assert parameter(model, "invisible_branching_ratio") == 0.25
    more = model.with_parameter("invisible_branching_ratio", 0.5)
    assert float(more.branching_ratio("X2", "invisible")) == pytest.approx(0.5)
