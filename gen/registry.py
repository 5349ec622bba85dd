"""Named things that a job may ask for: ours from a table, strangers' from entry points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from darkpair.gen.errors import InputError, UnknownNameError

__all__ = ["Plugin", "Registry"]


@dataclass(frozen=True)
class Plugin:
    """A line of ``darkpair list``.

    Parameters
    ----------
    name : str
    summary : str
        First line of its docstring, or why it cannot be loaded.
    origin : str
        ``darkpair`` or the distribution that registered it.
    factory : callable or None
        What makes the object; None if it is broken.
    """

    name: str
    summary: str
    origin: str
    factory: Callable[..., Any] | None

    @property
    def recipes(self) -> dict[str, str]:
        """How each mode of a chain is made, where its factory says so before it has masses."""
        recipes = getattr(self.factory, "recipes", None)
        return dict(recipes) if isinstance(recipes, Mapping) else {}


@dataclass(frozen=True)
class Registry:
    """Factories of one kind by name.

    Parameters
    ----------
    kind : str
        ``chains``, ``sources``, ``models``, ``detectors`` or ``studies``; also the entry-point group ``darkpair.KIND``.
    builtin : mapping of str to callable
    """

    kind: str
    builtin: Mapping[str, Callable[..., Any]] = field(repr=False)

    @property
    def word(self) -> str:
        """One of the kind, for messages."""
        return "study" if self.kind == "studies" else self.kind[:-1]

    @cached_property
    def plugins(self) -> dict[str, Plugin]:
        """Everything registered, by name.

        Raises
        ------
        InputError
            If two distributions register one name.
        """
        found = {
            name: Plugin(name, _summary(factory), "darkpair", factory)
            for name, factory in self.builtin.items()
        }
        for entry in entry_points(group=f"darkpair.{self.kind}"):
            plugin = _load(entry)
            if plugin.name in found:
                raise InputError(
                    f"{plugin.origin} registers the {self.word} {plugin.name!r}, which {found[plugin.name].origin} "
                    "has already; uninstall or rename one"
                )
            found[plugin.name] = plugin
        return found

    def factory(self, name: str) -> Callable[..., Any]:
        """What makes the object of that name.

        Raises
        ------
        UnknownNameError
            If nothing carries the name.
        InputError
            If the plug-in that does cannot be loaded.
        """
        if name not in self.plugins:
            raise UnknownNameError(self.word, name, sorted(self.plugins))
        plugin = self.plugins[name]
        if plugin.factory is None:
            raise InputError(
                f"the {self.word} {name!r} of {plugin.origin} cannot be loaded: {plugin.summary}"
            )
        return plugin.factory


def _load(entry: EntryPoint) -> Plugin:
    origin = entry.dist.name if entry.dist is not None else "unknown"
    try:
        factory = entry.load()
    except Exception as error:  # noqa: BLE001 (a stranger's module may fail in any way; it becomes a line)
        return Plugin(entry.name, f"{type(error).__name__}: {error}", origin, None)
    return Plugin(entry.name, _summary(factory), origin, factory)


def _summary(factory: Callable[..., Any]) -> str:
    doc = getattr(factory, "summary", None) or factory.__doc__ or ""
    return str(doc).strip().split("\n", 1)[0]
