"""What every experiment says of a model: observable, limit, expected events, and the range of a parameter that is excluded."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.chains.models.asked import require_kind, require_models, require_names
from darkpair.chains.models.combined import Combined
from darkpair.chains.models.model import Model, NotDerivedError
from darkpair.chains.models.owned import parameter, with_parameter
from darkpair.chains.models.points import hinted, points_of
from darkpair.chains.models.rates import build_model
from darkpair.gen.errors import DarkpairError, InputError
from darkpair.gen.identity import identity_digest
from darkpair.limits.choice import PRODUCTION, SELECTION, choose, searches_of
from darkpair.limits.ranges import Range, ranges_above
from darkpair.limits.samples import SIZES, Size
from darkpair.searches import SEARCHES, Search
from darkpair.searches.beam_dump import BeamDump
from darkpair.searches.border import checked_value
from darkpair.searches.koto import AddsChannels

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from darkpair.chains.models.channels import Channel
    from darkpair.gen.kinematics import Array, Real

__all__ = [
    "LimitRow",
    "limit_rows",
    "models_of",
    "parameter",
    "plain_rows",
    "row_at",
    "searches_of",
    "strongest_row",
]

#: Factors by which a parameter is moved to find what is excluded.
_FACTORS: Final = np.geomspace(1e-4, 1e4, 801)


@dataclass(frozen=True, kw_only=True)
class LimitRow:
    """What one search says of a model point.

    Parameters
    ----------
    constraint : str
        Name of the search, with an end of its production uncertainty.
    kind : {"excluded", "line", "band"}
        A measurement that excludes, a line without a measurement behind it, or KOTO's three events, explained
        inside their range.
    value, limit : float
        Observable and its limit, in `unit`; NaN where the sample is too small to tell, or made for other decays.
    unit : str
        Of both.
    events : float or None
        Expected events, where the experiment counts them.
    least : float
        Lower end of a band, in `unit`.
    curves : mapping of str to tuple of Range
        Ranges of the parameter by the names that the figures' curves have: excluded, or for a band explained at one
        and at two sigma; empty where none were asked for.
    channels : mapping of str to float
        Expected events by channel, where a search adds several; NaN where a sample is too small to tell.
    confidence_level : float or None
        Of the limit [1]; None where it has none.
    note : str
        What is taken for granted for this model; empty for nothing.
    """

    constraint: str
    kind: str
    value: float
    limit: float
    unit: str
    events: float | None
    least: float = 0.0
    curves: Mapping[str, tuple[Range, ...]] = field(default_factory=dict)
    channels: Mapping[str, float] = field(default_factory=dict)
    confidence_level: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float:
        """Observable over limit [1]."""
        return self.value / self.limit

    @property
    def production(self) -> bool:
        """Whether this is an end of a beam dump's production uncertainty, or another selection: it excludes nothing by itself."""
        return PRODUCTION in self.constraint or SELECTION in self.constraint

    @property
    def ranges(self) -> tuple[Range, ...]:
        """Ranges of the first curve: excluded, or explained at one sigma."""
        return next(iter(self.curves.values()), ())

    @property
    def verdict(self) -> str:
        """What the ratio means; empty for an allowed point."""
        if math.isnan(self.value):
            return "unknown"
        if self.kind == "band":
            return "explained" if self.least <= self.value <= self.limit else ""
        if self.ratio <= 1.0 or self.production:
            return ""
        return "excluded" if self.kind == "excluded" else "above"


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
    try:
        return [(varied, build_model(name, point, preset)) for varied, point in points_of(settings)]
    except DarkpairError as error:
        raise hinted(error, name) from None


def limit_rows(
    models: Sequence[Model],
    *,
    data: str = "today",
    along: str | None = None,
    size: Size | None = None,
    folder: Path | None = None,
    workers: int = 2,
    only: Sequence[str] = (),
    without: Sequence[str] = (),
    files: Sequence[str | Path] = (),
    executor: Executor | None = None,
    planned: bool = False,
    production: str = "ends",
) -> list[list[LimitRow]]:
    """Rows of every search that applies, for each model point.

    KOTO's efficiency and the beam dumps' acceptance come from samples of each pair of masses, for X2 -> X1 pi0 with
    isotropic decays; where a model's are not, as of Dirac fermions with c_V and c_A, that channel has a sample with the
    model's spin.  Beam dumps add up every channel of eta, eta' and pi0 that ends in what they see, see
    `darkpair.limits.channels`; with the data of 2020 they count X2 -> X1 pi0 of eta alone, unknown (NaN) with such a spin.
    Along a coupling that changes the shape of a channel's events that channel is unknown off the point.

    Parameters
    ----------
    models : sequence of Model
        One point each.
    data : {"2020", "today", "projected"}
        Of `darkpair.searches.DATA`; see `darkpair.limits.contours.Contours`.
    along : str, optional
        Parameter of the model, a coupling for example, whose excluded ranges are wanted: a factor of 1e4 to either
        side of its value is searched.
    size : Size, optional
        Of the samples.
    folder : Path, optional
        Cache of the samples.
    workers : int
        Processes.
    only, without, files : sequence of str
        Searches by name that alone are wanted or not wanted, and data files of more; see `darkpair.limits.choose`.
    executor : concurrent.futures.Executor, optional
        What makes the samples instead of processes, see `darkpair.workers.on_executor`.
    planned, production
        Whether to ask projections and estimates too, and how a dump's production uncertainty counts; see `darkpair.limits.choose`.

    Raises
    ------
    InputError
        For a model of more than one point, or a parameter that is zero or no number.
    UnknownNameError
        For an unknown set of data, search or parameter.
    """
    only, without = require_names(only, "only"), require_names(without, "without")
    require_kind(size, Size, "size", SIZES)
    models = require_models(models, Model, "models")
    choice = choose(data, only=only, without=without, files=files, planned=planned, production=production)
    moved = [None if along is None else _moved(model, along) for model in models]
    over = [(model, scanned or model) for model, scanned in zip(models, moved, strict=True)]
    every = searches_of(choice, over, size or Size(), folder, workers=workers, executor=executor)
    return [
        [
            _row(name, kind, search, model, along, scanned, changed)
            for name, (kind, search) in at_point.items()
        ]
        for model, scanned, at_point in zip(models, moved, every, strict=True)
        for changed in [cache(partial(_changes, model, along))]
    ]


def strongest_row(rows: Sequence[LimitRow]) -> LimitRow | None:
    """Row of the measurement with the largest ratio; None where none applies."""
    telling = [row for row in rows if row.kind == "excluded" and not math.isnan(row.value)]
    return max(telling, key=lambda row: row.ratio, default=None)


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


def row_at(name: str, kind: str, search: Search, model: Model) -> LimitRow:
    """What a search says of a point, without ranges.

    Parameters
    ----------
    name, kind : str
        Of the row.
    search : Search
        With its samples.
    model : Model
        One point.
    """
    return _row(name, kind, search, model, None, None, lambda _: False)


def _row(
    name: str,
    kind: str,
    search: Search,
    model: Model,
    along: str | None,
    scanned: Model | None,
    changed: Callable[[Channel], bool],
) -> LimitRow:
    search = search.at_point(model)
    value = _value(name, search, model, ())
    events = search.events(value)
    curves: dict[str, tuple[Range, ...]] = {}
    if scanned is not None and along is not None:
        grid = np.asarray(parameter(scanned, along))
        seen = _value(name, _elsewhere(search, changed), scanned, grid.shape)
        seen = np.where(np.equal(_FACTORS, 1.0) & np.isnan(seen), value, seen)
        curves = {
            f"{name}{part}": tuple(ranges_above(grid, inside)) for part, inside in search.curves(seen).items()
        }
    return LimitRow(
        constraint=name,
        kind=kind,
        value=float(value),
        limit=search.limit,
        unit=search.unit,
        events=None if events is None else float(events),
        least=search.least if kind == "band" else 0.0,
        curves=curves,
        channels={key: float(part) for key, part in search.channels(model).items()},
        confidence_level=_level(search),
        note=search.note(model),
    )


def _changes(model: Model, along: str | None, channel: Channel) -> bool:
    """Whether a parameter moves the shape of a channel's events, and not their number alone: at an end of the search."""
    if along is None:
        return False
    try:
        ends = [identity_digest(channel.chain(_moved(model, along, f))) for f in (1.0, _FACTORS[-1])]
    except DarkpairError:  # (nobody can make its events at an end)
        return True
    return len(set(ends)) > 1


def _elsewhere(search: Search, changed: Callable[[Channel], bool]) -> Search:
    """The search off the point: nothing is known of channels whose sample has the point's shape alone."""
    if not isinstance(search, BeamDump | AddsChannels):
        return search
    more: Any = tuple(part.unknown() if changed(part.channel) else part for part in search.more)
    return replace(search, more=more)


def _value(name: str, search: Search, model: Model, shape: tuple[int, ...]) -> Array:
    """Observable; NaN where it rests on samples of isotropic decays of X2 and the model's are not."""
    stranger = name in SEARCHES and name not in SEARCHES.ours
    value = checked_value(name, search, model, shape) if stranger else search.value(model)
    if search.isotropic(model):
        ((parent, production),) = search.NEEDS
        try:
            slope = model.spin(parent, production, "X1 pi0").slope
        except NotDerivedError:
            slope = math.nan
        closed = np.equal(model.partial_width("X2", "X1 pi0"), 0.0)
        value = np.asarray(np.where(np.equal(slope, 0.0) | closed, value, math.nan))
    return np.broadcast_to(value, shape)


def _level(search: Search) -> float | None:
    """Confidence level of a limit: the published one, or that at which it was made of a measured value and its error."""
    first = search.measurements[0]
    return search.confidence_level if first.error is not None else first.confidence_level


def _moved(model: Model, along: str, factors: Real = _FACTORS) -> Model:
    """The model with a parameter times each factor."""
    value = parameter(model, along)
    if not (np.isreal(value) and np.real(value) > 0.0):
        raise InputError(f"{along} = {value}; allowed: a number above 0, from which the search starts")
    new = np.real(value) * factors
    try:
        if isinstance(model, Combined):
            return with_parameter(model, along, new)
        return replace(model, **{along: new})
    except InputError as error:
        ends = f"{np.min(new):.3g} to {np.max(new):.3g}"
        raise InputError(
            f"along {along} = {ends} is searched, a factor of 1e4 to either side, and there {error}; name a coupling, or map the "
            "parameter between ends of your own with `darkpair reach`"
        ) from error
