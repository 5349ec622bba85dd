"""Limits of model points, and efficiencies against masses and c tau, as the tables that HEPData takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.chains.models.rates import unit_of
from darkpair.export.hepdata import Table
from darkpair.limits.choice import PRODUCTION, SELECTION
from darkpair.limits.dump_samples import DumpYield
from darkpair.limits.rows import parameter
from darkpair.scan.acceptance import Acceptance
from darkpair.searches.beam_dump import MAIN, BeamDump
from darkpair.searches.belle2_displaced import DisplacedAtBelle2
from darkpair.searches.koto import OF_PION, AddsChannels
from darkpair.searches.koto_photons import KotoGammaX

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.limits.rows import LimitRow
    from darkpair.searches.search import Search

__all__ = ["efficiency_tables", "limit_tables"]

#: What the numbers of a search's channels are.
_OVER: Final[dict[type, str]] = {
    DisplacedAtBelle2: "acceptance of each B, of either charge",
    KotoGammaX: "efficiency over that of K_L -> gamma X with a massless X, at the least photon energy of the limit",
    AddsChannels: "efficiency over that of K_L -> pi0 nu nubar, both per K_L at the beam's exit",
}

#: Columns that every table has, and the most characters of a table's name.
_MASSES: Final = ("m1 [MeV]", "m2 [MeV]")
_LENGTH: Final = "c tau of X2 [mm]"
_LONGEST: Final = 64


def limit_tables(
    points: Sequence[tuple[Mapping[str, str], Model]],
    rows: Sequence[Sequence[LimitRow]],
    settings: Mapping[str, str],
    qualifiers: Mapping[str, str],
) -> list[Table]:
    """Tables of observable over limit and expected events, one for each search, a row for each point.

    Parameters
    ----------
    points : sequence of (mapping, Model)
        Of `darkpair.limits.rows.models_of`.
    rows : sequence of sequence of LimitRow
        Of `darkpair.limits.limit_rows`, for each point.
    settings : mapping of str to str
        As the user gave them; what is the same at every point qualifies the tables.
    qualifiers : mapping of str to str
        More that holds for all: inputs, data.
    """
    varied = list(points[0][0]) if points else []
    fixed = {key: text for key, text in settings.items() if key not in varied}
    tables = []
    for name in dict.fromkeys(row.constraint for at_point in rows for row in at_point):
        own = [
            (model, row)
            for (_, model), at_point in zip(points, rows, strict=True)
            for row in at_point
            if row.constraint == name
        ]
        first = own[0][1]
        level = (
            {}
            if first.confidence_level is None
            else {"confidence level [%]": f"{100 * first.confidence_level:.4g}"}
        )
        value = f"value [{first.unit}]" if first.unit != "1" else "value"
        tables.append(
            Table(
                name=_short(f"{name}: limit"),
                description=f"{name} ({first.kind}): observable of each point, its limit, and their ratio; above 1 is {_means(first)}. "
                "A dash: the sample is too small to tell.",
                rows=[
                    {
                        **_place(model, varied),
                        value: row.value,
                        value.replace("value", "limit"): row.limit,
                        "value / limit": row.ratio,
                        **({} if all(other.events is None for _, other in own) else {"events": row.events}),
                    }
                    for model, row in own
                ],
                independent=tuple(_place(own[0][0], varied)),
                qualifiers={**qualifiers, **fixed, **level},
                keywords={"observables": ["CLS"], "phrases": ["dark sector", "long-lived particles"]},
            )
        )
    return tables


def efficiency_tables(
    models: Sequence[Model], searches: Sequence[Mapping[str, tuple[str, Search]]]
) -> list[Table]:
    """Tables of efficiencies against m1, m2 and c tau of X2, one for each search and channel that has samples.

    They are of the events' shape alone, and serve every coupling: rates are not in them.

    Parameters
    ----------
    models : sequence of Model
        Points; equal masses are one set of rows.
    searches : sequence of mapping of str to (str, Search)
        Of `darkpair.limits.choice.searches_of`, for each point.
    """
    rows: dict[tuple[str, str, str], dict[tuple[float, float], list[dict[str, Any]]]] = {}
    for model, at_point in zip(models, searches, strict=True):
        masses = float(np.asarray(model.m1)), float(np.asarray(model.m2))
        for name, (_, search) in at_point.items():
            if PRODUCTION in name or SELECTION in name:
                continue
            for channel, what, acceptance in _acceptances(search):
                rows.setdefault((name, channel, what), {})[masses] = _rows(*masses, acceptance)
    return [
        Table(
            name=_short(f"{name} {number}: {channel}"),
            description=f"{name}, {channel}: {what}, with the standard error of the sample; a c tau that is not here is "
            "one of which the sample cannot tell.",
            rows=[row for at_masses in of_masses.values() for row in at_masses],
            independent=(*_MASSES, _LENGTH),
            errors={"efficiency": "error"},
            qualifiers={"channel": channel},
            keywords={"observables": ["EFF"], "phrases": ["dark sector", "long-lived particles"]},
        )
        for (name, channel, what), of_masses in rows.items()
        for number in [1 + [key[1:] for key in rows if key[0] == name].index((channel, what))]
        if any(of_masses.values())
    ]


def _acceptances(search: Search) -> Iterator[tuple[str, str, Acceptance]]:
    """Channel, what its numbers are, and the numbers, of the samples that a search has."""
    if isinstance(search, BeamDump):
        behind = f"part of the mesons made in the target whose X2 decays inside {search.experiment} and is accepted"
        own = [(MAIN, search.acceptance)] if search.alone else []
        for channel, made in [*own, *((part.channel, part.acceptance) for part in search.more)]:
            if isinstance(made, DumpYield) and made.samples:
                sample = made.samples[0]
                yield str(channel), f"{behind}; spectrum of {sample.generator}", sample.acceptance
    elif isinstance(search, AddsChannels):
        over = next((words for kind, words in _OVER.items() if isinstance(search, kind)), _OVER[AddsChannels])
        ratio = getattr(search, "efficiency_ratio", None)
        if isinstance(ratio, Acceptance) and all(part.channel != OF_PION for part in search.more):
            yield str(OF_PION), over, ratio
        for part in search.more:
            yield str(part.channel), over, part.ratio


def _rows(m1: float, m2: float, acceptance: Acceptance) -> list[dict[str, Any]]:
    return [
        {
            **dict(zip(_MASSES, (1e3 * m1, 1e3 * m2), strict=True)),
            _LENGTH: ctau,
            "efficiency": value,
            "error": error if error > 0.0 else None,
        }
        for ctau, value, error in zip(acceptance.ctau, acceptance.value, acceptance.error, strict=True)
    ]


def _place(model: Model, varied: Sequence[str]) -> dict[str, Any]:
    """Where a point lies: masses, lifetime, and what was varied beside them."""
    masses = dict(zip(_MASSES, (1e3 * float(np.asarray(m)) for m in (model.m1, model.m2)), strict=True))
    own: dict[str, Any] = {}
    for key in varied:
        if key in ("m1", "m2"):
            continue
        unit = unit_of(model, key)
        value = parameter(model, key)
        own[f"{key} [{unit}]" if unit else key] = float(np.real(value)) if np.isreal(value) else f"{value}"
    return masses | own | {_LENGTH: float(np.asarray(model.ctau("X2")))}


def _means(row: LimitRow) -> str:
    return {"excluded": "excluded", "band": "beyond the band"}.get(row.kind, "within reach")


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
