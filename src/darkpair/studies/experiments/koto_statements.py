"""Study ``koto-statements``: numbers of KOTO's page that no figure has, each with its error.

The cut on the centre of energy, the tail of X2 -> X1 pi0 above its true bound by other cuts and beams, long-lived
particles beside stable ones, what K_L upstream add to the other two scenarios, and kinematic bounds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from darkpair.detectors.koto import Koto
from darkpair.export.files import write_rows
from darkpair.gen.endpoints import max_pt, max_pt_in_two_steps
from darkpair.gen.kinematics import Array
from darkpair.gen.particles import particle
from darkpair.gen.pipeline import Chunk, chunks
from darkpair.gen.sources.koto_kl import Z_EXIT, Z_NEAR, Z_TARGET, KotoKL
from darkpair.limits.koto_samples import PI0, SM
from darkpair.studies.options import Events
from darkpair.studies.samples import Sample, efficiency_ratio, generate

__all__ = ["run"]

_SEED: Final = 4400

A, B, C = (
    f"K_L0 -> X1 (X2 -> X1 {PI0})",
    "K_L0 -> (X2 -> X1 gamma) (X2 -> X1 gamma)",
    "K_L0 -> X1 (X2 -> gamma gamma)",
)
_FOUR: Final = "K_L0 -> (X2 -> gamma gamma) (X2 -> gamma gamma)"
_STABLE: Final = f"K_L0 -> {PI0} S"
_LONG_LIVED: Final = f"K_L0 -> {PI0} (S -> gamma gamma)"

#: What the statement on the cut on the centre of energy is about: decay, m2, m1 [MeV].
_CENTRE: Final = ((A, 430, 0), (A, 350, 100), (B, 200, 0), (C, 100, 0), (C, 200, 0))

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


def run(folder: Path, inputs: None, *, quick: bool, events: Events = None) -> list[Path]:  # noqa: ARG001
    """Paths of the table.

    Parameters
    ----------
    folder : Path
    inputs : None
        Without effect: no coupling enters.
    quick : bool
        A fifteenth of the events.
    events : int, optional
        Of each sample; 1 500 000 unless given.
    """
    n = events or (100_000 if quick else 1_500_000)
    samples = _samples(n)
    tallied = {name: sample for name, sample in samples.items() if not name.startswith("tail")}
    made = dict(zip(tallied, generate(list(tallied.values())), strict=True))
    numbers = [*_bounds(), *_centre(made), *_tails(samples), *_long_lived(made), *_upstream(samples, made)]
    told = {"seed": _SEED, "events": n, "selection": Koto()}
    return write_rows(folder, "koto-statements", [number.row() for number in numbers], told)


def _samples(n: int) -> dict[str, Sample]:
    """All samples, by what they are for."""
    near, loose, generic = (
        KotoKL(),
        Koto(without=[*_LOOSE, "pt"]),
        Koto(without=[*_LOOSE, "pt"], cuts={"total_energy": {"min": _GENERIC}}),
    )
    out: dict[str, Sample] = {}

    def add(name: str, descriptor: str, mass: Mapping[str, int], ctau: float = 0.0, **more: Any) -> None:
        heavy = "X2" if "X2" in descriptor else "S"
        out[name] = Sample(
            descriptor=descriptor,
            mass={key: 1e-3 * value for key, value in mass.items() if key in descriptor},
            ctau={heavy: ctau} if f"{heavy} ->" in descriptor else {},
            n=n,
            seed=more.pop("seed", _SEED + len(out)),
            **more,
        )

    for i, (descriptor, m2, m1) in enumerate(
        [(SM, 0, 0), *_CENTRE]
    ):  # the same events with and without the cut
        for detector, label in ((Koto(), "with"), (Koto(without=["center_of_energy"]), "without")):
            mass = {"X1": m1, "X2": m2}
            add(
                f"centre {i}, {label}", descriptor, mass, detector=detector, source=near, seed=_SEED + 100 + i
            )
    for detector, label in ((Koto(without=["pt"]), "every cut"), (loose, "loose"), (generic, "0.5 GeV")):
        for source, beam in ((_Pencil(), "pencil"), (near, "beam"), (KotoKL(image="2015-04"), "newer image")):
            mass = {"X1": 100, "X2": 350}
            add(f"tail, {label}, {beam}", A, mass, detector=detector, source=source)
        add(f"tail, {label}, 30 cm", A, {"X1": 100, "X2": 350}, 300.0, detector=detector, source=near)
    add("stable S", _STABLE, {"S": 100}, source=near)
    add("S of 10 km", _LONG_LIVED, {"S": 100}, 1e7, source=near)
    add("4 gamma", _FOUR, {"X2": 130}, 3e3, source=near)
    for descriptor, m2 in ((B, 200), (B, 135), (C, 100)):
        for source, label in (
            (near, "near"),
            (KotoKL(z_min=Z_EXIT, z_max=Z_NEAR), "from the exit"),
            (KotoKL(z_min=Z_TARGET, z_max=Z_EXIT, p_min=0.4), "from the target"),
        ):
            add(f"upstream {descriptor} {m2} {label}", descriptor, {"X1": 0, "X2": m2}, source=source)
    return out


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
    for descriptor, m2, label in ((B, 200, "B"), (B, 135, "B"), (C, 100, "C")):
        found = {
            where: (samples[name].decays, made[name].cutflow)
            for where in ("near", "from the exit", "from the target")
            for name in [f"upstream {descriptor} {m2} {where}"]
        }
        decays, below = found.pop("near")
        for where, (more, flow) in found.items():
            gain, error = efficiency_ratio(flow, below, more / decays)
            out.append(_Number(name=f"upstream adds, {label} at {m2} MeV, {where}", value=gain, error=error))
    return out
