"""Ranges of a parameter in files have their unit: the bound, in that unit, is where the search's observable is its limit."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from darkpair.chains.models.rates import build_model, unit_of
from darkpair.cli import main

WORDS = ["limits", "zprime-majorana", "m1=0", "m2=600 MeV", "--only", "b-to-k-belle", "--quick"]


def test_ranges_have_their_unit(tmp_path: Path) -> None:
    more = ["--cache", str(tmp_path / "cache")]
    done = CliRunner().invoke(main, [*WORDS, *more, "G_X=3 GF", "--along", "G_X", "-o", str(tmp_path / "o")])
    assert done.exit_code == 0, done.output
    with (tmp_path / "o" / "limits.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row["G_X unit"] == "GeV^-2"
    assert (
        json.loads((tmp_path / "o" / "limits.json").read_text(encoding="utf-8"))["rows"][0]["G_X unit"]
        == "GeV^-2"
    )
    bound = f"G_X={row['G_X low']} {row['G_X unit']}"
    at = json.loads(CliRunner().invoke(main, [*WORDS, *more, bound, "--json"]).output)
    assert at[0]["ratio"] == pytest.approx(1.0, rel=1e-3)
    assert "G_X unit" not in at[0]


@pytest.mark.parametrize(
    ("name", "unit"), [("mu", "GeV^-1"), ("G_X", "GeV^-2"), ("c_A", ""), ("m_Zprime", "GeV")]
)
def test_of_a_combination(name: str, unit: str) -> None:
    model = build_model("zprime-dirac+dipole", {"m1": "0", "m2": "0.3", "G_X": "1e-5", "mu": "1e-5"})
    assert unit_of(model, name) == unit
