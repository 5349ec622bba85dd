"""Counting searches at model points as likelihoods that others fit: pyhf's JSON, and HS3's."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darkpair.export.hs3 import hs3_workspace
from darkpair.export.search_counts import counting_of
from darkpair.export.workspace import counting_workspace
from darkpair.limits.choice import PRODUCTION, SELECTION
from darkpair.limits.production import AveragedDump

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.searches.search import Search
    from darkpair.searches.search_file import DumpSearch

__all__ = ["likelihood_contents", "workspaces_of"]


def workspaces_of(
    model: Model, searches: Mapping[str, tuple[str, Search]], stated: Mapping[str, DumpSearch]
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """HistFactory workspaces of the searches that count at a model point, by name; and why the others have none.

    At ``mu`` = 1 each has the events that `darkpair.limits.limit_rows` expects, so that a limit on ``mu`` is one over the row's ratio. A production uncertainty
    that is averaged over in the limit is a nuisance there, which a fit profiles.

    Parameters
    ----------
    model : Model
        One point.
    searches : mapping of str to (str, Search)
        Of `darkpair.limits.choice.searches_of`.
    stated : mapping of str to DumpSearch
        Data of the searches behind a target, `darkpair.limits.choice.Choice.behind_targets`.

    References
    ----------
    HistFactory, CERN-OPEN-2012-016; pyhf, JOSS 6 (2021) 2823.
    """
    made: dict[str, dict[str, Any]] = {}
    without: dict[str, str] = {}
    for name, (kind, search) in searches.items():
        if PRODUCTION in name or SELECTION in name or kind == "band":
            continue  # (an end of an uncertainty, another selection, or the three events that a limit's run has, too)
        counted = counting_of(search, stated.get(name))
        if isinstance(counted, str):
            without[name] = counted
            continue
        at_point = search.at_point(model)
        events = at_point.events(at_point.value(model))
        number = math.nan if events is None else float(events)
        if not number > 0.0:
            without[name] = (
                "expected events are not known" if math.isnan(number) else "no events are expected"
            )
            continue
        made[name] = counting_workspace(counted, signal=number, name=name, production=_ends(search, model))
    return made, without


def _ends(search: Search, model: Model) -> tuple[float, float] | None:
    """Ends of a production uncertainty that is averaged over in the limit; None where none is, or an end is not known."""
    if not isinstance(search, AveragedDump):
        return None
    low, high = (float(end) for end in search.ends(model))
    return (low, high) if math.isfinite(low + high) else None


def likelihood_contents(
    folder: Path,
    models: Sequence[Model],
    searches: Sequence[Mapping[str, tuple[str, Search]]],
    stated: Mapping[str, DumpSearch],
) -> tuple[dict[Path, str], list[str]]:
    """Contents of ``pyhf/NAME.json`` and ``hs3/NAME.json`` by path, and lines on what has none.

    Of several points each has a number of its own from 1 in the name: ``charm-point3.json`` is the third row of points.

    Parameters
    ----------
    folder : Path
        Where they go.
    models : sequence of Model
        Points.
    searches : sequence of mapping
        Of each point, see `workspaces_of`.
    stated : mapping
        As there.
    """
    contents: dict[Path, str] = {}
    lacking: dict[str, dict[str, None]] = {}
    for number, (model, at_point) in enumerate(zip(models, searches, strict=True), start=1):
        made, without = workspaces_of(model, at_point, stated)
        for name, reason in without.items():
            lacking.setdefault(reason, {})[name] = None
        for name, workspace in made.items():
            file = f"{name}.json" if len(models) == 1 else f"{name}-point{number}.json"
            contents[folder / "pyhf" / file] = json.dumps(workspace, indent=1) + "\n"
            contents[folder / "hs3" / file] = json.dumps(hs3_workspace(workspace), indent=1) + "\n"
    return contents, [f"no likelihood, {reason}: {', '.join(names)}" for reason, names in lacking.items()]
