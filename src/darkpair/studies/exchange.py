"""What `darkpair limits` leaves for others: a HEPData submission, and pyhf and HS3 models of the searches that count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darkpair.limits.choice import choose, searches_of
from darkpair.limits.samples import Size

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.limits.rows import LimitRow

__all__ = ["exchange_contents"]


def exchange_contents(
    folder: Path,
    points: Sequence[tuple[Mapping[str, str], Model]],
    rows: Sequence[Sequence[LimitRow]],
    asked: Mapping[str, Any],
    which: Mapping[str, Any],
    *,
    size: Size | None = None,
    cache: Path | None = None,
    hepdata: bool = True,
    likelihoods: bool = True,
) -> tuple[dict[Path, str], list[str]]:
    """Contents of files by their paths, for `darkpair.gen.output.target.put`, and lines on searches that have no likelihood.

    ``hepdata/`` is a submission: limits of the points, and efficiencies against m1, m2 and c tau of every channel that was
    simulated.  ``pyhf/`` and ``hs3/`` have a model of each search that counts.

    Parameters
    ----------
    folder : Path
        Where they go.
    points, rows : sequence
        Of `darkpair.limits.rows.models_of` and `darkpair.limits.limit_rows`.
    asked : mapping
        ``model``, ``settings``, ``inputs`` and ``data``, as the user gave them.
    which : mapping
        ``only``, ``without``, ``files`` and ``planned`` of `darkpair.limits.choose`.
    size : Size, optional
        Of the samples.
    cache : Path, optional
        Folder of samples, where those of `rows` lie.
    hepdata, likelihoods : bool
        What is wanted.
    """
    choice = choose(asked["data"], **which)
    models = [model for _, model in points]
    searches = searches_of(choice, [(model, model) for model in models], size or Size(), cache)
    contents: dict[Path, str] = {}
    lines: list[str] = []
    if hepdata:
        from darkpair.export.hepdata import submission_contents
        from darkpair.studies.exchange_tables import efficiency_tables, limit_tables

        stated = {key: str(asked[key]) for key in ("model", "inputs", "data")}
        tables = [
            *limit_tables(points, rows, asked["settings"], stated),
            *efficiency_tables(models, searches),
        ]
        contents |= submission_contents(folder / "hepdata", _comment(stated), tables)
    if likelihoods:
        from darkpair.studies.exchange_likelihoods import likelihood_contents

        made, lines = likelihood_contents(folder, models, searches, choice.behind_targets)
        contents |= made
    return contents, lines


def _comment(stated: Mapping[str, str]) -> str:
    return (
        f"Searches asked about {stated['model']} by darkpair: limits of points, and efficiencies of what was simulated for them. "
        f"Inputs {stated['inputs']}, data {stated['data']}."
    )
