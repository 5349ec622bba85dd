"""docs/analysis.md: its commands run, its code blocks run after them, and their numbers are the right ones."""

from __future__ import annotations

import re
import runpy
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from darkpair.chains.models.rates import build_model
from darkpair.cli import main
from darkpair.detectors.koto_results import run as run_of_koto
from darkpair.gen.lifetime import Scan
from darkpair.gen.output.reader import read_provenance
from darkpair.job.job import load_job
from darkpair.run.runner import run_job
from tests.shared import branch_tables

ROOT = Path(__file__).parents[2]
PAGE = branch_tables.PAGE.read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Names that the page's code leaves, run in a folder of its own."""
    folder = tmp_path_factory.mktemp("analysis")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        (folder / "examples").symlink_to(ROOT / "examples")
        for line in blocks("bash")[0].splitlines():
            words = shlex.split(line)
            assert words[0] == "darkpair"
            result = CliRunner().invoke(main, words[1:])
            assert result.exit_code == 0, result.output
        script = folder / "analysis.py"
        script.write_text("\n".join(blocks("python")), encoding="utf-8")
        names = runpy.run_path(str(script))
    return names | {"folder": folder}


def test_reading(page: dict[str, Any]) -> None:
    accepted = page["told"]["result"]["accepted"]
    assert page["seen"] == accepted
    inside = page["plane"].values(flow=True).sum()
    assert inside == accepted == len(page["pt"])
    assert np.allclose(page["mass"], 0.1349768, rtol=1e-6)


def test_acceptance_is_the_provenance_s(page: dict[str, Any]) -> None:
    result = page["told"]["result"]
    assert page["acceptance"] == pytest.approx(result["acceptance"], rel=1e-12)
    assert page["error"] == pytest.approx(result["acceptance_error"], rel=1e-12)
    assert page["effective"] == pytest.approx(result["effective_sample_size"], rel=1e-12)


def test_a_scan_is_what_dedicated_samples_give(page: dict[str, Any], tmp_path: Path) -> None:
    """Within five standard errors: three in 1.7e6."""
    for ctau, (value, error) in page["scanned"].items():
        path = tmp_path / f"{ctau:g}.root"
        settings = {"run.n": 100_000, "run.seed": 7, "chain.ctau.X2": ctau, "output.path": str(path)}
        job = load_job(ROOT / "examples" / "koto_pi0.toml", overrides=settings | {"output.picture": False})
        result = run_job(job)
        flow, decays = result.cutflow, result.provenance["source"]["decay_probability"]
        assert abs(value - decays * flow.acceptance) < 5.0 * np.hypot(error, decays * flow.acceptance_error)


def test_expected_events(page: dict[str, Any]) -> None:
    """By hand, of the files' own numbers."""
    charm = read_provenance(page["folder"] / "charm.root")
    point = build_model("zprime-scalar", {"m1": "40 MeV", "m2": "400 MeV", "G_X": "0.15 GF"}, "pdg")
    ratio = float(point.branching_ratio("eta", "X1 X2") * point.branching_ratio("X2", "X1 pi0")) * 0.98823
    by_hand = 2.4e18 * 0.30 * ratio * charm["result"]["acceptance"] * 0.51
    assert page["charm"].value == pytest.approx(by_hand, rel=1e-9)
    assert 0.3 < page["charm"].multiplicity / page["charm"].value < 0.4
    assert set(page["charm"].spectra) >= {"pythia6", "sibyll23d", "urqmd34", "bmpt"}
    assert page["kinematic"].value == pytest.approx(
        6.83e12 * 0.07848 * 1e-9 * 0.98823 * page["acceptance"], rel=1e-4
    )
    standard = run_of_koto("2016-18").standard_acceptance.value
    assert page["koto"].value == pytest.approx(
        1e-9 / 7.20e-10 * 0.0784811 * page["acceptance"] / standard, rel=1e-5
    )
    assert 11.0 < page["kinematic"].value / page["koto"].value < 13.0
    assert page["branching_ratio_limit"] * page["koto"].value / 1e-9 == pytest.approx(page["most"])
    assert page["along"][0] == pytest.approx(2.4e18 * 0.30 * 1e-14 * 8e-5 * 0.51)


def test_the_law_of_a_scan_on_the_page_is_the_package_s(page: dict[str, Any]) -> None:
    lengths = np.geomspace(1e-6, 1e9, 31)
    for ctau in (1e-3, 0.3, 100.0, 1e7):
        assert page["to_ctau"](lengths, ctau) == pytest.approx(Scan().weight(lengths, ctau), rel=1e-12)


def test_the_tables_of_branches_are_the_titles() -> None:
    """Made anew by ``python -m tests.shared.branch_tables``."""
    assert branch_tables.renewed(PAGE) == PAGE


def test_every_branch_is_on_the_page(page: dict[str, Any]) -> None:
    """Of the files of both detectors that the page makes."""
    said = {branch for titles in branch_tables.TABLES.values() for branch in titles}
    for name in ("koto_pi0", "charm"):
        with page["uproot"].open(page["folder"] / f"{name}.root") as file:
            branches = set(file["Events"].iterkeys())
        counters = {f"n{branch.split('_')[0]}" for branch in branches}
        assert branches - counters - said <= {"Pi0_accepted"}
