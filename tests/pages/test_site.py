"""The site without building it: every page is in its contents, and the reference has all that the code has."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

import darkpair
from darkpair.chains.models import MODELS
from darkpair.detectors.branches import BELLE2, DUMP, KOTO, KOTO_KAON
from darkpair.gen.output.titles import EVENT, PARTICLE
from darkpair.pages.site import contents, llms_text, summary_of, title_of
from darkpair.plugins import REGISTRIES
from darkpair.plugins.reference import COPIES, PAGES, moved_links, write_pages
from darkpair.plugins.reference.api import INTERFACES, api_page
from darkpair.plugins.reference.markdown import notes_of, prose_of
from darkpair.plugins.reference.models import NOTES
from darkpair.plugins.schema import job_keys
from darkpair.searches import SEARCHES
from tests.pages.test_page_links import DOCS, MADE, ROOT, written

PARTS = ("tutorial", "howto", "reference", "explanation", "gallery")


@cache
def made(name: str) -> str:
    return PAGES[name]()


@cache
def section(page: str, name: str) -> str:
    """What stands on a made page under the heading of a name."""
    return made(page).split(f"## `{name}`\n", 1)[1].split("\n## ", 1)[0]


def test_every_page_is_in_the_contents_once() -> None:
    """Also those that are made; notebooks are taken by their folder."""
    entries = [entry.name for entry in contents(DOCS)]
    pages = {page.relative_to(DOCS).with_suffix("").as_posix() for page in written("*.md")} - {"index"}
    assert pages <= set(entries)
    assert {f"reference/{name}" for name in (*PAGES, *COPIES, "api")} <= set(entries)
    assert [entry.name for entry in contents(DOCS) if entry.depth == 1] == list(PARTS)
    trees = [
        tree
        for page in written("*.md")
        for tree in re.findall(
            r"^~~~\{toctree\}(.*?)^~~~", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
        )
    ]
    lines = [
        line.strip()
        for tree in trees
        for line in tree.splitlines()
        if line.strip() and not line.startswith(":")
    ]
    assert [line for line in lines if lines.count(line) > 1] == []


def test_contents_follow_toctrees_and_stars(tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    (tmp_path / "index.md").write_text(
        "# I\n\n~~~{toctree}\n:caption: Parts\n\npart/a\nlater\n~~~\n", encoding="utf-8"
    )
    (tmp_path / "part" / "a.md").write_text(
        "# A\n\n~~~{toctree}\n:glob:\n\nn_*\n../index\n~~~\n", encoding="utf-8"
    )
    for name in ("n_1.ipynb", "n_2.md", "n_3.txt"):
        (tmp_path / "part" / name).write_text("", encoding="utf-8")
    entries = [(entry.name, entry.depth, entry.caption) for entry in contents(tmp_path)]
    assert entries == [
        ("part/a", 1, "Parts"),
        ("part/n_1", 2, ""),
        ("part/n_2", 2, ""),
        ("later", 1, "Parts"),
    ]


@pytest.mark.parametrize("name", MODELS.ours)
def test_a_model_has_everything(name: str) -> None:
    text = section("models", name)
    for word in NOTES:
        assert f"**{word}**: " in text, word
    for key in job_keys("models"):
        if key.owner == name:
            assert f"| `{key.key}` |" in text
    for (parent, mode), entry in MODELS.factory(name).MODES.items():
        row = re.search(
            rf"^\| `{re.escape(f'{parent} -> {mode}')}` \| {re.escape(entry.equation)} \| (\d+) \|",
            text,
            re.MULTILINE,
        )
        assert row, (parent, mode)
        law = re.search(rf"^{row[1]}\. (.+)$", text, re.MULTILINE)
        assert law, row[0]
        assert law[1].startswith("Width of ")
        assert "`" in law[1] or "The contact of both currents" in law[1]  # its formula


def test_every_key_of_a_job_is_there() -> None:
    models = set(MODELS)
    for key in job_keys():
        if key.owner in models or (key.owner and key.owner not in made("job")):
            assert key.owner in models, key  # (on their own page)
            continue
        assert re.search(rf"^\| `{re.escape(key.key)}` \|", made("job"), re.MULTILINE), key


def test_every_branch_and_search_and_name_is_there() -> None:
    branches = [*(f"GenPart_{name}" for name in PARTICLE), *EVENT, *KOTO, *KOTO_KAON, *BELLE2, *DUMP]
    assert not [name for name in branches if f"| `{name}` |" not in made("branches")]
    for name in SEARCHES.ours:
        text = section("searches", name)
        assert "**Observable**" in text
        assert re.search(r"^\| -?\d", text, re.MULTILINE), name  # a number with its source
    for registry in REGISTRIES.values():
        assert not [name for name in registry.ours if f"| `{name}` |" not in made("names")]


def test_every_public_name_is_in_the_interface() -> None:
    text = api_page((DOCS / "python.md").read_text(encoding="utf-8"))
    listed = re.findall(r"^   (\w[\w.]*)$", text, re.MULTILINE)
    plain = {
        "Angle",
        "Array",
        "Dimensionless",
        "Energy",
        "Infinite",
        "Length",
        "Real",
        "__version__",
        "Ge",
        "Gt",
        "Le",
        "Lt",
    }
    assert set(listed) == set(darkpair.__all__) - plain | {
        name for names in INTERFACES.values() for name in names
    }
    assert "## Models and limits\n" in text
    for name in listed:
        module, _, attribute = f"darkpair.{name}".rpartition(".")
        assert getattr(import_module(module), attribute).__doc__, name


def test_pages_are_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for source in COPIES.values():
        (tmp_path / source).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / source).write_text("[there](docs/a.md#x) [race](benchmarks/README.md)", encoding="utf-8")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "python.md").write_text(
        "# P\n\n## Sources\n\n| `Gun` | A gun. |\n", encoding="utf-8"
    )
    monkeypatch.setattr("darkpair.plugins.reference.pages.PAGES", {"names": lambda: "# Names\n"})
    names = {path.name for path in write_pages(tmp_path)}
    assert names == {"names.md", "api.md", *(f"{name}.md" for name in COPIES)}
    assert write_pages(tmp_path) == []
    copy = (tmp_path / "docs" / "reference" / "contributing.md").read_text(encoding="utf-8")
    assert copy == "[there](../a.md#x) [race](benchmarks.md)"
    assert (
        moved_links("[c](../CONTRIBUTING.md)", tmp_path / "docs", tmp_path / "docs", tmp_path)
        == "[c](reference/contributing.md)"
    )


def test_docstrings_become_markdown() -> None:
    text = "First line.\n\nMore of ``a b`` here.\n\nNotes\n-----\nLagrangian: ``x``,\n    and more.\nPhases: none.\n"
    assert prose_of(text) == "First line.\n\nMore of `a b` here."
    assert notes_of(text) == {"Lagrangian": "`x`, and more.", "Phases": "none."}


def test_the_list_for_programs() -> None:
    rows = [
        ("Tutorial", "Tutorial", "tutorial.html", "Three pages"),
        ("Tutorial", "First", "tutorial/first.html", ""),
    ]
    assert llms_text("name", "What.", rows) == (
        "# name\n\n> What.\n\n## Tutorial\n\n- [Tutorial](tutorial.html): Three pages\n- [First](tutorial/first.html)\n"
    )
    for page in written("*.md"):
        text = page.read_text(encoding="utf-8")
        assert title_of(text), page
    assert summary_of("# A\n\n[B](b.md) is, e.g. C. More.\n") == "B is, e.g. C"


def test_made_folders_are_not_kept() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"/docs/_build/", "/docs/reference/", "/docs/auto_gallery/"} <= set(ignored)
    assert {"_build", "reference", "auto_gallery"} <= set(MADE)
