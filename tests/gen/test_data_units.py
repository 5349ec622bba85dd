"""Units of data files: whatever a job may write, a data file may write."""

from __future__ import annotations

import math

import pytest

from darkpair.gen.data_units import number_in
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
