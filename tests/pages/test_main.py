"""``python -m darkpair.pages``: pages written, checked and made anew in a small tree of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.pages.__main__ import main
from darkpair.pages.runs import Run, read_runs, run_of

RUNS = """
[[run]]
command = "python make.py {folder}"
quick = "--quick"
outputs = ["mine"]
minutes = 0.1
"""

MAKE = """
import json, sys
from pathlib import Path
folder = Path(sys.argv[1])
value = 2.5 if "--quick" in sys.argv else 1.5
(folder / "mine.json").write_text(json.dumps({"rows": [{"x": value}], "provenance": {}}))
(folder / "mine.png").write_bytes(b"new")
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A README and a page with one number of one run, in the working folder."""
    results = tmp_path / "docs" / "results"
    results.mkdir(parents=True)
    (tmp_path / "README.md").write_text("# Mine\n", encoding="utf-8")
    (tmp_path / "docs" / "mine.md").write_text("# Page\n\nIt is 1.5 here.\n", encoding="utf-8")
    (tmp_path / "docs" / "mine.png").write_bytes(b"old")
    binding = '[[says]]\ntext = "It is {x:.1f} here"\nx = "mine | x"\n'
    (results / "mine.toml").write_text(binding, encoding="utf-8")
    (results / "runs.toml").write_text(RUNS, encoding="utf-8")
    (tmp_path / "make.py").write_text(MAKE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_remake_check_and_write(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    assert "0.1 min  mine: python make.py {folder}  [not stored]" in capsys.readouterr().out
    assert main(["remake", "all"]) == 0
    assert capsys.readouterr().out.startswith("mine.json, ")
    assert (tree / "docs" / "mine.png").read_bytes() == b"new"
    assert main(["check"]) == 0
    assert capsys.readouterr().out == "0 problems\n"
    assert main(["list"]) == 0
    assert "stored" not in capsys.readouterr().out
    (tree / "docs" / "mine.png").write_bytes(b"old")
    assert main(["remake", "mine", "--quick"]) == 0
    assert (tree / "docs" / "mine.png").read_bytes() == b"old"  # pictures are those of the whole size
    assert main(["list"]) == 0
    assert "[stored at quick size]" in capsys.readouterr().out
    assert main(["check"]) == 1
    assert "mine.md:3: '1.5' should be '2.5'" in capsys.readouterr().out
    assert main([]) == 0
    assert "It is 2.5 here." in (tree / "docs" / "mine.md").read_text(encoding="utf-8")


def test_a_note_is_said_and_a_wrong_page_is_an_error(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = {"command": "python make.py {folder}", "provenance": {"note": "by hand"}, "rows": []}
    (tree / "docs" / "results" / "mine.json").write_text(json.dumps(output), encoding="utf-8")
    assert main(["list"]) == 0
    assert "[by hand]" in capsys.readouterr().out
    assert main([]) == 1
    assert capsys.readouterr().err.startswith("error: ")


@pytest.mark.parametrize("words", [["write"], ["check", "mine"]])
def test_what_is_no_command(tree: Path, words: list[str]) -> None:
    with pytest.raises(InputError, match=r"allowed are nothing, check, list, remake NAME"):
        main(words)
    assert tree.is_dir()


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("perl make.pl", "begins with 'perl'; allowed: darkpair, python"),
        ("python -c 'raise SystemExit(\"no number\")'", "ended with status 1: no number"),
        ("python -c 'x = 1'", r"left no mine.json; name what it leaves in `outputs`"),
    ],
)
def test_a_command_that_leaves_nothing(tree: Path, command: str, line: str) -> None:
    with pytest.raises(InputError, match=line):
        Run(command=command, outputs=["mine"], minutes=0.1).made(tree)


def test_what_is_kept(tree: Path) -> None:
    run = Run(
        command="python make.py {folder}", outputs=["mine"], minutes=0.1, keep=["rows"], where=["x > 2"]
    )
    assert run.made(tree)["mine"]["rows"] == []
    assert run.made(tree).keys() == {"mine"}


def test_outputs_of_two_commands(tree: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'mine'"):
        run_of("mines", read_runs(tree / "docs" / "results"))
    (tree / "docs" / "results" / "runs.toml").write_text(2 * RUNS, encoding="utf-8")
    with pytest.raises(InputError, match="mine is the output of 2 commands"):
        read_runs(tree / "docs" / "results")
