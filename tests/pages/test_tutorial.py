"""The tutorial: what the first run prints is explained, and the detector of one's own sees something."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from darkpair.cli import main
from darkpair.gen.output.reader import read_provenance

PAGE = Path(__file__).parents[2] / "docs" / "tutorial" / "own_experiment.md"


def labels(output: str) -> list[str]:
    """What stands before the numbers of the lines after a cut flow, in their order."""
    below = output[output.index("\nacceptance") :].splitlines()
    return [line[:23].strip() for line in below if line.strip()]


def test_every_line_that_the_first_run_prints_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has a row of the page's table, in the same order, and the table has no other."""
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(main, ["new", "job", "kaons"]).exit_code == 0
    done = CliRunner().invoke(main, ["run", "kaons/job.toml", "-n", "20000"])
    assert done.exit_code == 0, done.output
    text = PAGE.with_name("first_ntuple.md").read_text(encoding="utf-8")
    part = text.split("## What it prints\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([a-z ]+)` \| (.+) \|$", part, flags=re.MULTILINE)
    assert labels(done.output) == [label for label, _ in rows]
    assert all(len(words) > 7 for _, words in rows)


def test_a_hall_of_ones_own_accepts_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = PAGE.read_text(encoding="utf-8")
    blocks = {kind: re.search(rf"```{kind}\n(.*?)```", text, re.DOTALL) for kind in ("python", "toml")}
    assert blocks["python"] is not None
    assert blocks["toml"] is not None
    exec(blocks["python"][1], {})
    Path("job.toml").write_text(blocks["toml"][1], encoding="utf-8")
    done = CliRunner().invoke(main, ["run", "job.toml", "-n", "5000", "--set", "output.picture=false"])
    assert done.exit_code == 0, done.output
    result = read_provenance("mine.root")["result"]
    assert result["effective_sample_size"] > 500
    assert 0.0 < result["acceptance"] < 0.1
