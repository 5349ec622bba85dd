"""Samples that several tests of KOTO share: chains by what decays, a beam without size, reconstructed pT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from darkpair import Parents, Pipeline, build, chunks
from darkpair.detectors.efficiency import Efficiency, efficiency
from darkpair.detectors.koto import Koto
from darkpair.detectors.smearing import Calorimeter
from darkpair.gen.kinematics import Array
from darkpair.gen.pipeline import EventSource
from darkpair.gen.sources.koto_kl import KotoKL

STANDARD = "K_L0 -> (pi0 -> gamma gamma) nu nubar"
PION = "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))"
DIPOLE = "K_L0 -> (X2 -> X1 gamma) (X2 -> X1 gamma)"
IMPOSTOR = "K_L0 -> X1 (X2 -> gamma gamma)"

PERFECT = Calorimeter(constant=0.0, stochastic=0.0, position=0.0)
PI0_KINEMATICS = ("pi0_kinematics_low", "pi0_kinematics_high", "pi0_kinematics_energy")


@dataclass(frozen=True)
class Pencil:
    """KOTO's K_L on the axis, along it."""

    beam: KotoKL = field(default_factory=KotoKL)
    x: float = 0.0
    pdgid: int = 130

    def sample(self, n: int, rng: np.random.Generator) -> Parents:
        wide = self.beam.sample(n, rng)
        assert wide.decay_vertex is not None
        momentum, made, decays = wide.momentum.copy(), wide.vertex.copy(), wide.decay_vertex.copy()
        momentum[2] = np.sqrt((momentum[:3] ** 2).sum(axis=0))
        momentum[:2], made[0], made[1], decays[0], decays[1] = 0.0, self.x, 0.0, self.x, 0.0
        return replace(wide, momentum=momentum, vertex=made, decay_vertex=decays)


def pipeline(
    descriptor: str,
    m2: float | None = None,
    m1: float = 0.0,
    *,
    ctau: float = 0.0,
    detector: Koto | None = None,
    source: EventSource | None = None,
    seed: int = 1,
    **settings: Any,
) -> Pipeline:
    """Pipeline of one of the chains; masses in GeV, c tau in mm."""
    if m2 is not None:
        settings = {"mass": {"X1": m1, "X2": m2}, "ctau": {"X2": ctau}} | settings
    return Pipeline(
        source=source or KotoKL(), chain=build(descriptor, **settings), detector=detector or Koto(), seed=seed
    )


def efficiency_of(made: Pipeline, n: int, executor: Any = None) -> Efficiency:
    """Efficiency of n events, on two workers if there is an executor."""
    flows = [chunk.cutflow for chunk in chunks(made, n, executor=executor, workers=2)]
    total = flows[0]
    for flow in flows[1:]:
        total = total + flow
    return efficiency(total)


def candidates(made: Pipeline, n: int, names: Sequence[str]) -> list[dict[str, Array]]:
    """Variables of the candidates that pass the detector's cuts, with the true photon pair's, chunk by chunk.

    Parameters
    ----------
    made : Pipeline
    n : int
    names : sequence of str
        Reconstructed variables; with them come the true pair's ``true_mass``, ``_px``, ``_py``, ``_pt``,
        ``_energy`` [GeV] and the mean of its photons' vertices, ``true_x``, ``_y``, ``_z`` [mm].
    """
    detector = made.detector
    assert isinstance(detector, Koto)
    out = []
    for chunk in chunks(made, n):
        assert chunk.reco is not None
        counts, values = chunk.reco.lists["Pi0"]
        event = np.repeat(np.arange(len(counts)), counts)
        passed, _, _ = detector.cuts.apply(values, event, np.ones(len(counts)), [])
        photons = chunk.events.final_state(22)
        px, py, pz, energy = photons.momentum.reshape(4, -1, 2).sum(axis=2)
        x, y, z, _ = photons.vertex.reshape(4, -1, 2).mean(axis=2)
        mass = np.sqrt(np.maximum(energy**2 - px**2 - py**2 - pz**2, 0.0))
        true = {"mass": mass, "px": px, "py": py, "pt": np.hypot(px, py), "energy": energy}
        true |= {"x": x, "y": y, "z": z}
        row = event[passed]
        out.append(
            {name: values[name][passed] for name in names}
            | {f"true_{name}": value[row] for name, value in true.items()}
        )
    return out


def joined(made: Pipeline, n: int, *names: str) -> dict[str, Array]:
    """The same of all chunks together."""
    parts = candidates(made, n, names)
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
