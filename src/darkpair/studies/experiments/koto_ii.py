"""Study ``koto-ii``: factors of KOTO II's single-event sensitivity beside the published ones, and what it could exclude against c tau.

Decays, photons on the calorimeter and the listed cuts are simulated, the yield of K_L and what survives vetoes by chance are quoted.
Nothing is tuned: where the listed cuts keep more than the published ones the table says so, and what cuts that are in no list would
keep stands below.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.chains.daughter_ratios import pi0_to_photons
from darkpair.chains.descriptor import build
from darkpair.detectors.data_file import Number
from darkpair.detectors.efficiency import Efficiency, efficiency_of
from darkpair.export.files import subplots
from darkpair.gen.cutflow import Stage
from darkpair.gen.observed import Observed
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.provenance import describe
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.limits.koto_samples import SM
from darkpair.limits.samples import efficiency_curves
from darkpair.report.picture_style import PALETTE
from darkpair.searches.koto import KotoLimit
from darkpair.searches.koto_ii import (
    KOTO_II,
    KotoProjection,
    koto_ii_beam,
    koto_ii_detector,
    koto_ii_factors,
    koto_ii_run,
)
from darkpair.studies.outputs import Output, Picture, Run, Table, column

__all__ = ["study"]

#: (m1, m2) [GeV] of the limits, and their mean proper lengths [mm].
_POINT: Final = (0.0, 0.430)
_CTAU: Final = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1e3, 3e3, 1e4, 3e4, 1e5)

#: Least ratio of the photons' energies in KOTO's own selections: in no list of KOTO II's.
_RATIO: Final = 0.2

#: Cuts that are in no list, by what they ask: that ratio; the square about the hole as a cross, as ALPINIST spells it.
_UNLISTED: Final = ("energies within a factor of 5", "both |x| and |y| beyond the hole")

#: Runs and boxes of the limits, and how a picture draws them.
_LIMITS: Final = {"KOTO 2021": ("2016-18", PALETTE["orange"]), "KOTO II": (KOTO_II, PALETTE["blue"])}


def study(run: Run) -> Iterator[Output]:
    """Tables of factors and of limits, and the picture of the limits."""
    place = {"experiment": "examples/koto2.toml"}  # (and not where it stands on a machine)
    made_of = {"source": koto_ii_beam(), "detector": describe(koto_ii_detector()) | place}
    yield Table(rows=list(_factors(run)), provenance=made_of)
    rows = _reach(run)
    yield Table(rows=rows, name="koto-ii-reach", provenance={"m1, m2 [GeV]": _POINT})
    yield Picture(figure=_picture(rows))


@dataclass(frozen=True)
class _Factor:
    """A factor of the accepted events for each K_L, ours and published; `error` is 0 of what is computed, None of what is quoted."""

    name: str
    value: float
    error: float | None
    published: Number

    def row(self) -> dict[str, Any]:
        return {
            "factor": self.name,
            "published": self.published.value,
            "confidence": self.published.confidence,
            "how": "quoted" if self.error is None else "simulated" if self.error else "computed",
            "ours": self.value,
            "ours error": self.error or None,
            "ours / published": self.value / self.published.value,
        }


def _factors(run: Run) -> Iterator[dict[str, Any]]:
    """Rows of the factors, of the sensitivities that they make, and of cuts that are in no list."""
    numbers, quoted, beam = koto_ii_run(), koto_ii_factors(), koto_ii_beam()
    z_min, z_max = koto_ii_detector().vertex_range or (beam.z_min, beam.z_max)
    inside = replace(beam, z_min=z_min, z_max=z_max)
    two, _ = _made(inside, run.events, run.seed)
    whole, more = _made(beam, run.events, run.seed + 1)
    photons = efficiency_of(two["two_clusters"], two["generated"])
    accepted = efficiency_of(whole["pt"], whole["generated"])
    shares = beam.decay_probability / inside.decay_probability
    cuts = quoted["cluster_shape"].value * shares * accepted.value / photons.value
    relative = math.hypot(accepted.error / accepted.value, photons.error / photons.value)
    ours = {
        "K_L at the end of the beam line": (numbers["kl"].value, None, numbers["kl"]),
        "decays in the box": (inside.decay_probability, 0.0, numbers["decay_in_box"]),
        "two photons on the calorimeter": (photons.value, photons.error, numbers["two_photons"]),
        "cuts and cluster shapes": (cuts, cuts * relative, numbers["all_cuts"]),
    }
    for word, key in (("hits by chance", "accidental_veto"), ("backsplash", "backsplash_veto")):
        ours[f"survives {word}"] = (quoted[key].value, None, quoted[key])
    factors = [_Factor(name, *numbers) for name, numbers in ours.items()]
    yield from (factor.row() for factor in (*factors, *_sensitivities(factors, accepted)))
    for name, stage in more.items():
        part = efficiency_of(stage, whole["pt"])
        error = cuts * part.value * math.hypot(relative, part.error / part.value)
        yield _Factor(f"cuts and {name}", cuts * part.value, error, numbers["all_cuts"]).row()


def _sensitivities(factors: Sequence[_Factor], accepted: Efficiency) -> Iterator[_Factor]:
    """One over the product of the factors: of the published ones, and of ours with the photons of a pi0."""
    stated = koto_ii_run()["single_event_sensitivity"]
    published = math.prod(factor.published.value for factor in factors)
    yield _Factor("sensitivity, published factors", 1.0 / published, 0.0, stated)
    value = 1.0 / math.prod(factor.value for factor in factors) / pi0_to_photons()
    yield _Factor("sensitivity", value, value * accepted.error / accepted.value, stated)


def _made(source: KotoKL, events: int, seed: int) -> tuple[dict[str, Stage], dict[str, Stage]]:
    """Stages of K_L -> pi0 nu nubar by name, and of the accepted events by cuts that are in no list."""
    flows, more = [], dict.fromkeys(_UNLISTED, 0)
    made = Pipeline(source=source, chain=build(SM), detector=koto_ii_detector(), seed=seed)
    for chunk in chunks(made, events):
        flows.append(chunk.cutflow)
        assert chunk.reco is not None
        for name, passed in zip(more, _unlisted(chunk.reco), strict=True):
            more[name] += int(np.count_nonzero(passed))
    stages = {stage.name: stage for stage in sum(flows[1:], start=flows[0]).stages}
    return stages, {name: Stage.of_ones(name, number) for name, number in more.items()}


def _unlisted(accepted: Observed) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which accepted events have photons of like energies, and which none above, below or beside the hole: (n,) each."""
    clusters = accepted.lists["Cluster"][1]
    energy = clusters["energy"].reshape(-1, 2)
    side = np.minimum(abs(clusters["x"]), abs(clusters["y"])).reshape(-1, 2).min(axis=1)
    (least,) = (cut.low for cut in koto_ii_detector().cuts.cuts if cut.name == "inner_square")
    return energy.min(axis=1) >= _RATIO * energy.max(axis=1), side >= least


def _reach(run: Run) -> list[dict[str, Any]]:
    """Largest BR(K_L -> X1 X2) BR(X2 -> X1 pi0) that is allowed, or would be, against c tau."""
    rows: list[dict[str, Any]] = [{"c tau [mm]": ctau} for ctau in _CTAU]
    limits = {
        "KOTO 2021": KotoLimit(run="2021", efficiency_ratio=1.0).limit,
        "KOTO II": KotoProjection(efficiency_ratio=1.0).limit,
    }
    for name, (box, _) in _LIMITS.items():
        (ratio,) = efficiency_curves([_POINT], events=run.events, selection=box, folder=run.cache)
        for row in rows:
            ctau = np.array(row["c tau [mm]"])
            value = float(ratio.at(ctau))
            row |= {
                f"ratio, {name}": value,
                f"ratio error, {name}": value * float(ratio.relative_error(ctau)),
            }
            row |= {f"limit, {name}": limits[name] / value}
    return rows


def _picture(rows: list[dict[str, Any]]) -> Any:
    figure, axes = subplots(figsize=(7.0, 4.6), layout="constrained")
    for name, (_, colour) in _LIMITS.items():
        what = "excludes above" if name != "KOTO II" else "would exclude above (projection)"
        axes.plot(
            column(rows, "c tau [mm]") / 1e3,
            column(rows, f"limit, {name}"),
            color=colour,
            ls="-" if name != "KOTO II" else "--",
            label=f"{name} {what}",
        )
    axes.set(
        xscale="log",
        yscale="log",
        xlabel=r"$c\tau$ of $X_2$ [m]",
        ylabel=r"branching ratio of $K_L\to X_1X_2$, times $X_2\to X_1\pi^0$",
        title=r"KOTO II and KOTO: $m_2$ = 430 MeV, $m_1$ = 0, 90 %",
    )
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    return figure
