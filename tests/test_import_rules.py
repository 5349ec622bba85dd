"""Who may import whom, and which line belongs in which room; read from the sources, nothing is run."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(not (ROOT / "gen").is_dir(), reason="no source tree")

ROOMS = ("gen", "chains", "detectors")
#: What each room may import of darkpair; the front door everything.
ALLOWED = {"gen": {"gen"}, "chains": {"gen", "chains"}, "detectors": {"gen", "detectors"}}


def files() -> list[tuple[str, Path]]:
    """Every module with its room; the links of the front door into the rooms are not followed."""
    found = [(room, path) for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    door = ROOT / "src" / "darkpair"
    inside = [p for p in sorted(door.rglob("*.py")) if p.relative_to(door).parts[0] not in ROOMS]
    return found + [("front door", path) for path in inside]


FILES = files()
IDS = [path.relative_to(ROOT).as_posix() for _, path in FILES]


def imported(tree: ast.AST, package: str) -> Iterator[str]:
    """Absolute names of what a module imports, a name for each imported object."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join([*package.split(".")[: 1 - node.level or None], *([base] if base else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def breaches(source: str, room: str, place: str) -> list[str]:
    """What a module of that room and place (a path from the root) does that it may not."""
    tree = ast.parse(source)
    parts = Path(place).with_suffix("").parts
    package = ".".join(("darkpair", *parts[:-1]) if room in ROOMS else parts[1:-1])
    found = []
    for name in imported(tree, package):
        words = name.split(".")
        if words[0] == "darkpair" and room in ROOMS and (len(words) < 2 or words[1] not in ALLOWED[room]):
            found.append(f"{room} imports {name}")
        if words[0] in ROOMS:
            found.append(f"imports {name} without darkpair.")
        if words[0] == "uproot" and not place.startswith(("gen/output/", "gen/sources/")):
            found.append("imports uproot")
        if (words[:2] == ["numpy", "random"] or words[0] == "random") and place != "gen/streams.py":
            found.append(f"imports {name}")
    # a signature may name the type np.random.Generator; nothing may be made or drawn with np.random itself
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(
                value=ast.Attribute(value=ast.Name(id="np" | "numpy"), attr="random"), attr=what
            ):
                if what != "Generator" and place != "gen/streams.py":
                    found.append(f"uses np.random.{what}")
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="random"), attr="Generator")):
                if place != "gen/streams.py":
                    found.append("makes a np.random.Generator")
            case ast.Call(func=ast.Name(id="print")):
                if not place.startswith("src/darkpair/cli/"):
                    found.append("prints")
    return found


@pytest.mark.parametrize(("room", "path"), FILES, ids=IDS)
def test_a_module_keeps_the_rules(room: str, path: Path) -> None:
    assert breaches(path.read_text(encoding="utf-8"), room, path.relative_to(ROOT).as_posix()) == []


def test_every_room_was_read() -> None:
    rooms = [room for room, _ in FILES]
    assert {"gen", "chains", "detectors", "front door"} == set(rooms)


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("from darkpair.chains.chain import Chain", "gen/pipeline.py"),
        ("import darkpair.detectors", "chains/chain.py"),
        ("from darkpair import chains", "detectors/koto.py"),
        ("from darkpair.job.job import Job", "gen/output/root.py"),
        ("import darkpair", "gen/pipeline.py"),
        ("from ..chains import chain", "gen/pipeline.py"),
        ("import gen.units", "src/darkpair/cli/run.py"),
        ("if True:\n    import uproot", "src/darkpair/cli/run.py"),
        ("from numpy.random import default_rng", "gen/lifetime.py"),
        ("import random", "gen/lifetime.py"),
        ("rng = np.random.default_rng()", "chains/chain.py"),
        ("rng = np.random.Generator(bits)", "chains/chain.py"),
        ("print(1)", "gen/pipeline.py"),
    ],
)
def test_a_breach_is_seen(source: str, place: str) -> None:
    room = place.split("/", maxsplit=1)[0]
    assert breaches(source, room if room in ROOMS else "front door", place) != []


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("def f(rng: np.random.Generator) -> None: ...", "gen/lifetime.py"),
        ("from .chain import Chain", "chains/descriptor.py"),
        ("from darkpair.gen.units import quantity", "detectors/koto.py"),
        ("import uproot", "gen/output/root.py"),
        ("import darkpair.chains, darkpair.gen", "src/darkpair/run.py"),
        ("print(1)", "src/darkpair/cli/run.py"),
    ],
)
def test_what_is_allowed(source: str, place: str) -> None:
    room = place.split("/", maxsplit=1)[0]
    assert breaches(source, room if room in ROOMS else "front door", place) == []
