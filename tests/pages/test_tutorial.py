"""Law of the tutorial and of each how-to: from an empty folder with the examples its blocks work in order, and every run accepts events.

Blocks alone, and the commands that look at no file, are run by test_page_blocks.py.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from darkpair.cli import main
from darkpair.gen.output.reader import read_provenance
from darkpair.plugins.examples import write_examples
from tests.shared.event_files import b_event, write_nano

pytestmark = pytest.mark.filterwarnings("ignore:jsonschema.RefResolver:DeprecationWarning")

DOCS = Path(__file__).parents[2] / "docs"

#: Pages that follow each other in one folder.
TUTORIAL = ("tutorial/first_ntuple", "tutorial/limit", "tutorial/own_experiment")

#: How-to's whose blocks have a test of their own, or none that makes a file.
ELSEWHERE = {
    "analysis": "test_analysis_page.py",
    "clients": "../clients/test_clients_page.py",
    "detector_files": "test_detector_files_page.py",
    "extending": "test_extending_pages.py",
    "howto/figures": "test_page_blocks.py",
    "limits": "test_page_blocks.py",
    "your_own_physics": "test_own_physics_page.py",
}

#: Commands that make, read or write files.
OF_FILES = ("new", "check", "run", "inspect", "merge", "report", "display", "cite", "particles", "examples")

#: Events of a run, and of one that is made in parts, each of which needs a block.
EVENTS, OF_PARTS = "4000", "40000"

#: Pages whose files are B mesons of somebody else.
B_FILE = "nanoAOD_2015_CMS_Open_Data_ttbar.root"


def how_to() -> list[str]:
    """Pages of the contents of docs/howto.md."""
    text = (DOCS / "howto.md").read_text(encoding="utf-8")
    contents = re.findall(r"^~~~\{toctree\}\n(.*?)^~~~", text, flags=re.MULTILINE | re.DOTALL)
    return [line for part in contents for line in part.splitlines() if line and not line.startswith(":")]


def blocks(page: str) -> Iterator[tuple[str, str]]:
    """Language and text of each block of a page that is run."""
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    for block in re.finditer(r"^```(bash|python|toml)\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
        yield block[1], block[2]


def small(command: str) -> list[str]:
    """Words of a command behind ``darkpair``, with fewer events."""
    command = re.sub(r" -n \S+|--workers 2", "", command.split(" #", maxsplit=1)[0])
    words = shlex.split(command.replace("FILE.root", B_FILE))[1:]
    if words[0] == "run" and "cms" not in command:
        words += ["-n", OF_PARTS if "--part" in words else EVENTS, "--force"]
    return [*words, "--set", "output.picture=false"] if words[0] == "run" else words


def ran(words: list[str]) -> Result:
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, f"{shlex.join(words)}\n{done.output}\n{done.exception!r}"
    return done


def accepted(done: Result) -> None:
    """The file that a run made, or each of a scan, holds accepted events."""
    files = re.findall(r"^events +(\S+)$", done.output, flags=re.MULTILINE)
    assert files, done.output
    for file in files:
        assert json.loads(ran(["inspect", file, "--json"]).output)["result"]["accepted"] > 0, file


def follow(page: str) -> int:
    """Run the blocks of a page in the present folder; how many runs made events."""
    names: dict[str, Any] = {"__name__": "__page__"}
    runs = 0
    for language, text in blocks(page):
        if language == "python":
            exec(text, names)
        elif language == "bash":
            lines = [line for line in text.splitlines() if line.startswith("darkpair ")]
            for words in map(small, lines):
                if words[0] not in OF_FILES:
                    continue
                done = ran(words)
                if words[0] == "run" and "--scan" not in words and "chain.ctau.X2=inf" not in words:
                    accepted(done)
                    runs += 1
        elif all(f"[{part}]" in text for part in ("source", "chain", "detector", "output")):
            Path("page.toml").write_text(text, encoding="utf-8")
            accepted(ran(small("darkpair run page.toml")))
            runs += 1
    return runs


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("empty")
def test_the_tutorial_works_from_an_empty_folder() -> None:
    """Page after page; the hall of one's own sees enough of what it is shown."""
    assert sum(map(follow, TUTORIAL)) >= 6
    result = read_provenance("mine.root")["result"]
    assert result["effective_sample_size"] > 400
    assert 0.0 < result["acceptance"] < 0.1


@pytest.mark.parametrize("page", [page for page in how_to() if page not in ELSEWHERE])
def test_a_how_to_works_with_the_examples_alone(page: str, empty: Path) -> None:
    write_examples(empty / "examples")
    if page == "event_files":
        write_nano(empty / B_FILE, [b_event(), b_event(511)])
    follow(page)


def test_every_how_to_is_followed_somewhere() -> None:
    assert set(ELSEWHERE) <= set(how_to())
    assert all((Path(__file__).parent / name).is_file() for name in ELSEWHERE.values())
    assert len(how_to()) > len(ELSEWHERE) + 8


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
    text = (DOCS / "tutorial" / "first_ntuple.md").read_text(encoding="utf-8")
    part = text.split("## What it prints\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([a-z ]+)` \| (.+) \|$", part, flags=re.MULTILINE)
    assert labels(done.output) == [label for label, _ in rows]
    assert all(len(words) > 7 for _, words in rows)
