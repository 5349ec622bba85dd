"""What stands behind a name: a built-in data file as it is, the tree of a chain, the modes of a model, the parameters of anything."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from darkpair.gen.data_files import data_files, written
from darkpair.gen.errors import DarkpairError, InputError, UnknownNameError
from darkpair.gen.parameters import parameters
from darkpair.gen.tables import Table, folded
from darkpair.plugins.registries import REGISTRIES

__all__ = ["show_name"]

#: Word of ``darkpair list`` for the data files of the package.
DATA: Final = "data"


def show_name(kind: str, name: str, width: int | None = None) -> str:
    """Text behind a name.

    Parameters
    ----------
    kind : str
        Kind of the thing, a key of `darkpair.plugins.REGISTRIES`, or "data".
    name : str
        Name of the thing; for detectors and data a data file is shown as it is, with its comments.
    width : int, optional
        Letters of a line of the terminal; tables have 120 and docstrings are as written unless given.

    Raises
    ------
    UnknownNameError
        For a kind or a name that nothing carries.
    InputError
        For a detector without a data file, and for a plug-in that cannot be loaded.
    """
    if kind == DATA:
        return _data(name)
    if kind not in REGISTRIES:
        raise UnknownNameError("kind", kind, [*REGISTRIES, DATA])
    if kind == "detectors":
        return _detector(name)
    factory = REGISTRIES[kind].factory(name)
    said = _said(factory)
    if width is not None:
        said = "\n".join(part for line in said.split("\n") for part in folded(line, width))
    parts = [said, _tree(factory), _modes(factory, width), _parameters(factory, width or 120)]
    return "\n\n".join(filter(None, parts))


def _files() -> dict[str, tuple[str, str]]:
    """Data files by their names without folder and ending: package and path inside it."""
    return {path.rpartition("/")[2].removesuffix(".toml"): place for path, place in data_files().items()}


def _data(name: str) -> str:
    files = _files()
    word = name.removesuffix(".toml")
    if word not in files:
        raise UnknownNameError("data file", name, sorted(files))
    package, inside = files[word]
    return written(package, inside).removesuffix("\n")


def _detector(name: str) -> str:
    """Data file of a detector, or the one that it reads unless told otherwise."""
    names = {word for word, (package, _) in _files().items() if package == "darkpair.detectors"}
    if name in names:
        return _data(name)
    takes = parameters(REGISTRIES["detectors"].factory(name))
    own = takes["experiment"].default if "experiment" in takes else None
    if own not in names:
        raise InputError(
            f"the detector {name!r} has no data file; those that have one: {', '.join(sorted(names))}"
        )
    return _data(str(own))


def _said(factory: Callable[..., Any]) -> str:
    """What its author says of it."""
    while isinstance(factory, partial):
        factory = factory.func
    own = inspect.isclass(factory) or inspect.isfunction(factory)
    return str(getattr(factory, "summary", "") or (own and inspect.getdoc(factory)) or "")


def _tree(factory: Any) -> str:
    """Tree of a chain that has a descriptor."""
    from darkpair.chains.descriptor import parse
    from darkpair.chains.tree_text import tree_lines

    descriptor = getattr(factory, "descriptor", None)
    return "\n".join(tree_lines(parse(descriptor))) if isinstance(descriptor, str) else ""


def _modes(factory: Any, width: int | None) -> str:
    """Table of the decays of a model."""
    modes = getattr(factory, "MODES", None)
    if not isinstance(modes, Mapping) or not modes:
        return ""
    rows = [(f"{parent} -> {mode}", entry.equation) for (parent, mode), entry in modes.items()]
    return Table(columns=("decay", "eq."), rows=rows, fold=("eq.",)).text(width)


def _parameters(factory: Any, width: int) -> str:
    """Table of what it takes."""
    try:
        takes = parameters(factory)
    except DarkpairError:
        return ""
    rows = [
        (name, "needed" if row.required else "" if row.default is None else str(row.default), row.kind.words)
        for name, row in takes.items()
    ]
    if not rows:
        return ""
    table = Table(columns=("parameter", "default", "allowed"), rows=rows, fold=("allowed", "default"))
    return table.text(width)
