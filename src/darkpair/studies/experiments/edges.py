"""Study ``edges``: by how much spectra, numbers, tails, samples and inputs move the couplings that each search excludes.

Scalars and the Z' at one pair of masses.  Samples are made once: spectra, numbers of mesons, tails and Monte Carlo errors are other
yields of the same samples, inputs other numbers of the same formulas.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.chains.models.inputs import Inputs
from darkpair.chains.models.zprime import ZPrimeScalar
from darkpair.gen.data_files import altered
from darkpair.limits.choice import choose, searches_of
from darkpair.limits.dump_samples import DumpYield, EtaSample
from darkpair.limits.ranges import ranges_above
from darkpair.limits.samples import Size
from darkpair.scan.acceptance import Acceptance
from darkpair.searches.beam_dump import BeamDump
from darkpair.searches.koto import KotoLimit
from darkpair.studies.experiments.edges_picture import CAUSES, picture
from darkpair.studies.experiments.input_shifts import WORDS, numbers_that_move
from darkpair.studies.outputs import Output, Picture, Run, Table

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array
    from darkpair.searches.search import Search

__all__ = ["CAUSES", "EDGES", "MASSES", "edge_of", "study"]

#: m1 and m2 of the benchmark, and the mass of its Z' [GeV].
MASSES: Final[dict[str, Any]] = {"m1": 0.0, "m2": 0.430, "m_Zprime": 10.0}

#: Searches, and which end of what they exclude.
EDGES: Final = (
    ("nucal", "upper"), ("charm", "upper"), ("nucal", "lower"), ("charm", "lower"), ("koto-2021", "lower"), ("koto-2015", "lower"),
    ("b-to-k-belle", "lower"), ("b-to-k-belle2-2023", "lower"),
)  # fmt: skip

#: Couplings that are looked at, in units of G_F.
_GRID: Final = np.geomspace(3e-3, 1e2, 1201)

#: Step in the logarithm of the coupling, over which a slope is taken.
_STEP: Final = 1e-3


def study(run: Run) -> Iterator[Output]:
    """Table of shifts, and its picture."""
    size = Size.of(quick=run.quick)
    size = replace(size, spectra="all")
    searches = _searches(size, run)
    rows: list[dict[str, Any]] = []
    for name, end in run.track(EDGES, "edges"):
        rows += list(_rows(name, end, searches[name]))
    tails = [row for name, end in EDGES if end == "upper" for row in _tails(name, end, searches[name])]
    yield Table(
        rows=rows, more={"tails": tails}, provenance={"masses": MASSES, "size": size, "causes": dict(CAUSES)}
    )
    yield Picture(figure=picture(rows))


def _model(coupling: Any) -> ZPrimeScalar:
    """The benchmark at couplings in units of G_F, with the inputs in force."""
    inputs = Inputs("pdg")
    return ZPrimeScalar(**MASSES, G_X=coupling * inputs["G_F"], inputs=inputs)


def _searches(size: Size, run: Run) -> dict[str, Search]:
    """Searches by name, with their samples."""
    choice = choose("today", only=list(dict.fromkeys(name for name, _ in EDGES)), production="none")
    (of_point,) = searches_of(choice, [(_model(1.0), _model(_GRID))], size, run.cache)
    return {name: search for name, (_, search) in of_point.items()}


def edge_of(coupling: Array, ratio: Array, end: str) -> float:
    """Coupling at which a search begins (lower) or ends (upper) to exclude; NaN where it does not, or nobody knows.

    Parameters
    ----------
    coupling, ratio : ndarray, (n,)
        Couplings, growing, and observable over limit; NaN where that is not known.
    end : {"lower", "upper"}
    """
    spans = ranges_above(coupling, ratio)
    if not spans:
        return math.nan
    if end == "lower":
        return math.nan if spans[0].low_open else spans[0].low
    return math.nan if spans[-1].high_open else spans[-1].high


@dataclass(frozen=True, kw_only=True)
class _Other:
    """Another yield of the same samples: events of a dump's samples times a factor, or one of its spectra alone."""

    factor: Callable[[EtaSample], float | Array]
    generator: str | None = None

    def of(self, acceptance: Any) -> Any:
        """The yield of a channel."""
        if not isinstance(acceptance, DumpYield):
            return acceptance
        samples = acceptance.samples
        made = (
            samples[0]
            if self.generator is None
            else next((s for s in samples if s.generator == self.generator), None)
        )
        if made is None:
            return acceptance
        scaled = tuple(np.asarray(made.acceptance.value) * self.factor(made))
        return replace(
            acceptance, samples=(replace(made, acceptance=replace(made.acceptance, value=scaled)),)
        )

    def search(self, search: Search) -> Search:
        """The search with that yield in each of its channels."""
        if isinstance(search, BeamDump):
            more = tuple(replace(part, acceptance=self.of(part.acceptance)) for part in search.more)
            return replace(search, acceptance=self.of(search.acceptance), more=more)
        return search


def _others(cause: str, search: Search) -> dict[str, Search]:
    """The search moved down and up by a cause; of spectra one for each generator; none where it does not have the cause."""
    if isinstance(search, BeamDump):
        own = search.acceptance
        assert isinstance(own, DumpYield)
        if cause == "spectrum":
            return {
                s.generator: _Other(factor=lambda _: 1.0, generator=s.generator).search(search)
                for s in own.samples[1:]
            }
        errors: Mapping[str, Callable[[EtaSample], Any]] = {
            "number": lambda s: s.multiplicity_error / s.multiplicity,
            "tail": lambda s: np.asarray(s.tail),
            "samples": lambda s: np.divide(s.acceptance.error, s.acceptance.value),
        }
        if cause not in errors:
            return {}
        of = errors[cause]
        return {
            "down": _Other(factor=lambda s: np.maximum(1.0 - of(s), 1e-9)).search(search),
            "up": _Other(factor=lambda s: 1.0 + of(s)).search(search),
        }
    if (
        cause == "samples"
        and isinstance(search, KotoLimit)
        and isinstance(search.efficiency_ratio, Acceptance)
    ):
        ratio = search.efficiency_ratio
        value, error = np.asarray(ratio.value), np.asarray(ratio.error)
        return {
            side: replace(search, efficiency_ratio=replace(ratio, value=tuple(value + sign * error)))
            for side, sign in (("down", -1.0), ("up", 1.0))
        }
    return {}


def _rows(name: str, end: str, search: Search) -> Iterator[dict[str, Any]]:
    """Rows of an edge, one a cause."""
    couplings = _model(_GRID)
    here = edge_of(_GRID, search.ratio(couplings), end)
    row: dict[str, Any] = {"search": name, "end": end, "edge [G_F]": here}
    for cause in CAUSES:
        if cause in ("inputs", "choices"):
            yield row | {"cause": cause} | _by_inputs(search, here, unsure=cause == "choices")
            continue
        edges = {
            key: edge_of(_GRID, other.ratio(couplings), end) for key, other in _others(cause, search).items()
        }
        moved = {key: 100.0 * (edge / here - 1.0) for key, edge in edges.items() if not math.isnan(edge)}
        if not moved:
            continue
        low, high = min(moved, key=lambda key: moved[key]), max(moved, key=lambda key: moved[key])
        largest = max((low, high), key=lambda key: abs(moved[key])) if cause == "spectrum" else ""
        yield row | {
            "cause": cause,
            "down [%]": min(moved[low], 0.0),
            "up [%]": max(moved[high], 0.0),
            "largest": largest,
            "largest [%]": moved[largest] if largest else None,
        }


def _tails(name: str, end: str, search: Search) -> Iterator[dict[str, Any]]:
    """Of each spectrum its own edge, and by how much the mesons that were counted for it leave that open."""
    assert isinstance(search, BeamDump)
    assert isinstance(search.acceptance, DumpYield)
    couplings = _model(_GRID)
    for sample in search.acceptance.samples:
        own = _Other(factor=lambda _: 1.0, generator=sample.generator).search(search)
        here = edge_of(_GRID, own.ratio(couplings), end)
        by = {side: edge_of(_GRID, s.ratio(couplings), end) for side, s in _others("tail", own).items()}
        tail = float(sample.tail_error(_model(here).ctau("X2")))
        yield {
            "search": name,
            "generator": sample.generator,
            "edge [G_F]": here,
            "tail [%]": 100.0 * tail if sample.tail and tail > 0.0 else None,
            "shift [%]": 50.0 * abs(by["up"] - by["down"]) / here if tail > 0.0 else None,
        }


def _by_inputs(search: Search, edge: float, *, unsure: bool) -> dict[str, Any]:
    """Shift of an edge by inputs with an error, or by those that are a choice or from memory, in squares; and the largest of them."""

    def ratio(factor: float = 1.0) -> float:
        return math.log(float(search.ratio(_model(edge * factor))))

    before = ratio()
    slope = (ratio(math.exp(_STEP)) - ratio(math.exp(-_STEP))) / (2.0 * _STEP)
    moved: dict[str, float] = {"": 0.0}
    for shift in numbers_that_move():
        if (shift.entry.table["confidence"] in WORDS) != unsure:
            continue
        sizes = []
        for value in shift.others.values():
            with altered({shift.entry.file: {shift.key: value}}):
                sizes.append(abs(math.expm1(-(ratio() - before) / slope)))
        moved[f"{shift.entry.file} {shift.key.removesuffix('.value')}"] = 100.0 * max(sizes)
    largest = max(moved, key=lambda key: moved[key])
    whole = math.sqrt(sum(x * x for x in moved.values()))
    return {"down [%]": -whole, "up [%]": whole, "largest": largest, "largest [%]": moved[largest]}
