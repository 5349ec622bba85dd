"""Why searches that were asked say nothing of a point: a decay that is closed, one that the model lacks, or a parameter that it leaves open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from darkpair.limits.samples import DUMPS, closed_line
from darkpair.searches import SEARCHES
from darkpair.searches.standing import search_by_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from darkpair.chains.models.model import Model
    from darkpair.limits.choice import Choice

__all__ = ["open_lines", "production_line", "silent_lines"]

#: Who looks for a pair with X2 -> X1 pi0, and whose decays make it.
_PARENTS: Final = {"KOTO": "K_L0", "beam dumps": "eta"}


def open_lines(names: Sequence[str], models: Sequence[Model]) -> dict[str, str]:
    """What searches need that points leave open, by the name of the search.

    Parameters
    ----------
    names : sequence of str
        Searches that were asked for.
    models : sequence of Model
        Points.
    """
    lines: dict[str, str] = {}
    for name in names:
        if name in SEARCHES.ours:
            lacks = getattr(search_by_name(name), "lacks", None)
            said = [] if lacks is None else [words for model in models if (words := lacks(model))]
            if said:
                lines[name] = f"{name} {said[0]}"
    return lines


def silent_lines(name: str, model: Model, speaking: Collection[str], choice: Choice) -> list[str]:
    """Lines where KOTO or the dumps were asked and have no row.

    Parameters
    ----------
    name : str
        Of the model.
    model : Model
        The point.
    speaking : collection of str
        Searches that have a row.
    choice : Choice
        What was asked.
    """
    asked = {"KOTO": choice.koto, "beam dumps": bool(choice.behind_targets)}
    speaks = {
        "KOTO": any(each.startswith("koto-") for each in speaking),
        "beam dumps": any(each in speaking for each in (*DUMPS, *choice.behind_targets)),
    }
    silent = [who for who in _PARENTS if asked[who] and not speaks[who]]
    modes = model.modes()
    pairs = [who for who in silent if {(_PARENTS[who], "X1 X2"), ("X2", "X1 pi0")} <= {*modes}]
    closed = closed_line(
        float(np.asarray(model.m1)),
        float(np.asarray(model.m2)),
        [who for who in _PARENTS if who not in pairs],
    )
    others = {
        "KOTO": f"KOTO says nothing: {name} has no decay here that it looks for",
        "beam dumps": f"beam dumps say nothing: {name} has no decay here that they look for",
    }
    return [*([closed] if closed else []), *(others[who] for who in silent if who not in pairs)]


def production_line(way: str, notes: Iterable[str]) -> str:
    """A line where limits averaged over production were wanted, and production enters none of them; empty otherwise.

    Parameters
    ----------
    way : str
        Of `darkpair.limits.production.WAYS`.
    notes : iterable of str
        Of every row: a limit that is averaged says so.
    """
    if way != "nuisance" or any("production" in note for note in notes):
        return ""
    return "production enters none of these limits: --production nuisance changes nothing"
