"""Units and constants: GeV and mm whatever is written."""

from __future__ import annotations

import math

import pytest

from darkpair.gen.constants import C_MM_PER_NS, HBAR_C, HBAR_GEV_S
from darkpair.gen.errors import InputError
from darkpair.gen.units import quantity


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("430 MeV", "energy", 0.43),
        ("0.43", "energy", 0.43),
        (0.25, "energy", 0.25),
        ("1.5 keV", "energy", 1.5e-6),
        ("2 TeV", "energy", 2000.0),
        (" 4.3e2MeV ", "energy", 0.43),
        ("5 cm", "length", 50.0),
        ("3 um", "length", 0.003),
        ("-.5 m", "length", -500.0),
        ("inf", "length", math.inf),
    ],
)
def test_quantities(text: float | str, kind: str, value: float) -> None:
    assert quantity(text, kind) == value


@pytest.mark.parametrize("number", [0.1, 1.0, 17.0, 134.9768, 430.0, 497.611])
def test_mev_are_the_same_double_as_gev(number: float) -> None:
    assert quantity(f"{number} MeV", "energy") == number / 1e3


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        (
            "430 Mev",
            "energy",
            r"m2 = '430 Mev' has an unknown unit 'Mev' \(did you mean 'MeV'\?\); allowed: an energy \(eV, keV",
        ),
        ("5 cm", "energy", r"m2 = '5 cm' is a length; allowed: an energy"),
        ("heavy", "energy", r"m2 = 'heavy' is not a number; allowed: an energy"),
        ("1 2", "energy", "is not a number"),
        ("nan", "energy", "is not a number"),
        (math.nan, "energy", "m2 is NaN; allowed: an energy"),
        (math.nan, "length", "m2 is NaN; allowed: a length"),
    ],
)
def test_what_is_no_quantity(text: float | str, kind: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        quantity(text, kind, what="m2")


def test_constants() -> None:
    # CODATA, exact by the definition of the SI
    assert C_MM_PER_NS == 299.792458
    assert pytest.approx(1.973269804e-13, rel=1e-9) == HBAR_C
    assert pytest.approx(6.582119569e-25, rel=1e-9) == HBAR_GEV_S
    assert pytest.approx(HBAR_GEV_S * C_MM_PER_NS * 1e9, rel=1e-12) == HBAR_C
