"""The searches that were chosen, with their samples, for each model that they apply to."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from darkpair.chains.models.channels import visible_modes
from darkpair.gen.errors import InputError
from darkpair.limits.samples import samples_at
from darkpair.searches.search_file import OF_DECAYS
from darkpair.workers import on_executor

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from darkpair.chains.models.model import Model
    from darkpair.limits.choice import Choice
    from darkpair.limits.samples import Size
    from darkpair.searches.search import Search

__all__ = ["searches_of"]


def searches_of(
    choice: Choice,
    models: Sequence[tuple[Model, Model]],
    size: Size,
    folder: Path | None,
    *,
    workers: int = 2,
    executor: Executor | None = None,
) -> list[dict[str, tuple[str, Search]]]:
    """Searches that apply to each model, with their samples: by name, with what they are.

    Parameters
    ----------
    choice : Choice
        What is asked.
    models : sequence of (Model, Model)
        Each at its point, and over all couplings that are asked for.
    size : Size
        Of the samples.
    folder : Path, optional
        The cache of samples.
    workers : int
        Processes.
    executor : concurrent.futures.Executor, optional
        What makes the samples instead of processes.

    Raises
    ------
    InputError
        For a search that was asked for and has nothing to say of a model.
    """
    points = [point for point, _ in models]
    for name in choice.asked & choice.others.keys():
        for point in points:
            _require_decays(name, choice.others[name], point)
    masses = [(float(np.asarray(point.m1)), float(np.asarray(point.m2))) for point in points]
    koto, dumps = choice.sampled(points)
    wanted: dict[str, Any] = {"koto": koto, "dumps": dumps, "boxes": choice.boxes}
    with nullcontext() if executor is None else on_executor(executor):
        simulated = samples_at(masses, size, folder, workers=workers, **wanted)
        channels = choice.channels(models, size, folder, workers=workers)
        at_koto = choice.at_koto(models, size, folder, workers=workers)
        photons = choice.with_photons(models, size, folder, workers=workers)
    every = [
        choice.at(samples, more, of_koto, visible_modes(point), own)
        for point, samples, more, of_koto, own in zip(
            points, simulated, channels, at_koto, photons, strict=True
        )
    ]
    return [
        {name: entry for name, entry in at_point.items() if entry[1].applies(point)}
        for point, at_point in zip(points, every, strict=True)
    ]


def _require_decays(name: str, search: object, model: Model) -> None:
    """Refuse a search that somebody added or asked for and that has nothing to say of a model."""
    if isinstance(search, OF_DECAYS) and not search.applies(model):
        lacking = [" -> ".join(decay) for decay in search.decays if decay not in model.modes()]
        has = ", ".join(mode for _, mode in model.modes(search.parent)) or "none"
        raise InputError(
            f"the search {name!r} needs {' and '.join(lacking)}, which {type(model).__name__} does not have (of "
            f"{search.parent} it has {has}); leave it out, or correct its parent, mode and then"
        )
