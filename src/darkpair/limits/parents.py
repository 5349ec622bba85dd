"""Whose decays the searches look for: what can be said of a chain that none of them knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from darkpair.gen.errors import InputError
from darkpair.limits.choice import Choice, choose
from darkpair.searches.standing import search_by_name

__all__ = ["lines_of_nothing", "looked_for"]


def looked_for(choice: Choice) -> dict[str, list[str]]:
    """Searches by the particle whose decays they look for.

    Parameters
    ----------
    choice : Choice
        What is asked.
    """
    behind = choice.behind_targets
    searches: dict[str, Any] = {name: search for name, search in choice.others.items() if name not in behind}
    for name in choice.ours:
        if name not in behind:
            searches[name] = search_by_name(name)
    parents: dict[str, tuple[str, ...]] = {name: tuple(search.parents) for name, search in behind.items()}
    parents |= {name: tuple(parent for parent, _ in search.NEEDS) for name, search in searches.items()}
    first = sorted({parent for own in parents.values() for parent in own})
    if choice.data != "2020":  # (whose dumps ask eta alone)
        parents |= {name: tuple(search.with_heavy) for name, search in behind.items()}
    by_parent: dict[str, list[str]] = {parent: [] for parent in first}
    for name, own in parents.items():
        for parent in sorted(dict.fromkeys(own)):
            by_parent.setdefault(parent, []).append(name)
    return by_parent


def lines_of_nothing(chain: str, parent: str, which: Mapping[str, Any]) -> list[str]:
    """What is said of a chain of which no search that was asked has a word.

    Parameters
    ----------
    chain : str
        The chain.
    parent : str
        What decays in it.
    which : mapping
        What `darkpair.limits.choice.choose` takes: the searches that were asked.

    Raises
    ------
    InputError
        For a parent that no search looks for, planned ones among them.
    """
    own: dict[str, Any] = {key: which[key] for key in ("data", "only", "without", "files", "planned")}
    asked = looked_for(choose(**own))
    every = looked_for(choose("today", planned=True)) | asked
    if parent not in every:
        raise InputError(f"no search looks for decays of {parent}; looked for: those of {', '.join(every)}")
    lines = [f"none of these searches looks for {chain}: see darkpair list searches"]
    if parent in asked:
        return [*lines, f"for other decays of {parent}, or with other masses: {', '.join(asked[parent])}"]
    more = f"; those of {parent}, with --planned or by --only: {', '.join(every[parent])}"
    return [*lines, f"they look for decays of {', '.join(asked) or 'no particle'}{more}"]
