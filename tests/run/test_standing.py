"""What stands where a job writes: the same is kept, a longer run replaces a shorter one, anything else stays unless it is forced."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import darkpair.gen.provenance
from darkpair.cli import main
from darkpair.gen.output.reader import read_provenance
from tests.shared.forms import Form, every_form

ROOT = Path(__file__).parents[2]
JOB = ROOT / "examples" / "koto_pi0.toml"


def run(*words: Any) -> Result:
    return CliRunner().invoke(main, ["run", str(JOB), "-n", "2000", *map(str, words)])


@pytest.fixture
def out(tmp_path: Path) -> Path:
    path = tmp_path / "out.root"
    assert run("-o", path).exit_code == 0
    return path


@pytest.mark.parametrize("form", every_form(layout="cartesian", kind="ttree"))
def test_the_same_again_is_there(tmp_path: Path, form: Form) -> None:
    path = tmp_path / f"out{form.ending}"
    first = run("-o", path)
    before = path.read_bytes()
    for words in ((), ("--workers", 2), ("--set", "run.chunk=16384")):
        done = run("-o", path, *words)
        assert done.exit_code == 0, done.output
        assert "is there, made with darkpair" in done.output
    assert path.read_bytes() == before
    picture = path.with_name("out.png")
    drawn = picture.read_bytes()
    picture.unlink()
    assert run("-o", path).exit_code == 0
    assert picture.read_bytes() == drawn
    assert first.output.split("throughput")[0] == done.output.split("not in it")[0]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--seed", 5), "run.seed"),
        (("--set", "chain.mass.X2=400 MeV"), "chain.mass"),
        (("--set", "detector.selection=2021"), "detector"),
        (("--set", "output.events=all"), "output.events"),
        (("--set", "output.layout=nano"), "output.layout"),
        (("--branching-ratio", 1e-9), "normalisation.branching_ratio"),
        (("-n", 1000), "has 2,000 generated events"),
        (("--part", "1/2"), "has 2,000 generated events"),
        (("--set", "run.number=7"), "run.number"),
    ],
)
def test_anything_else_is_not_replaced_unasked(out: Path, words: tuple[Any, ...], why: str) -> None:
    before = out.read_bytes()
    done = run("-o", out, *words)
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.output
    assert why in done.stderr
    assert "--force" in done.stderr
    assert out.read_bytes() == before
    assert run("-o", out, *words, "--force").exit_code == 0
    assert out.read_bytes() != before


def test_a_longer_run_takes_its_place(out: Path) -> None:
    done = run("-o", out, "-n", 3000)
    assert done.exit_code == 0, done.output
    assert "what was there has 2,000 generated events, and is replaced" in done.output
    assert read_provenance(out)["result"]["generated"] == 3000
    again = run("-o", out, "-n", 4000, "--set", "output.replace=true")
    assert again.exit_code == 0


@pytest.mark.parametrize("content", [b"", b"root, and no more", b"my thesis"])
def test_a_file_of_something_else_stays(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mine.root"
    path.write_bytes(content)
    done = run("-o", path)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert path.read_bytes() == content
    assert run("-o", path, "--force").exit_code == 0


def test_after_an_update(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same job of another version is there; one of which the version made other events is made again."""
    versions = dict(darkpair.gen.provenance.environment()["versions"])
    monkeypatch.setattr(darkpair.gen.provenance, "_versions", lambda: versions | {"darkpair": "99.0"})
    done = run("-o", out)
    assert done.exit_code == 0, done.output
    assert "is there, made with darkpair 0" in done.output
    monkeypatch.setattr("darkpair.gen.pipeline.sample_digest", lambda *_: "ab" * 32)
    done = run("-o", out)
    assert done.exit_code == 0, done.output
    assert "and is replaced" in done.output
    assert read_provenance(out)["versions"]["darkpair"] == "99.0"
    monkeypatch.setattr("darkpair.gen.pipeline.sample_digest", lambda *_: "cd" * 32)
    done = run("-o", out)  # the same version, other data
    assert done.exit_code == 2
    assert "which have changed since" in done.stderr


def test_a_file_of_an_earlier_format(tmp_path: Path) -> None:
    """Its job is told by its keys; another one stays."""
    path = tmp_path / "x.root"
    shutil.copy(ROOT / "tests" / "gen" / "before" / "cartesian.root", path)
    before = path.read_bytes()
    assert run("-o", path).exit_code == 2
    assert path.read_bytes() == before


def test_check_says_what_a_run_would_do(out: Path) -> None:
    def said(*words: Any) -> str:
        given = ["check", str(JOB), "-n", "2000", "-o", str(out), *map(str, words)]
        return CliRunner().invoke(main, given).output

    assert "would be left as it is" in said()
    assert "would be replaced by the longer run" in said("-n", 2500)
    assert "would refuse to replace it" in said("--seed", 4)
    assert "exists and would be replaced" in said("--seed", 4, "--set", "output.replace=true")
    assert (
        json.loads(CliRunner().invoke(main, ["inspect", str(out), "--json"]).output)["sample"]["of"] == 2000
    )
