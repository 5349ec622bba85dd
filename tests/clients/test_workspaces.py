"""Workspaces by pyhf, and as HS3 by RooFit and pyhs3: limits within a per cent of ours, likelihoods the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from darkpair.export.hs3 import hs3_workspace
from darkpair.export.profile import profile_limit
from darkpair.export.workspace import counting_workspace, koto_counting
from darkpair.statistics import Counting
from tests.shared.clients import ask, python_of

pytestmark = [
    pytest.mark.filterwarnings("ignore:jsonschema.RefResolver:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),  # pyhf's fits try a mean of zero
]

COUNTINGS = {
    "2015": koto_counting("2015"),
    "2016-18": koto_counting("2016-18"),
    "2021": koto_counting("2021"),
    "large errors": Counting(observed=5, background=4.0, background_error=1.6, efficiency_error=0.3),
    "exact": Counting(observed=2, background=1.5, background_error=0.0, efficiency_error=0.0),
}
LEVEL = 0.90


@pytest.fixture(params=COUNTINGS)
def counting(request: pytest.FixtureRequest) -> Counting:
    return COUNTINGS[request.param]


def test_pyhf(tmp_path: Path) -> None:
    """Its own limits; without a scan its `upper_limit` does not hand the level on (pyhf 0.7.6)."""
    python = python_of("pyhf")
    limits = [profile_limit(counting, LEVEL) for counting in COUNTINGS.values()]
    words: list[object] = []
    for name, limit in zip(COUNTINGS, limits, strict=True):
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(counting_workspace(COUNTINGS[name], signal=1.0, largest=100.0)))
        words += [path, 0.7 * limit, 1.3 * limit]
    assert ask(python, "of_pyhf.py", 1.0 - LEVEL, *words) == pytest.approx(limits, rel=0.01)


def hs3_file(counting: Counting, path: Path) -> dict[str, Any]:
    workspace = hs3_workspace(counting_workspace(counting, signal=1.0, largest=100.0))
    path.write_text(json.dumps(workspace))
    return workspace


def test_roofit(counting: Counting, tmp_path: Path) -> None:
    python = python_of("ROOT")
    pytest.importorskip("pyhf", reason="pyhf is not installed")
    limit = profile_limit(counting, LEVEL)
    hs3_file(counting, tmp_path / "hs3.json")
    said = ask(python, "of_roofit.py", tmp_path / "hs3.json", LEVEL, limit)
    assert said["limit"] == pytest.approx(limit, rel=0.01)


#: Strength, standard deviations of the efficiency, factor of the background.
POINTS = [(1.0, 0.0, 1.0), (0.0, -1.5, 0.7), (4.0, 0.7, 1.3)]


def likelihoods(counting: Counting) -> list[float]:
    """pyhf's, its interpolation that of HS3."""
    pyhf = pytest.importorskip("pyhf", reason="pyhf is not installed")
    workspace = pyhf.Workspace(counting_workspace(counting, signal=1.0, largest=100.0))
    model = workspace.model(modifier_settings={"normsys": {"interpcode": "code4"}})
    out = []
    for mu, alpha, gamma in POINTS:
        values = {"mu": mu, "efficiency": alpha, "background": gamma}
        out.append(
            float(model.logpdf([values[name] for name in model.config.par_order], workspace.data(model))[0])
        )
    return out


def test_pyhs3(counting: Counting, tmp_path: Path) -> None:
    """pyhs3 takes the errors of shapesys for absolute ones, where RooFit and HS3 have relative ones: with that it agrees."""
    python = python_of("pyhs3")
    expected = likelihoods(counting)
    workspace = hs3_file(counting, tmp_path / "hs3.json")
    names = ("mu", "alpha_efficiency", "gamma_background_bin_0")
    points = json.dumps([dict(zip(names, point, strict=True)) for point in POINTS])
    said = ask(python, "of_pyhs3.py", tmp_path / "hs3.json", points)
    absolute = False
    for sample in workspace["distributions"][0]["samples"]:
        for modifier in sample["modifiers"]:
            if modifier["type"] == "shapesys":
                modifier["data"]["vals"] = [counting.background_error]
                absolute = True
    if absolute:
        assert said != pytest.approx(expected, abs=1e-3)  # (when this fails, pyhs3 has the relative ones)
        (tmp_path / "hs3.json").write_text(json.dumps(workspace))
        said = ask(python, "of_pyhs3.py", tmp_path / "hs3.json", points)
    assert said == pytest.approx(expected, abs=1e-6)
