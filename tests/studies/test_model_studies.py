"""Studies that need models alone, Fig. 9 and the relic density; couplings at which a constraint begins to exclude."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from click.testing import CliRunner

from darkpair.chains.models import Inputs, ZPrimeMajorana
from darkpair.chains.models.dark_matter import PICOBARN, fermion_sigma_v
from darkpair.chains.models.relic_density import OBSERVED
from darkpair.cli import main
from darkpair.gen.errors import InputError
from darkpair.gen.registry import Entry
from darkpair.limits.ranges import Range, coupling_at, ranges_above
from darkpair.searches import BToKNuNu
from darkpair.studies import STUDIES
from darkpair.studies.paper.fig9 import branching_ratios

PAPER = Inputs("paper")


@pytest.mark.parametrize("preset", ["pdg", "paper"])
@pytest.mark.parametrize(
    ("current", "m2", "m1", "percent"),
    [
        ("scalars", 0.430, 0.0, (91.1, 7.0, 1.2, 0.7)),
        ("scalars", 0.400, 0.040, (92.5, 6.0, 1.0, 0.5)),
        ("fermions, axial", 0.430, 0.0, (82.8, 14.1, 2.4, 0.7)),
        ("fermions, axial", 0.400, 0.040, (82.5, 14.6, 2.4, 0.5)),
        ("fermions, vector", 0.400, 0.040, (87.5, 10.3, 1.7, 0.4)),
        ("fermions, axial", 0.300, 0.0, (88.9, 9.4, 1.6, 0.1)),
    ],
)
def test_branching_ratios(
    current: str, m2: float, m1: float, percent: tuple[float, ...], preset: str
) -> None:
    """pi0, neutrinos, electrons, muons to half a per cent absolute; the pions are what is left."""
    found = branching_ratios(current, m1, m2, Inputs(preset))
    ours = [100.0 * float(value) for value in found.values()]
    assert ours[:4] == pytest.approx(percent, abs=0.1)
    assert sum(ours) == pytest.approx(100.0, abs=1e-9)
    assert 0.0 <= ours[4] < 0.03 + 1e-2


@pytest.fixture(scope="module", params=["fig9", "relic"])
def study(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp("study")
    words = ["study", request.param, "-o", str(folder), "--quick", "--inputs", "paper"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    return request.param, folder


def test_leaves_data_and_picture(study: tuple[str, Path]) -> None:
    name, folder = study
    assert {path.suffix for path in folder.iterdir() if path.stem == name} == {
        ".csv",
        ".json",
        ".png",
        ".pdf",
    }
    told = json.loads((folder / f"{name}.json").read_text())
    assert told["provenance"]["inputs"]["preset"] == "paper"
    with (folder / f"{name}.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(told["rows"]) > 40
    if name == "fig9":
        for row in rows:
            total = sum(float(value) for key, value in row.items() if key.startswith("BR"))
            assert total == pytest.approx(1.0, abs=1e-3)  # S2 -> S1 pi pi pi and eta stay closed
    else:
        secluded = [r for r in told["rows"] if r["coupling"] == "y_phi"]
        for row in secluded:  # the closed form 6 b / x of a p-wave
            m = 1e-3 * row["m1 [MeV]"]
            b = float(fermion_sigma_v(1.0, y=row["value"], m=m, m_phi=m * row["m_phi / m1"]))
            assert 6.0 * b / 20.0 / PICOBARN == pytest.approx(1.0, rel=1e-6)
        for row in told["solved"]:  # 1 pb at m/T = 20 leaves too much: larger couplings are needed
            larger = row["value of the observed Omega h^2"] / row["value"]
            if row["coupling"] == "y_phi":  # the rate as the density, but for the logarithm in the freeze-out
                assert larger == pytest.approx((row["Omega h^2"] / OBSERVED) ** 0.25, rel=0.1)
            else:  # the rate falls during the freeze-out, so more of it is needed than the density tells
                assert larger > (row["Omega h^2"] / OBSERVED) ** 0.5 > 1.5
        gaps = told["checks"]["largest (m_phi - m1) / m1 with lambda_phi below 1"]
        assert gaps["100 MeV"] == pytest.approx(0.55, abs=0.01)


def test_coupling_at() -> None:
    scale = np.array([1.0, 4.0, 1e-30])
    found = coupling_at(lambda g: scale * np.square(g), 9.0, 1e-3, 1e3)
    assert found[:2] == pytest.approx([3.0, 1.5], rel=1e-10)
    assert math.isinf(found[2])
    assert coupling_at(np.square, np.array([4.0, 9.0]), 1e-3, 1e3) == pytest.approx([2.0, 3.0], rel=1e-10)
    with pytest.raises(InputError, match="smaller"):
        coupling_at(lambda g: scale * np.square(g), 9.0, 10.0, 1e3)
    with pytest.raises(InputError, match="growing order"):
        coupling_at(np.square, 9.0, 10.0, 1.0)


def test_b_decays_see_an_invisible_x2_in_a_wider_range() -> None:
    """Belle II's tenth excludes a band of G_X by escape, and everything above it once X2 is dark (section IV.D)."""

    grid = np.geomspace(1e-7, 1e-3, 201)

    def ranges(fraction: float) -> list[Range]:
        model = ZPrimeMajorana(m1=0.04, m2=0.4, G_X=grid, inputs=PAPER, invisible_branching_ratio=fraction)
        return ranges_above(grid, BToKNuNu(search="belle2-precision").ratio(model))

    plain, dark = ranges(0.0), ranges(0.5)
    assert plain[0].low > dark[0].low > 1e-7
    assert dark[-1].high == pytest.approx(1e-3)
    assert dark[-1].high_open


def test_data_is_for_studies_that_draw_limits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told: list[str] = []

    def limits(folder: Path, *, quick: bool, data: Literal["2020", "today"] = "today") -> list[Path]:  # noqa: ARG001
        told.append(data)
        assert not quick
        return []

    monkeypatch.setitem(STUDIES.ours, "limits", Entry(limits, "of a test"))
    for words in (["limits"], ["limits", "--data", "2020"]):
        assert CliRunner().invoke(main, ["study", *words, "-o", str(tmp_path)]).exit_code == 0
    assert told == ["today", "2020"]
    for words, expected in (
        (["limits", "--data", "2021"], "2020 or today"),
        (["audit", "--data", "2020"], "would change nothing in study audit, which takes inputs, quick"),
    ):
        result = CliRunner().invoke(main, ["study", *words, "-o", str(tmp_path)])
        assert result.exit_code == 2
        assert expected in result.output
