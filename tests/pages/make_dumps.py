"""Numbers of docs/beam_dumps.md and docs/analysis.md: aimed against analog, resolution, a dark photon, two X2."""

from __future__ import annotations

import re
import tempfile
from itertools import product
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.dump_bias import COMPARED, EXTREME, analog_events, pull, sample
from darkpair import Pipeline, build, chunks
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.gen.importance import aim
from darkpair.gen.kinematics import Array
from darkpair.gen.lifetime import Exponential, Forced
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.limits.dump_samples import CHAIN, DumpAgainstCtau
from examples.dark_photon_charm import edge

ROOT = Path(__file__).parents[2]
_ETA: Final = "eta -> X1 (X2 -> X1 (pi0 -> gamma gamma))"
_MASS: Final = {"X1": 0.04, "X2": 0.4}


def bias(quick: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    n = 200_000 if quick else 5_000_000
    rows: list[dict[str, Any]] = []
    for experiment in ("charm", "nucal"):
        compared: list[dict[str, Any]] = []
        for ctau in COMPARED:
            one = sample(experiment, ctau, n, 1, aimed=True)
            two = sample(experiment, ctau, n, 2, aimed=False)
            row: dict[str, Any] = {
                "experiment": experiment,
                "kind": "compared",
                "c tau [m]": 1e-3 * ctau,
                "eta": n,
            }
            row |= {"aimed": one.acceptance, "aimed error": one.acceptance_error}
            row |= {"effective": one.stages[-1].effective, "analog": two.acceptance}
            row |= {"analog error": two.acceptance_error, "events": two.stages[-1].n, "pull": pull(one, two)}
            compared.append(row)
        chance = float(stats.chi2.sf(sum(row["pull"] ** 2 for row in compared), len(compared)))
        rows += [{**row, "p": chance} for row in compared]
        for ctau in EXTREME:
            flow, made = None, 0
            while flow is None or flow.stages[-1].effective < (5e2 if quick else 1.1e4):
                made += 500_000 if made else 100_000
                flow = sample(experiment, ctau, made, 3, aimed=True)
            value, error = flow.acceptance, flow.acceptance_error
            assert error is not None
            row = {"experiment": experiment, "kind": "extreme", "c tau [m]": 1e-3 * ctau, "eta": made}
            row |= {"aimed": value, "aimed error": error, "effective": flow.stages[-1].effective}
            rows.append(row | {"relative": error / value, "analog needs": analog_events(value)})
    columns = list(dict.fromkeys(name for row in rows for name in row))
    whole = [{name: row.get(name) for name in columns} for row in rows]
    return whole, {"masses": _MASS, "generator": "pythia6", "seeds": (1, 2, 3), "resolution": "none"}


def _without(experiment: str, *, smearing: bool, merging: bool, folder: Path) -> FixedTarget:
    """The detector with one half of its resolution, by a data file of its own."""
    if not smearing and not merging:
        return FixedTarget(experiment=experiment, resolution="none")
    text = (ROOT / "detectors" / "data" / f"{experiment}.toml").read_text("utf-8")
    lines, table = [], ""
    for line in text.splitlines():
        table = line.strip("[] ") if line.startswith("[") else table
        if table in {"shower_resolution", "track_resolution"}:
            drop = not merging if line.startswith("merging") else not smearing
            lines.append(re.sub(r"value = [\d.e+-]+", "value = 0.0", line) if drop else line)
        else:
            lines.append(line)
    path = folder / f"{experiment}-{smearing}-{merging}.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return FixedTarget(experiment=str(path))


def _accepted(detector: FixedTarget, aimed: Any, chain: Any, n: int) -> tuple[Array, NDArray[np.bool_]]:
    weight, accepted = [], []
    for chunk in chunks(Pipeline(source=aimed, chain=chain, detector=detector, seed=5, keep="all"), n):
        assert chunk.reco is not None
        weight.append(chunk.events.weight)
        accepted.append(np.asarray(chunk.reco.record()["accepted"]))
    return np.concatenate(weight), np.concatenate(accepted)


def resolution(quick: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Shifts of the acceptance with the same events and the same streams."""
    n = 16_384 if quick else 200_000
    rows = []
    points = [
        *product(("charm", "nucal"), (1.0, 10.0, 100.0)),
        ("ship", 10.0),
        ("faser2", 10.0),
        ("dune_nd", 10.0),
    ]
    with tempfile.TemporaryDirectory() as name:
        for experiment, ctau in points:
            detectors = {
                (smearing, merging): _without(
                    experiment, smearing=smearing, merging=merging, folder=Path(name)
                )
                for smearing, merging in product((False, True), repeat=2)
            }
            plain = detectors[False, False]
            law = Forced(region=plain.region, ctau=1e3 * ctau)
            chain = build(_ETA, mass=_MASS, ctau={"X2": 1e3 * ctau}, lifetimes={"X2": law})
            eta = DumpMesons(meson="eta", beam_energy=plain.beam_energy)
            aimed = aim(eta, chain, seed=5, cells=(32, 24, 16), throws=(8, 8))
            weight, before = _accepted(plain, aimed, chain, n)
            row: dict[str, Any] = {"experiment": experiment, "c tau [m]": ctau}
            for label, key in (
                ("smearing", (True, False)),
                ("merging", (False, True)),
                ("both", (True, True)),
            ):
                same, after = _accepted(detectors[key], aimed, chain, n)
                assert np.array_equal(weight, same)
                total = weight[before].sum()
                ratio = weight[after].sum() / total
                spread = np.sqrt(np.sum((weight * (after - ratio * before)) ** 2)) / total
                row |= {label: float(ratio - 1.0), f"{label} error": float(spread)}
            rows.append(row)
    return rows, {"eta": n, "masses": _MASS, "generator": "pythia6", "seed": 5}


#: Largest excluded eps of arXiv:1908.07525 by mass [MeV], as its authors gave it to DarkCast, joined in the logarithms.
_PUBLISHED: Final = {
    20: 2.5658e-05,
    30: 1.6505e-05,
    60: 7.193e-06,
    80: 5.0237e-06,
    110: 2.990e-06,
    145: 1.822e-06,
    200: 1.1369e-06,
}

_ABOVE: Final = {"without": ("shower_energy_max",)}


def dark_photon(quick: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    n, masses = (16_384, (60,)) if quick else (100_000, tuple(_PUBLISHED))
    cases: list[tuple[str, str, dict[str, Any]]] = [
        *((generator, generator, _ABOVE) for generator in ("bmpt", "sibyll23d", "urqmd34", "pythia6")),
        ("pythia6, showers below 50 GeV", "pythia6", {}),
    ]
    rows = []
    for (name, generator, settings), mass in product(cases, masses):
        charm = FixedTarget(experiment="charm", resolution="none", **settings)
        ours = edge(1e-3 * mass, charm, n=n, generator=generator)
        rows.append({"case": name, "m [MeV]": mass, "eps": ours, "ours / published": ours / _PUBLISHED[mass]})
    return rows, {"mesons of a kind": n, "published": "arXiv:1908.07525 as its authors gave it to DarkCast"}


def two_x2(quick: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """eta -> (X2 -> X1 gamma)(X2 -> X1 gamma) in NuCal, forced and analog."""
    n = 200_000 if quick else 3_000_000
    nucal = FixedTarget(experiment="nucal")
    eta = DumpMesons(meson="eta", beam_energy=nucal.beam_energy)
    rows = []
    for name, law, size in (
        ("forced", Forced(region=nucal.region, ctau=3e3), n),
        ("exponential", Exponential(3e3), 5 * n),
    ):
        chain = build(
            "eta -> (X2 -> X1 gamma) (X2 -> X1 gamma)",
            mass={"X1": 0.04, "X2": 0.2},
            ctau={"X2": 3e3},
            lifetimes={"X2": law},
        )
        aimed = aim(eta, chain, seed=3)
        flow = None
        for chunk in chunks(Pipeline(source=aimed, chain=chain, detector=nucal, seed=3), size):
            part = chunk.tally().cutflow
            flow = part if flow is None else flow + part
        assert flow is not None
        error = flow.acceptance_error
        assert error is not None
        rows.append({"law": name, "eta": size, "acceptance": flow.acceptance, "acceptance error": error})
    return rows, {"masses": {"X1": 0.04, "X2": 0.2}, "c tau [mm]": 3e3, "seed": 3}


def copper(quick: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Events at CHARM for a rate of 1e-9 with UrQMD's eta on copper, and over those on protons."""
    n = 20_000 if quick else 200_000
    charm, rows = FixedTarget(experiment="charm"), []
    for ctau in (1.0, 10.0, 100.0):
        row: dict[str, Any] = {"experiment": "charm", "c tau [m]": ctau}
        for target in ("p", "Cu"):
            law = Forced(region=charm.region, ctau=1e3 * ctau)
            chain = build(CHAIN, mass=_MASS, ctau={"X2": 1e3 * ctau}, lifetimes={"X2": law})
            eta = DumpMesons(meson="eta", beam_energy=charm.beam_energy, generator="urqmd34", target=target)
            flow = None
            for chunk in chunks(
                Pipeline(source=aim(eta, chain, seed=7), chain=chain, detector=charm, seed=7), n
            ):
                part = chunk.tally().cutflow
                flow = part if flow is None else flow + part
            assert flow is not None
            assert flow.acceptance_error is not None
            number = charm.normalisation(eta.table.multiplicity)
            rate = 1e-9 * chain.generated_branching_ratio
            scale = float(number.events(branching_ratio=rate, acceptance=1.0))
            row |= {f"events, {target}": scale * flow.acceptance}
            row |= {f"events error, {target}": scale * flow.acceptance_error}
        rows.append(row | {"Cu / p": row["events, Cu"] / row["events, p"]})
    return rows, {"eta": n, "masses": _MASS, "generator": "urqmd34", "seed": 7}


def effective(quick: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Effective accepted events of CHARM against c tau, of one sample for all of them."""
    n = 40_000 if quick else 200_000
    table = DumpAgainstCtau(experiment="charm", generator="pythia6", events=n)({"m1": 0.04, "m2": 0.4})
    known = np.log(table["ctau"])
    rows = []
    for ctau in (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0, 1e4):
        at = int(np.argmin(np.abs(known - np.log(1e3 * ctau))))
        near = abs(known[at] - np.log(1e3 * ctau)) < 0.1  # what is below a hundred is not in it
        rows.append({"c tau [m]": ctau, "effective": table["effective"][at] if near else None})
    return rows, {"eta": n, "generator": "pythia6", "masses": _MASS}
