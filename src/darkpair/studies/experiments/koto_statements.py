"""Study ``koto-statements``: numbers of KOTO's page that no figure has, each with its error.

The cut on the centre of energy, the tail of X2 -> X1 pi0 above its true bound by other cuts and beams, long-lived
particles beside stable ones, what K_L upstream add to the other two scenarios, and kinematic bounds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from darkpair.detectors.koto import Koto
from darkpair.gen.endpoints import max_pt, max_pt_in_two_steps
from darkpair.gen.kinematics import Array
from darkpair.gen.particles import particle
from darkpair.gen.pipeline import Chunk, chunks
from darkpair.gen.sources.koto_kl import Z_EXIT, Z_NEAR, Z_TARGET, KotoKL
from darkpair.limits.koto_samples import PI0, SM
from darkpair.studies.outputs import Output, Run, Table
from darkpair.studies.samples import Sample, efficiency_ratio, generate

__all__ = ["study"]

A, B, C = (
    f"K_L0 -> X1 (X2 -> X1 {PI0})",
    "K_L0 -> (X2 -> X1 gamma) (X2 -> X1 gamma)",
    "K_L0 -> X1 (X2 -> gamma gamma)",
)

#: What the statement on the cut on the centre of energy is about: decay, m2, m1 [MeV].
_CENTRE: Final = ((A, 430, 0), (A, 350, 100), (B, 200, 0), (C, 100, 0), (C, 200, 0))

#: Where what decays upstream counts: name, decay, m2 [MeV] of a massless X1.
_UPSTREAM: Final = (("B", B, 200), ("B", B, 135), ("C", C, 100))

#: Cuts that the tail is asked without, and the total energy [GeV] of KOTO's generic code.
_LOOSE: Final = ("center_of_energy", "pi0_kinematics_low", "pi0_kinematics_high", "pi0_kinematics_energy")
_GENERIC: Final = 0.5


class _Pencil(KotoKL):
    """K_L on the axis."""

    def _lines(self, rng: np.random.Generator, n: int) -> tuple[Array, Array, Array, Array]:
        return np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)


@dataclass(frozen=True, kw_only=True)
class _Number:
    """A number with its error; none for what is computed."""

    name: str
    value: float
    error: float | None = None
    unit: str = "1"

    def row(self) -> dict[str, Any]:
        return {"statement": self.name, "value": self.value, "value error": self.error, "unit": self.unit}


def study(run: Run) -> Iterator[Output]:
    """Table of the numbers."""
    samples = _samples(run)
    tallied = {name: sample for name, sample in samples.items() if not name.startswith("tail")}
    made = dict(zip(tallied, generate(list(tallied.values())), strict=True))
    numbers = [*_bounds(), *_centre(made), *_tails(samples), *_long_lived(made), *_upstream(samples, made)]
    yield Table(rows=[number.row() for number in numbers], provenance={"selection": Koto()})


def _samples(run: Run) -> dict[str, Sample]:
    """All samples, by what they are for; their seeds are their places, but for a cut's."""
    parts = {
        **_centre_samples(run.seed + 100),
        **_tail_samples(),
        "stable S": _decay(f"K_L0 -> {PI0} S", S=100),
        "S of 10 km": _decay(f"K_L0 -> {PI0} (S -> gamma gamma)", {"S": 1e7}, S=100),
        "4 gamma": _decay("K_L0 -> (X2 -> gamma gamma) (X2 -> gamma gamma)", {"X2": 3e3}, X2=130),
        **_upstream_samples(),
    }
    return {
        name: Sample(n=run.events, **{"seed": run.seed + i, "source": KotoKL(), **part})
        for i, (name, part) in enumerate(parts.items())
    }


def _decay(descriptor: str, ctau: Mapping[str, float] | None = None, **mass: int) -> dict[str, Any]:
    """What a sample is given of a decay: c tau [mm], masses [MeV]."""
    return {"descriptor": descriptor, "mass": {k: 1e-3 * m for k, m in mass.items()}, "ctau": ctau or {}}


def _centre_samples(seed: int) -> dict[str, dict[str, Any]]:
    """The same events with and without the cut on the centre of energy."""
    decays = [_decay(SM), *(_decay(descriptor, X1=m1, X2=m2) for descriptor, m2, m1 in _CENTRE)]
    detectors = {"with": Koto(), "without": Koto(without=["center_of_energy"])}
    return {
        f"centre {i}, {label}": {**decay, "detector": detector, "seed": seed + i}
        for i, decay in enumerate(decays)
        for label, detector in detectors.items()
    }


def _tail_samples() -> dict[str, dict[str, Any]]:
    """A at (350, 100) MeV by cuts and beams, and with a c tau of 30 cm."""
    detectors = {
        "every cut": Koto(without=["pt"]),
        "loose": Koto(without=[*_LOOSE, "pt"]),
        "0.5 GeV": Koto(without=[*_LOOSE, "pt"], cuts={"total_energy": {"min": _GENERIC}}),
    }
    prompt, late = (_decay(A, ctau, X1=100, X2=350) for ctau in ({}, {"X2": 300.0}))
    beams = {
        "pencil": {**prompt, "source": _Pencil()},
        "beam": prompt,
        "newer image": {**prompt, "source": KotoKL(image="2015-04")},
        "30 cm": late,
    }
    return {
        f"tail, {label}, {beam}": {**part, "detector": detector}
        for label, detector in detectors.items()
        for beam, part in beams.items()
    }


def _upstream_samples() -> dict[str, dict[str, Any]]:
    """B and C by where the K_L decay."""
    sources = {
        "near": KotoKL(),
        "from the exit": KotoKL(z_min=Z_EXIT, z_max=Z_NEAR),
        "from the target": KotoKL(z_min=Z_TARGET, z_max=Z_EXIT, p_min=0.4),
    }
    return {
        f"upstream {name} {m2} {where}": {**_decay(descriptor, X1=0, X2=m2), "source": source}
        for name, descriptor, m2 in _UPSTREAM
        for where, source in sources.items()
    }


def _bounds() -> list[_Number]:
    kaon, pi0, pion = (particle(name).mass for name in ("K_L0", "pi0", "pi+"))
    at = {
        "largest p_T, pi0 and nothing": max_pt(kaon, pi0, 0.0),
        "largest p_T, pi0 pi+ pi-": max_pt(kaon, pi0, 2.0 * pion),
        "largest p_T, pi0 and a pi0's mass": max_pt(kaon, pi0, pi0),
        "largest p_T, pi0 and two pi0's mass": max_pt(kaon, pi0, 2.0 * pi0),
        "largest p_T, X1 pi0 at (350, 100) MeV": max_pt_in_two_steps(kaon, 0.1, 0.35, 0.1, pi0),
    }
    return [
        _Number(name="decays in the decay volume", value=KotoKL().decay_probability),
        *(_Number(name=name, value=1e3 * value, unit="MeV") for name, value in at.items()),
    ]


def _centre(made: Mapping[str, Chunk]) -> list[_Number]:
    """By how much the efficiencies and the ratios grow without the cut on the centre of energy."""
    shifts = []
    for i in range(len(_CENTRE) + 1):
        less, more = (made[f"centre {i}, {label}"].cutflow.stages[-1] for label in ("with", "without"))
        error = math.sqrt(max(more.sum_w2 - less.sum_w2, 1.0)) / less.sum_w
        shifts.append((more.sum_w / less.sum_w - 1.0, error))
    (base, base_error), *others = shifts
    worst = max(others, key=lambda shift: abs(shift[0] - base))
    return [
        _Number(name="without the centre of energy, Standard Model", value=base, error=base_error),
        _Number(
            name="without the centre of energy, largest change of a ratio",
            value=abs(worst[0] - base),
            error=math.hypot(worst[1], base_error),
        ),
    ]


def _tails(samples: Mapping[str, Sample]) -> list[_Number]:
    """Part of the candidates above the true bound, A at (350, 100) MeV, K_L from z = 2 m on; with Agresti's error."""
    bound = max_pt_in_two_steps(particle("K_L0").mass, 0.1, 0.35, 0.1, particle("pi0").mass)
    out = []
    for name, sample in samples.items():
        if not name.startswith("tail"):
            continue
        above = total = 0
        for chunk in chunks(sample.pipeline, sample.n):
            assert chunk.reco is not None  # (a detector that keeps what it accepts)
            _, pi0 = chunk.reco.lists["Pi0"]
            pt = pi0["pt"][pi0["accepted"]]
            above, total = above + int(np.count_nonzero(pt > bound)), total + len(pt)
        part, corrected = above / total, (above + 2.0) / (total + 4.0)
        error = math.sqrt(corrected * (1.0 - corrected) / (total + 4.0))
        out.append(_Number(name=name, value=part, error=error))
    return out


def _long_lived(made: Mapping[str, Chunk]) -> list[_Number]:
    return [
        _Number(
            name=f"acceptance, {name}",
            value=made[name].cutflow.acceptance,
            error=made[name].cutflow.acceptance_error,
        )
        for name in ("stable S", "S of 10 km", "4 gamma")
    ]


def _upstream(samples: Mapping[str, Sample], made: Mapping[str, Chunk]) -> list[_Number]:
    """Accepted events per K_L at the exit of those that decay upstream over those from z = 2 m on."""
    out = []
    for name, _, m2 in _UPSTREAM:
        near = f"upstream {name} {m2} near"
        for where in ("from the exit", "from the target"):
            far = f"upstream {name} {m2} {where}"
            decays = samples[far].decays / samples[near].decays
            gain, error = efficiency_ratio(made[far].cutflow, made[near].cutflow, decays)
            out.append(_Number(name=f"upstream adds, {name} at {m2} MeV, {where}", value=gain, error=error))
    return out
