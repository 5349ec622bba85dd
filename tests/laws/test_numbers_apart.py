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
from hypothesis import example, given
from hypothesis import strategies as st

from darkpair.chains.models import ZPrimeScalar
from darkpair.chains.models.inputs import Inputs
from darkpair.chains.models.stated import stated_chain
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
from darkpair.limits.ranges import Range
from darkpair.limits.ratio_tables import ratio_table
from darkpair.limits.ratios import RatioRow
from darkpair.limits.reach_axes import Axis
from darkpair.limits.rows import LimitRow
from darkpair.limits.samples import closed_line
from darkpair.limits.tables import answer, limits_table, strongest_table
from darkpair.searches.dump_search import DumpSearch
from darkpair.searches.likelihood_search import Squares
from darkpair.searches.rate import Counts, Efficiency, RateSearch, Stated

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


@example(1e-20, 1)
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


def _closed(mass: float) -> None:
    """What is said of a pair that a K_L does not give, as an error: it is no refusal."""
    if (line := closed_line(0.0, mass, ("beam dumps",))) is not None:
        raise DarkpairError(line)


def _stated(value: float, unit: str) -> Stated:
    return Stated(value=value, unit=unit, source="a test", confidence="choice")


def _efficiency(value: float) -> None:
    DumpSearch(experiment="charm", efficiencies={"trigger": _stated(value, "1")})


def _counted(value: float) -> None:
    counts = Counts(parents=_stated(1e9, "1"), observed=_stated(2, "events"), background=_stated(1, "events"))
    own = Efficiency(value=value, source="a test", confidence="choice")
    RateSearch(parent="K+", mode="pi+ X1 X2", counts=counts, efficiency=own)


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
    "closed": (_closed, particle("K_L0").mass),
    "axis": (lambda high: Axis(name="m2", low=0.3, high=high), 0.3),
    "bins": (lambda high: Squares(low=0.3, high=high, bins=2).edges, 0.3),
    "efficiency": (_efficiency, 1.0),
    "table of efficiencies": (_counted, 1.0),
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
    "src/darkpair/statistics.py": 4,  # (level or probability, and background, or error; bound and level)
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
    "room",
    [
        "gen",
        "chains",
        "detectors",
        *(
            f"src/darkpair/{name}"
            for name in ("job", "run", "export", "limits", "searches", "scan", "statistics.py")
        ),
    ],
)
def test_numbers_of_a_refusal_are_rounded_together(room: str) -> None:
    """`apart` rounds what a message compares; what is not compared is counted here."""
    counts = {
        str(path.relative_to(ROOT)): len(list(rounded_together(path)))
        for path in ([ROOT / room] if room.endswith(".py") else sorted((ROOT / room).rglob("*.py")))
    }
    expected = {
        name: number for name, number in OTHERWISE.items() if name == room or name.startswith(f"{room}/")
    }
    assert {name: number for name, number in counts.items() if number} == expected


def _row(ratio: float, limit: float = 2.2e-9) -> LimitRow:
    return LimitRow(constraint="a", kind="excluded", value=ratio * limit, limit=limit, unit="1", events=None)


NEAR_ONE = st.floats(1e-15, 1e-2).flatmap(lambda off: st.sampled_from([1.0 - off, 1.0 + off])) | st.floats(
    0.1, 10.0
)


@given(NEAR_ONE, st.floats(1e-12, 1e3))
def test_a_verdict_agrees_with_the_number_beside_it(ratio: float, limit: float) -> None:
    """A ratio of 1.0002 is not "1 times its limit" beside "excluded", nor are its value and limit two equal numbers."""
    row = _row(ratio, limit)
    (line,) = answer([row])
    number = float(line.removesuffix(" times its limit").split()[-1])
    if row.ratio == 1.0:
        assert number == 1.0
    else:
        assert (number > 1.0) == (row.ratio > 1.0) == line.startswith("excluded by"), line
    assert number == pytest.approx(row.ratio, rel=6e-3)
    (cells,) = limits_table([row], "a point").rows
    _, value, of_limit, shown, _, verdict = cells
    assert (float(value) > float(of_limit)) == (row.value > row.limit)
    assert (float(shown) > 1.0) == (row.ratio > 1.0) == (verdict == "excluded")
    (cells,) = strongest_table([({}, None)], [[row]], "points").rows
    assert (float(cells[1]) > 1.0) == (row.ratio > 1.0)


CHAIN = stated_chain("K+ -> pi+ X1 X2", m1=0.0, m2=0.2)


@given(NEAR_ONE)
def test_a_ratio_beyond_1_is_not_written_as_1(ratio: float) -> None:
    row = RatioRow(chain=CHAIN, branching_ratio=ratio, error=0.0, row=_row(1.0))
    ((_, text, _),) = ratio_table([[row]], [{}], "a chain").rows
    assert (float(text) > 1.0) == (ratio > 1.0) == bool(row.verdict)


@given(st.floats(1e-10, 1e10), st.floats(1e-15, 10.0))
def test_ends_of_a_range_are_two_numbers(low: float, more: float) -> None:
    high = low * (1.0 + more)
    first, last = map(float, str(Range(low=low, high=high)).split(" to "))
    assert (first < last) == (low < high)
