"""HEPData's own validator takes our submissions: those of Figs. 3 and 5, from their stored rows, and one of every kind of column."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair.chains.models import Inputs, Model, ZPrimeScalar
from darkpair.export.hepdata import Table, write_submission
from darkpair.gen.output.target import put
from darkpair.limits import limit_rows
from darkpair.limits.contours import Contours
from darkpair.limits.samples import Size
from darkpair.studies.exchange import exchange_contents
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


def test_limits_of_a_model(tmp_path: Path) -> None:
    """What ``darkpair limits --hepdata`` leaves: limits and efficiencies, an unknown value among them."""
    python = python_of("hepdata_validator")
    points: list[tuple[dict[str, str], Model]] = [
        ({"G_X": f"{g} GF"}, ZPrimeScalar(m1=0.0, m2=0.43, G_X=g * 1.1663788e-5, m_Zprime=10.0))
        for g in (0.2, 0.4, 3.0)
    ]
    size = Size(kaons=120_000, etas=4_000, spectra="central", cells=(8, 6, 4), throws=(4,))
    which: dict[str, Any] = {"only": ["nucal", "ship", "koto-2021", "eta-invisible"]}
    rows = limit_rows([model for _, model in points], size=size, folder=tmp_path / "samples", **which)
    asked = {
        "model": "zprime-scalar",
        "inputs": "pdg",
        "data": "today",
        "settings": {"m1": "0", "m2": "430 MeV"},
    }
    made, _ = exchange_contents(
        tmp_path, points, rows, asked, which, size=size, cache=tmp_path / "samples", likelihoods=False
    )
    put(made)
    said = ask(python, "of_hepdata.py", tmp_path / "hepdata")
    assert said == {"valid": True, "messages": [], "tables": len(made) - 1}
    assert len(made) > 8


def test_the_validator_sees_a_fault(tmp_path: Path) -> None:
    python = python_of("hepdata_validator")
    table = Table(
        name="Limits", description="-", rows=[{"m2 [MeV]": 1.0, "limit": 2.0}], independent=("m2 [MeV]",)
    )
    path = write_submission(tmp_path, "Limits", [table])[1]
    path.write_text(path.read_text().replace("values", "numbers"))
    assert not ask(python, "of_hepdata.py", tmp_path)["valid"]
