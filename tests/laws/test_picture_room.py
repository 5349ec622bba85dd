"""Whatever draws goes through the style's room: no colour of its own, no figure outside the style, no style of its own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.shared.gallery import ROOT, scripts

mpl = pytest.importorskip("matplotlib")

SOURCE = ROOT / "src" / "darkpair"

pytestmark = pytest.mark.skipif(not SOURCE.is_dir(), reason="no source tree")

#: The room itself.
ROOM = ("report/picture_style.py", "limits/region_style.py", "report/html/plots.py")

#: Colours that are no matplotlib's: codes of another program's files.
OTHERS = ("report/phoenix.py",)

#: Where the doors stand, and modules that draw for others, which are in the style (`test_who_draws_for_others`).
DOORS = ("report/pictures.py", "export/files.py")
HELPERS = ("limits/panels.py", "report/html/figures.py", "report/html/results.py", "report/html/samples.py")

#: Names of colours that are words too, and such as are no colour.
PLAIN = ("black", "white", "tan", "none")

#: Arguments that take a colour.
COLOURED = re.compile(r"(?:edge|face|marker(?:edge|face)|e)?colou?rs?|c|mfc|mec|mew?c")

#: Of matplotlib, in place of the style's.
OWN_STYLE = ("rcParams", "rc_context", "rcdefaults", "style")


def modules(*roots: Path) -> list[Path]:
    """Every module below folders."""
    return [path for root in roots for path in sorted(root.rglob("*.py"))]


def name(path: Path) -> str:
    """A module's path as lists here have it."""
    return path.relative_to(SOURCE if path.is_relative_to(SOURCE) else ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    """A module's code."""
    return ast.parse(path.read_text(encoding="utf-8"))


def literals(tree: ast.AST) -> Iterator[ast.Constant]:
    """Texts of the code, keys of the style's colours and docstrings left out."""
    left_out = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            left_out.add(node.value)
        elif isinstance(node, ast.Subscript) and getattr(node.value, "id", "") == "PALETTE":
            left_out |= {key for key in ast.walk(node.slice) if isinstance(key, ast.Constant)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in left_out:
            yield node


def colours(tree: ast.AST) -> list[str]:
    """Colours that a module names itself; black, white and greys are nobody's."""
    names = "|".join(sorted(word for word in mpl.colors.CSS4_COLORS if word not in PLAIN))
    own = re.compile(rf"#[0-9a-fA-F]{{6}}|(?:tab|xkcd):.+|C\d[-:.ov^s]*|{names}")
    wrong = [text.value for text in literals(tree) if own.fullmatch(str(text.value))]
    for node in ast.walk(tree):
        given = node.keywords if isinstance(node, ast.Call) else []
        pairs: list[tuple[object, ast.expr]] = [(word.arg or "", word.value) for word in given]
        if isinstance(node, ast.Dict):
            pairs += [
                (key.value, value)
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant)
            ]
        for key, value in pairs:
            if COLOURED.fullmatch(str(key)) and isinstance(value, ast.Constant) and value.value is not None:
                text = str(value.value)
                if (
                    mpl.colors.is_color_like(text)
                    and text not in PLAIN
                    and not re.fullmatch(r"[01]?\.?\d*", text)
                ):
                    wrong.append(f"{key}={text}")
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("plot", "errorbar"):
            shapes = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            wrong += [str(text) for text in shapes if re.fullmatch(r"[rgbcmy][-:.ovs^]+", str(text))]
    return [str(text) for text in wrong]


def calls(tree: ast.AST) -> set[str]:
    """Names that are called in a piece of code."""
    called = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {getattr(func, "id", "") or getattr(func, "attr", "") for func in called}


def imported(tree: ast.AST) -> set[str]:
    """Modules of the package that a module imports from."""
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {node.module or "" for node in nodes} | {
        f"{n.module}.{word.name}" for n in nodes for word in n.names
    }


def is_styled(function: ast.FunctionDef) -> bool:
    """Whether a function draws in the style: by its decorator, or a block of its own."""
    withs = [
        item.context_expr for node in ast.walk(function) if isinstance(node, ast.With) for item in node.items
    ]
    return bool(
        {"in_style", "styled"} & {w for part in [*function.decorator_list, *withs] for w in calls(part)}
    )


def outside(tree: ast.Module) -> list[str]:
    """Functions of a module that make a figure, themselves or by another one of it, and of which no caller is styled."""
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    doors, drawing = {"figure_of", "subplots", "Figure"}, set[str]()
    while True:
        more = {
            n for n, f in functions.items() if not is_styled(f) and calls(f) & (doors | drawing)
        } - drawing
        if not more:
            break
        drawing |= more
    reached = {callee for f in functions.values() for callee in calls(f)}
    return sorted(drawing - reached)


def test_no_module_has_a_colour_of_its_own() -> None:
    wrong = {
        name(path): found
        for path in modules(SOURCE, ROOT / "benchmarks")
        if name(path) not in (*ROOM, *OTHERS) and (found := colours(tree_of(path)))
    }
    assert wrong == {}


def test_no_figure_is_made_outside_the_style() -> None:
    """Studies are drawn in it (`darkpair.studies.study`); others wrap what makes the figure, and only the doors make it."""
    wrong = {}
    for path in modules(SOURCE, ROOT / "benchmarks"):
        tree = tree_of(path)
        if name(path) in (*DOORS, *HELPERS):
            continue
        if "Figure" in calls(tree) or {"matplotlib.pyplot"} & imported(tree):
            wrong[name(path)] = ["Figure"]
        elif not name(path).startswith("studies/") and (found := outside(tree)):
            wrong[name(path)] = found
    assert wrong == {}


def test_who_draws_for_others() -> None:
    """What a helper draws is asked for by studies and by modules that are in the style."""
    for helper in HELPERS:
        module = f"darkpair.{helper.removesuffix('.py').replace('/', '.')}"
        users = [path for path in modules(SOURCE) if module in imported(tree_of(path))]
        assert users
        for path in users:
            text = path.read_text(encoding="utf-8")
            helps = name(path) in HELPERS or name(path).startswith("studies/")
            assert helps or re.search(r"\b(in_style|styled)\(\)", text), path


def test_no_module_has_a_style_of_its_own() -> None:
    wrong = [
        f"{name(path)}: {node.attr}"
        for path in modules(SOURCE, ROOT / "benchmarks")
        if name(path) not in ROOM
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in OWN_STYLE
        if getattr(node.value, "id", "") in ("mpl", "plt", "matplotlib")
    ]
    assert wrong == []


def test_scripts_of_the_pages_are_in_the_style() -> None:
    """Gallery and notebooks, which draw with pyplot as a reader does: the package's settings are put on, colours are the room's."""
    pages = [*scripts(), *sorted((ROOT / "docs" / "notebooks").glob("*.md"))]
    assert len(pages) > 50
    for page in pages:
        text = page.read_text(encoding="utf-8")
        cells = (
            [text]
            if page.suffix == ".py"
            else re.findall(r"```\{code-cell\}[^\n]*\n(.*?)```", text, re.DOTALL)
        )
        code = "\n".join(cells)
        assert re.search(r"plt\.style\.use\(.*\bRC\b", code), page
        assert colours(ast.parse(code)) == [], page


@pytest.mark.parametrize(
    ("code", "seen"),
    [
        ('ax.plot(x, y, color="tab:red")', ["tab:red", "color=tab:red"]),
        ('STYLE = {"ours": "#0072B2"}', ["#0072B2"]),
        ('ax.plot(x, y, "C3--")', ["C3--"]),
        ('ax.plot(x, y, "r:")', ["r:"]),
        ('look = {"facecolor": "y"}', ["facecolor=y"]),
        ('ax.plot(x, y, "k-", mfc="0.5", color=PALETTE["blue"])', []),
        ('"""Of the colour red."""', []),
    ],
)
def test_a_colour_is_seen_however_it_is_named(code: str, seen: list[str]) -> None:
    assert colours(ast.parse(code)) == seen


def test_a_figure_outside_is_seen() -> None:
    inner = "def _figure():\n    return subplots(figsize=(1, 1))\n"
    assert outside(ast.parse(f"{inner}def save():\n    put(_figure())\n")) == ["save"]
    assert outside(ast.parse(f"{inner}@in_style()\ndef save():\n    put(_figure())\n")) == []
    assert outside(ast.parse(f"{inner}def save():\n    with in_style():\n        put(_figure())\n")) == []
