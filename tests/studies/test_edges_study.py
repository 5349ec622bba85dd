"""Study ``edges``: edges by hand, and shifts of one search against closed forms."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from darkpair.studies import STUDIES
from darkpair.studies.experiments import edges as study
from darkpair.studies.experiments.edges_picture import picture
from darkpair.studies.experiments.input_shifts import numbers_that_move
from tests.shared.one_process import one_process


def test_edges_of_a_band() -> None:
    grid = np.geomspace(0.1, 10.0, 400)
    ratio = (
        10.0 * grid**2 * np.exp(-(grid**2))
    )  # above 1 between 0.334 and 1.892, as Lambert's function has it
    assert study.edge_of(grid, ratio, "lower") == pytest.approx(0.334442, rel=1e-3)
    assert study.edge_of(grid, ratio, "upper") == pytest.approx(1.891274, rel=1e-3)
    assert math.isnan(study.edge_of(grid, 0.0 * grid, "upper"))
    assert math.isnan(study.edge_of(grid, 1.0 + grid, "upper"))  # goes on beyond the grid


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Shifts and tails that the quick study leaves; pages leave it to this test to run it."""
    folder = tmp_path_factory.mktemp("edges")
    with one_process():
        paths = STUDIES["edges"](folder=folder, quick=True)
    assert {path.name for path in paths} == {f"edges.{kind}" for kind in ("csv", "json", "png", "pdf")}
    told = json.loads((folder / "edges.json").read_text())
    assert {(row["search"], row["end"]) for row in told["rows"]} == set(study.EDGES)
    return told["rows"], told["tails"]


def test_every_cause_moves_the_edges_of_a_dump(
    rows: tuple[list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    for end in ("upper", "lower"):
        mine = {row["cause"]: row for row in rows[0] if (row["search"], row["end"]) == ("nucal", end)}
        assert list(mine) == list(study.CAUSES)
        for cause in ("number", "tail", "samples", "inputs"):
            assert mine[cause]["down [%]"] < 0.0 < mine[cause]["up [%]"], (end, cause)
    # few events at small couplings go with the fourth power: production and one over the lifetime
    number = next(row for row in rows[0] if row["end"] == "lower" and row["cause"] == "number")
    error = 0.41  # of the eta at 70 GeV (docs/mesons.md)
    assert number["up [%]"] == pytest.approx(100.0 * ((1.0 - error) ** -0.25 - 1.0), rel=0.05)
    assert number["down [%]"] == pytest.approx(100.0 * ((1.0 + error) ** -0.25 - 1.0), rel=0.05)


def test_a_search_without_samples_has_inputs_alone(
    rows: tuple[list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    mine = {row["cause"]: row for row in rows[0] if row["search"] == "b-to-k-belle"}
    assert list(mine) == ["inputs", "choices"]
    assert mine["choices"]["largest"] == "inputs.toml pdg.m_UV"
    assert 1.0 < mine["inputs"]["up [%]"] < 5.0


def test_tails_of_the_spectra(rows: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> None:
    tails = {row["generator"]: row for row in rows[1] if row["search"] == "nucal"}
    assert tails["bmpt"]["tail [%]"] is None
    assert tails["urqmd34"]["tail [%]"] > 2.0 * tails["pythia8"]["tail [%]"]  # (tens of times fewer eta)
    for row in tails.values():
        assert row["shift [%]"] is None or 0.0 < row["shift [%]"] < 0.2 * row["tail [%]"]


def test_numbers_that_move() -> None:
    names = {f"{shift.entry.file} {shift.key}" for shift in numbers_that_move()}
    assert {"inputs.toml pdg.m_UV.value", "inputs.toml pdg.F_pi.value"} <= names
    assert not any("paper-10tev" in name for name in names)


def test_a_long_bar_ends_in_its_number() -> None:
    row = {
        "search": "koto-2021",
        "end": "lower",
        "edge [G_F]": 1.3,
        "cause": "choices",
        "down [%]": -60.0,
        "up [%]": 60.0,
    }
    figure = picture([row | {"largest": "inputs.toml pdg.m_UV", "largest [%]": 60.0}], study.CAUSES)
    assert [text.get_text() for text in figure.axes[0].texts] == ["±60 % (m_UV)"]
