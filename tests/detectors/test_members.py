"""Every optional member of a detector that the package asks for stands in one Protocol, and means what it says."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from darkpair.detectors import DETECTORS
from darkpair.gen.detector_members import WholeDetector
from darkpair.gen.sources import SOURCES

ROOT = Path(__file__).parents[2]
MEMBERS = {name for name in dir(WholeDetector) if not name.startswith("_")}


@pytest.mark.skipif(not (ROOT / "gen").is_dir(), reason="no source tree")
def test_what_is_asked_for_is_written_down() -> None:
    asked = set()
    files = [*(ROOT / "gen").rglob("*.py"), *(ROOT / "src" / "darkpair").rglob("*.py")]
    for path in files:
        text = path.read_text("utf-8")
        asked |= set(re.findall(r'(?:getattr|hasattr)\(\w*detector, "(\w+)"', text))
    assert {
        "region",
        "source",
        "parents",
        "machine",
        "needs",
        "reach",
        "vertex_range",
        "flat_factors",
    } <= asked
    assert asked <= MEMBERS
    protocol = ast.parse((ROOT / "gen" / "detector_members.py").read_text("utf-8"))
    defined = [node for node in ast.walk(protocol) if isinstance(node, ast.FunctionDef)]
    assert all(ast.get_docstring(node) for node in defined)


@pytest.mark.parametrize("name", [name for name in DETECTORS.ours if name != "fixed_target"])
def test_our_detectors_have_them(name: str) -> None:
    made = DETECTORS.make(name)
    assert made.source in SOURCES
    public = {n for n in dir(made) if not n.startswith("_")}
    assert {"observe", "select", "source", "region", "needs", "provenance"} <= public & MEMBERS
    if "vertex_range" in public and made.vertex_range is not None:
        low, high = made.vertex_range
        assert made.region.z_min <= low < high <= made.region.z_max
