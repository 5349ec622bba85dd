"""Sizes and names of the sources: short files, short bodies, names that say what a thing is; nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.shared.trees import nodes, trees

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(not (ROOT / "gen").is_dir(), reason="no source tree")

#: Lines of a file, and of a body without its docstring.
FILE, BODY = 400, 40

#: Bodies that may be longer: one picture, one table of data, or one compiled loop, which have no part with a name.
EXCEPTIONS = {
    ("src/darkpair/studies/experiments/validation/belle2.py", "_rate_rows"): "table",
    ("src/darkpair/studies/experiments/validation/decays.py", "_semileptonic_rows"): "table",
    ("src/darkpair/studies/experiments/validation/mesons.py", "_published_rows"): "table",
}

#: Names that hide what a thing is: say `provenance`, `rows`, `text`.
HIDING = {"found", "told", "one", "known", "chosen"}


@cache
def sources() -> dict[str, ast.Module]:
    """Every source file of the package, by its path from the root; links are not followed."""
    folders = [ROOT / name for name in ("gen", "chains", "detectors")]
    paths = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    door = ROOT / "src" / "darkpair"
    linked = [path.name for path in door.iterdir() if path.is_symlink()]
    paths += [path for path in sorted(door.rglob("*.py")) if path.relative_to(door).parts[0] not in linked]
    return trees((path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in paths)


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in nodes(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the first statement behind the docstring to the end of the last."""
    first, *others = node.body
    if ast.get_docstring(node) is not None:
        if not others:
            return 0
        first = others[0]
    return (node.body[-1].end_lineno or 0) - first.lineno + 1


def given_names(tree: ast.AST) -> Iterator[str]:
    """Names of variables, parameters, functions, classes, fields and imports that a source makes, without underscores."""
    for node in nodes(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name.strip("_")
            case ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name.strip("_")
            case ast.ClassDef(name=str(name)) | ast.ExceptHandler(name=str(name)):
                yield name.strip("_")
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.alias(asname=str(name)):
                yield name.strip("_")
            case ast.MatchMapping(rest=str(name)):
                yield name.strip("_")


def undocumented(tree: ast.Module) -> Iterator[str]:
    """Functions and classes that `__all__` names and that have no docstring."""
    public = {
        element.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets)
        for element in ast.walk(node.value)
        if isinstance(element, ast.Constant)
    }
    for node in tree.body:
        if (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            and node.name in public
            and not ast.get_docstring(node)
        ):
            yield node.name


def test_files_are_short() -> None:
    paths = [*(ROOT / name for name in sources()), *sorted((ROOT / "tests").rglob("*.py"))]
    assert len(paths) > 500
    lengths = {str(p.relative_to(ROOT)): len(p.read_text(encoding="utf-8").splitlines()) for p in paths}
    assert {name: length for name, length in lengths.items() if length > FILE} == {}


def test_bodies_are_short() -> None:
    """But for those of the table, each of which is still long."""
    long = {
        (path, node.name)
        for path, tree in sources().items()
        for node in functions(tree)
        if body_lines(node) > BODY
    }
    assert set(EXCEPTIONS.values()) <= {"picture", "table", "loop"}
    assert long - set(EXCEPTIONS) == set(), "cut where a part has a name"
    assert set(EXCEPTIONS) - long == set(), "short now: take it out of the table"


def test_names_say_what_a_thing_is() -> None:
    hiding = {path: HIDING & set(given_names(tree)) for path, tree in sources().items()}
    assert {path: names for path, names in hiding.items() if names} == {}


def test_what_is_public_has_a_docstring() -> None:
    assert {path: names for path, tree in sources().items() if (names := list(undocumented(tree)))} == {}


def test_the_laws_see_what_breaks_them() -> None:
    lines = "\n".join(f"    x{i} = {i}" for i in range(40))
    long = ast.parse(f'def f():\n    """A line."""\n{lines}\n    return x0\n')
    assert [body_lines(node) for node in functions(long)] == [41]
    assert body_lines(next(functions(ast.parse('def f():\n    """A line."""\n')))) == 0
    for text in (
        "found = 1",
        "def f(*, known=None): ...",
        "[one for one in x]",
        "with x as told: ...",
        "def _one(): ...",
        "def f(**chosen): ...",
        "import x as known",
        "match x:\n    case [told, *_]: ...",
        "try: ...\nexcept E as told: ...",
        "(one := 2)",
        "self.known = 1",
        "lambda one: 1",
    ):
        assert HIDING & set(given_names(ast.parse(text))), text
    assert not HIDING & set(given_names(ast.parse("x = one + f(known=2)")))
    assert list(undocumented(ast.parse("__all__ = ['f', 'g']\ndef f(): ...\ndef g():\n    'A line.'"))) == [
        "f"
    ]
