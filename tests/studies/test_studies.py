"""The studies leave their data, their table and their picture."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from darkpair.cli import main
from darkpair.studies import STUDIES
from darkpair.studies.paper import audit


def invoke(*words: str) -> str:
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module", params=["audit", "table1"])
def study(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp("study")
    with pytest.MonkeyPatch.context() as patch:
        # (the audit's claims on samples: test_audit_claims.py has them, and tests/pages/test_pages.py the whole of it)
        patch.setattr(audit, "sample_claims", lambda _: [])
        invoke("study", request.param, "-o", str(folder), "--quick")
    return request.param, folder


def test_leaves_everything(study: tuple[str, Path]) -> None:
    name, folder = study
    kinds = {path.suffix for path in folder.iterdir() if path.stem == name}
    assert kinds == {".csv", ".json", ".md", ".png", ".pdf"}
    told = json.loads((folder / f"{name}.json").read_text())
    with (folder / f"{name}.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(told["rows"]) > 10
    assert told["provenance"]["units"]["energy"] == "GeV"
    assert "inputs" in told["provenance"]


def test_inputs_are_recorded(tmp_path: Path) -> None:
    invoke("study", "table1", "-o", str(tmp_path), "--inputs", "paper")
    told = json.loads((tmp_path / "table1.json").read_text())
    assert told["provenance"]["inputs"]["preset"] == "paper"


def test_rates() -> None:
    words = ["rates", "zprime-scalar", "m1=0", "m2=300 MeV", "G_X=1 GF", "--inputs", "paper"]
    text = invoke(*words)
    assert "X2 -> X1 pi0" in text
    assert "closed" in text  # two muons and a pair of pions beside X1 are too heavy, or X1 X1 is not coupled
    assert max(map(len, text.splitlines())) <= 120
    told = json.loads(invoke(*words, "--json"))
    assert told["point"]["inputs"]["preset"] == "paper"
    rows = {(r["parent"], r["mode"]): r for r in told["rows"]}
    assert sum(r["branching_ratio"] for (parent, _), r in rows.items() if parent == "X2") == pytest.approx(
        1.0
    )
    assert rows["X2", "X1 pi0"]["width"] > 0.0
    assert "equation" in rows["K_L0", "X1 X2"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["rates", "zprime-scala"], ["did you mean 'zprime-scalar'"]),
        (["rates", "zprime-scalar", "m1"], ["key=value"]),
        (
            ["rates", "zprime-scalar", "m1=0"],
            ["zprime-scalar needs m2 [GeV], G_X [GeV^-2]", "may be given too: invisible_width [GeV]"],
        ),
        (["rates", "zprime-scalar", "m1=0", "m2=0.3", "G_X=1", "g=2"], ["'g'"]),
        (["rates", "zprime-scalar", "m1=0", "m2=0.3", "g_x=1"], ["did you mean 'G_X'"]),
        (["rates", "zprime-scalar", "m1=0", "m2=300 mev", "G_X=1"], ["did you mean 'MeV'"]),
        (["rates", "zprime-scalar", "m1=0", "m2=0.3", "G_X=1+1j"], ["a real number"]),
        (
            ["rates", "zprime-scalar", "m1=0", "m2=0.3", "G_X=1Gf"],
            ["'1Gf' has an unknown unit", "did you mean 'GF'"],
        ),
        (
            ["rates", "zprime-scalar", "m1=0", "m2=0.3", "G_X=1", "--inputs", "papers"],
            ["did you mean 'paper'"],
        ),
        (["rates", "zprime-scalar", "m1=0.4", "m2=0.3", "G_X=1"], ["m1 <= m2"]),
        (["study", "tabel1"], ["did you mean 'table1'"]),
        (["study", "audit", "-o", "/proc/nonexistent"], ["cannot be made"]),
    ],
)
def test_refusals(words: list[str], expected: list[str]) -> None:
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2
    text = result.output.strip()
    assert "\n" not in text
    for word in expected:
        assert word in text


def test_a_unit_may_touch_its_number() -> None:
    point = ("rates", "zprime-scalar", "m1=0", "m2=430MeV", "--json")
    assert invoke(*point, "G_X=1.5GF") == invoke(*point, "G_X=1.5 G_F")
    point = ("rates", "dipole", "m1=0", "m2=0.2", "--json")
    assert invoke(*point, "mu=1e-2/TeV") == invoke(*point, "mu=1e-5")


def test_studies_are_listed() -> None:
    told = json.loads(invoke("list", "studies", "--json"))
    assert [row["name"] for row in told["studies"]] == list(STUDIES)


def test_job_of_a_model(tmp_path: Path) -> None:
    job = Path(__file__).parents[2] / "examples" / "koto_zprime.toml"
    path = tmp_path / "z.root"
    invoke("run", str(job), "-n", "50000", "-o", str(path))
    told = json.loads(invoke("inspect", str(path), "--json"))
    assert told["chain"]["particles"]["X2"]["ctau"] == pytest.approx(54.67, rel=1e-3)
    assert told["chain"]["generated_branching_ratio"] == pytest.approx(0.9111 * 0.98823, rel=1e-3)
    assert told["job"]["chain"]["parameters"]["G_X"] == "1 GF"
    assert told["result"]["accepted"] > 500
    result = CliRunner().invoke(main, ["run", str(job), "--set", "chain.mass.X2=0.3"])
    assert result.exit_code == 2
    assert "come from the model" in result.output


def test_list_says_what_a_study_shows() -> None:
    """Its module's first line, without the name; not what the function returns."""
    told = {
        entry["name"]: entry["summary"]
        for entry in json.loads(invoke("list", "studies", "--json"))["studies"]
    }
    assert set(told) >= set(STUDIES)
    assert told["fig2"].startswith("reconstructed p_T")
    assert all(told[name] and not told[name].startswith("Paths") for name in STUDIES)
