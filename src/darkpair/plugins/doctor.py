"""What this installation has, and what is broken in it: versions, extras, plug-ins, caches, the terminal."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, requires, version
from itertools import chain
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

__all__ = ["Finding", "examine"]

#: Extras that users install, and what each is for; the others are for tests and tables.
EXTRAS: Final = {
    "fast": "formulas as machine code, long runs some two times as fast",
    "hepmc": "pyhepmc and zstd, for programs of your own and packed event files",
    "limits": "toy experiments and workspaces",
    "parquet": "Parquet files",
    "plot": "pictures",
}

#: Name and lower bound of a requirement; what follows a semicolon says when it is one.
_REQUIREMENT: Final = re.compile(r"([A-Za-z0-9_.-]+)\s*(?:>=\s*([0-9.]+))?[^;]*(?:;(.*))?")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A line of ``darkpair doctor``.

    Parameters
    ----------
    part : str
        "versions", "extras", "plug-ins", "caches" or "machine".
    name : str
        What was looked at: a package, an extra, a plug-in, a folder.
    state : {"ok", "missing", "broken"}
        Missing is what somebody may do without; broken is what should work and does not.
    text : str
        What there is, or what to do.
    """

    part: str
    name: str
    state: Literal["ok", "missing", "broken"]
    text: str


def examine() -> list[Finding]:
    """Everything that can be said of this installation; whatever fails is a finding, never an exception."""
    findings: list[Finding] = []
    parts: dict[str, Callable[[], Iterator[Finding]]] = {
        "versions": _versions,
        "extras": _extras,
        "plug-ins": _plugins,
        "caches": lambda: chain(_caches(), _loops()),
        "machine": _machine,
    }
    for part, look in parts.items():
        try:
            findings.extend(look())
        except Exception as error:  # noqa: BLE001 (whatever is broken here is what the command is for)
            findings.append(_broken(part, "all", error))
    return findings


def _broken(part: str, name: str, error: BaseException) -> Finding:
    return Finding(
        part=part, name=name, state="broken", text=" ".join(f"{type(error).__name__}: {error}".split())
    )


def _requirements() -> Iterator[tuple[str, str, str]]:
    """Requirements of this package: name, lower bound, extra."""
    for line in requires("darkpair") or ():
        match = _REQUIREMENT.fullmatch(line)
        if match is not None:
            name, least, marker = match.groups()
            extra = re.search(r"extra == ['\"](\w+)['\"]", marker or "")
            yield name, least or "", extra[1] if extra else ""


def _versions() -> Iterator[Finding]:
    """Python, this package and what it cannot do without."""
    yield Finding(
        part="versions",
        name="python",
        state="ok",
        text=f"{platform.python_version()}, {platform.python_implementation()}, {sys.executable}",
    )
    place = Path(__file__).parent
    yield Finding(part="versions", name="darkpair", state="ok", text=f"{version('darkpair')}, {place}")
    for name, least, extra in _requirements():
        if not extra:
            yield _package("versions", name, least, missing="broken", cure=f"pip install '{name}>={least}'")


def _package(
    part: str, name: str, least: str, *, missing: Literal["missing", "broken"], cure: str
) -> Finding:
    """Whether a package is there, new enough and can be imported."""
    try:
        there = version(name)
    except PackageNotFoundError:
        return Finding(part=part, name=name, state=missing, text=cure)
    if _numbers(there) < _numbers(least):
        text = f"{there}; needed: {least} or later; {cure}"
        return Finding(part=part, name=name, state="broken", text=text)
    try:
        import_module(name.replace("-", "_"))
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return _broken(part, name, error)
    return Finding(part=part, name=name, state="ok", text=there)


def _numbers(text: str) -> tuple[int, ...]:
    """Leading numbers of a version, to compare."""
    return tuple(int(word) for word in re.findall(r"\d+", text.split("+", maxsplit=1)[0])[:3])


def _extras() -> Iterator[Finding]:
    """What may be installed beside, with the command that does."""
    for name, least, extra in sorted(_requirements(), key=lambda row: row[2]):
        if extra in EXTRAS:
            cure = f"not installed; for {EXTRAS[extra]}: pip install 'darkpair[{extra}]'"
            yield _package("extras", name, least, missing="missing", cure=cure)
    yield _numba()


def _numba() -> Finding:
    """Whether numba compiles: a version that does not know this Python or numpy is installed and does nothing."""
    try:
        numba: Any = import_module("numba")
    except ImportError:
        return Finding(part="extras", name="compiling", state="missing", text="no numba: numpy does it")

    def add(a: float, b: float) -> float:
        return a + b

    try:
        result = numba.njit(add)(1.0, 2.0)
    except Exception as error:  # noqa: BLE001 (numba fails in many ways)
        return _broken("extras", "compiling", error)
    if result != 3.0:
        return Finding(part="extras", name="compiling", state="broken", text=f"numba says 1 + 2 = {result}")
    return _formulas()


def _formulas() -> Finding:
    """Whether a formula of ours runs as machine code, and gives NumPy's bits."""
    from darkpair.gen.boosts import boosted
    from darkpair.gen.compiled import loops
    from darkpair.gen.compiled.mode import wanted

    def vector() -> Any:
        return boosted([still, still, 2.0 + still, 3.0 + still], 2.0, [[still, still, still, 1.0 + still]])[0]

    still = np.linspace(0.0, 1.0, 1000)
    with wanted(compiled=True):
        fast = vector()
    with wanted(compiled=False):
        same = all(map(np.array_equal, fast, vector()))
    if loops.FAILURES or not same:
        said = "; ".join(loops.FAILURES.values()) or "other bits than NumPy's"
        return Finding(part="extras", name="compiling", state="broken", text=f"formulas run in NumPy: {said}")
    return Finding(
        part="extras", name="compiling", state="ok", text="numba compiles, formulas run as machine code"
    )


def _plugins() -> Iterator[Finding]:
    """Strangers' plug-ins, and how many of ours."""
    from darkpair.plugins.registries import REGISTRIES

    for kind, registry in REGISTRIES.items():
        try:
            plugins = registry.plugins
        except Exception as error:  # noqa: BLE001 (a stranger's entry point may fail in any way)
            yield _broken("plug-ins", kind, error)
            continue
        ours = sum(plugin.origin == "darkpair" for plugin in plugins)
        yield Finding(part="plug-ins", name=kind, state="ok", text=f"{ours} of darkpair")
        for plugin in plugins:
            name, text = f"{kind}: {plugin.name}", f"of {plugin.origin}"
            if plugin.broken:
                yield Finding(part="plug-ins", name=name, state="broken", text=f"{text}: {plugin.summary}")
            elif plugin.origin != "darkpair":
                yield Finding(part="plug-ins", name=name, state="ok", text=text)


def _caches() -> Iterator[Finding]:
    """Where samples are kept, and how much of them."""
    from darkpair.scan.points import cache_folder

    folder = cache_folder()
    if not folder.exists():
        yield Finding(part="caches", name="samples", state="ok", text=f"{folder}: not made yet, empty")
        return
    kept = [path for path in folder.rglob("*.json") if path.is_file()]
    size = sum(path.stat().st_size for path in kept)
    text = f"{folder}: {len(kept):,} entries, {size / 1e6:.3g} MB; may be deleted at any time"
    if folder.is_dir() and os.access(folder, os.W_OK):
        yield Finding(part="caches", name="samples", state="ok", text=text)
    else:
        yield Finding(
            part="caches",
            name="samples",
            state="broken",
            text=f"{folder}: not a folder that may be written to; say --cache FOLDER, or set XDG_CACHE_HOME",
        )


def _loops() -> Iterator[Finding]:
    """Where compiled formulas are kept."""
    from darkpair.gen.compiled import loops, store

    if not loops.at_hand():
        return
    folder = store.folder()
    if folder is None:
        text = "cannot be kept on disk, every process compiles anew; set XDG_CACHE_HOME to a folder that may be written to"
        yield Finding(part="caches", name="formulas", state="broken", text=text)
        return
    size = sum(path.stat().st_size for path in folder.parent.rglob("darkpair_*"))
    count = sum(1 for _ in folder.glob("darkpair_*"))
    text = f"{folder}: {count} compiled, {size / 1e6:.3g} MB with those of other versions; may be deleted at any time"
    yield Finding(part="caches", name="formulas", state="ok", text=text)


def _machine() -> Iterator[Finding]:
    """The cores, and the terminal."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    text = f"{platform.platform()}, {cores} cores for --workers"
    yield Finding(part="machine", name="system", state="ok", text=text)
    stream: Any = sys.stdout
    encoding = getattr(stream, "encoding", None) or "ascii"
    text = f"{encoding}, {'a terminal' if stream.isatty() else 'no terminal: no bars of progress'}"
    try:
        "─ ± ²".encode(encoding)
    except (UnicodeError, LookupError):
        text += "; it cannot show ± and lines: set PYTHONIOENCODING=utf-8"
        yield Finding(part="machine", name="output", state="missing", text=text)
    else:
        yield Finding(part="machine", name="output", state="ok", text=text)
