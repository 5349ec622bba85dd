"""Study ``belle2``: B+ -> K+ X1 X2 at Belle and Belle II: efficiency against q2, escape of X2, limits on G_X.

The point is (m2, m1) = (400, 40) MeV with a pure axial current (fermions) and Ali-Ball form factors.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial, reduce
from operator import add
from typing import Any, Final

import numpy as np

from darkpair.chains.descriptor import build
from darkpair.chains.models import ZPrimeDirac, ZPrimeMajorana, ZPrimeScalar
from darkpair.chains.models.inputs import Inputs
from darkpair.chains.models.model import Model
from darkpair.detectors.belle2 import Belle2
from darkpair.detectors.data_file import read_data
from darkpair.detectors.efficiency import LIMIT_LEVEL
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.kinematics import Array
from darkpair.gen.pipeline import Pipeline
from darkpair.gen.sources.upsilon4s import Upsilon4S
from darkpair.gen.streams import BLOCK, Streams
from darkpair.limits.ranges import excluded_in_table
from darkpair.studies.experiments.belle2_pictures import (
    efficiency_picture,
    escape_picture,
    limit_picture,
    q2_picture,
)
from darkpair.studies.experiments.belle2_recast import (
    EscapeSample,
    SearchResult,
    Spectrum,
    escape_chain,
    escape_sample,
    mean_efficiency,
    measurements,
    neutrino_spectrum,
    pair_mass2,
    pair_spectrum,
    q2_density,
)
from darkpair.studies.outputs import Output, Picture, Run, Table

__all__ = ["models", "q2_rows", "simulated", "study"]

#: Sample of the scalar model whose X2 decays to X1 pi0 only.
_PI0_ONLY: Final = "scalar, X1 pi0 only"

_TAGS: Final = ("inclusive", "hadronic")
_COUPLINGS: Final = np.geomspace(0.02, 50.0, 120)

#: What is assumed: the name, the rule that says what is seen (None: X2 is always missing), whether the change of
#: the efficiency with the q2 shape is in.
_TREATMENTS: Final[tuple[tuple[str, str | None, bool], ...]] = (
    ("always missing, Standard Model's efficiency", None, False),
    ("always missing", None, True),
    ("escape of 2 m", "2 m", True),
    ("detector", "detector", True),
)


def models(inputs: Inputs) -> dict[str, Model]:
    """The three models at G_X = G_F, by name; the Majorana convention is the literal one."""
    point: dict[str, Any] = {"m1": 0.04, "m2": 0.4, "G_X": inputs["G_F"], "inputs": inputs}  # GeV
    return {
        "Dirac": ZPrimeDirac(**point),
        "Majorana": ZPrimeMajorana(**point),
        "scalar": ZPrimeScalar(**point),
    }


def study(run: Run) -> Iterator[Output]:
    """Four tables (efficiency, escape, reconstructed q2, limits), and their pictures."""
    points = models(run.inputs)
    samples = _samples(points, run)
    efficiency, means = _efficiency_rows(points), _means(points, samples, run)
    escape = _escape_rows(samples[_PI0_ONLY, "belle2"])
    q2 = q2_rows(run.events, run.seed + 200)
    limits, curves = _limit_rows(points, samples)
    table = partial(Table, provenance={"models": points, "detectors": [Belle2(), Belle2(experiment="belle")]})
    yield table(name="belle2-efficiency", rows=efficiency, more={"means": means})
    yield table(name="belle2-escape", rows=escape)
    yield table(name="belle2-q2rec", rows=q2)
    yield table(name="belle2-limits", rows=limits, more={"measurements": measurements()})
    yield Picture(name="belle2-efficiency", figure=efficiency_picture(efficiency, means))
    yield Picture(name="belle2-escape", figure=escape_picture(escape))
    yield Picture(name="belle2-q2rec", figure=q2_picture(q2))
    yield Picture(name="belle2-limits", figure=limit_picture(curves, _COUPLINGS))


def _samples(points: Mapping[str, Model], run: Run) -> dict[tuple[str, str], EscapeSample]:
    """A sample of each model at each experiment, and that of X2 -> X1 pi0 only."""
    chains = {name: escape_chain(model) for name, model in points.items()}
    chains[_PI0_ONLY] = escape_chain(points["scalar"], modes=["X1 pi0"])
    keys = [(name, experiment) for name in points for experiment in ("belle2", "belle")]
    keys.append((_PI0_ONLY, "belle2"))
    return {
        (name, experiment): escape_sample(chains[name], experiment, run.events, run.seed + i)
        for i, (name, experiment) in run.track(enumerate(keys), "samples", len(keys))
    }


def _efficiency_rows(points: Mapping[str, Model]) -> list[dict[str, Any]]:
    q2 = np.arange(0.25, 22.9, 0.25)
    columns = {f"efficiency, {tag}": _published(tag)(q2) for tag in _TAGS}
    spectra = {"nu nubar": neutrino_spectrum(), "nu nubar, Ali-Ball": neutrino_spectrum("ali-ball")}
    spectra |= {name: pair_spectrum(model) for name, model in points.items()}
    columns |= {f"dGamma/dq2 / Gamma, {name} [1/GeV^2]": q2_density(s, q2) for name, s in spectra.items()}
    return [
        {"q2 [GeV^2]": float(x), **{name: float(column[i]) for name, column in columns.items()}}
        for i, x in enumerate(q2)
    ]


def _means(
    points: Mapping[str, Model], samples: Mapping[tuple[str, str], EscapeSample], run: Run
) -> list[dict[str, Any]]:
    """Mean efficiencies of each spectrum: integrals, and from events through the whole simulation."""
    rows = []
    for tag in _TAGS:
        flow = simulated(tag, run.events, run.seed + 100)
        spectra: list[tuple[str, Spectrum, float | None, float | None]] = [
            ("nu nubar", neutrino_spectrum(), flow.acceptance, flow.acceptance_error),
            ("nu nubar, Ali-Ball", neutrino_spectrum("ali-ball"), None, None),
        ]
        for name, model in points.items():
            missing = samples[name, "belle2"].acceptance(math.inf, "", tag)
            spectra.append((f"{name}, always missing", pair_spectrum(model), *missing))
        rows += [
            {
                "spectrum": name,
                "tag": tag,
                "integral": mean_efficiency(spectrum, _published(tag)),
                "simulated": value,
                "simulated error": error,
            }
            for name, spectrum, value, error in spectra
        ]
    return rows


def _published(tag: str) -> Callable[[Array], Array]:
    """Belle II's efficiency against q2."""
    return Belle2(experiment="belle2", selection=tag).published_efficiency


def simulated(tag: str, n: int, seed: int) -> Cutflow:
    """B+ -> K+ nu nubar through the source, the chain and the detector, in whole blocks."""
    pipeline = Pipeline(
        source=Upsilon4S(),
        chain=build("B+ -> K+ nu nubar"),
        detector=Belle2(experiment="belle2", selection=tag),
        seed=seed,
    )
    blocks = -(-n // BLOCK)
    return reduce(add, (pipeline.chunk(i, i + 1, blocks * BLOCK).cutflow for i in range(blocks)))


def q2_rows(n: int, seed: int) -> list[dict[str, Any]]:
    """Parts of the yield of nu nubar in each range of reconstructed q2, by the true q2; ours and the published."""
    table = read_data("belle2")["tags"]["inclusive"]
    edges, centre = np.array(table["by_q2_rec"]["edges"]), np.array(table["q2"][:14])
    published = np.array(table["by_q2_rec"]["efficiency"])[:, :14]
    half = 0.5 * (centre[1] - centre[0])
    counts = _q2_counts(n, seed, (edges, np.append(centre - half, centre[-1] + half)))
    total = counts.sum(axis=0)
    ours, theirs = counts / total, published / published.sum(axis=0)
    error = np.sqrt(ours * (1.0 - ours) / total)
    none = 1.0 - (1.0 - LIMIT_LEVEL) ** (1.0 / total)  # upper limit on a part that has no event
    rows = []
    for j, x in enumerate(centre):
        row: dict[str, Any] = {"q2 [GeV^2]": float(x)}
        for i in range(len(edges) - 1):
            part, drawn = f"{edges[i]:g} to {edges[i + 1]:g} GeV^2", error[i, j] > 0.0
            limit = abs(ours[i, j] - none[j])  # of a part that has all events, the lower one
            row |= {
                f"ours, {part}": ours[i, j],
                f"error, {part}": error[i, j] if drawn else None,
                f"limit at {100.0 * LIMIT_LEVEL:.0f} %, {part}": None if drawn else limit,
                f"published, {part}": theirs[i, j],
            }
        rows.append(row)
    return rows


def _q2_counts(n: int, seed: int, bins: tuple[Array, Array]) -> Array:
    """Kaon candidates of nu nubar by reconstructed and true q2."""
    detector, chain, source = Belle2(selection="acceptance"), build("B+ -> K+ nu nubar"), Upsilon4S()
    counts = np.zeros([len(edges) - 1 for edges in bins])
    for block in range(-(-n // BLOCK)):
        streams = Streams(seed, block)
        truth = chain.batch(source.sample(BLOCK, streams.rng("source")), streams)
        number, kaon = detector.observe(truth, streams.rng("detector")).lists["Kaon"]
        q2 = pair_mass2(truth)[np.repeat(np.arange(BLOCK), number)]
        counts += np.histogram2d(kaon["q2_inclusive"], q2, bins)[0]
    return counts


def _escape_rows(sample: EscapeSample) -> list[dict[str, Any]]:
    rows = []
    for ctau in np.geomspace(1.0, 1e6, 49):
        row = {"c tau [mm]": float(ctau)}
        for rule in ("detector", "2 m"):
            for tag, name in (("none", rule), ("inclusive", f"{rule}, inclusive tag")):
                row[f"missing, {name}"], row[f"error, {name}"] = sample.missing(float(ctau), rule, tag)
        rows.append(row)
    return rows


def _rate(model: Model, relative: Array) -> Array:
    """Branching ratio that an analysis made for nu nubar would report, at the study's couplings."""
    return np.asarray(float(model.branching_ratio("B+", "K+ X1 X2")) * _COUPLINGS**2 * relative)


class _Relative:
    """Efficiencies over that of nu nubar at the study's couplings; each is computed once."""

    def __init__(self, points: Mapping[str, Model], samples: Mapping[tuple[str, str], EscapeSample]) -> None:
        self.points, self.samples = points, samples
        self.computed: dict[tuple[str, str, str, str], Array] = {}
        self.standard = {tag: mean_efficiency(neutrino_spectrum(), _published(tag)) for tag in _TAGS}

    def __call__(self, name: str, experiment: str, rule: str | None, tag: str) -> Array:
        """Of a model at an experiment, for a rule that says what is seen and a tag, (couplings,)."""
        sample = self.samples[name, experiment]
        # without a table all that is known of nu nubar is the part of the kaons that leave a track
        norm = sample.candidates / sample.generated if tag == "none" else self.standard[tag]
        if rule is None:
            return np.full(len(_COUPLINGS), sample.acceptance(math.inf, "", tag)[0] / norm)
        key = name, experiment, rule, tag
        if key not in self.computed:
            ctau = float(self.points[name].ctau("X2")) / _COUPLINGS**2
            self.computed[key] = np.array([sample.acceptance(float(c), rule, tag)[0] / norm for c in ctau])
        return self.computed[key]


def _cases(
    points: Mapping[str, Model], samples: Mapping[tuple[str, str], EscapeSample]
) -> Iterator[tuple[str, str, SearchResult, Array]]:
    """Model, treatment, measurement, and the rate at the study's couplings."""
    relative = _Relative(points, samples)
    for measurement in measurements():
        where, tag = measurement.experiment, measurement.tag
        for name, model in points.items():
            for treatment, rule, shape in _TREATMENTS:
                part = relative(name, where, rule, tag) if shape else np.ones(len(_COUPLINGS))
                yield name, treatment, measurement, _rate(model, part)
            if tag == "none":
                stand_in = "detector, q2 shape of Belle II's hadronic tag"
                yield name, stand_in, measurement, _rate(model, relative(name, where, "detector", "hadronic"))


def _reached(rate: Array, value: float | None) -> float | None:
    """Smallest coupling at which the rate exceeds a value [G_F]; None without, or where it is not positive."""
    ranges = excluded_in_table(_COUPLINGS, rate, value) if value is not None and value > 0.0 else []
    return ranges[0][0] if ranges else None


def _limit_rows(
    points: Mapping[str, Model], samples: Mapping[tuple[str, str], EscapeSample]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Excluded couplings of every case; and the curves of the detector's treatment."""
    rows, curves = [], []
    for name, treatment, measurement, rate in _cases(points, samples):
        for used in (measurement, measurement.unsubtracted()):
            ranges = excluded_in_table(_COUPLINGS, rate, used.limit)
            if ranges and ranges[-1][1] >= _COUPLINGS[-1]:
                ranges[-1] = (ranges[-1][0], math.inf)
            rows.append(
                {
                    "experiment": used.experiment,
                    "measurement": used.name,
                    "model": name,
                    "treatment": treatment,
                    "limit on BR beyond": used.limit,
                    "BR subtracted": used.standard_model,
                    "smallest excluded G_X/G_F": ranges[0][0] if ranges else None,
                    "G_X/G_F of the excess": _reached(rate, used.central),
                    "one sigma below": _reached(rate, used.low),
                    "one sigma above": _reached(rate, used.high),
                    "excluded G_X/G_F": "; ".join(f"{a:.3g} to {b:.3g}" for a, b in ranges) or "none",
                    "method": used.method,
                }
            )
        if treatment == "detector" and measurement.name == "combined":
            curves.append({"model": name, "measurement": measurement, "rate": rate})
    return rows, curves
