"""Units of data files: whatever a job may write, a data file may write."""

from __future__ import annotations

import math
import re

import pytest

from darkpair.detectors.data_structure import KINDS
from darkpair.gen.data_units import number_in
from darkpair.gen.errors import InputError
from darkpair.gen.units import Angle, Energy, Length, Unit


@pytest.mark.parametrize(
    ("wanted", "unit"), [("GeV", Energy), ("mm", Length), ("deg", Angle)], ids=["energy", "length", "angle"]
)
def test_every_unit_of_jobs_is_one_of_data_files(wanted: str, unit: Unit) -> None:
    ours = 1.0 if wanted == unit.symbol else math.radians(1.0)
    for name in unit.units:
        text = f"3 {name}"
        given = number_in(text, None, wanted, "key")
        assert given * ours == pytest.approx(unit.number(text), rel=1e-15, abs=0.0), name


@pytest.mark.parametrize(
    "wanted",
    sorted(
        {unit for kind in KINDS.values() for table in kind.numbers.values() for unit in table.values()} - {""}
    ),
)
def test_what_a_message_recommends_is_taken(wanted: str) -> None:
    with pytest.raises(InputError) as refused:
        number_in("much", None, wanted, "key")
    example = re.search(r"write for example '(.*)'", str(refused.value))
    assert example is not None
    assert number_in(example[1], None, wanted, "key") == 2.0
    assert number_in(2.0, wanted, wanted, "key") == 2.0
    with pytest.raises(InputError):
        number_in("2", None, wanted, "key")
