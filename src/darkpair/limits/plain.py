"""Model points from texts, and rows as plain values: what comes before and after the searches are asked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from darkpair.chains.models.rates import build_model

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.limits.rows import LimitRow

__all__ = ["models_of", "plain_rows"]


def models_of(
    name: str, settings: Mapping[str, str], preset: str = "pdg"
) -> list[tuple[dict[str, str], Model]]:
    """Model at every combination of values that are separated by commas, with what tells them apart.

    Parameters
    ----------
    name : str
        Of `darkpair.chains.models.MODELS`.
    settings : mapping of str to str
        See `darkpair.chains.models.rates.build_model`; each may hold several values: ``"0, 20 MeV"``.
    preset : {"pdg", "paper", "paper-10tev"}
        Table of inputs.

    Raises
    ------
    InputError, UnknownNameError
        As `darkpair.chains.models.rates.build_model`.
    """
    values = {key: [part.strip() for part in str(text).split(",")] for key, text in settings.items()}
    varied = [key for key, parts in values.items() if len(parts) > 1]
    points = [dict(zip(values, texts, strict=True)) for texts in product(*values.values())]
    return [({key: point[key] for key in varied}, build_model(name, point, preset)) for point in points]


def plain_rows(
    varied: Sequence[Mapping[str, str]],
    rows: Sequence[Sequence[LimitRow]],
    along: str | None = None,
    *,
    channels: bool = False,
    unit: str | None = None,
) -> list[dict[str, Any]]:
    """Rows of plain values, a point's own parameters first, a row for each range; what is not known is None.

    Parameters
    ----------
    varied : sequence of mapping
        What tells the points apart.
    rows : sequence of sequence of LimitRow
        Of `limit_rows`.
    along : str, optional
        As there: the ends of a range, None where it goes on or where there is none.
    channels : bool
        Whether each row has its expected events by channel, too.
    unit : str, optional
        Unit of the ends, in a column of its own (`darkpair.chains.models.rates.unit_of`).
    """
    return [
        {
            **own,
            "constraint": row.constraint,
            "kind": row.kind,
            "value": _or_none(row.value),
            "limit": row.limit,
            "unit": row.unit,
            "ratio": _or_none(row.ratio),
            "events": None if row.events is None else _or_none(row.events),
            "verdict": row.verdict,
            **({} if along is None else {f"{along} low": low, f"{along} high": high}),
            **({} if along is None or unit is None else {f"{along} unit": unit}),
            **({} if not channels else {"channels": {k: _or_none(v) for k, v in row.channels.items()}}),
        }
        for own, of_point in zip(varied, rows, strict=True)
        for row in of_point
        for low, high in [span.ends for span in row.ranges] or [(None, None)]
    ]


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value
