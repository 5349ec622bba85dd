"""Which branching ratio of a meson each search excludes, for a chain with masses and a lifetime of one's own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.chains.models.asked import require_kind, require_models, require_names
from darkpair.chains.models.points import points_of
from darkpair.chains.models.stated import StatedChain, has_lifetime, stated_chain
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.limits.choice import choose, searches_of
from darkpair.limits.rows import LimitRow, row_at
from darkpair.limits.samples import SIZES, Size

if TYPE_CHECKING:
    from darkpair.searches.search import Search

__all__ = ["LENGTHS", "RatioRow", "chains_of", "excluded_ratios", "length_text", "plain_ratios"]


def length_text(length: float) -> str:
    """A length [mm] of three digits with the unit that suits it."""
    unit, size = next(
        ((unit, size) for unit, size in (("km", 1e6), ("m", 1e3)) if length >= 0.999 * size), ("mm", 1.0)
    )
    return f"{length / size:.3g} {unit}"


#: Mean proper lengths where none are given: four a decade from 1 mm to 10 km.
LENGTHS: Final = tuple(length_text(float(length)) for length in np.geomspace(1.0, 1e7, 29))

#: Evaluations until a search's ratio to its limit is 1, and how close to it.
_STEPS: Final = 50
_CLOSE: Final = 1e-9

#: A ratio beyond which none is excluded.
_NONE: Final = 1e6

#: What the masses and the c tau are called too, as a job has them.
_ALSO: Final = {"mass.X1": "m1", "mass.X2": "m2", "ctau.X2": "ctau"}

#: Before the decay of a matrix element's name.
_ELEMENT: Final = "matrix_elements."


@dataclass(frozen=True, kw_only=True)
class RatioRow:
    """The branching ratio of the parent that a search excludes at one c tau.

    Parameters
    ----------
    chain : StatedChain
        The chain, at its masses and c tau.
    branching_ratio : float
        What is above it is excluded, or above the search's line [1]; NaN where it is not known, infinite where nothing is
        seen.
    error : float
        Its relative standard error by the samples [1].
    row : LimitRow
        What the search says at that branching ratio, or at 1 where there is none.
    """

    chain: StatedChain
    branching_ratio: float
    error: float
    row: LimitRow

    @property
    def ctau(self) -> float:
        """Mean proper length of X2 [mm]; infinite where it does not decay."""
        return float(f"{float(self.chain.ctau('X2')):.12g}")  # (it was a width meanwhile)

    @property
    def verdict(self) -> str:
        """What keeps the number from being a limit; empty for one."""
        if math.isnan(self.branching_ratio):
            return "unknown"
        if math.isinf(self.branching_ratio):
            return "sees nothing"
        return "none up to 1" if self.branching_ratio > 1.0 else ""


def chains_of(descriptor: str, settings: Mapping[str, str]) -> list[tuple[dict[str, str], StatedChain]]:
    """Chain at every combination of masses and c tau that are separated by commas, with what tells them apart.

    Parameters
    ----------
    descriptor : str
        See `darkpair.chains.models.stated.stated_chain`.
    settings : mapping of str to str
        ``m1``, ``m2`` and ``ctau`` with their units, each perhaps several; a job's ``mass.X1``, ``mass.X2`` and ``ctau.X2``
        do as well. ``matrix_elements.K+ -> pi+ X1 X2`` names one. Without a c tau of an X2 that decays it is `LENGTHS`.

    Raises
    ------
    InputError, UnknownNameError
        As `darkpair.chains.models.stated.stated_chain`.
    """
    elements = {
        key.removeprefix(_ELEMENT): text for key, text in settings.items() if key.startswith(_ELEMENT)
    }
    given: dict[str, str] = {}
    for key, text in settings.items():
        name = _ALSO.get(key, key)
        if name not in ("m1", "m2", "ctau") and not key.startswith(_ELEMENT):
            raise UnknownNameError(
                "setting of a chain", key, ("m1", "m2", "ctau", *_ALSO, f"{_ELEMENT}DECAY")
            )
        if name in given:
            raise InputError(f"{key} = {text} beside {name} = {given[name]}; give one of them")
        if not key.startswith(_ELEMENT):
            given[name] = text
    if "m2" not in given:
        raise InputError("the chain needs m2, the mass of X2, as in m2='430 MeV'")
    if "ctau" not in given and has_lifetime(descriptor):
        given["ctau"] = ", ".join(LENGTHS)
    points: list[tuple[dict[str, str], StatedChain]] = []
    texts: dict[tuple[float, ...], dict[str, str]] = {}
    for varied, point in points_of(given):
        chain = stated_chain(descriptor, **point, matrix_elements=elements)
        at = (float(str(chain.m1)), float(str(chain.m2)), float(chain.ctau("X2")))
        if at in texts:
            raise InputError(f"{_said(texts[at])} and {_said(varied)} are the same point; give each once")
        texts[at] = varied
        points.append((varied, chain))
    return points


def _said(varied: Mapping[str, str]) -> str:
    return ", ".join(f"{key} = {text}" for key, text in varied.items())


def excluded_ratios(
    chains: Sequence[StatedChain],
    *,
    data: str = "today",
    size: Size | None = None,
    folder: Path | None = None,
    workers: int = 2,
    only: Sequence[str] = (),
    without: Sequence[str] = (),
    files: Sequence[str | Path] = (),
    executor: Executor | None = None,
    planned: bool = False,
    production: str = "ends",
) -> list[list[RatioRow]]:
    """Branching ratio of the parent that each search excludes, for each chain; of the searches that look for it.

    Samples, channels and statistics are those of `limit_rows`: chains of the same masses share them.

    Parameters
    ----------
    chains : sequence of StatedChain
        Of `stated_chain`.
    data, size, folder, workers, only, without, files, executor, planned, production
        As of `limit_rows`.

    Raises
    ------
    InputError, UnknownNameError
        As `limit_rows`.
    """
    only, without = require_names(only, "only"), require_names(without, "without")
    require_kind(size, Size, "size", SIZES)
    chains = require_models(chains, StatedChain, "chains")
    choice = choose(data, only=only, without=without, files=files, planned=planned, production=production)
    over = [(chain, chain) for chain in chains]
    every = searches_of(choice, over, size or Size(), folder, workers=workers, executor=executor)
    return [
        [_excluded(name, kind, search, chain) for name, (kind, search) in at_chain.items() if kind != "band"]
        for chain, at_chain in zip(chains, every, strict=True)
    ]


def _excluded(name: str, kind: str, search: Search, chain: StatedChain) -> RatioRow:
    """The ratio at which the search's observable is its limit: what is not known is looked at there, not at 1."""
    ratio = 1.0
    for _ in range(_STEPS):
        row = row_at(name, kind, search, chain.at(ratio))
        if not row.ratio > 0.0 or abs(row.ratio - 1.0) < _CLOSE:
            break
        ratio /= row.ratio
        if ratio > _NONE:  # (nobody asks for more than 1, and sizes have an end)
            return RatioRow(chain=chain, branching_ratio=math.inf, error=math.nan, row=row)
    else:
        raise InputError(
            f"{name} has no ratio of its limit that grows with the branching ratio; leave it out"
        )
    if row.value == 0.0:
        ratio = math.inf
    elif math.isnan(row.value):
        ratio = math.nan
    error = (
        float(search.statistical_error(chain.at(ratio))) / row.value if 0.0 < ratio < math.inf else math.nan
    )
    return RatioRow(chain=chain, branching_ratio=ratio, error=error, row=row)


def plain_ratios(rows: Sequence[Sequence[RatioRow]], *, channels: bool = False) -> list[dict[str, Any]]:
    """Rows of plain values, with their units in the names; what is not known is None.

    Parameters
    ----------
    rows : sequence of sequence of RatioRow
        Of `excluded_ratios`.
    channels : bool
        Whether each row has its expected events by channel at the ratio, too.
    """
    return [
        {
            "m1 [GeV]": float(np.asarray(row.chain.m1)),
            "m2 [GeV]": float(np.asarray(row.chain.m2)),
            "c tau [mm]": _or_none(row.ctau),
            "constraint": row.row.constraint,
            "kind": row.row.kind,
            "excluded branching ratio": _or_none(row.branching_ratio),
            "relative error": _or_none(row.error),
            "confidence level": row.row.confidence_level,
            "events at it": None if row.row.events is None else _or_none(row.row.events),
            "verdict": row.verdict,
            **({} if not channels else {"channels": {k: _or_none(v) for k, v in row.row.channels.items()}}),
        }
        for of_chain in rows
        for row in of_chain
    ]


def _or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None
