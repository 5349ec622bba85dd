"""Study ``belle2``: B+ -> K+ X1 X2 at Belle and Belle II: efficiency against q2, escape of X2, limits on G_X.

The point is (m2, m1) = (400, 40) MeV with a pure axial current (fermions) and Ali-Ball form factors.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.console import Console
from rich.progress import track

from darkpair.chains.descriptor import build
from darkpair.chains.models import ZPrimeDirac, ZPrimeMajorana, ZPrimeScalar
from darkpair.chains.models.inputs import Inputs
from darkpair.chains.models.model import Model
from darkpair.detectors.belle2 import Belle2
from darkpair.detectors.data_file import read_data
from darkpair.detectors.efficiency import LIMIT_LEVEL
from darkpair.export.files import save_picture, write_rows
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
    escape_chain,
    escape_sample,
    mean_efficiency,
    measurements,
    neutrino_spectrum,
    pair_mass2,
    pair_spectrum,
    q2_density,
)
from darkpair.studies.options import Events

__all__ = ["models", "q2_rows", "run", "simulated"]

_SEED: Final = 5000

#: Masses of X1 and X2 [GeV].
_POINT: Final = {"m1": 0.04, "m2": 0.4}

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


def models(inputs: Inputs | None = None) -> dict[str, Model]:
    """The three models at G_X = G_F, by name; the Majorana convention is the literal one."""
    inputs = inputs or Inputs()
    common: dict[str, Any] = {**_POINT, "G_X": inputs["G_F"], "inputs": inputs}
    return {
        "Dirac": ZPrimeDirac(**common),
        "Majorana": ZPrimeMajorana(**common),
        "scalar": ZPrimeScalar(**common),
    }


def run(folder: Path, inputs: Inputs | None, *, quick: bool, events: Events = None) -> list[Path]:
    """Paths of four tables (efficiency, reconstructed q2, escape, limits) and their pictures.

    Parameters
    ----------
    folder : Path
    inputs : Inputs, optional
    quick : bool
        A tenth of the events.
    events : int, optional
        For each model and experiment; 500 000 unless given.
    """
    n = events or (50_000 if quick else 500_000)
    points = models(inputs)
    chains = {name: escape_chain(model) for name, model in points.items()}
    chains[_PI0_ONLY] = escape_chain(points["scalar"], modes=["X1 pi0"])
    keys = [(name, experiment) for name in points for experiment in ("belle2", "belle")]
    keys.append((_PI0_ONLY, "belle2"))
    bar = track(
        enumerate(keys),
        total=len(keys),
        description="samples",
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
    samples = {key: escape_sample(chains[key[0]], key[1], n, _SEED + i) for i, key in bar}
    told = {
        "inputs": inputs or Inputs(),
        "seed": _SEED,
        "events": n,
        "models": points,
        "detectors": [Belle2(), Belle2(experiment="belle")],
    }
    efficiency = _efficiency_rows(points)
    escape = _escape_rows(samples)
    limits, curves = _limit_rows(points, samples)
    means = _means(points, samples, n)
    moved = q2_rows(n)
    return [
        *write_rows(folder, "belle2-efficiency", efficiency, told, means=means),
        *write_rows(folder, "belle2-escape", escape, told),
        *write_rows(folder, "belle2-q2rec", moved, told),
        *write_rows(folder, "belle2-limits", limits, told, measurements=measurements()),
        *save_picture(efficiency_picture(efficiency, means), folder, "belle2-efficiency"),
        *save_picture(escape_picture(escape), folder, "belle2-escape"),
        *save_picture(
            q2_picture(moved, r"Belle II's inclusive tag: reconstructed $q^2$, nothing fitted"),
            folder,
            "belle2-q2rec",
        ),
        *save_picture(limit_picture(curves, _COUPLINGS), folder, "belle2-limits"),
    ]


def _efficiency_rows(points: Mapping[str, Model]) -> list[dict[str, Any]]:
    q2 = np.arange(0.25, 22.9, 0.25)
    columns: dict[str, Array] = {
        f"efficiency, {t}": Belle2(selection=t).published_efficiency(q2) for t in _TAGS
    }
    spectra = {"nu nubar": neutrino_spectrum(), "nu nubar, Ali-Ball": neutrino_spectrum("ali-ball")}
    spectra |= {name: pair_spectrum(model) for name, model in points.items()}
    columns |= {f"dGamma/dq2 / Gamma, {name} [1/GeV^2]": q2_density(s, q2) for name, s in spectra.items()}
    return [
        {"q2 [GeV^2]": float(x), **{name: float(column[i]) for name, column in columns.items()}}
        for i, x in enumerate(q2)
    ]


def _means(
    points: Mapping[str, Model], samples: Mapping[tuple[str, str], EscapeSample], n: int
) -> list[dict[str, Any]]:
    """Mean efficiencies of each spectrum: integrals, and from events through the whole simulation."""
    rows: list[dict[str, Any]] = []
    for tag in _TAGS:
        efficiency = Belle2(experiment="belle2", selection=tag).published_efficiency
        flow = simulated(tag, n)
        rows.append(
            {
                "spectrum": "nu nubar",
                "tag": tag,
                "integral": mean_efficiency(neutrino_spectrum(), efficiency),
                "simulated": flow.acceptance,
                "simulated error": flow.acceptance_error,
            }
        )
        ali_ball = mean_efficiency(neutrino_spectrum("ali-ball"), efficiency)
        rows.append({**rows[-1], "spectrum": "nu nubar, Ali-Ball", "integral": ali_ball, "simulated": None})
        rows[-1]["simulated error"] = None
        for name, model in points.items():
            sample = samples[name, "belle2"]
            rows.append(
                {
                    "spectrum": f"{name}, always missing",
                    "tag": tag,
                    "integral": mean_efficiency(pair_spectrum(model), efficiency),
                    "simulated": sample.invisible[tag],
                    "simulated error": sample.acceptance(math.inf, "", tag)[1],
                }
            )
    return rows


def simulated(tag: str, n: int) -> Cutflow:
    """B+ -> K+ nu nubar through the source, the chain and the detector."""
    pipeline = Pipeline(
        source=Upsilon4S(),
        chain=build("B+ -> K+ nu nubar"),
        detector=Belle2(experiment="belle2", selection=tag),
        seed=_SEED + 100,
    )
    blocks = -(-n // BLOCK)
    total = pipeline.chunk(0, 1, blocks * BLOCK).cutflow
    for block in range(1, blocks):
        total = total + pipeline.chunk(block, block + 1, blocks * BLOCK).cutflow
    return total


def q2_rows(n: int) -> list[dict[str, Any]]:
    """Parts of the yield of nu nubar in each range of reconstructed q2, by the true q2; ours and the published."""
    table = read_data("belle2")["tags"]["inclusive"]
    edges, centre = np.array(table["by_q2_rec"]["edges"]), np.array(table["q2"][:14])
    published = np.array(table["by_q2_rec"]["efficiency"])[:, :14]
    half = 0.5 * (centre[1] - centre[0])
    bins = np.append(centre - half, centre[-1] + half)
    detector, chain, source = Belle2(selection="acceptance"), build("B+ -> K+ nu nubar"), Upsilon4S()
    counts = np.zeros((len(edges) - 1, len(centre)))
    for block in range(-(-n // BLOCK)):
        streams = Streams(_SEED + 200, block)
        truth = chain.batch(source.sample(BLOCK, streams.rng("source")), streams)
        found, kaon = detector.observe(truth, streams.rng("detector")).lists["Kaon"]
        q2 = pair_mass2(truth)[np.repeat(np.arange(BLOCK), found)]
        counts += np.histogram2d(kaon["q2_inclusive"], q2, (edges, bins))[0]
    total = counts.sum(axis=0)
    ours, theirs = counts / total, published / published.sum(axis=0)
    error = np.sqrt(ours * (1.0 - ours) / total)
    none = 1.0 - (1.0 - LIMIT_LEVEL) ** (1.0 / total)  # upper limit on a part that has no event
    rows = []
    for j, x in enumerate(centre):
        row: dict[str, Any] = {"q2 [GeV^2]": float(x)}
        for i in range(len(edges) - 1):
            part = f"{edges[i]:g} to {edges[i + 1]:g} GeV^2"
            row |= {
                f"ours, {part}": ours[i, j],
                f"error, {part}": error[i, j] if error[i, j] > 0.0 else None,
                f"limit at {100.0 * LIMIT_LEVEL:.0f} %, {part}": None
                if error[i, j] > 0.0
                else abs(ours[i, j] - none[j]),  # of a part that has all events, the lower one
                f"published, {part}": theirs[i, j],
            }
        rows.append(row)
    return rows


def _escape_rows(samples: Mapping[tuple[str, str], EscapeSample]) -> list[dict[str, Any]]:
    sample, rows = samples[_PI0_ONLY, "belle2"], []
    for ctau in np.geomspace(1.0, 1e6, 49):
        row = {"c tau [mm]": float(ctau)}
        for rule in ("detector", "2 m"):
            for tag in ("none", "inclusive"):
                name = rule if tag == "none" else f"{rule}, inclusive tag"
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
        self.known: dict[tuple[str, str, str, str], Array] = {}
        self.standard = {
            tag: mean_efficiency(
                neutrino_spectrum(), Belle2(experiment="belle2", selection=tag).published_efficiency
            )
            for tag in _TAGS
        }

    def __call__(self, name: str, experiment: str, rule: str | None, tag: str) -> Array:
        """Of a model at an experiment, for a rule that says what is seen and a tag, (couplings,)."""
        sample = self.samples[name, experiment]
        # without a table all that is known of nu nubar is the part of the kaons that leave a track
        norm = sample.candidates / sample.generated if tag == "none" else self.standard[tag]
        if rule is None:
            return np.full(len(_COUPLINGS), sample.acceptance(math.inf, "", tag)[0] / norm)
        key = name, experiment, rule, tag
        if key not in self.known:
            ctau = float(self.points[name].ctau("X2")) / _COUPLINGS**2
            self.known[key] = np.array([sample.acceptance(float(c), rule, tag)[0] / norm for c in ctau])
        return self.known[key]


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
    found = excluded_in_table(_COUPLINGS, rate, value) if value is not None and value > 0.0 else []
    return found[0][0] if found else None


def _limit_rows(
    points: Mapping[str, Model], samples: Mapping[tuple[str, str], EscapeSample]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Excluded couplings of every case; and the curves of the detector's treatment."""
    rows, curves = [], []
    for name, treatment, measurement, rate in _cases(points, samples):
        for used in (measurement, measurement.unsubtracted()):
            found = excluded_in_table(_COUPLINGS, rate, used.limit)
            if found and found[-1][1] >= _COUPLINGS[-1]:
                found[-1] = (found[-1][0], math.inf)
            rows.append(
                {
                    "experiment": used.experiment,
                    "measurement": used.name,
                    "model": name,
                    "treatment": treatment,
                    "limit on BR beyond": used.limit,
                    "BR subtracted": used.standard_model,
                    "smallest excluded G_X/G_F": found[0][0] if found else None,
                    "G_X/G_F of the excess": _reached(rate, used.central),
                    "one sigma below": _reached(rate, used.low),
                    "one sigma above": _reached(rate, used.high),
                    "excluded G_X/G_F": "; ".join(f"{a:.3g} to {b:.3g}" for a, b in found) or "none",
                    "method": used.method,
                }
            )
        if treatment == "detector" and measurement.name == "combined":
            curves.append({"model": name, "measurement": measurement, "rate": rate})
    return rows, curves
