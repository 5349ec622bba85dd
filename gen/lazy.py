"""Public names of a package that are imported when they are first asked for."""

from __future__ import annotations

import sys
from importlib import import_module

TYPE_CHECKING = False  # (`typing` takes as long as all else that is imported with the package)
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

__all__ = ["lazily"]


def lazily(package: str, modules: Mapping[str, str]) -> Callable[[str], Any]:
    """``__getattr__`` of a package (PEP 562) whose names stand in other modules.

    Type checkers know nothing of it: the package imports the same names under ``TYPE_CHECKING``.

    Parameters
    ----------
    package : str
        ``__name__`` of the package.
    modules : mapping of str to str
        Module of each name, inside the package or absolute; a name that is its own module is that module.
    """

    def attribute(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = modules[name]
        imported = import_module(module if module.startswith("darkpair") else f"{package}.{module}")
        value = imported if module == name else getattr(imported, name)
        setattr(sys.modules[package], name, value)
        return value

    return attribute
