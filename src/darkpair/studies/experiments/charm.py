"""Study ``charm``: expected events at CHARM and NuCal against c tau, for each generator of the eta spectrum.

eta -> X1 X2, X2 -> X1 pi0 at (m2, m1) = (400, 40) MeV; each point is its own sample, aimed for its c tau.
Where fewer than a hundred effective events are accepted, as far below any observable yield, nothing is stated.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

import numpy as np

from darkpair.chains.models.inputs import Inputs
from darkpair.chains.models.zprime import ZPrimeScalar
from darkpair.detectors.efficiency import estimate
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.detectors.lifetime_scan import EFFECTIVE_MIN
from darkpair.gen.pipeline import Chunk
from darkpair.gen.sources.meson_multiplicity import half_spread
from darkpair.limits.dump_samples import generators
from darkpair.studies.experiments.charm_pictures import against_ctau, what_decays_where
from darkpair.studies.experiments.charm_samples import MASS, DumpPoint
from darkpair.studies.outputs import Output, Picture, Run, Table, column

__all__ = ["picture", "study"]

#: Branching ratio of eta -> X1 X2 times that of X2 -> X1 pi0 for the column that knows no model.
_REFERENCE: Final = 1e-9
_EVENTS: Final = f"events at BR {_REFERENCE:g}"

_EXPERIMENTS: Final = ("charm", "nucal")
_FIRST: Final = "pythia6"  # the generator of the pictures and of --quick
_STATED: Final = (1e3, 1e4, 1e5)  # c tau of the production uncertainty [mm]
_FAR: Final = 1e2  # where the spectrum's end decides, and the generators differ most [mm]


def study(run: Run) -> Iterator[Output]:
    """Table of expected events, with the production uncertainty, and its pictures."""
    grid = np.geomspace(1e1, 1e7, 7 if run.quick else 19)
    point = partial(DumpPoint, seed=run.seed)
    points = [
        point(experiment=experiment, generator=generator, ctau=float(ctau), n=run.events)
        for experiment in _EXPERIMENTS
        for generator in generators(FixedTarget(experiment=experiment).beam_energy)
        for ctau in (grid if generator == _FIRST or not run.quick else (_FAR, *_STATED))
    ]
    rows = [_row(at, at.made(), run.inputs) for at in run.track(points, "samples")]
    uncertainty = [_uncertainty(rows, name, ctau) for name in _EXPERIMENTS for ctau in _STATED]
    yield Table(
        rows=rows,
        provenance={"masses": MASS, "detectors": [FixedTarget(experiment=name) for name in _EXPERIMENTS]},
        more={"production_uncertainty": uncertainty, "seen": [_seen(rows, name) for name in _EXPERIMENTS]},
    )
    yield Picture(figure=picture(rows))
    where = point(experiment="charm", generator=_FIRST, ctau=1e4, n=5 * run.events)
    yield Picture(figure=what_decays_where(where), name="charm-where")


def picture(rows: Sequence[dict[str, Any]]) -> Any:
    """The figure of the study's rows: expected events against c tau."""
    return against_ctau(rows, _EVENTS, _REFERENCE)


def _row(point: DumpPoint, made: Chunk, inputs: Inputs) -> dict[str, Any]:
    detector, table, flow = point.detector, point.source.table, made.cutflow
    stated = flow.stages[-1].effective >= EFFECTIVE_MIN
    number = detector.normalisation(table.multiplicity)
    rate = _REFERENCE * point.chain.generated_branching_ratio
    reference = float(number.events(branching_ratio=rate, acceptance=flow.acceptance))
    coupling, ratio = _zprime(point.ctau, inputs)
    return {
        "experiment": point.experiment,
        "generator": point.generator,
        "c tau [m]": 1e-3 * point.ctau,
        "eta per proton": table.multiplicity,
        "eta per proton, error": table.multiplicity_error,
        "acceptance": flow.acceptance if stated else None,
        "acceptance error": flow.acceptance_error if stated else None,
        "acceptance below, 90 %": None if stated else estimate(flow).upper_limit,
        "effective sample size": flow.stages[-1].effective,
        _EVENTS: reference if stated else None,
        "G_X [G_F], scalar Z'": coupling,
        "events, scalar Z'": reference / _REFERENCE * ratio if stated else None,
        "n_90": detector.run["n_90"].value,
    }


def _zprime(ctau: float, inputs: Inputs) -> tuple[float, float]:
    """Coupling G_X [G_F] of the scalar Z' with that c tau [mm], and BR(eta -> X1 X2) BR(X2 -> X1 pi0) there."""
    fermi = float(inputs["G_F"])
    model = ZPrimeScalar(m1=MASS["X1"], m2=MASS["X2"], G_X=fermi, inputs=inputs)
    square = float(model.ctau("X2")) / ctau  # every width goes with the square of the coupling
    rate = float(model.branching_ratio("eta", "X1 X2")) * float(model.branching_ratio("X2", "X1 pi0"))
    return math.sqrt(square), rate * square


def _seen(rows: Sequence[dict[str, Any]], experiment: str) -> dict[str, Any]:
    """Where the Z' makes more events than are excluded, with the first generator: ends of c tau, interpolated."""
    here = [row for row in rows if (row["experiment"], row["generator"]) == (experiment, _FIRST)]
    stated = [row for row in here if row["events, scalar Z'"]]
    ctau = np.log(column(stated, "c tau [m]"))
    excess = np.log(column(stated, "events, scalar Z'") / column(stated, "n_90"))
    turns = np.flatnonzero(np.diff(np.sign(excess)))
    ends = [
        float(np.exp(ctau[i] - excess[i] * (ctau[i + 1] - ctau[i]) / (excess[i + 1] - excess[i])))
        for i in turns
    ]
    low, high = ends if len(ends) == 2 else (None, None)
    return {"experiment": experiment, "n_90": here[0]["n_90"], "c tau from [m]": low, "c tau to [m]": high}


def _uncertainty(rows: Sequence[dict[str, Any]], experiment: str, ctau: float) -> dict[str, Any]:
    """Spread of the generators at one c tau, and the error of the multiplicity."""
    here = [
        row for row in rows if row["experiment"] == experiment and math.isclose(row["c tau [m]"], 1e-3 * ctau)
    ]
    events = {row["generator"]: row[_EVENTS] for row in here}
    stated = [number for number in events.values() if number is not None]
    middle = spectrum = number = total = None  # nothing is stated of any: neither is their spread
    if stated:
        middle = 0.5 * (max(stated) + min(stated))
        spectrum = half_spread(stated) / middle
        number = max(row["eta per proton, error"] / row["eta per proton"] for row in here)
        total = math.hypot(spectrum, number)
    return {
        "experiment": experiment,
        "c tau [m]": 1e-3 * ctau,
        "events": events,
        "middle": middle,
        "half spread of the spectra, relative": spectrum,
        "multiplicity, relative": number,
        "production uncertainty, relative": total,
    }
