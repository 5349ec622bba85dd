"""Who races: the tables of race.toml, and the command that runs each of them, or the reason why it cannot be had."""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
TABLES: Final[dict[str, Any]] = tomllib.loads((HERE / "race.toml").read_text(encoding="utf-8"))
#: What decides whether the package's formulas are compiled.
SWITCH: Final = "DARKPAIR_COMPILED"


class Missing(Exception):
    """A tool cannot be had here; its text says why."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """What is run.

    Parameters
    ----------
    name, title : str
        Short name, and words of a table.
    words : list of str
        Command line, to which a tool of the chain gets its events.
    variables : dict of str
        Of its environment, beside those of this process.
    most : int
        Events that it makes at most.
    """

    name: str
    title: str
    words: list[str]
    variables: dict[str, str]
    most: int = 10**9


def python_of(environment: str, environments: Path) -> str:
    """Interpreter of an environment.

    Raises
    ------
    Missing
        If it was not made, with what its making said.
    """
    path = environments / environment / "bin" / "python"
    if path.exists():
        return str(path)
    reason = environments / f"{environment}.reason"
    raise Missing(
        reason.read_text(encoding="utf-8").strip() if reason.exists() else f"{path} is not there: nox -s race"
    )


def switched(compiled: bool | None) -> dict[str, str]:
    """Variables that have the package's formulas compiled or not; none where the package decides."""
    return {} if compiled is None else {SWITCH: str(int(compiled))}


def command_of(tool: dict[str, Any], environments: Path) -> Command:
    """How a tool of the chain is run; one in C++ is built first.

    Raises
    ------
    Missing
        If its environment, its library or the compiler is not there.
    """
    source = HERE / "competitors" / tool["source"]
    if source.suffix == ".cpp":
        words = [str(_built(tool, source, environments))]
    else:
        python = python_of(tool["environment"], environments)
        words = [python, "-m", f"benchmarks.competitors.{source.stem}"]
    return Command(
        name=tool["name"],
        title=tool["title"],
        words=[*words, *tool.get("words", [])],
        variables=switched(tool.get("compiled")),
        most=tool.get("most", 10**9),
    )


def _built(tool: dict[str, Any], source: Path, environments: Path) -> Path:
    """The program of a source in C++."""
    compiler = shutil.which(os.environ.get("CXX", "g++"))
    if compiler is None:
        raise Missing("no g++")
    flags: list[str] = []
    if "environment" in tool:  # a library of a wheel
        python_of(tool["environment"], environments)
        root = next((environments / tool["environment"] / "lib").glob("python*/site-packages/ROOT"))
        flags = [f"-I{root}/include", f"-L{root}/lib", f"-Wl,-rpath,{root}/lib"]
        flags += [f"-l{name}" for name in tool["libraries"]]
    program: Path = environments / "build" / tool["name"]
    program.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [compiler, *tool["build"], "-std=c++17", str(source), "-o", str(program), *flags],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "error" in line] or ["status of g++ is not 0"]
        raise Missing(f"does not compile: {lines[0]}")
    return program
