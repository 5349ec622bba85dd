"""CONTRIBUTING.md and docs/architecture.md say what there is: files, names, commands, floors, words."""

from __future__ import annotations

import re
import shlex
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import click
import pytest

from darkpair.cli import main
from darkpair.plugins import REGISTRIES
from tests.test_import_rules import FLOORS, modules

ROOT = Path(__file__).parents[2]
PAGES = {page.name: page for page in (ROOT / "CONTRIBUTING.md", ROOT / "docs" / "architecture.md")}
pytestmark = pytest.mark.skipif(not PAGES["CONTRIBUTING.md"].is_file(), reason="no source tree")

#: Words in the place of what a reader chooses, and what a command makes.
CHOSEN = re.compile(r"\b(?:NAME|OUTPUT|FILE|MODEL|REPOSITORY)\b|coverage\.json")

FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
A_FILE = re.compile(r"[\w.-]+(?:/[\w.-]+)*\.(?:py|toml|md|cfg|json|ini)|\.ci/run")
A_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[a-z_]\w*)?")


def text(page: str) -> str:
    return PAGES[page].read_text(encoding="utf-8")


def spans(part: str) -> list[str]:
    """Inline code."""
    return re.findall(r"`([^`\n]+)`", FENCED.sub("", part))


def commands(page: str) -> list[str]:
    """Lines of a shell, in blocks and in sentences."""
    lines = [line.split("#")[0] for _, block in FENCED.findall(text(page)) for line in block.splitlines()]
    lines = [part.strip() for line in [*lines, *spans(text(page))] for part in line.split("&&")]
    return [
        line for line in lines if re.match(r"(?:[A-Z_]+=\S.* )?(?:darkpair|pytest|nox|python) -?\S", line)
    ]


def sentences(page: str) -> list[str]:
    """Inline code that is no command."""
    return [span for span in spans(text(page)) if span not in commands(page)]


@cache
def words() -> frozenset[str]:
    """Every word of the sources and of the data files."""
    files = [*modules().values(), *(ROOT / "tests").rglob("*.py")]
    for room in ("gen", "chains", "detectors", "src"):
        files += (ROOT / room).rglob("*.toml")
    return frozenset(word for file in files for word in re.findall(r"\w+", file.read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", PAGES)
def test_every_file_exists(page: str) -> None:
    named = {file for span in spans(text(page)) for file in A_FILE.findall(span) if not CHOSEN.search(span)}
    named |= {
        span for span in sentences(page) if (ROOT / span.split("/")[0]).is_dir() and not CHOSEN.search(span)
    }
    assert len(named) > 20
    lost = [
        name
        for name in named
        if not (ROOT / name).exists() and ("/" in name or not any(ROOT.glob(f"*/**/{name}")))
    ]
    assert not lost


@pytest.mark.parametrize("page", PAGES)
def test_every_name_is_of_the_code(page: str) -> None:
    named = {
        span.removeprefix("darkpair.")
        for span in sentences(page)
        if A_NAME.fullmatch(span.removeprefix("darkpair."))
    }
    assert len(named) > 20
    assert not [name for name in named if not CHOSEN.search(name) and not set(name.split(".")) <= words()]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_exists(page: str) -> None:
    sessions = set(
        re.findall(
            r"@nox\.session(?:\([^)]*\))?\ndef (\w+)", (ROOT / "noxfile.py").read_text(encoding="utf-8")
        )
    )
    for line in commands(page):
        program, *rest = shlex.split(re.sub(r"^[A-Z_]+=\"[^\"]*\" ", "", line))
        match program, rest:
            case "darkpair", [name, *more]:
                command = main.get_command(click.Context(main), name)
                assert command, line
                known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
                assert {word for word in more if word.startswith("--")} <= known, line
            case "nox", ["-s", session, *_]:
                assert session in sessions, line
            case "python", ["-m", module, *_]:
                assert find_spec(module), line
            case (("pytest" | "python"), more):
                paths = [
                    word for word in more if "/" in word and not word.startswith("-") and "=" not in word
                ]
                assert all((ROOT / path).exists() for path in paths), line


@pytest.mark.parametrize("way", ["A photon's way", "A coupling's way"])
def test_a_way_names_what_stands_in_its_files(way: str) -> None:
    """A name is in the text of a file that this step, or one before, names."""
    section = text("architecture.md").split(f"## {way}")[1].split("\n## ")[0]
    steps = re.split(r"^\d+\. ", section, flags=re.MULTILINE)[1:]
    assert len(steps) > 6
    read = ""
    for step in steps:
        files = [file for span in spans(step) for file in A_FILE.findall(span)]
        read += "".join((ROOT / file).read_text(encoding="utf-8") for file in files)
        names = [span for span in spans(step) if A_NAME.fullmatch(span)]
        lost = [name for name in names if not set(name.split(".")) <= set(re.findall(r"\w+", read))]
        assert not lost, step


def test_the_floors_are_those_of_the_imports() -> None:
    picture = text("architecture.md").split("<!-- floors -->")[1]
    rows = FENCED.search(picture)[2].splitlines()  # type: ignore[index]
    drawn = [tuple(row.split("|")[0].strip().split(", ")) for row in rows]
    assert [set(row) for row in reversed(drawn)] == [set(row) for row in FLOORS]


def test_every_word_of_the_glossary_is_used_where_it_lives() -> None:
    table = text("architecture.md").split("## Words")[1]
    rows = re.findall(r"^\| (\w[\w ]*) \| (.+) \| (.+) \|$", table, flags=re.MULTILINE)[1:]
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    for word, _, places in rows:
        for place in spans(places):
            source = (ROOT / place).read_text(encoding="utf-8")
            assert re.search(word.replace(" ", "[ _]?"), source, flags=re.IGNORECASE), (word, place)


def test_every_kind_has_a_recipe() -> None:
    recipes = re.findall(r"^### (.+)$", text("CONTRIBUTING.md"), flags=re.MULTILINE)
    assert not [
        kind.word for kind in REGISTRIES.values() if not any(kind.word in recipe for recipe in recipes)
    ]
