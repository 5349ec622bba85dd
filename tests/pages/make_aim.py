"""What an aim is worth (docs/koto.md, docs/beam_dumps.md, docs/belle2.md): effective events, acceptances beside those without it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from darkpair import build
from darkpair.chains.aimed import AimedChain
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.detectors.koto import Koto
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.importance import aim
from darkpair.gen.kinematics import Array
from darkpair.gen.lifetime import Forced
from darkpair.gen.pilot import accepts
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.gen.sources.kaon_pilot import aim_kaons
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.sources.koto_range import followed
from darkpair.gen.streams import BLOCK, Streams
from darkpair.job.job import load_job

#: m2, m1 [MeV], c tau [mm], and events without the aim that leave an error of .3 %.
_POINTS = (
    (430, 0, 0.0, 3_000_000),
    (430, 0, 300.0, 13_000_000),
    (350, 100, 0.0, 9_000_000),
    (350, 100, 300.0, 30_000_000),
)

_SEEDS = (1, 2)

#: Over how many events fewer an aimed sample is made.
_FEWER = 6

_BELLE2 = Path(__file__).parents[2] / "examples" / "belle2.toml"


def _flow(source: Any, chain: Any, detector: Any, n: int, seed: int) -> Cutflow:
    made = chunks(Pipeline(source=source, chain=chain, detector=detector, seed=seed), n)
    return Cutflow.total([chunk.cutflow for chunk in made])


def koto(quick: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """K_L -> X1 X2, X2 -> X1 pi0 at KOTO, K_L upstream included."""
    rows, detector = [], Koto()
    for m2, m1, ctau, events in _POINTS:
        chain = build(
            "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))",
            mass={"X1": 1e-3 * m1, "X2": 1e-3 * m2},
            ctau={"X2": ctau},
        )
        source = followed(KotoKL(), chain, detector)
        n = events // 30 if quick else events
        plain = _flow(source, chain, detector, n, 11)
        own = plain.stages[-1].effective / n
        for seed in _SEEDS:
            aimed = _flow(
                *aim_kaons(source, AimedChain.of(chain), detector, seed=seed), detector, n // _FEWER, seed
            )
            error = math.hypot(plain.acceptance_error or 0.0, aimed.acceptance_error or 0.0)
            effective = aimed.stages[-1].effective / aimed.generated
            rows.append(
                {
                    "m2 [MeV]": m2,
                    "m1 [MeV]": m1,
                    "c tau [mm]": ctau,
                    "seed": seed,
                    "events": n,
                    "acceptance": plain.acceptance,
                    "acceptance error": plain.acceptance_error,
                    "effective for each": own,
                    "aimed events": aimed.generated,
                    "aimed": aimed.acceptance,
                    "aimed error": aimed.acceptance_error,
                    "aimed effective for each": effective,
                    "gain": effective / own,
                    "pull": (aimed.acceptance - plain.acceptance) / error,
                }
            )
    return rows, {"selection": "2016-18", "seed": 11}


def selection(quick: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """eta -> X1 X2, X2 -> X1 gamma gamma at (55, 50) MeV and CHARM: a pilot that knows the selection, and one that does not."""
    detector = FixedTarget(experiment="charm", resolution="none")
    rows, n = [], 50_000 if quick else 200_000
    eta = DumpMesons(beam_energy=detector.beam_energy)
    for ctau in (3e2, 1e4, 1e6, 1e8):
        law = Forced(region=detector.region, ctau=ctau, needs=detector.needs)
        chain = build(
            "eta -> X1 (X2 -> X1 gamma gamma)",
            mass={"X1": 0.05, "X2": 0.055},
            ctau={"X2": ctau},
            lifetimes={"X2": law},
        )
        for seed in _SEEDS:
            row: dict[str, Any] = {"c tau [m]": 1e-3 * ctau, "seed": seed, "eta": n}
            for name, knows in (("blind", None), ("aimed", detector)):
                flow = _flow(aim(eta, chain, seed=seed, detector=knows), chain, detector, n, seed)
                row |= {name: flow.acceptance, f"{name} error": flow.acceptance_error}
                row[f"{name} effective"] = flow.stages[-1].effective
            rows.append(row)
    return rows, {"masses": {"X1": 0.05, "X2": 0.055}, "resolution": "none"}


def elsewhere(quick: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Most that an aim of the parents could be worth where there is none: cells of their momentum and angle, drawn as is best."""
    rows, blocks = [], 5 if quick else 60
    job = load_job(_BELLE2, ["output.path=none.root"]).pipeline()
    points, square = [], []
    for block in range(blocks):
        streams = Streams(3, block)
        parents = job.source.sample(BLOCK, streams.rng("source"))
        batch = job.chain.batch(parents, streams)
        assert job.detector is not None
        momentum = np.sqrt(np.square(parents.momentum[:3]).sum(axis=0))
        points.append(np.stack([momentum, parents.momentum[2] / momentum]))
        square.append(np.square(batch.weight) * accepts(job.detector, batch, streams))
    rows.append(
        {"job": "belle2.toml", "events": blocks * BLOCK, "gain": _best(np.hstack(points), np.hstack(square))}
    )
    return rows, {"cells": 100}


def _best(points: Array, square: Array) -> float:
    """Gain of the density that leaves the least variance, of cells of equal numbers in two variables, (2, n)."""
    index = np.zeros(points.shape[1], dtype=np.intp)
    for x in points:
        index = 10 * index + np.searchsorted(np.quantile(x, np.linspace(0.1, 0.9, 9)), x)
    number, sums = np.bincount(index, minlength=100), np.bincount(index, square, 100)
    return float(square.sum() * len(square) / np.sqrt(number * sums).sum() ** 2)
