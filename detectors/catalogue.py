"""Detectors by name: our classes, and every data file of the package as the class of its kind; a new file is found by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib import import_module
from importlib.resources import files
from typing import Any, Final

from darkpair.gen.data_files import written
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.registry import Entry

__all__ = ["CLASSES", "data_files", "entries", "from_file", "show"]

#: Class of each kind of data file, as module and name: nothing is imported before it is asked for.
CLASSES: Final[Mapping[str, str]] = {
    "koto": "darkpair.detectors.koto:Koto",
    "koto_kaon": "darkpair.detectors.koto_kaon:KotoKaon",
    "b_factory": "darkpair.detectors.belle2:Belle2",
    "fixed_target": "darkpair.detectors.fixed_target:FixedTarget",
}

#: Names of classes whose data file is somebody's own, or another one's; the others are the names of data files.
_OTHERS: Final = {
    "koto_kaon": "KOTO with candidates of K_L -> 2 pi0 or 3 pi0: as many photons, no more and none missed.",
    "fixed_target": "A fixed-target experiment with one of its selections.",
}

_SAID: Final = re.compile(r'^(kind|title)\s*=\s*"([^"\n]*)"', re.MULTILINE)


def data_files() -> list[str]:
    """Names of the detectors that the package has data files of."""
    return list(_data_files())


@cache
def _data_files() -> tuple[str, ...]:
    """They are looked for once: limits ask for a detector's numbers thousands of times."""
    folder = files("darkpair.detectors") / "data"
    names = [file.name for file in folder.iterdir() if file.name.endswith(".toml")]
    return tuple(sorted(name.removesuffix(".toml") for name in names))


def entries() -> dict[str, Entry]:
    """Every detector of the package by name, with its line in lists; no class is imported."""
    of_files = {
        name: Entry(f"{__name__}:{name}", _said(show(name)).get("title", name))
        for name in sorted(data_files(), key=lambda name: (name != "koto", name))
    }
    return {**of_files, **{name: Entry(CLASSES[name], line) for name, line in _OTHERS.items()}}


def show(name: str) -> str:
    """A data file of the package as it is written, with its comments.

    Raises
    ------
    UnknownNameError
        For a name without a file.
    """
    if name not in data_files():
        raise UnknownNameError("data file", name, data_files())
    return written("darkpair.detectors", f"data/{name}.toml")


@cache
def from_file(name: str) -> Callable[..., Any]:
    """What makes the detector of a data file of the package.

    Raises
    ------
    UnknownNameError, InputError
        For a name without a file, or a file of no kind that is known.
    """
    said = _said(show(name))
    if said.get("kind") not in CLASSES:
        raise InputError(f"{name}.toml: kind = {said.get('kind')!r}; allowed: {', '.join(CLASSES)}")
    module, _, attribute = CLASSES[said["kind"]].partition(":")
    made = getattr(import_module(module), attribute)
    if name == made.__dict__.get("experiment"):  # (its default: the class itself, which takes any other file)
        return made  # type: ignore[no-any-return]
    make = partial(made, experiment=name)
    make.__doc__ = said.get("title", name)  # the line of `darkpair list`
    return make


def _said(text: str) -> dict[str, str]:
    """Kind and title, from the first lines that say them: to read the whole as TOML takes a hundred times as long."""
    return dict(reversed(_SAID.findall(text)))


def __getattr__(name: str) -> Any:
    """The detector of a data file, by the file's name."""
    if not name.startswith("_") and name in data_files():
        return from_file(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
