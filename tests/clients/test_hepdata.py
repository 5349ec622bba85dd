"""HEPData's own validator takes our submissions: those of Figs. 3 and 5, from their stored rows, and one of every kind of column."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from darkpair.chains.models import Inputs
from darkpair.export.hepdata import Table, write_submission
from darkpair.limits.contours import Contours
from darkpair.studies.paper.exclusions import Panel, published
from darkpair.studies.paper.fig3 import mass_panels
from darkpair.studies.paper.fig5 import panels_of
from tests.shared.clients import ROOT, ask, python_of


def panels(name: str, preset: str, data: str) -> list[Panel]:
    inputs = Inputs(preset)
    if name == "fig5":
        return panels_of(inputs, data=data, convention="literal", quick=False)
    return mass_panels(Contours(model="scalars", inputs=inputs, data=data), quick=False)


@pytest.mark.parametrize(
    ("name", "preset", "data"),
    [("fig3", "paper", "2020"), ("fig3", "pdg", "today"), ("fig5", "paper", "2020")],
)
def test_figures(name: str, preset: str, data: str, tmp_path: Path) -> None:
    python = python_of("hepdata_validator")
    stored = ROOT / "docs" / "results" / f"{name}-{preset}-{data}.json"
    rows = json.loads(stored.read_text(encoding="utf-8"))["rows"]
    tables = published(panels(name, preset, data), rows)
    write_submission(tmp_path, f"{name} of arXiv:2005.07102", tables)
    said = ask(python, "of_hepdata.py", tmp_path)
    assert said == {"valid": True, "messages": [], "tables": len(tables)}
    assert len(tables) > 15


def test_every_kind_of_column(tmp_path: Path) -> None:
    """Text, whole numbers, what is not finite, errors with gaps, qualifiers with units, keywords, Greek letters."""
    python = python_of("hepdata_validator")
    rows = [
        {"point": "A", "m2 [MeV]": 430, "κ": np.float64(1e-9), "error": 1e20, "limit": math.inf},
        {"point": "B", "m2 [MeV]": 400, "κ": math.nan, "error": None, "limit": 1},
    ]
    table = Table(
        name="Figure 3, left: κ",
        description="A band, and a limit",
        rows=rows,
        independent=("point", "m2 [MeV]"),
        errors={"κ": "error"},
        qualifiers={"confidence level [%]": "90", "inputs": "paper"},
        keywords={"observables": ["BR"], "reactions": ["K0L --> X X"], "phrases": ["dark"]},
    )
    write_submission(tmp_path, "Limits", [table])
    assert ask(python, "of_hepdata.py", tmp_path) == {"valid": True, "messages": [], "tables": 1}


def test_the_validator_sees_a_fault(tmp_path: Path) -> None:
    python = python_of("hepdata_validator")
    table = Table(
        name="Limits", description="-", rows=[{"m2 [MeV]": 1.0, "limit": 2.0}], independent=("m2 [MeV]",)
    )
    path = write_submission(tmp_path, "Limits", [table])[1]
    path.write_text(path.read_text().replace("values", "numbers"))
    assert not ask(python, "of_hepdata.py", tmp_path)["valid"]
