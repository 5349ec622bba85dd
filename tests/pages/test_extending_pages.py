"""Pages of extensions show the stranger's code, which is short, one of each kind."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.shared.the_stranger import MODULES, NAMES, PAGES, ROOT, STRANGER, blocks


def code_lines(text: str) -> int:
    """Lines of code: without imports, docstrings, comments and what is blank."""
    left_out: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        said = (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        )
        if isinstance(node, ast.Import | ast.ImportFrom) or said:
            assert isinstance(node, ast.stmt)
            left_out |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = enumerate(text.splitlines(), 1)
    return len(
        [i for i, line in lines if i not in left_out and line.strip() and not line.strip().startswith("#")]
    )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.stem))
def test_short(path: Path) -> None:
    most = 15 if path.stem in ("chain", "detector") else 25
    assert code_lines(path.read_text(encoding="utf-8")) <= most


def test_one_of_each_kind() -> None:
    from darkpair.plugins import REGISTRIES

    project = tomllib.loads((STRANGER / "pyproject.toml").read_text())["project"]
    assert (
        {group.removeprefix("darkpair.") for group in project["entry-points"]}
        == set(REGISTRIES)
        == set(NAMES)
    )


def test_pages_have_the_stranger_s_code() -> None:
    """Every module of the stranger stands on a page, and no other code does; every entry point of them too."""
    shown = {
        text.split("\n", 1)[0]: text.split("\n", 1)[1] for page in PAGES for text in blocks(page, "python")
    }
    assert shown == {f"# stranger/{path.name}": path.read_text(encoding="utf-8") for path in MODULES}
    points: dict[str, Any] = {}
    for page in PAGES:
        for text in blocks(page, "toml"):
            points |= tomllib.loads(text).get("project", {}).get("entry-points", {})
    registered = tomllib.loads((STRANGER / "pyproject.toml").read_text())["project"]["entry-points"]
    wanted = {
        group: {n: t for n, t in names.items() if n in NAMES[group.removeprefix("darkpair.")]}
        for group, names in registered.items()
    }
    assert points == wanted


def test_index_has_every_page() -> None:
    text = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    assert {f"extending/{page.name}" for page in PAGES} == set(re.findall(r"\((extending/\w+\.md)\)", text))
    for page in (ROOT / "docs" / "extending.md", *PAGES):
        for link in re.findall(r"\]\(([\w./]+\.md)(?:#[\w-]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).is_file(), f"{page.name}: {link}"
