"""What a user gave is said again: in a repr, in `check`, beside an acceptance that nothing counts, in the key of a mistake."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import darkpair
from darkpair import Belle2, FixedTarget, Koto, KotoKaon
from darkpair.cli import main
from darkpair.detectors.catalogue import data_files
from darkpair.detectors.data_file import read_data
from darkpair.detectors.smearing import Calorimeter
from darkpair.job.job import Job
from darkpair.plugins.schema import job_keys
from darkpair.plugins.starting import STARTS
from darkpair.run.check import check_job
from darkpair.studies import STUDIES

CLASSES: dict[str, Any] = {"koto": Koto, "b_factory": Belle2, "fixed_target": FixedTarget}
EVERY = [
    (CLASSES[read_data(name)["kind"]], {"experiment": name, "selection": selection})
    for name in data_files()
    if read_data(name)["kind"] in CLASSES
    for selection in read_data(name)["selections"]
]
CHANGED: list[tuple[Any, dict[str, Any]]] = [
    (
        Koto,
        {"cuts": {"pt": {"min": "140 MeV"}}, "numbers": {"geometry.radius": "94 cm"}, "without": ["z_vtx"]},
    ),
    (KotoKaon, {"cuts": {"pt": {"max": "20 MeV"}}, "pions": 3}),
    (FixedTarget, {"experiment": "charm", "resolution": "none", "factors": []}),
    (Belle2, {"escape_length": "2 m"}),
]

GUN = """
[run]
n = 1000
[source]
name = "gun"
parent = "K+"
momentum = ["70 GeV", "80 GeV"]
[chain]
decay = "K+ -> pi+ S"
mass.S = "100 MeV"
[output]
path = "gun.root"
picture = false
"""
DECAY = "K_L0 -> S gamma gamma"


def invoke(*words: str) -> str:
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def gun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("gun.toml").write_text(GUN, encoding="utf-8")
    return "gun.toml"


@pytest.mark.parametrize(("kind", "given"), EVERY + CHANGED, ids=lambda value: str(value)[:60])
def test_python_makes_a_detector_of_its_repr(kind: Any, given: dict[str, Any]) -> None:
    detector = kind(**given)
    text = repr(detector)
    assert eval(text, vars(darkpair) | CLASSES_BY_NAME) == detector
    assert "Cut(" not in text


CLASSES_BY_NAME = {one.__name__: one for one in (Koto, KotoKaon, Belle2, FixedTarget, Calorimeter)}


@pytest.mark.parametrize("number", ["normalisation.branching_ratio=1e-10", "normalisation.exposure=1e13"])
def test_a_number_that_counts_nothing_is_not_dropped(gun: str, number: str) -> None:
    assert "expected events" not in invoke("check", gun)
    for command in ("check", "run"):
        assert "expected events        not told: a sample of Gun has no normalisation" in invoke(
            command, gun, "--set", number
        )
    assert "not told" in invoke("inspect", "gun.root")


@pytest.mark.parametrize("option", ["--branching-ratio", "--exposure"])
def test_nor_one_that_inspect_is_given(gun: str, option: str) -> None:
    invoke("run", gun)
    assert "expected events" not in invoke("inspect", "gun.root")
    assert "not told" in invoke("inspect", "gun.root", option, "0.5")


def test_the_line_of_a_source_has_its_range(gun: str) -> None:
    assert "momentum = 70 to 80" in invoke("check", gun)


def test_a_preview_prints_what_check_prints(gun: str) -> None:
    preview = check_job(darkpair.load_job(gun))
    timed = ("time of all", "file   ")
    printed, shown = (
        [line for line in text.splitlines() if not line.startswith(timed)]
        for text in (str(preview), invoke("check", gun))
    )
    assert printed == shown
    assert repr(preview) == str(preview)
    assert "K+ -&gt; pi+ S" in preview._repr_html_()


def test_keys_of_each_name_alone() -> None:
    rows = job_keys()
    for owner in dict.fromkeys(row.owner for row in rows if row.owner):
        told = json.loads(invoke("list", "keys", "--show", owner, "--json"))
        assert [row["key"] for row in told] == [row.key for row in rows if row.owner == owner]
    refused = CliRunner().invoke(main, ["list", "keys", "--show", "guns"])
    assert refused.exit_code == 2
    assert "did you mean 'gun'?" in refused.output


@pytest.mark.parametrize(
    ("decay", "element", "start"),
    [
        (DECAY, "squar", f"chain.matrix_elements.{DECAY}.name: unknown matrix element 'squar'"),
        (DECAY, {"name": "power", "powr": 2}, f"unknown key of [chain.matrix_elements.{DECAY}] 'powr'"),
        (DECAY, {"name": "power", "power": "x"}, f"chain.matrix_elements.{DECAY}.power = 'x'"),
        (DECAY, {"power": 2}, f"chain.matrix_elements.{DECAY} needs name"),
        ("K_L0 -> S S gamma", "power", "chain.matrix_elements: unknown mode of the chain"),
        ("K_L0 -> S gamma", "power", "chain.matrix_elements: 'K_L0 -> S gamma'"),
    ],
)
def test_a_mistake_in_a_matrix_element_has_its_key(decay: str, element: Any, start: str) -> None:
    chain = {"decay": "K_L0 -> gamma gamma S", "mass": {"S": 0.1}, "matrix_elements": {decay: element}}
    job = Job.model_validate(
        {"run": {"n": 10}, "source": {"name": "gun"}, "chain": chain, "output": {"path": "x.root"}}
    )
    with pytest.raises(darkpair.DarkpairError) as refused:
        job.pipeline()
    assert str(refused.value).startswith(start)


def test_a_study_without_detectors_names_those_that_have_some(tmp_path: Path) -> None:
    words = ["study", "fig9", "--set", "cuts.pt.min=1", "-o", str(tmp_path)]
    refused = CliRunner().invoke(main, words)
    assert refused.exit_code == 2
    having = refused.output.split("allowed: for ")[1].split(";")[0].split(", ")
    assert "koto-limits" in having
    assert "fig9" not in having
    assert set(having) < set(STUDIES)


def test_the_help_of_new_says_every_kind() -> None:
    words = CliRunner().invoke(main, ["new", "--help"]).output.replace(",", " ").split()
    assert set(STARTS) <= set(words)
