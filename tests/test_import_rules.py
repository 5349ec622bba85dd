"""Who may import whom, and which line belongs in which room; read from the sources, nothing is run."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.shared.trees import nodes

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(not (ROOT / "gen").is_dir(), reason="no source tree")

#: The house from the ground up: a room may import itself and what stands on lower floors, now or later, for a type checker too.
FLOORS = (
    ("gen",),
    ("chains", "detectors", "workers"),
    ("job", "report", "scan", "statistics"),
    ("run", "searches"),
    ("export", "limits", "testing"),
    ("pages", "studies"),
    ("plugins",),
    ("cli",),
    ("__init__", "__main__"),
)
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}

#: Rooms that stand at the top of the repository; all others in src/darkpair.
OUTSIDE = ("gen", "chains", "detectors")

#: Modules whose strings name folders of data of other rooms, of which they read files and import nothing.
FOLDERS = ("gen.data_files",)

#: A module that a string names: one of a registry, of a public name, of `import_module`.
NAMED = re.compile(r"darkpair((?:\.\w+)*)(?::\w+|\.)?")


@cache
def modules() -> dict[str, Path]:
    """Every module of the package, by its name in it ("" is its face), and its file; links are not followed."""
    door = ROOT / "src" / "darkpair"
    paths = [(ROOT, path) for room in OUTSIDE for path in sorted((ROOT / room).rglob("*.py"))]
    paths += [
        (door, path) for path in sorted(door.rglob("*.py")) if path.relative_to(door).parts[0] not in OUTSIDE
    ]
    return {
        ".".join(path.relative_to(base).with_suffix("").parts).removesuffix("__init__").rstrip("."): path
        for base, path in paths
    }


def room_of(module: str) -> str:
    """Folder or file of the package in which a module stands."""
    return module.split(".", maxsplit=1)[0] or "__init__"


def imported(
    every: Iterable[ast.AST], module: str, *, package: bool = False, named: bool = True
) -> Iterator[str]:
    """Modules of this package that a module imports or names, wherever in it, by their names in the package.

    Parameters
    ----------
    every : iterable of ast.AST
        Nodes of its tree.
    module : str
    package : bool
        Whether it is the face of a package, against which relative names count from itself.
    named : bool
        Whether strings, and names that packages hand on lazily, count too.
    """
    for node in every:
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = ["darkpair", *module.split(".")] if module else ["darkpair"]
                parts = parts[: len(parts) - node.level + package]
                base = ".".join([*parts, *([base] if base else [])])
            names = [f"{base}.{alias.name}" for alias in node.names]
        elif not named:
            continue
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            word = NAMED.fullmatch(node.value)
            names = [f"darkpair{word[1]}"] if word and nearest(word[1][1:]) == word[1][1:] else []
            names = [name for name in names if name != "darkpair" and module not in FOLDERS]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "lazily":
            names = [f"darkpair.{module}.{lazy}".replace("..", ".") for lazy in lazy_modules(node)]
        else:
            continue
        for name in names:
            inside = name.removeprefix("darkpair").lstrip(".")
            if name == "darkpair" or name.startswith("darkpair."):
                yield nearest(inside)


def lazy_modules(call: ast.Call) -> Iterator[str]:
    """Modules of the public names that a package takes when they are asked for."""
    table = call.args[1]
    assert isinstance(table, ast.Dict)
    for value in table.values:
        assert isinstance(value, ast.Constant)
        if not str(value.value).startswith("darkpair"):
            yield str(value.value)


@cache
def nearest(name: str) -> str:
    """The module that has a name, or is it; the face for a name of the face, and as it is for a room that does not exist."""
    parts = name.split(".") if name else []
    for length in range(len(parts), 0, -1):
        module = ".".join(parts[:length])
        if module in modules():
            return module
    return "" if len(parts) < 2 and name not in OUTSIDE else name


def breaches(source: str, module: str) -> list[str]:
    """What a module does that it may not."""
    every = nodes(ast.parse(source))
    path = modules().get(module)
    package = path is not None and path.name == "__init__.py"
    room = room_of(module)
    lines = [
        f"{room} imports {name or 'the face of the package'}"
        for name in imported(every, module, package=package)
        if room_of(name) != room and FLOOR.get(room_of(name), len(FLOORS)) >= FLOOR[room]
    ]
    for node in every:
        match node:
            case ast.Import(names=names):
                bare = [alias.name for alias in names]
            case ast.ImportFrom(module=base, level=0, names=names):
                bare = [f"{base}.{alias.name}" for alias in names]
            case _:
                continue
        for name in bare:
            words = name.split(".")
            if words[0] in OUTSIDE:
                lines.append(f"imports {name} without darkpair.")
            if words[0] == "uproot" and not module.startswith(("gen.output.", "gen.sources.")):
                lines.append("imports uproot")
            if (words[:2] == ["numpy", "random"] or words[0] == "random") and module != "gen.streams":
                lines.append(f"imports {name}")
    return lines + drawn_or_printed(every, module)


def drawn_or_printed(every: Iterable[ast.AST], module: str) -> list[str]:
    """Random numbers made outside of their one module, and prints outside of the command line."""
    lines = []
    # a signature may name the type np.random.Generator; nothing may be made or drawn with np.random itself
    for node in every:
        match node:
            case ast.Attribute(
                value=ast.Attribute(value=ast.Name(id="np" | "numpy"), attr="random"), attr=what
            ):
                if what != "Generator" and module != "gen.streams":
                    lines.append(f"uses np.random.{what}")
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="random"), attr="Generator")):
                if module != "gen.streams":
                    lines.append("makes a np.random.Generator")
            case ast.Call(func=ast.Name(id="print")):
                if room_of(module) != "cli":
                    lines.append("prints")
    return lines


@pytest.mark.parametrize("module", modules() if (ROOT / "gen").is_dir() else [])
def test_a_module_keeps_the_rules(module: str) -> None:
    assert breaches(modules()[module].read_text(encoding="utf-8"), module) == []


def test_every_room_has_a_floor() -> None:
    assert {room_of(module) for module in modules()} == set(FLOOR)
    assert len(FLOORS) <= 9


def arrows(*, named: bool) -> dict[str, set[str]]:
    """Modules that each module imports; with those that its strings name, or without."""
    table = {}
    for module, path in modules().items():
        every = nodes(ast.parse(path.read_text(encoding="utf-8")))
        package = path.name == "__init__.py"
        table[module] = set(imported(every, module, package=package, named=named)) - {module}
    return table


def test_no_circle_between_files() -> None:
    """At run time, within functions or for a type checker: no file imports what imports it."""
    try:
        TopologicalSorter(arrows(named=False)).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_no_circle_between_rooms() -> None:
    """Strings count too."""
    table: defaultdict[str, set[str]] = defaultdict(set)
    for module, others in arrows(named=True).items():
        table[room_of(module)] |= {room_of(other) for other in others} - {room_of(module)}
    TopologicalSorter(table).prepare()


@pytest.mark.parametrize(
    ("source", "module"),
    [
        ("from darkpair.chains.chain import Chain", "gen.pipeline"),
        ("import darkpair.detectors", "chains.chain"),
        ("from darkpair import chains", "detectors.koto"),
        ("from darkpair.job import Job", "gen.output.root"),
        ("import darkpair", "gen.pipeline"),
        ("from darkpair import build", "studies.samples"),
        ("from ..chains import chain", "gen.pipeline"),
        ("from ..studies import samples", "limits.rows"),
        ("def f():\n    from darkpair.studies.samples import generate", "limits.rows"),
        ("if TYPE_CHECKING:\n    from darkpair.limits.rows import LimitRow", "report.run"),
        ("from importlib import import_module\nimport_module('darkpair.run.runner')", "job.job"),
        ('__getattr__ = lazily(__name__, {"x": "darkpair.limits.rows"})', "searches"),
        ('Entry("darkpair.studies.paper.fig1:study", "a figure")', "searches"),
        ("from darkpair.plugins import REGISTRIES", "job.settings"),
        ("from darkpair.cli import main", "plugins.doctor"),
        ("from darkpair.elsewhere import thing", "cli.run"),
        ("import gen.units", "cli.run"),
        ("if True:\n    import uproot", "cli.run"),
        ("from numpy.random import default_rng", "gen.lifetime"),
        ("import random", "gen.lifetime"),
        ("rng = np.random.default_rng()", "chains.chain"),
        ("rng = np.random.Generator(bits)", "chains.chain"),
        ("print(1)", "gen.pipeline"),
    ],
)
def test_a_breach_is_seen(source: str, module: str) -> None:
    assert breaches(source, module) != []


@pytest.mark.parametrize(
    ("source", "module"),
    [
        ("def f(rng: np.random.Generator) -> None: ...", "gen.lifetime"),
        ("from .chain import Chain", "chains.descriptor"),
        ("from darkpair.gen.units import quantity", "detectors.koto"),
        ("import uproot", "gen.output.root"),
        ("import darkpair.chains, darkpair.gen", "run.runner"),
        ('raise InputError("ask darkpair.limits.limit_rows, or make its class")', "searches.koto"),
        ("print(1)", "cli.run"),
    ],
)
def test_what_is_allowed(source: str, module: str) -> None:
    assert breaches(source, module) == []
