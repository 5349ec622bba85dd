"""Every detector of the package prints as a table of its cuts, and a notebook shows the same."""

from __future__ import annotations

import pytest

from darkpair.detectors import DETECTORS
from darkpair.gen.parameters import parameters


@pytest.mark.parametrize(
    "name", [n for n in DETECTORS if not any(p.required for p in parameters(DETECTORS[n]).values())]
)
def test_a_detector_prints_its_cuts(name: str) -> None:
    detector = DETECTORS.factory(name)()
    title, head, _, *lines = detector.table().text().splitlines()
    assert title.startswith(type(detector).__name__)
    assert head.split() == ["cut", "passes", "from"]
    assert [line.split()[0] for line in lines] == [cut.name for cut in detector.cuts.cuts]
    html = detector._repr_html_()
    assert html.count("<tr>") == 1 + len(lines)
    assert repr(detector).startswith(f"{type(detector).__name__}(experiment=")


def test_what_is_changed_and_left_out_is_said() -> None:
    koto = DETECTORS.factory("koto")(cuts={"pt": {"min": "140 MeV"}}, without=["z_vtx"])
    assert "without z_vtx" in str(koto).splitlines()[0]
    (line,) = [line for line in str(koto).splitlines() if line.startswith("  pt ")]
    assert "changed by the user" in line
    assert "\n  z_vtx " not in str(koto)
