"""``darkpair examples``: every example that a page names is written, nothing is overwritten, of a failure nothing is left."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from darkpair.cli import main
from darkpair.pages import page_files
from darkpair.plugins.examples import example_summaries, write_examples

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(not (ROOT / "docs").is_dir(), reason="no source tree")

#: An example or a folder of them, in a command, in prose or as a link.
NAMED = re.compile(r"(?<![\w-])examples/([\w./-]*\w)")


def mentions() -> set[str]:
    """Examples that pages, scripts and messages of the package name."""
    paths = [*page_files(ROOT), *(ROOT / "docs" / "gallery").rglob("*.py"), *(ROOT / "examples").glob("*.*")]
    paths += (ROOT / "src" / "darkpair").rglob("*.py")
    return {name for path in paths for name in NAMED.findall(path.read_text(encoding="utf-8"))}


def test_what_pages_name_is_written(tmp_path: Path) -> None:
    written = {path.relative_to(tmp_path) for path in write_examples(tmp_path)}
    there = {path.as_posix() for name in written for path in (name, *name.parents)}
    assert len(mentions()) > 20
    assert mentions() - there == set()
    assert (tmp_path / "slurm" / "submit.sh").stat().st_mode & 0o100


def test_each_says_what_it_is() -> None:
    assert [name for name, said in example_summaries().items() if len(said) < 20] == []


def test_nothing_is_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    own, run = Path("examples/charm.toml"), CliRunner().invoke
    own.parent.mkdir()
    own.write_text("mine", encoding="utf-8")
    done = run(main, ["examples", "examples"])
    assert done.exit_code == 2
    assert "'examples/charm.toml' is there and differs from the example" in done.output
    assert [path.name for path in own.parent.iterdir()] == ["charm.toml"]
    own.unlink()
    assert "examples/charm.toml" in run(main, ["examples", "examples"]).output.split()
    Path("examples/nucal.toml").unlink()
    assert run(main, ["examples", "examples"]).output == "examples/nucal.toml\n"
    assert run(main, ["examples", "examples"]).output == "all are there already   examples\n"
