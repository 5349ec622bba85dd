"""Samples whose events are counted: of every detector that has a number of parents."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from darkpair.detectors.belle2 import EXPERIMENTS
from darkpair.detectors.fixed_target import experiments
from darkpair.gen.sources.meson_spectra import generators
from darkpair.job.job import Job
from darkpair.run.runner import run_job

RUNS = ("2015", "2016-18", "2021")
RATE = 2.94e-11  # of K_L -> pi0 nu nubar, about the Standard Model's; any would do
SM = "K_L0 -> (pi0 -> gamma gamma) nu nubar"
PAIR = "eta -> X1 (X2 -> X1 (pi0 -> gamma gamma))"
MASS = {"X1": 0.04, "X2": 0.4}


def done(folder: Path, n: int, seed: int = 7, **tables: Any) -> dict[str, Any]:
    """Provenance of a job with its result."""
    output = {"path": str(folder / "events.root"), "picture": False, "replace": True}
    job = Job.model_validate({"run": {"n": n, "seed": seed}, "output": output} | tables)
    return dict(run_job(job).provenance)


def koto(folder: Path, selection: str, n: int, decay: str = SM, **detector: Any) -> dict[str, Any]:
    return done(
        folder,
        n,
        source={"name": "koto_kl"},
        chain={"decay": decay},
        detector={"name": "koto", "selection": selection} | detector,
    )


def dump(folder: Path, experiment: str, n: int, ctau: float, **source: Any) -> dict[str, Any]:
    beam = experiments()[experiment]().beam_energy
    generator = {"generator": generators("eta", beam, None if beam < 1e3 else "collider")[0]}
    return done(
        folder,
        n,
        source={"name": "dump_mesons", "meson": "eta", "beam_energy": beam, "aim": True} | generator | source,
        chain={"decay": PAIR, "mass": MASS, "ctau": {"X2": ctau}, "lifetime": {"X2": "forced"}},
        detector={"name": experiment},
    )


def pairs(folder: Path, n: int, machine: str, parent: str, kaon: str) -> dict[str, Any]:
    return done(
        folder,
        n,
        source={"name": "upsilon4s", "parent": parent, "machine": machine},
        chain={"decay": f"{parent} -> {kaon} X1 X2", "mass": MASS},
        detector={"name": "belle2", "experiment": machine, "selection": "acceptance"},
    )


def every_sample() -> dict[str, Callable[[Path, int], dict[str, Any]]]:
    """Samples of every detector that has a number of parents, by name: of a folder and events."""
    lengths = {"nucal": 3e3, "dune_nd": 1e5}
    out: dict[str, Callable[[Path, int], dict[str, Any]]] = {}
    for name in RUNS:
        out[f"koto {name}"] = partial(_koto, name)
    for name in experiments():
        out[name] = partial(_dump, name, lengths.get(name, 1e4))
    for machine in EXPERIMENTS:
        for parent, kaon in (("B+", "K+"), ("B0", "(K_S0 -> pi+ pi-)")):
            out[f"{machine} {parent}"] = partial(pairs, machine=machine, parent=parent, kaon=kaon)
    return out


def _koto(selection: str, folder: Path, n: int) -> dict[str, Any]:
    return koto(folder, selection, 4 * n)


def _dump(experiment: str, ctau: float, folder: Path, n: int) -> dict[str, Any]:
    return dump(folder, experiment, n, ctau)


def koto_kept(folder: Path, kept: str) -> dict[str, Any]:
    output = {"path": str(folder / "events.root"), "picture": False, "replace": True, "events": kept}
    return done(
        folder,
        20_000,
        output=output,
        source={"name": "koto_kl"},
        chain={"decay": SM},
        detector={"name": "koto"},
    )
