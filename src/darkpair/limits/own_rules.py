"""Searches with a rule and samples of their own, for model points: KOTO's photons, and displaced decays at Belle II."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from darkpair.limits.koto_photons import PHOTONS, SELECTION, photon_searches

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.limits.samples import Size
    from darkpair.searches.search import Search

__all__ = ["DISPLACED", "OWN_RULES", "SELECTION", "own_searches"]

#: The search for displaced decays at Belle II.
DISPLACED: Final = "belle2-displaced"

#: Searches that are made here.
OWN_RULES: Final = (*PHOTONS, DISPLACED)

#: Generated B of a sample for each meson of a target's: nothing aims them, and each is worth less.
_MORE: Final = 2


def own_searches(
    names: Sequence[str],
    asked: Collection[str],
    models: Sequence[tuple[Model, Model]],
    size: Size,
    folder: Path | None,
    *,
    workers: int = 2,
) -> list[dict[str, tuple[str, Search]]]:
    """Searches by name, with what they are, for each model.

    Parameters
    ----------
    names : sequence of str
        Of `OWN_RULES`.
    asked : collection of str
        Names that were asked for, see `darkpair.limits.koto_photons.photon_searches`.
    models : sequence of (Model, Model)
        Each at its point, and over all couplings that are asked for.
    size : Size
        Of the samples.
    folder : Path, optional
        The cache of samples.
    workers : int
        Processes.
    """
    made: list[dict[str, tuple[str, Search]]] = [{} for _ in models]
    of_koto = [name for name in names if name in PHOTONS]
    if of_koto:
        made = photon_searches(of_koto, asked, models, size.kaons, folder, workers=workers)
    if DISPLACED in names:
        from darkpair.limits.belle2_samples import displaced_searches  # (with the detector)

        every = displaced_searches(models, _MORE * size.etas, folder, workers=workers)
        for own, search in zip(made, every, strict=True):
            if search is not None:
                own[DISPLACED] = search.kind, search
    return made
