"""A message that refuses a number beside what is allowed shows two numbers: "400 GeV; allowed: 400 GeV" helps nobody."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkpair.chains.models import ZPrimeScalar
from darkpair.chains.models.inputs import Inputs
from darkpair.chains.models.zprime_mixing import higgs_couplings
from darkpair.detectors.koto_geometry import require_decays
from darkpair.gen.agreement import other_beam, require_mass
from darkpair.gen.digits import apart
from darkpair.gen.errors import DarkpairError
from darkpair.gen.openness import require_open
from darkpair.gen.particles import particle
from darkpair.gen.ranges import ENERGIES, require_within
from darkpair.gen.sources.bmpt import grid as bmpt_grid
from darkpair.gen.sources.bottom import pairs
from darkpair.gen.sources.meson_files import find
from darkpair.gen.sources.meson_multiplicity import multiplicity

ROOT = Path(__file__).parents[2]
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")

FINITE = st.floats(min_value=-1e300, max_value=1e300)


@given(st.lists(FINITE, min_size=1, max_size=4), st.integers(2, 12))
def test_other_numbers_have_other_texts(numbers: list[float], digits: int) -> None:
    texts = apart(*numbers, digits=digits)
    for number, text in zip(numbers, texts, strict=True):
        assert float(text) == pytest.approx(number, rel=10.0 ** (1 - digits), abs=1e-300)
        for other, others in zip(numbers, texts, strict=True):
            assert (text == others) or number != other
            assert (text != others) or number == other


@given(FINITE, st.integers(1, 15))
def test_a_number_alone_is_rounded_and_one_beside_its_neighbour_is_not(number: float, digits: int) -> None:
    assert apart(number, digits=digits) == (f"{number + 0.0:.{digits}g}",)
    low, high = (float(text) for text in apart(number, math.nextafter(number, math.inf), digits=digits))
    assert low < high


class _Beam:
    """Whatever has a beam."""

    def __init__(self, energy: float) -> None:
        self.beam_energy = energy


def _said(made: float, own: float) -> None:
    """What is said of two beams, as an error: it is no refusal."""
    if (line := other_beam(_Beam(made), _Beam(own))) is not None:
        raise DarkpairError(line)


def _mixed(mass: float) -> None:
    higgs_couplings(1e-3, mass, Inputs.of())


#: A pair's greatest mass that six digits do not say [GeV].
RELEASE = particle("K_L0").mass - particle("pi0").mass


def _exchanged(mass: float) -> None:
    ZPrimeScalar(m1=0.0, m2=0.25, G_X=1e-6, m_Zprime=mass).mediator(RELEASE)


#: What refuses a number, and the number at which it begins to.
REFUSALS: dict[str, tuple[Callable[[float], object], float]] = {
    "table": (lambda energy: find("pythia6", energy, None), 400.0),
    "B mesons": (pairs, 400.0),
    "multiplicity": (partial(multiplicity, "eta"), 70.0),
    "bmpt": (lambda energy: bmpt_grid("eta", beam_energy=energy, target="Be"), 20.0),
    "two beams": (lambda energy: _said(energy, 400.0), 400.0),
    "mass": (partial(require_mass, particle("eta")), particle("eta").mass),
    "sum of masses": (lambda mass: require_open(particle("eta").mass, [mass]), particle("eta").mass),
    "size": (lambda energy: require_within(energy, ENERGIES, "energy", "GeV"), ENERGIES[1]),
    "sizes": (lambda energy: require_within(np.array([-energy]), ENERGIES, "energy", "GeV"), -ENERGIES[1]),
    "vertex": (lambda low: require_decays((low, 1e5), 1e4, 1e4, "koto"), 1e4),
    "Z' and Z": (_mixed, particle("Z0").mass),
    "mediator": (_exchanged, RELEASE),
}


@pytest.mark.parametrize("name", REFUSALS)
@pytest.mark.parametrize("off", [3e-2, 2e-4, 3e-6, 1.3e-7, 3e-9, 4e-12, 5e-15])
def test_a_refusal_tells_the_number_from_the_limit(name: str, off: float) -> None:
    """Above the limit or below it, wherever it is refused: each has its number in the message, nearer than the other."""
    refuses, limit = REFUSALS[name]
    for value in (limit * (1.0 + off), limit * (1.0 - off)):
        message = _message(refuses, value)
        numbers = [float(text) for text in NUMBER.findall(message)]
        for wanted in (value, limit) if message else ():
            nearest = min(abs(abs(wanted) - abs(number)) for number in numbers)
            assert nearest < abs(value - limit), message


def _message(refuses: Callable[[float], object], value: float) -> str:
    """What is said of a number; nothing of one that is taken."""
    try:
        refuses(value)
    except DarkpairError as error:
        return str(error)
    return ""


#: Messages with several rounded numbers that are not compared with each other, by their modules.
OTHERWISE = {
    "gen/agreement.py": 1,
    "gen/aimable.py": 4,
    "gen/data_units.py": 1,
    "gen/line_masses.py": 1,
    "gen/phase_space.py": 1,
    "gen/polarisation.py": 1,
    "gen/sources/own_meson_table.py": 1,
    "gen/sources/upsilon4s.py": 1,
    "chains/chain.py": 1,
    "chains/given_elements.py": 1,
    "detectors/normalisation.py": 2,
    "src/darkpair/statistics.py": 3,
    "src/darkpair/export/numbers.py": 1,
    "src/darkpair/export/toys.py": 1,
}


def rounded_together(path: Path) -> Iterator[int]:
    """Lines of a module on which something is raised with two numbers that are rounded each by itself."""
    for raised in (
        node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Raise)
    ):
        texts = (
            []
            if raised.exc is None
            else [each for each in ast.walk(raised.exc) if isinstance(each, ast.JoinedStr)]
        )
        for text in texts:
            parts = [
                part
                for part in text.values
                if isinstance(part, ast.FormattedValue) and part.format_spec is not None
            ]
            specs = [ast.unparse(part.format_spec)[2:-1] for part in parts if part.format_spec is not None]
            if len([spec for spec in specs if re.fullmatch(r"(\.\d)?g", spec)]) > 1:
                yield raised.lineno


@pytest.mark.skipif(not (ROOT / "gen").is_dir(), reason="no source tree")
@pytest.mark.parametrize(
    "room", ["gen", "chains", "detectors", "src/darkpair/job", "src/darkpair/run", "src/darkpair/export"]
)
def test_numbers_of_a_refusal_are_rounded_together(room: str) -> None:
    """`apart` rounds what a message compares; what is not compared is counted here."""
    counts = {
        str(path.relative_to(ROOT)): len(list(rounded_together(path)))
        for path in sorted((ROOT / room).rglob("*.py"))
    }
    expected = {name: number for name, number in OTHERWISE.items() if name.startswith(f"{room}/")}
    assert {name: number for name, number in counts.items() if number} == expected
