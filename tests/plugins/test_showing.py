"""``darkpair list KIND --show NAME``: a data file as it is, a chain's tree, a model's modes, the parameters of anything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from darkpair.cli import main
from darkpair.gen.data_files import data_files
from darkpair.gen.parameters import parameters
from darkpair.plugins import REGISTRIES
from darkpair.plugins.schema import job_schema

ROOT = Path(__file__).parents[2]


def show(*words: str) -> str:
    done = CliRunner().invoke(main, ["list", *words])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("name", ["charm", "nucal", "koto", "belle2", "belle"])
def test_a_detector_s_data_file_as_it_is(name: str) -> None:
    text = (ROOT / "detectors" / "data" / f"{name}.toml").read_text(encoding="utf-8")
    assert show("detectors", "--show", name) == text


def test_every_data_file() -> None:
    names = show("data").split()
    assert names == list(data_files()) == json.loads(show("data", "--json"))
    for name in names:
        assert show("data", "--show", name.rpartition("/")[2]).strip()


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind in REGISTRIES if kind != "detectors" for name in list(REGISTRIES[kind])[:4]],
)
def test_whatever_has_parameters_shows_them(kind: str, name: str) -> None:
    text = show(kind, "--show", name)
    assert text.strip()
    for parameter in parameters(REGISTRIES[kind].factory(name)):
        assert f"  {parameter} " in text


def test_a_chain_and_a_model() -> None:
    assert "└── X2\n    ├── X1\n    └── pi0\n        ├── gamma\n" in show("chains", "--show", "kl_x1x2_pi0")
    assert "K_L0 -> X1 X2" in show("models", "--show", "zprime-scalar")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--show", "charm"], "--show charm of what? allowed: a kind before it"),
        (["detectors", "--show", "chram"], "unknown detector 'chram' (did you mean 'charm'?)"),
        (["detector", "--show", "charm"], "unknown kind 'detector' (did you mean 'detectors'?)"),
        (["data", "--show", "nothing"], "unknown data file 'nothing'"),
        (["models", "--show", "zprime"], "unknown model 'zprime'"),
    ],
)
def test_a_wrong_name_is_one_line(words: list[str], line: str) -> None:
    done = CliRunner().invoke(main, ["list", *words])
    assert (done.exit_code, done.stdout) == (2, "")
    assert line in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_schema() -> None:
    done = CliRunner().invoke(main, ["schema"])
    assert json.loads(done.output) == job_schema()
