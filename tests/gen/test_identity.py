"""Digests of what things are made of: the same for the same, in every process, and others for others."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair import Pipeline, build
from darkpair.gen.decay import Decay, Mode
from darkpair.gen.identity import content_digest, identity_digest
from darkpair.gen.importance import Aimed, Bias
from darkpair.gen.lifetime import Exponential
from darkpair.gen.particles import particle
from darkpair.gen.sample_name import MOST_RUN, run_number
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.gen.sources.gun import Gun
from darkpair.gen.sources.koto_kl import KotoKL

ULP = float(np.nextafter(0.43, 1.0))


class Beam:
    """A stranger's source, without fields or words."""

    spread = 0.1

    def __init__(self, momentum: float, **more: Any) -> None:
        self.momentum = momentum
        self.__dict__ |= more

    def draw(self, x: float) -> float:
        return x * self.momentum

    @cached_property
    def table(self) -> list[float]:
        return [self.momentum] * 3


class Wide(Beam):
    spread = 0.2


class Slotted:
    __slots__ = ("mass", "missing")

    def __init__(self, mass: float) -> None:
        self.mass = mass


@dataclass(frozen=True)
class Fields:
    a: float
    b: Any = None
    made: Any = field(init=False, default=0)


@dataclass(frozen=True, kw_only=True)
class TiltedGun(Gun):
    tilt: float = 0.0


def square(x: float) -> float:
    return x**2


def power(exponent: float) -> Callable[[float], float]:
    return lambda x: x**exponent


@lru_cache
def kept(x: float) -> float:
    return x


class Ring:
    def __init__(self, number: int) -> None:
        self.number, self.next = number, self


SAME: dict[str, tuple[Any, Any]] = {
    "order of keys": ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    "sets": ({"a", "b", "c"}, {"c", "b", "a"}),
    "list and tuple": ([1, 2], (1, 2)),
    "whole and floating": (2, 2.0),
    "NumPy's numbers": (np.float64(0.3), 0.3),
    "last digit": (0.43, ULP),
    "last digits of arrays": (np.array([0.43, 1.0]), np.array([ULP, 1.0])),
    "zero": (0.0, -0.0),
    "zeros": (np.zeros(2), -np.zeros(2)),
    "where an array lies": (np.arange(12.0).reshape(3, 4).T, np.arange(12.0).reshape(3, 4).T.copy()),
    "objects": (Beam(1.0), Beam(1.0)),
    "slots": (Slotted(1.0), Slotted(1.0)),
    "functions": (square, square),
    "made functions": (power(2.0), power(2.0)),
    "partial functions": (partial(square, x=1.0), partial(square, x=1.0)),
    "methods": (Beam(1.0).draw, Beam(1.0).draw),
    "what cannot be taken apart": (threading.Lock(), threading.Lock()),
    "rings": (Ring(1), Ring(1)),
    "not a number": (float("nan"), float("nan")),
    "lifetime of its own": (
        build("K_L0 -> X1 (X2 -> X1 gamma)", mass={"X1": 0.0, "X2": 0.4}, ctau={"X2": 5.0}),
        build(
            "K_L0 -> X1 (X2 -> X1 gamma)",
            mass={"X1": 0.0, "X2": "400 MeV"},
            ctau={"X2": "5 mm"},
            lifetimes={"X2": Exponential(5.0)},
        ),
    ),
    "asking for conservation": (
        build("eta -> (pi0 -> gamma gamma) gamma gamma", conserve=False),
        build("eta -> (pi0 -> gamma gamma) gamma gamma"),
    ),
    "profile that is another's": (KotoKL(solid_angle=8.0), KotoKL(z_target=-20000.0)),
    "limits of another decay": (KotoKL(decay="free"), KotoKL(decay="free", z_min=3000.0)),
    "multiplicities": (DumpMesons(meson="eta"), DumpMesons(meson="eta", beam_energy=400.0)),
}

OTHER: dict[str, tuple[Any, Any]] = {
    "types": (1, "1"),
    "words": (None, "None"),
    "truth": (True, 1),
    "eleventh digit": (0.43, 0.43 * (1 + 1e-11)),
    "eleventh digits of arrays": (np.array([0.43]), np.array([0.43 * (1 + 1e-11)])),
    "shapes": (np.zeros(4), np.zeros((2, 2))),
    "order of lists": ([1, 2], [2, 1]),
    "nests": ([[1], 2], [[1, 2]]),
    "pairs of keys": ({"a": "b"}, {"b": "a"}),
    "complex": (1j, np.complex128(1 + 1j)),
    "objects": (Beam(1.0), Beam(2.0)),
    "more of an object": (Beam(1.0), Beam(1.0, tilt=0.1)),
    "slots": (Slotted(1.0), Slotted(2.0)),
    "numbers of classes": (Beam(1.0), Wide(1.0)),
    "classes made alike": (type("C", (), {"pdgid": 1})(), type("C", (), {"pdgid": 2})()),
    "fields": (Fields(1.0), Fields(2.0)),
    "functions": (square, power),
    "made functions": (power(2.0), power(3.0)),
    "code within a function": (lambda x: x**2, lambda x: x**3),
    "functions of defaults": (lambda x, n=2: x**n, lambda x, n=3: x**n),
    "partial functions": (partial(square, x=1.0), partial(square, x=2.0)),
    "methods": (Beam(1.0).draw, Beam(2.0).draw),
    "caches": (kept, square),
    "rings": (Ring(1), Ring(2)),
    "generators": (np.random.SFC64(1), np.random.SFC64(2)),
    "not numbers": (float("nan"), float("inf")),
    "a subclass' own field": (TiltedGun(tilt=0.0), TiltedGun(tilt=0.1)),
    "a subclass' other field": (TiltedGun(momentum=1.0), TiltedGun(momentum=2.0)),
    "shares of modes": (
        build("pi0 -> gamma gamma [.98] | e+ e- gamma [.01]"),
        build("pi0 -> gamma gamma [.98] | e+ e- gamma [.02]"),
    ),
    "shares below": (
        build("eta -> (pi0 -> gamma gamma [.5]) gamma gamma [.5] | gamma gamma [.4]"),
        build("eta -> (pi0 -> gamma gamma [.9]) gamma gamma [.5] | gamma gamma [.4]"),
    ),
    "masses": (
        build("K_L0 -> X1 X2", mass={"X1": 0.0, "X2": 0.4}),
        build("K_L0 -> X1 X2", mass={"X1": 0.0, "X2": 0.401}),
    ),
    "solid angles": (
        KotoKL(profile="square", solid_angle=7.0),
        KotoKL(profile="square", solid_angle=8.0),
    ),
}


@pytest.mark.parametrize("name", list(SAME))
def test_the_same(name: str) -> None:
    first, second = SAME[name]
    assert identity_digest(first) == identity_digest(second)


@pytest.mark.parametrize("name", list(OTHER))
def test_another(name: str) -> None:
    first, second = OTHER[name]
    assert identity_digest(first) != identity_digest(second)


def test_what_is_worked_out_does_not_count() -> None:
    beam = Beam(1.0)
    before = identity_digest(beam)
    assert beam.table
    assert identity_digest(beam) == before


def test_a_common_factor_of_modes_decides_about_no_event() -> None:
    light = particle("gamma"), particle("gamma")
    pairs = particle("e+"), particle("e-"), particle("gamma")
    whole, half = (
        Decay(particle("pi0"), (Mode(light, 0.9 * part), Mode(pairs, 0.1 * part))) for part in (1.0, 0.5)
    )
    assert identity_digest(whole) == identity_digest(half)


def test_depth_has_no_end() -> None:
    nested: Any = 1
    for _ in range(10_000):
        nested = [nested]
    assert len(identity_digest(nested)) == 64


def test_a_files_content_counts_and_not_its_place(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    table = "p [GeV],density\n1,1\n2,3\n"
    paths = tmp_path / "p.csv", tmp_path / "elsewhere" / "q.csv"
    for path in paths:
        path.write_text(table)
    for make in (lambda path: KotoKL(spectrum=str(path)), lambda path: Gun(spectrum=str(path))):
        first, second = map(make, paths)
        assert identity_digest(first) == identity_digest(second)
        paths[1].write_text(table.replace("3", "4"))
        assert identity_digest(first) != identity_digest(make(paths[1]))
        paths[1].write_text(table)
    assert content_digest(paths[0]) == content_digest(paths[1])
    paths[1].write_text(table + "3,1\n")
    assert content_digest(paths[0]) != content_digest(paths[1])


def test_a_bias_without_a_pilot_counts_by_its_numbers() -> None:
    edges = np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0]), np.array([-3.0, 3.0])
    first, second = (Bias(edges=edges, probability=np.array([p, 1 - p])[:, None, None]) for p in (0.5, 0.4))
    source = DumpMesons()
    assert identity_digest(Aimed(source=source, bias=first)) != identity_digest(
        Aimed(source=source, bias=second)
    )


SCRIPT = """
from darkpair import build
from darkpair.gen.sample_name import sample_digest

POWER = {power}
NAMES = frozenset("abcdefgh")

def element(q2, cosine):
    return q2**POWER * (len(NAMES) + cosine)

class Source:
    pdgid = 130
    names = {{"x", "y", "zz"}}

    def __init__(self, momentum):
        self.momentum = momentum

    def sample(self, n, rng):
        return rng.random(n) * {factor}

decay = "K_L0 -> X1 X1 gamma"
chain = build(decay, mass={{"X1": 0.1}}, matrix_elements={{decay: element}})
print(sample_digest(Source(1.0), chain, 1))
"""


def test_scripts_in_other_processes() -> None:
    """Names of code in a script say nothing, what it does decides; the order in which sets are kept does not."""
    texts = [SCRIPT.format(power=power, factor=factor) for power, factor in ((2, 1.0), (3, 1.0), (2, 2.0))]
    program = f"for text in {texts!r}: exec(text, {{'__name__': '__main__'}})"
    outputs = []
    for seed in ("1", "2"):
        environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)}
        made = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
        )
        assert made.returncode == 0, made.stderr
        outputs.append(made.stdout.split())
    assert outputs[0] == outputs[1]
    assert len(set(outputs[0])) == len(texts)


def test_numbers_of_runs() -> None:
    numbers = {run_number(f"{i:064x}") for i in (0, 1, 2**64 - 1, 2**256 - 1)}
    assert min(numbers) >= 1
    assert max(numbers) <= MOST_RUN
    made = Pipeline(source=KotoKL(), chain=build("K_L0 -> gamma gamma"), seed=1)
    assert made.run_number == run_number(made.digest)
    assert made.digest != Pipeline(source=made.source, chain=made.chain, seed=2).digest
