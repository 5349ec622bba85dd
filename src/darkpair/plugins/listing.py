"""What may be named and written, in tables; nothing that does it is imported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from darkpair.gen.tables import Table

if TYPE_CHECKING:
    from darkpair.gen.registry import Plugin
    from darkpair.plugins.schema import Key

__all__ = ["keys_table", "plugin_table", "search_status"]


def keys_table(rows: Sequence[Key]) -> Table:
    """Table of the keys of a job file, those of a plug-in below its name."""
    lines: list[tuple[str, str, str]] = []
    owner = None
    for row in rows:
        if row.owner != owner:
            owner = row.owner
            lines.append((owner or "every job", "", ""))
        words = f"{row.words}; there are {', '.join(row.names)}" if row.names else row.words
        what = ": ".join(filter(None, [row.what, words]))
        lines.append((f"  {row.key}", "needed" if row.required else row.default, what))
    return Table(
        title="keys of a job file, or of --set",
        columns=("key", "default", "what it is"),
        rows=lines,
        fold=("what it is",),
    )


def plugin_table(kind: str, plugins: Sequence[Plugin], *, recipes: bool = False) -> Table:
    """Table of what may be named.

    Parameters
    ----------
    kind : str
        Kind of the plug-ins, a key of `darkpair.plugins.REGISTRIES`.
    plugins : sequence of Plugin
        Plug-ins of that kind, a row each.
    recipes : bool
        Whether to say how each mode of a chain is made, for which chains have to be imported.
    """
    if kind == "searches":
        return _searches_table(kind, plugins)
    lines = []
    for plugin in plugins:
        made = [f"  {name}: {recipe}" for name, recipe in plugin.recipes.items()] if recipes else []
        what = f"BROKEN: {plugin.summary}" if plugin.broken else "\n".join([plugin.summary, *made])
        lines.append((plugin.name, what, plugin.origin))
    return Table(title=kind, columns=("name", "what it is", "from"), rows=lines, fold=("what it is",))


def _searches_table(kind: str, plugins: Sequence[Plugin]) -> Table:
    """Searches with what they stand for: all are made, which is quick."""
    lines = []
    for plugin in plugins:
        what = f"BROKEN: {plugin.summary}" if plugin.broken else plugin.summary
        status = "" if plugin.broken else search_status(plugin.name)
        lines.append((plugin.name, what, status, plugin.origin))
    columns = ("name", "what it is", "status", "from")
    return Table(title=kind, columns=columns, rows=lines, fold=("what it is",))


def search_status(name: str) -> str:
    """Status of a search by its name; empty of a stranger's that needs what `limits` alone gives.

    Parameters
    ----------
    name : str
        Name of the search.
    """
    from darkpair.gen.errors import DarkpairError
    from darkpair.searches.standing import search_by_name, status_of

    try:
        return status_of(search_by_name(name))
    except (DarkpairError, TypeError):
        return ""
