"""Study ``charm``: expected events at CHARM and NuCal against c tau, for each generator of the eta spectrum.

eta -> X1 X2, X2 -> X1 pi0 at (m2, m1) = (400, 40) MeV; each point is its own sample, aimed for its c tau.
Where fewer than a hundred effective events are accepted, as far below any observable yield, nothing is stated.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track

from darkpair.chains.models.inputs import Inputs
from darkpair.chains.models.zprime import ZPrimeScalar
from darkpair.detectors.efficiency import estimate
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.detectors.lifetime_scan import EFFECTIVE_MIN
from darkpair.export.files import save_picture, write_rows
from darkpair.gen.pipeline import Chunk
from darkpair.gen.sources.meson_multiplicity import half_spread
from darkpair.limits.dump_samples import generators
from darkpair.studies.experiments.charm_pictures import against_ctau, what_decays_where
from darkpair.studies.experiments.charm_samples import MASS, SEED, DumpPoint
from darkpair.studies.options import Events

__all__ = ["run"]


#: Branching ratio of eta -> X1 X2 times that of X2 -> X1 pi0 for the column that knows no model.
REFERENCE = 1e-9

_EXPERIMENTS = ("charm", "nucal")
_FIRST = "pythia6"  # the generator of the pictures and of --quick
_STATED = (1e3, 1e4, 1e5)  # c tau of the production uncertainty [mm]
_FAR = 1e2  # where the spectrum's end decides, and the generators differ most [mm]


def run(folder: Path, inputs: Inputs | None, *, quick: bool, events: Events = None) -> list[Path]:
    """Paths of the table and its pictures.

    Parameters
    ----------
    folder : Path
    inputs : Inputs, optional
        Of the Z' that turns a c tau into a coupling; ``pdg`` unless given.
    quick : bool
        One generator but at four c tau, a point a decade, a fifth of the events.
    events : int, optional
        Eta of each point; 100 000 unless given.
    """
    inputs = inputs or Inputs.of("pdg")
    n = events or (20_000 if quick else 100_000)
    grid = np.geomspace(1e1, 1e7, 7 if quick else 19)
    points = [
        DumpPoint(experiment=experiment, generator=generator, ctau=float(ctau), n=n)
        for experiment in _EXPERIMENTS
        for generator in generators(FixedTarget(experiment=experiment).beam_energy)
        for ctau in (grid if generator == _FIRST or not quick else (_FAR, *_STATED))
    ]
    console = Console(stderr=True)
    steps = track(
        points, description="samples", console=console, transient=True, disable=not sys.stderr.isatty()
    )
    rows = [_row(point, point.made(), inputs) for point in steps]
    uncertainty = [_uncertainty(rows, name, ctau) for name in _EXPERIMENTS for ctau in _STATED]
    told = {
        "seed": SEED,
        "events": n,
        "masses": MASS,
        "inputs": inputs,
        "detectors": [FixedTarget(experiment=name) for name in _EXPERIMENTS],
    }
    seen = [_seen(rows, name) for name in _EXPERIMENTS]
    paths = write_rows(folder, "charm", rows, told, production_uncertainty=uncertainty, seen=seen)
    paths += save_picture(against_ctau(rows, REFERENCE), folder, "charm")
    where = DumpPoint(experiment="charm", generator=_FIRST, ctau=1e4, n=5 * n)
    return paths + save_picture(what_decays_where(where), folder, "charm-where")


def _row(point: DumpPoint, made: Chunk, inputs: Inputs) -> dict[str, Any]:
    detector, table, flow = point.detector, point.source.table, made.cutflow
    stated = flow.stages[-1].effective >= EFFECTIVE_MIN
    number = detector.normalisation(table.multiplicity)
    rate = REFERENCE * point.chain.generated_branching_ratio
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
        f"events at BR {REFERENCE:g}": reference if stated else None,
        "G_X [G_F], scalar Z'": coupling,
        "events, scalar Z'": reference / REFERENCE * ratio if stated else None,
        "n_90": detector.run["n_90"].value,
    }


def _zprime(ctau: float, inputs: Inputs) -> tuple[float, float]:
    """Coupling G_X [G_F] of the scalar Z' with that c tau [mm], and BR(eta -> X1 X2) BR(X2 -> X1 pi0) there."""
    fermi = float(inputs["G_F"])
    one = ZPrimeScalar(m1=MASS["X1"], m2=MASS["X2"], G_X=fermi, inputs=inputs)
    square = float(one.ctau("X2")) / ctau  # every width goes with the square of the coupling
    rate = float(one.branching_ratio("eta", "X1 X2")) * float(one.branching_ratio("X2", "X1 pi0"))
    return math.sqrt(square), rate * square


def _seen(rows: Sequence[dict[str, Any]], experiment: str) -> dict[str, Any]:
    """Where the Z' makes more events than are excluded, with the first generator: ends of c tau, interpolated."""
    here = [row for row in rows if (row["experiment"], row["generator"]) == (experiment, _FIRST)]
    known = [row for row in here if row["events, scalar Z'"]]
    ctau = np.log([row["c tau [m]"] for row in known])
    excess = np.log([row["events, scalar Z'"] / row["n_90"] for row in known])
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
    found = {row["generator"]: row[f"events at BR {REFERENCE:g}"] for row in here}
    stated = [events for events in found.values() if events is not None]
    if not stated:  # nothing is stated of any: neither is their spread
        names = ("middle", "half spread of the spectra, relative", "multiplicity, relative")
        told = dict.fromkeys((*names, "production uncertainty, relative"))
        return {"experiment": experiment, "c tau [m]": 1e-3 * ctau, "events": found, **told}
    middle = 0.5 * (max(stated) + min(stated))
    spectrum = half_spread(stated) / middle
    number = max(row["eta per proton, error"] / row["eta per proton"] for row in here)
    return {
        "experiment": experiment,
        "c tau [m]": 1e-3 * ctau,
        "events": found,
        "middle": middle,
        "half spread of the spectra, relative": spectrum,
        "multiplicity, relative": number,
        "production uncertainty, relative": math.hypot(spectrum, number),
    }
