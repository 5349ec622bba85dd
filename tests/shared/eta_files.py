"""Files of eta as a target makes them, and the jobs that take them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import uproot

from darkpair.gen.particles import particle
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.gen.streams import Streams

__all__ = ["eta_job", "write_eta"]

_TYPES = {"pdgId": np.int32, "status": np.int32, "genPartIdxMother": np.int32}


def write_eta(path: Path, n: int, *, seed: int = 1) -> Path:
    """ROOT file of n events of one eta each, of 400 GeV protons on a target, in our own columns."""
    px, py, pz, energy = (
        DumpMesons(meson="eta", beam_energy=400.0).sample(n, Streams(seed).rng("source")).momentum
    )
    eta = particle("eta")
    particles: dict[str, Any] = {"px": px, "py": py, "pz": pz, "energy": energy, "mass": eta.mass}
    particles |= {"pdgId": eta.pdgid, "status": 1, "genPartIdxMother": -1}
    columns = {
        f"GenPart_{name}": ak.unflatten(
            np.broadcast_to(values, n).astype(_TYPES.get(name, np.float64)), np.ones(n, int)
        )
        for name, values in particles.items()
    }
    with uproot.recreate(path) as file:
        tree = file.mktree("Events", {name: column.type.content for name, column in columns.items()})
        tree.extend(columns)
    return path


def eta_job(path: Path, out: Path, *, seed: int = 480, **source: Any) -> dict[str, Any]:
    """Job of a Z' at NuCal, which sees decays about the beam, from the eta of a file."""
    return {
        "run": {"seed": seed},
        "source": {"name": "event_file", "path": str(path), "parents": "eta"} | source,
        "chain": {
            "decay": "eta -> X1 (X2 -> X1 (pi0 -> gamma gamma))",
            "mass": {"X1": "40 MeV", "X2": "400 MeV"},
            "ctau": {"X2": "10 m"},
            "lifetime": {"X2": "forced"},
        },
        "detector": {"name": "nucal"},
        "output": {"path": str(out), "picture": False},
    }
