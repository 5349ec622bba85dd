"""docs/tutorial/own_experiment.md: the detector of one's own sees something."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from darkpair.cli import main
from darkpair.gen.output.reader import read_provenance

PAGE = Path(__file__).parents[2] / "docs" / "tutorial" / "own_experiment.md"


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
