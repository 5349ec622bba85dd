"""KOTO's numbers that no figure has: each with an error where it is drawn, bounds as kinematics has them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from darkpair.gen.endpoints import max_pt
from darkpair.gen.particles import particle
from darkpair.pages.runs import Run, differences
from darkpair.studies import STUDIES

STORED = Path(__file__).parents[2] / "docs" / "results" / "koto-statements.json"


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("statements")
    STUDIES["koto-statements"](folder=folder, quick=True, events=40_000)
    table = json.loads((Path(folder) / "koto-statements.json").read_text(encoding="utf-8"))["rows"]
    return {row["statement"]: row for row in table}


def test_every_statement_is_a_number(rows: dict[str, dict[str, Any]]) -> None:
    assert len(rows) > 10
    drawn = [row for row in rows.values() if row["value error"] is not None]
    assert len(drawn) > 5
    assert all(row["value error"] > 0.0 for row in drawn)


def test_bounds_are_those_of_kinematics(rows: dict[str, dict[str, Any]]) -> None:
    exact = {row["value"] for row in rows.values() if row["value error"] is None}
    bound = 1e3 * max_pt(particle("K_L0").mass, particle("pi0").mass, 0.0)
    assert any(value == pytest.approx(bound, rel=1e-3) for value in exact)


@pytest.mark.skipif(not STORED.is_file(), reason="no source tree")
def test_a_small_run_agrees_with_the_stored_one(rows: dict[str, dict[str, Any]]) -> None:
    """Every drawn number within five standard errors of both."""
    run = Run(command="darkpair", outputs=["koto-statements"], minutes=0.0, keys=["statement"])
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    apart = dict(differences(stored, {"rows": list(rows.values())}, run))
    assert len(apart) == sum(row["value error"] is not None for row in rows.values())
    assert max(apart.values()) < 5.0
