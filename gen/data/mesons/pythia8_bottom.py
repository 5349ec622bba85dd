"""B mesons of PYTHIA 8 for the tables: ``python -m darkpair.gen.data.mesons.pythia8_bottom FOLDER``, with ``pythia8mc``.

Pairs of b quarks by gluons and quarks of protons on protons and on neutrons, in equal parts; both B of a pair count, of either
charge. The spectrum is PYTHIA's; its number is PYTHIA's cross-section over that of inelastic interactions, and the one that is
used is of a measured cross-section (multiplicities.toml).
"""

from __future__ import annotations

import argparse
import json
import math
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np

from darkpair.gen.kinematics import Array
from darkpair.gen.output.target import replacing
from darkpair.gen.particles import particle
from darkpair.gen.sources.bmpt import rapidity_of_centre
from darkpair.gen.sources.meson_files import TableKey
from darkpair.gen.sources.meson_files import about as inelastic
from darkpair.gen.sources.meson_fit import fitted_density, nodes

__all__ = ["BOTTOM", "EVENTS", "SEED", "settings"]

BOTTOM: Final = TableKey("pythia8-bottom", 400.0, "p")

#: Pairs of b quarks, half of them on protons and half on neutrons, and the seed.
EVENTS: Final = 100_000
SEED: Final = 4015

_KINDS: Final = {"B+": 521, "B0": 511}


def settings(root_s: float, seed: int, other: int) -> tuple[str, ...]:
    """What PYTHIA is told besides its defaults (tune Monash 2013).

    Parameters
    ----------
    root_s : float [GeV]
        Energy in the centre of mass.
    seed : int
        Random seed of PYTHIA.
    other : int
        PDG id of what the proton hits.
    """
    return (
        "Beams:idA = 2212",
        f"Beams:idB = {other}",
        f"Beams:eCM = {root_s!r}",
        "HardQCD:hardbbbar = on",
        "ParticleDecays:limitTau0 = on",
        "ParticleDecays:tau0Max = 0.01",
        "Random:setSeed = on",
        f"Random:seed = {seed}",
    )


def _mesons(
    root_s: float, seed: int, other: int, events: int
) -> tuple[list[tuple[int, float, float]], float]:
    """PDG id without its sign, momentum along the proton and pT [GeV] of every B, and PYTHIA's cross-section [mb]."""
    import pythia8mc

    pythia = pythia8mc.Pythia("", False)
    for word in ("Print:quiet = on", *settings(root_s, seed, other)):
        if not pythia.readString(word):
            raise ValueError(f"PYTHIA 8 refuses {word!r}")
    if not pythia.init():
        raise ValueError("PYTHIA 8 does not start")
    made: list[tuple[int, float, float]] = []
    counted = 0
    while counted < events:  # (one that fails is thrown again)
        if not pythia.next():
            continue
        counted += 1
        made += [
            (abs(p.id()), p.pz(), p.pT())
            for p in pythia.event
            if p.isFinal() and abs(p.id()) in _KINDS.values()
        ]
    return made, float(pythia.infoPython().sigmaGen())


def main() -> None:
    """The table, with its own number of B in a pair."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder.resolve()
    proton = particle("p+").mass
    root_s = math.sqrt(2.0 * proton * (proton + BOTTOM.beam_energy))
    centre = rapidity_of_centre(BOTTOM.beam_energy)
    start = time.perf_counter()
    parts = [_mesons(root_s, SEED + i, other, EVENTS // 2) for i, other in enumerate((2212, 2112))]
    made = np.array([row for rows, _ in parts for row in rows], dtype=np.float64)
    about: dict[str, Any] = {
        "generator": BOTTOM.generator,
        "beam_energy": BOTTOM.beam_energy,
        "target": BOTTOM.target,
        "version": f"8.317 in pythia8mc {version('pythia8mc')}",
        "settings": [list(settings(root_s, SEED + i, other)) for i, other in enumerate((2212, 2112))],
        "seed": SEED,
        "events": EVENTS,
        "sigma_bb_mb": float(np.mean([sigma for _, sigma in parts])),
        "sigma_inelastic_mb": float(
            inelastic(TableKey("pythia8", BOTTOM.beam_energy, "p"))["sigma_inelastic_mb"]
        ),
        "wall_time_s": round(time.perf_counter() - start, 1),
        "symmetric": False,
        "centre": centre,
        "multiplicity": {},
        "per_pair": {},
        "mesons": {},
    }
    out: dict[str, Any] = {}
    for name, pdgid in _KINDS.items():
        out |= _table(name, made[made[:, 0] == pdgid], about)
    with replacing(folder / BOTTOM.filename) as partial, partial.open("wb") as file:
        np.savez_compressed(file, **out, about=np.array(json.dumps(about)))


def _table(name: str, rows: Array, about: dict[str, Any]) -> dict[str, Any]:
    """Arrays of one kind of B, whose numbers are added to what the file says of itself."""
    pz, pt = rows[:, 1], rows[:, 2]
    mt = np.sqrt(pt * pt + particle(name).mass ** 2)
    y = np.arcsinh(pz / mt)
    n = len(y)
    grid_y, grid_pt = nodes(BOTTOM, name, n)
    both = np.concatenate([-grid_y[:0:-1], grid_y])
    values, counts = fitted_density(y, pt, both, grid_pt)
    energy, angle = mt * np.cosh(y + about["centre"]), np.arctan2(pt, mt * np.sinh(y + about["centre"]))
    about["per_pair"][name] = n / EVENTS
    about["multiplicity"][name] = n / EVENTS * about["sigma_bb_mb"] / about["sigma_inelastic_mb"]
    about["mesons"][name] = {
        "counted": n,
        "beyond_grid": n - int(counts.sum()),
        "mean_pt": float(pt.mean()),
        "mean_energy": float(energy.mean()),
        "inside_10_mrad": float(np.mean(angle < 0.010)),
    }
    return {
        f"{name}.y": both.astype(np.float32),
        f"{name}.pt": grid_pt.astype(np.float32),
        f"{name}.density": values.astype(np.float32),
        f"{name}.counts": counts.astype(np.uint32),
    }


if __name__ == "__main__":
    main()
