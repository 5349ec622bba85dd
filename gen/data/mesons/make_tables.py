"""Makes the tables of meson production beside it, with the generators of chromo and with PYTHIA 8.

Run as ``python -m darkpair.gen.data.mesons.make_tables FOLDER [NAME ...]`` (extra ``tables``; PYTHIA 8's need
``pythia8mc`` and ``awkward``): every table of `TABLES`, or those named, one process each, because a generator's
state is global.  With ``--raw OTHER`` the mesons themselves are kept there, and used again where they are.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Mapping, Sequence
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import numpy as np

from darkpair.gen.data.mesons import pythia8_mesons
from darkpair.gen.kinematics import Array
from darkpair.gen.output.target import replacing
from darkpair.gen.particles import particle
from darkpair.gen.sources.bmpt import rapidity_of_centre
from darkpair.gen.sources.meson_files import COLLIDER, TableKey
from darkpair.gen.sources.meson_fit import fitted_density, nodes

__all__ = ["PARTS", "SLOW", "TABLES", "generate", "joined", "tabulate"]

#: Events and seed of each table, or the seeds of its parts.
TABLES: Final[dict[TableKey, tuple[int, int | list[int]]]] = {
    TableKey("sibyll23d", 400.0, "p"): (600_000, 4001),
    TableKey("pythia6", 400.0, "p"): (300_000, 4002),
    TableKey("urqmd34", 400.0, "p"): (16_000, [*range(4003001, 4003009)]),
    TableKey("urqmd34", 400.0, "Cu"): (1_500, 4004),
    TableKey("sibyll23d", 120.0, "p"): (60_000, 1201),
    TableKey("pythia6", 120.0, "p"): (30_000, 1202),
    TableKey("sibyll23d", 70.0, "p"): (200_000, 701),
    TableKey("pythia6", 70.0, "p"): (240_000, [*range(702, 708)]),
    TableKey("urqmd34", 70.0, "p"): (42_000, [*range(703001, 703022)]),
    TableKey("urqmd34", 30.0, "p"): (16_000, 303),
    TableKey("sibyll23d", 6800.0, COLLIDER): (20_000, 68001),
    TableKey("pythia6", 6800.0, COLLIDER): (10_000, 68002),
    TableKey("pythia8", 400.0, "p"): (600_000, 4005),
    TableKey("pythia8", 120.0, "p"): (300_000, 1205),
    TableKey("pythia8", 70.0, "p"): (400_000, 705),
    TableKey("pythia8", 30.0, "p"): (400_000, 305),
    TableKey("pythia8", 6800.0, COLLIDER): (50_000, 68005),
}

#: The same of the tables of `slow`, which are asked by name alone.
SLOW: Final = {
    TableKey("pythia8", 8.9, "p"): (1_000_000, 85),
    TableKey("urqmd34", 8.9, "Be"): (25_000, 89001),
}

#: Tables that are made in several parts of as many events, one process each, with the seeds from that one on.
PARTS: Final = {
    TableKey("urqmd34", 8.9, "Be"): 5,
}

_MODELS: Final = {"sibyll23d": "Sibyll23d", "pythia6": "Pythia6", "urqmd34": "UrQMD34"}
_NUCLEI: Final = {
    "Be": (9, 4),
    "C": (12, 6),
    "Fe": (56, 26),
    "Cu": (63, 29),
    "Mo": (96, 42),
}  # mass number and charge

#: PDG ids counted for each meson, and by what each meson is divided: K_L is half of K_L and K_S together.
_COUNTED: Final[Mapping[str, tuple[tuple[int, ...], float]]] = {
    "pi0": ((111,), 1.0),
    "eta": ((221,), 1.0),
    "eta'": ((331,), 1.0),
    "K_L0": ((130, 310), 2.0),
    "K+": ((321,), 1.0),
    "K-": ((-321,), 1.0),
}


def generate(key: TableKey, events: int, seed: int) -> tuple[Array, Array, Array, dict[str, Any]]:
    """PDG ids, rapidities from the nucleons' centre of mass and pT [GeV] of the mesons, and what made them.

    eta and eta' are counted where they decay, pi0, kaons at the end: what short-lived particles decay into is
    counted, so an eta of an eta' and a pi0 of an eta are.
    """
    wanted = np.array([pdgid for ids, _ in _COUNTED.values() for pdgid in ids])
    make = pythia8_mesons.mesons if key.generator == "pythia8" else _chromo_mesons
    pdgid, pz, pt, made = make(key, events, seed, wanted)
    mass = np.zeros(len(pt))
    for name, (ids, _) in _COUNTED.items():
        mass[np.isin(pdgid, ids)] = particle(name).mass
    about = {
        "generator": key.generator,
        "beam_energy": key.beam_energy,
        "target": key.target,
        "seed": seed,
        "events": events,
        **made,
    }
    centre = 0.0 if key.target in ("p", COLLIDER) else rapidity_of_centre(key.beam_energy)
    y = np.arcsinh(pz / np.sqrt(pt * pt + mass * mass)) - centre
    return pdgid.astype(float), y, pt, about


def _chromo_mesons(
    key: TableKey, events: int, seed: int, wanted: Array
) -> tuple[Array, Array, Array, dict[str, Any]]:
    """PDG ids, momenta along the beam [GeV], pT [GeV], and what made them: in the centre of mass for protons."""
    import chromo
    from chromo.kinematics import CenterOfMass, FixedTarget, GeV

    proton = particle("p+").mass
    if key.target == COLLIDER:
        collision = CenterOfMass(2.0 * key.beam_energy * GeV, "proton", "proton")
    elif key.target == "p":
        root_s = math.sqrt(2.0 * proton * (proton + key.beam_energy))
        collision = CenterOfMass(root_s * GeV, "proton", "proton")
    else:
        collision = FixedTarget(key.beam_energy * GeV, "proton", _NUCLEI[key.target])
    model = getattr(chromo.models, _MODELS[key.generator])(collision, seed=seed)
    model.set_stable(111, True)
    sigma = model.cross_section()
    parts: list[tuple[Array, Array, Array]] = []
    inelastic = 0
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # UrQMD leaves K_S and Sigma0 alone and says so in each event
        for event in model(events):
            final = np.abs(event.pid[event.status == 1])
            if not np.any((final != 2212) & (final != 2112) & (final < 1_000_000)):
                continue  # nothing but nucleons and nuclei: no inelastic interaction
            inelastic += 1
            keep = np.isin(event.pid, wanted) & ((event.status == 1) | (event.status == 2))
            pt = np.hypot(event.px[keep], event.py[keep])
            parts.append((event.pid[keep].copy(), event.pz[keep].copy(), pt))
    pdgid, pz, pt = (np.concatenate(column) for column in zip(*parts, strict=True))
    return (
        pdgid,
        pz,
        pt,
        {
            "version": f"{model.version} in chromo {chromo.__version__}",
            "inelastic_events": inelastic,
            "sigma_inelastic_mb": _number(sigma.inelastic),
            "sigma_total_mb": _number(sigma.total),
            "wall_time_s": round(time.perf_counter() - start, 1),
        },
    )


def tabulate(key: TableKey, pdgid: Array, y: Array, pt: Array, about: Mapping[str, Any]) -> dict[str, Any]:
    """Arrays of a table's file: for each meson the nodes, the density there and the counts of each cell.

    Protons on protons are symmetric: both halves are counted in |y| from the centre of mass.
    """
    symmetric = key.target in ("p", COLLIDER)
    out: dict[str, Any] = {}
    centre = 0.0 if key.target == COLLIDER else rapidity_of_centre(key.beam_energy)
    half = 0.5 if key.target == COLLIDER else 1.0  # of a collider one half is told
    summary = dict(about) | {"symmetric": symmetric, "centre": centre, "multiplicity": {}, "mesons": {}}
    for name, (ids, share) in _COUNTED.items():
        mine = np.isin(pdgid, ids)
        n = int(mine.sum())
        summary["multiplicity"][name] = half * n / share / about["inelastic_events"]
        if n == 0:
            continue
        at_y, at_pt = (np.abs(y[mine]) if symmetric else y[mine]), pt[mine]
        grid_y, grid_pt = nodes(key, name, n)
        values, counts = fitted_density(at_y, at_pt, grid_y, grid_pt)
        # of a symmetric collision each meson stands for itself and for its mirror image
        both = np.stack([at_y, -at_y if symmetric and half == 1.0 else at_y]) + centre
        mt = np.sqrt(at_pt**2 + particle(name).mass ** 2)
        energy, angle = mt * np.cosh(both), np.arctan2(at_pt, mt * np.sinh(both))
        summary["mesons"][name] = {
            "counted": n,
            "beyond_grid": n - int(counts.sum()),
            "mean_pt": float(at_pt.mean()),
            "mean_energy": float(energy.mean()),
            "inside_10_mrad": float(np.mean(angle < 0.010)),
        }
        out |= {
            f"{name}.y": grid_y.astype(np.float32),
            f"{name}.pt": grid_pt.astype(np.float32),
            f"{name}.density": values.astype(np.float32),
            f"{name}.counts": counts.astype(np.uint32),
        }
    return out | {"about": np.array(json.dumps(summary))}


def joined(
    parts: Sequence[tuple[Array, Array, Array, dict[str, Any]]],
) -> tuple[Array, Array, Array, dict[str, Any]]:
    """Mesons of several parts of a table, of `generate`, as if they were of it: events and times added up, all seeds told.

    Parameters
    ----------
    parts : sequence
        Of `generate`, each with a seed of its own.
    """
    pdgid, y, pt = (np.concatenate(column) for column in list(zip(*parts, strict=True))[:3])
    first, *_ = abouts = [about for *_, about in parts]
    added = {
        name: sum(about[name] for about in abouts) for name in ("events", "inelastic_events", "wall_time_s")
    }
    if len(parts) > 1:
        added["seed"] = [about["seed"] for about in abouts]
    return pdgid, y, pt, first | added


def _generated(key: TableKey) -> tuple[Array, Array, Array, dict[str, Any]]:
    """Mesons of a table, and what made them."""
    events, seed = (TABLES | SLOW)[key]
    seeds = seed if isinstance(seed, list) else [*range(seed, seed + PARTS.get(key, 1))]
    if len(seeds) == 1:
        return _part(key, events, seeds[0])
    with get_context("spawn").Pool(
        1, maxtasksperchild=1
    ) as pool:  # (a generator is seeded once in a process)
        return joined(pool.map(partial(_part, key, events // len(seeds)), seeds, chunksize=1))


def _part(key: TableKey, events: int, seed: int) -> tuple[Array, Array, Array, dict[str, Any]]:
    """Of `generate`, in a folder of its own: UrQMD writes a file where it runs."""
    with tempfile.TemporaryDirectory() as work, contextlib.chdir(work):
        return generate(key, events, seed)


def _number(value: Any) -> float | None:
    """A cross-section [mb], None where the generator does not tell."""
    return float(value) if np.isfinite(value) and value > 0.0 else None


def _write(key: TableKey, folder: Path, raw: Path | None) -> None:
    """Write one table."""
    kept = None if raw is None else raw / key.filename
    if kept is not None and kept.exists():
        with np.load(kept) as data:
            pdgid, y, pt, about = data["pdgid"], data["y"], data["pt"], json.loads(str(data["about"]))
    else:
        pdgid, y, pt, about = _generated(key)
        if kept is not None:
            single = np.float32
            with replacing(kept) as partial, partial.open("wb") as file:
                np.savez(
                    file,
                    pdgid=pdgid.astype(single),
                    y=y.astype(single),
                    pt=pt.astype(single),
                    about=json.dumps(about),
                )
    with replacing(folder / key.filename) as partial, partial.open("wb") as file:
        np.savez_compressed(file, **tabulate(key, pdgid, y.astype(float), pt.astype(float), about))


def main() -> None:
    """Every table asked for, one process each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", help="files to make, as sibyll23d_400_p.npz; all unless given")
    parser.add_argument("--raw", type=Path, help="folder for the mesons themselves")
    wish = parser.parse_args()
    wish.folder = wish.folder.resolve()
    wish.raw = None if wish.raw is None else wish.raw.resolve()
    keys = {key.filename: key for key in TABLES | SLOW}
    names = wish.names or list(keys)
    if len(names) == 1:
        _write(keys[names[0]], wish.folder, wish.raw)
        return
    for name in names:
        raw = [] if wish.raw is None else ["--raw", str(wish.raw)]
        command = [sys.executable, "-m", __spec__.name, str(wish.folder), name, *raw]
        subprocess.run(command, check=True)
        sys.stderr.write(f"{name}\n")


if __name__ == "__main__":
    main()
