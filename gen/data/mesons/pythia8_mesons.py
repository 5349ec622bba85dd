"""Mesons of PYTHIA 8 for the tables: ``pip install pythia8mc awkward``; the package itself never needs it."""

from __future__ import annotations

import math
import time
from importlib.metadata import version
from typing import Any, Final

import numpy as np

from darkpair.gen.kinematics import Array
from darkpair.gen.particles import particle
from darkpair.gen.sources.meson_files import COLLIDER, TableKey

__all__ = ["mesons", "settings"]

_BATCH = 5_000  # events that PYTHIA hands over at a time

#: Least energy in the centre of mass of PYTHIA's perturbative picture [GeV]; its manual, page "Beam Parameters",
#: Beams:eMinPert.  Below it PYTHIA has its model of low-energy hadrons instead.
_PERTURBATIVE: Final = 10.0


def settings(root_s: float, seed: int) -> tuple[str, ...]:
    """What PYTHIA is told besides its defaults (tune Monash 2013), protons on protons.

    Inelastic collisions alone: non-diffractive, single, double and central diffractive.  What lives longer than
    30 ps (10 mm) is left alone, as chromo does for the other generators: K_S, Lambda and the other hyperons; and
    pi0, so that they are counted.

    Parameters
    ----------
    root_s : float [GeV]
        Energy in the centre of mass.
    seed : int
        Random seed of PYTHIA.
    """
    process = "SoftQCD:inelastic" if root_s > _PERTURBATIVE else "LowEnergyQCD:inelastic"
    return (
        "Beams:idA = 2212",
        "Beams:idB = 2212",
        f"Beams:eCM = {root_s!r}",
        f"{process} = on",
        "111:mayDecay = off",
        "ParticleDecays:limitTau0 = on",
        "ParticleDecays:tau0Max = 10",
        "Random:setSeed = on",
        f"Random:seed = {seed}",
    )


def mesons(
    key: TableKey, events: int, seed: int, wanted: Array
) -> tuple[Array, Array, Array, dict[str, Any]]:
    """PDG ids, momenta along the beam [GeV] and pT [GeV] of the mesons wanted, and what made them.

    Parameters
    ----------
    key : TableKey
        The collision: protons on protons, or a collider.
    events, seed : int
        How many events, and the random seed.
    wanted : ndarray of int
        PDG ids of the mesons.
    """
    import awkward as ak
    import pythia8mc

    if key.target not in ("p", COLLIDER):
        raise ValueError(f"PYTHIA 8 here is protons on protons, not on {key.target}")
    proton = particle("p+").mass
    collider = key.target == COLLIDER
    root_s = 2.0 * key.beam_energy if collider else math.sqrt(2.0 * proton * (proton + key.beam_energy))
    words = settings(root_s, seed)
    pythia = pythia8mc.Pythia("", False)
    for word in ("Print:quiet = on", *words):
        if not pythia.readString(word):
            raise ValueError(f"PYTHIA 8 refuses {word!r}")
    if not pythia.init():
        raise ValueError("PYTHIA 8 does not start")
    parts: list[tuple[Array, Array, Array]] = []
    inelastic = 0
    start = time.perf_counter()
    for first in range(0, events, _BATCH):
        record = pythia.nextBatch(min(_BATCH, events - first)).prt
        others = (abs(record.id) != 2212) & (abs(record.id) != 2112)
        kept = record[ak.any((record.status > 0) & others, axis=1)]
        inelastic += len(kept)
        flat = ak.flatten(kept)
        ids = ak.to_numpy(flat.id)
        mine = np.isin(ids, wanted)
        px, py, pz = (ak.to_numpy(flat.p[name])[mine] for name in ("px", "py", "pz"))
        parts.append((ids[mine], pz, np.hypot(px, py)))
    pdgid, pz, pt = (np.concatenate(column) for column in zip(*parts, strict=True))
    total = pythia.getSigmaTotal(2212, 2212, root_s)
    about = {
        "version": f"{pythia.parm('Pythia:versionNumber'):.3f} in pythia8mc {version('pythia8mc')}",
        "settings": list(words),
        "inelastic_events": inelastic,
        "sigma_inelastic_mb": float(total - pythia.getSigmaPartial(2212, 2212, root_s, 2)),  # 2: elastic
        "sigma_total_mb": float(total),
        "wall_time_s": round(time.perf_counter() - start, 1),
    }
    return pdgid, pz, pt, about
