"""Geometry of detectors as public sources have it [mm], read there a second time; SHiP's is in test_ship.py."""

from __future__ import annotations

import pytest

from darkpair.detectors.data_file import read_data

PUBLISHED = {
    # Nucl. Instrum. Meth. A479 (2002) 117, table of the performance parameters: chamber 8.3 to 86.3 cm, -77 to 160 cm;
    # barrel of the calorimeter from 125 cm, end-caps at -102 and +196 cm
    ("belle", "tracker"): {"radius": 863.0, "z_min": -770.0, "z_max": 1600.0},
    ("belle", "calorimeter"): {"radius": 1250.0, "z_min": -1020.0, "z_max": 1960.0},
    # basf2, cdc/data/CDC.xml, FLayer id 54: -722.231 and 1577.23 mm
    ("belle2", "tracker"): {"z_min": -722.2, "z_max": 1577.2},
    # FORESEE, Models/HNL/HNL-e/HNL-e.ipynb, HL_FASER2: 650 m, |x| < 1.5 m, |y| < .5 m, 10 m
    ("faser2", "decay_volume"): {
        "x_min": -1500.0, "x_max": 1500.0, "y_min": -500.0, "y_max": 500.0, "z_min": 650e3, "z_max": 660e3,
    },
}  # fmt: skip


@pytest.mark.parametrize(("name", "table"), PUBLISHED, ids="-".join)
def test_a_detector_has_its_published_size(name: str, table: str) -> None:
    entries = read_data(name)[table]
    assert {key: entries[key]["value"] for key in PUBLISHED[name, table]} == PUBLISHED[name, table]
    assert {entries[key]["unit"] for key in PUBLISHED[name, table]} == {"mm"}
