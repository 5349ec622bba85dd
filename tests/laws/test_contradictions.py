"""No detector whose numbers contradict each other: every detector with every cut turned against itself, and KOTO's geometry.

What is refused is refused in a line with both numbers; each number a little to the good side is taken.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from darkpair.detectors.branches import variables
from darkpair.detectors.data_file import data_files, detector_data
from darkpair.detectors.data_structure import KINDS
from darkpair.detectors.koto import Koto
from darkpair.detectors.selection import Line
from darkpair.gen.errors import InputError
from darkpair.plugins import REGISTRIES

FILES = [name for name in data_files() if detector_data(name)["kind"] in KINDS]


def made(name: str, path: Path, text: str) -> Any:
    path.write_text(f'based_on = "{name}"\n{text}\n', encoding="utf-8")
    entry = "fixed_target" if detector_data(name)["kind"] == "fixed_target" else detector_data(name)["kind"]
    factory = {"b_factory": "belle2", "koto_kaon": "koto"}.get(entry, entry)
    return REGISTRIES["detectors"][factory](experiment=str(path))


@pytest.mark.parametrize("name", FILES)
def test_no_cut_contradicts_another(name: str, tmp_path: Path) -> None:
    """A new cut that ends where a cut of the file begins is one that events at the edge pass; below it none does."""
    detector, tried = made(name, tmp_path / "plain.toml", ""), 0
    units = variables(detector.kinds[0])
    for cut in detector.cuts.cuts:
        for end, limit, beyond in (("max", cut.low, -1.0), ("min", cut.high, 1.0)):
            if limit is None or isinstance(limit, Line):
                continue
            tried += 1
            unit = units[cut.variable]
            for value, passes in ((limit, True), (limit + beyond * (abs(limit) * 0.01 or 0.01), False)):
                new = f'[[cuts]]\nname = "mine"\nvariable = "{cut.variable}"\nunit = "{unit}"\nsource = "s"\nconfidence = "choice"\n'
                text = f"{new}{end} = {float(value)!r}"
                if passes:
                    made(name, tmp_path / "mine.toml", text)
                    continue
                with pytest.raises(InputError, match=r"no event passes both") as refused:
                    made(name, tmp_path / "mine.toml", text)
                assert cut.name in str(refused.value)
                assert "mine" in str(refused.value)
                assert "\n" not in str(refused.value)
    assert tried >= 1


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ({"geometry.hole_half": "3 m"}, "the hole takes all of the calorimeter"),
        ({"geometry.hole_half": "950 mm"}, "the hole takes all of the calorimeter"),
        ({"geometry.radius": "10 mm"}, "hole_half = 75 mm and radius = 10 mm"),
        ({"geometry.z_calorimeter": "1 m"}, "geometry.z_calorimeter = 1000 mm, and its cut z_vtx"),
        ({"geometry.z_calorimeter": "3 m"}, "geometry.z_calorimeter = 3000 mm, and its cut z_vtx"),
        ({"veto.z_min": "6.2 m"}, "z_calorimeter = 6148 mm and veto.z_min = 6200 mm"),
        ({"veto.z_min": "6.1 m"}, "veto.z_min = 6100 mm, and its cut z_vtx"),
        ({"veto.radius": "1 mm"}, "veto.radius = 1 mm and geometry.radius = 950 mm"),
        ({"veto.z_min": "0 m", "veto.z_max": "1 m"}, "veto.z_max = 1000 mm, and its cut z_vtx"),
        ({"resolution.constant": 5.0}, "constant = 5; allowed: 0 to 1"),
    ],
)
def test_what_cannot_be_is_refused(numbers: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as refused:
        Koto(numbers=numbers)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "numbers",
    [
        {"geometry.hole_half": "940 mm"},
        {"geometry.radius": "76 mm"},
        {"geometry.z_calorimeter": "3.3 m"},
        {"veto.radius": "95 cm"},
        {"veto.z_min": "4.9 m"},
        {"resolution.constant": 1.0},
        {"geometry.z_calorimeter": "7 m"},
    ],
)
def test_what_may_be_wanted_is_taken(numbers: dict[str, Any]) -> None:
    Koto(numbers=numbers)
