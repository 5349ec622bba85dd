"""The conformance kit catches what is wrong, each plug-in for its own fault; ours pass it."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pytest

from darkpair import build
from darkpair.chains.models import MODELS
from darkpair.chains.models.dipole import Dipole
from darkpair.chains.models.model import Mode
from darkpair.chains.models.zprime import ZPrimeScalar
from darkpair.gen.lifetime import Exponential, Scan
from darkpair.gen.sources.gun import Gun
from darkpair.gen.streams import Streams
from darkpair.searches import SEARCHES
from darkpair.searches.neutral_current import AtomicParity
from darkpair.testing import (
    check_chain,
    check_detector,
    check_model,
    check_search,
    check_source,
    parents_of,
)
from tests.shared.wrong_plugins import CHAINS, DETECTORS, SOURCES, SUMS, Chain, Detector, Source, caught

TRUTH = build("K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))", mass={"X1": 0.0, "X2": 0.4})


@pytest.fixture(scope="module")
def truth() -> Any:
    return TRUTH.batch(Gun(momentum=(1.0, 3.0), cone=0.1).sample(4096, Streams(3).rng("source")), Streams(3))


def test_what_is_right_passes(truth: Any) -> None:
    check_source(Source())
    check_chain(Chain(lambda made: made))  # type: ignore[arg-type]
    check_detector(Detector(), truth)


@pytest.mark.parametrize("what", SOURCES)
def test_source(what: str) -> None:
    line = caught(lambda: check_source(SOURCES[what][0]))
    assert line.startswith("the source Source "), line


class _Deaf(Source):
    """A source that makes the same, whatever its generator says."""

    def sample(self, n: int, rng: np.random.Generator) -> Any:
        return super().sample(n, Streams(7).rng("own"))


class _Counting(Source):
    """A source that goes on where it stopped."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = itertools.count()

    def sample(self, n: int, rng: np.random.Generator) -> Any:
        return super().sample(n, Streams(next(self.calls)).rng("own"))


def test_source_and_its_generator() -> None:
    assert "ignores the generator" in caught(lambda: check_source(_Deaf()))
    assert "the same stream gave other parents" in caught(lambda: check_source(_Counting()))
    local = type("Local", (), {"pdgid": 130, "sample": lambda _, n, rng: Gun().sample(n, rng)})()
    assert "cannot be pickled" in caught(lambda: check_source(local))
    check_source(Gun())  # a pencil beam: all alike, whatever the generator says


@pytest.mark.parametrize("what", CHAINS)
def test_chain(what: str) -> None:
    line = caught(lambda: check_chain(CHAINS[what][0]))
    assert line.startswith("the chain Chain "), line


def test_chain_and_its_lifetimes() -> None:
    chain = build("K_L0 -> X1 (X2 -> X1 gamma)", mass={"X1": 0.0, "X2": 0.3}, ctau={"X2": 50.0})
    check_chain(chain)
    other = Chain(lambda made: made)
    other.parent, other.decay, other.lifetimes = chain.parent, chain.decay, {"X2": Exponential(60.0)}
    other.batch = chain.batch  # type: ignore[method-assign]
    assert "X2 does not live by its c tau of 60 mm" in caught(lambda: check_chain(other))  # type: ignore[arg-type]

    def moved(made: Any) -> Any:
        (part,) = made.parts
        vertices = part.vertices.copy()
        vertices[0, 2] += 1.0
        return type(made)((replace(part, vertices=vertices),))

    assert "X2 does not decay on its way" in caught(lambda: check_chain(Chain(moved)))  # type: ignore[arg-type]
    check_chain(replace(chain, lifetimes={"X2": Scan()}))


@pytest.mark.parametrize("what", [*DETECTORS, *SUMS])
def test_detector(what: str, truth: Any) -> None:
    detector, words = {**DETECTORS, **SUMS}[what]
    line = caught(lambda: check_detector(detector, truth))
    if what in SUMS:
        assert words in line


class _Swapped(Detector):
    """A cut flow of which two stages have each other's sums of weights, with the right numbers of events."""

    def select(self, reco: Any, weight: Any) -> Any:
        made = super().select(reco, weight)
        first, second = made.cutflow.stages[1:3]
        stages = list(made.cutflow.stages)
        stages[2] = replace(second, sum_w=float(first.sum_w * second.n / max(first.n, 1)))
        return replace(made, cutflow=type(made.cutflow)(tuple(stages)))


class _Best(Detector):
    """Accepts the event with the most energetic photon of all that it is shown."""

    def select(self, reco: Any, weight: Any) -> Any:
        made = super().select(reco, weight)
        mask = made.mask & (reco.flat["most"] == reco.flat["most"][made.mask].max(initial=0.0))
        flow = type(made.cutflow).of(weight, [("best", mask)])
        return replace(made, mask=mask, cutflow=flow)


class _Weightless(Detector):
    """Counts events where it should add weights, in the middle."""

    def select(self, reco: Any, weight: Any) -> Any:
        made = super().select(reco, weight)
        stages = list(made.cutflow.stages)
        stages[1] = replace(stages[1], sum_w=float(stages[1].n), sum_w2=float(stages[1].n))
        return replace(made, cutflow=type(made.cutflow)(tuple(stages)))


class _Unnested(Detector):
    """Stages that are each the cut alone, not what the cuts before left."""

    def select(self, reco: Any, weight: Any) -> Any:
        most = reco.flat["most"]
        cuts = [("loose", most > 0.8), ("middle", most < 2.0), ("tight", (most > 0.9) & (most < 2.0))]
        made = super().select(reco, weight)
        of = type(made.cutflow).of
        stages = [of(weight, [cut]).stages[1] for cut in cuts]
        flow = type(made.cutflow)((made.cutflow.stages[0], *stages))
        return replace(made, mask=cuts[2][1], cutflow=flow)


class _Apart(Detector):
    """Stages that fall, and are each its cut alone: some events come back that an earlier cut took."""

    def select(self, reco: Any, weight: Any) -> Any:
        most = reco.flat["most"]
        first, second = most > 0.5, (most < 0.9) | (most > 1.2)
        made = super().select(reco, weight)
        of = type(made.cutflow).of
        stages = [of(weight, [(name, cut)]).stages[1] for name, cut in (("second", second), ("first", first))]
        last = of(weight, [("last", first & second)]).stages[1]
        flow = type(made.cutflow)((made.cutflow.stages[0], *stages, last))
        return replace(made, mask=first & second, cutflow=flow)


class _Smearing(Detector):
    """Draws from a generator of its own."""

    calls: ClassVar = itertools.count()

    def observe(self, truth: Any, rng: Any) -> Any:
        made = super().observe(truth, rng)
        return replace(made, flat={"x": np.full(made.n, float(next(self.calls))), **made.flat})


@pytest.mark.parametrize(
    ("detector", "words"),
    [
        (_Swapped(), "middle: the sum of weights is"),
        (_Best(), "by the others beside it"),
        (_Weightless(), "loose: the sum of weights is"),
        (_Unnested(), "grows"),
        (_Apart(), "the cut flow of one event grows"),
        (_Smearing(), "the same stream gave another observation"),
    ],
    ids=lambda entry: type(entry).__name__,
)
def test_detector_and_its_sums(detector: Any, words: str, truth: Any) -> None:
    assert words in caught(lambda: check_detector(detector, truth))


def _model(name: str) -> Any:
    needs = [key for key, p in inspect.signature(MODELS[name]).parameters.items() if p.default is p.empty]
    numbers = {key: 5.0 if key.startswith("m_") else 1e-3 for key in needs if key not in ("m1", "m2")}
    return MODELS[name](m1=0.02, m2=0.3, **numbers)


@pytest.mark.parametrize("name", list(MODELS.ours))
def test_our_models(name: str) -> None:
    check_model(_model(name), chain=not name.startswith("zprime"))  # (of these the other tests make chains)


def _width(value: Callable[[Any], Any]) -> Mode:
    return Mode(value, "eq. 0")


def _wrong(**modes: Callable[[Any], Any]) -> Any:
    """A scalar model whose X2 -> X1 gamma gamma has another width."""
    table = {("X2", "X1 gamma gamma"): _width(lambda m: np.where(m.m2 > m.m1, 1e-12 * (m.m2 - m.m1), 0.0))}
    table |= {tuple(key.split(" -> ")): _width(value) for key, value in modes.items()}  # type: ignore[misc]
    return _Tabled(m1=0.02, m2=0.3, G_X=1e-3, table=table)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Tabled(ZPrimeScalar):
    table: Any = None

    def _table(self) -> Any:
        return self.table


@pytest.mark.parametrize(
    ("width", "words"),
    [
        (lambda m: np.asarray(-1e-12 * (m.m2 > m.m1)), "less than 0"),
        (lambda _: np.asarray(np.nan), "nan GeV"),
        (lambda m: np.asarray(1e-12 + 0.0 * m.m2), "is closed at"),
        (
            lambda m: np.asarray(1e-12 * (float(np.max(m.m2)) > float(np.max(m.m1))) * np.max(m.m2)),
            "in an array and",
        ),
        (lambda _: np.full(2, 1e-12), "has the shape (2,)"),
    ],
    ids=["negative", "NaN", "open", "arrays", "shape"],
)
def test_model(width: Any, words: str) -> None:
    assert words in caught(lambda: check_model(_wrong(**{"X2 -> X1 gamma gamma": width}), chain=False))


class _Long(Dipole):
    """A dipole whose X2 lives twice as long as its width says."""

    def ctau(self, parent: str) -> Any:
        return 2.0 * super().ctau(parent)


class _Leaky(Dipole):
    """Branching ratios that do not add up."""

    def branching_ratio(self, parent: str, mode: str) -> Any:
        return 0.9 * super().branching_ratio(parent, mode)


class _Silent(ZPrimeScalar):
    """Calls its scalars fermions, and says nothing of their spin."""

    FERMIONS = True


def test_model_and_its_numbers() -> None:
    dipole = Dipole(m1=0.02, m2=0.3, mu=1e-3)
    key = ("X2", "X1 gamma")
    width = float(dipole.partial_width(*key))
    check_model(dipole, widths={key: width}, powers={"mu": 2.0})
    check_model(dipole, widths={key: (0.5 * width, 2.0 * width)})
    assert "the independent one" in caught(lambda: check_model(dipole, widths={key: 1.01 * width}))
    assert "between" in caught(lambda: check_model(dipole, widths={key: (2.0 * width, 3.0 * width)}))
    assert "no mode X2 -> e" in caught(lambda: check_model(dipole, widths={("X2", "e"): 1.0}))
    assert "twice the mu" in caught(lambda: check_model(dipole, powers={"mu": 1.0}))
    point: dict[str, Any] = {"m1": 0.02, "m2": 0.3}
    assert "c tau of X2" in caught(lambda: check_model(_Long(**point, mu=1e-3)))
    assert "add up to 0.9" in caught(lambda: check_model(_Leaky(**point, mu=1e-3)))
    assert "no spin law" in caught(lambda: check_model(_Silent(**point, G_X=1e-3)))


def _of_a_closure(model: Any) -> Any:
    """|M|² of K+ -> pi+ X1 X2 as a function that is made here, which no worker can be sent."""
    return lambda q2, _: model.G_X**2 * q2**2


class _Closure(ZPrimeScalar):
    """Right in all that its numbers say."""

    MODES: ClassVar = {
        ("K+", "pi+ X1 X2"): Mode(ZPrimeScalar.MODES["K+", "pi+ X1 X2"].width, "eq. 0", _of_a_closure),
        ("X2", "X1 pi0"): ZPrimeScalar.MODES["X2", "X1 pi0"],
    }


@pytest.mark.parametrize("chain", [True, False])
def test_an_amplitude_that_cannot_be_sent_to_workers(chain: bool) -> None:
    line = caught(lambda: check_model(_Closure(m1=0.0, m2=0.2, G_X=1e-3), chain=chain))
    assert "the amplitude of K+ -> pi+ X1 X2 cannot be pickled" in line
    assert "take an object of a class of the module" in line
    assert len(line.splitlines()) == 1


POINTS = tuple(MODELS["zprime-dirac"](m1=0.02, m2=0.3, G_X=g, m_Zprime=10.0) for g in (1e-3, 1e-2))


@pytest.mark.parametrize("name", ["koto-2016-18", "b-to-k-belle", "atomic-parity-2021", "higgs-z-zprime"])
def test_our_searches(name: str) -> None:
    check_search(SEARCHES.make(name, {"efficiency_ratio": 1.0} if name.startswith("koto") else {}), *POINTS)


class _Inverted(AtomicParity):
    """Excludes what makes less."""

    def ratio(self, model: Any) -> Any:
        return 1.0 / super().ratio(model)


class _Unitless(AtomicParity):
    UNIT = ""


class _Sourceless(AtomicParity):
    limit = 1e-9

    @property
    def measurements(self) -> Any:
        return ()


class _Endless(AtomicParity):
    @property
    def limit(self) -> float:
        return np.inf


class _Falling(AtomicParity):
    def curves(self, value: Any) -> Any:
        return {"": self.limit / value}


class _Lenient(AtomicParity):
    def excluded(self, model: Any) -> Any:
        return self.ratio(model) > 1e9


@pytest.mark.parametrize(
    ("search", "words"),
    [
        (_Inverted(evaluation="2021"), "the value over the limit"),
        (_Unitless(evaluation="2021"), "no unit"),
        (_Sourceless(evaluation="2021"), "no measurement"),
        (_Endless(evaluation="2021"), "limit of _Endless is inf"),
        (_Falling(evaluation="2021"), "fall with the observable"),
        (_Lenient(evaluation="2021"), "excluded: False"),
    ],
    ids=lambda entry: type(entry).__name__,
)
def test_search(search: Any, words: str) -> None:
    assert words in caught(lambda: check_search(search, *POINTS))


def test_search_and_its_number() -> None:
    search = AtomicParity(evaluation="2021")
    value = float(search.value(POINTS[0]))
    check_search(search, *POINTS, value=value, limit=search.limit)
    assert "the published value is" in caught(lambda: check_search(search, *POINTS, value=1.01 * value))
    assert "the published one" in caught(lambda: check_search(search, *POINTS, limit=1.01 * search.limit))
    assert "does not apply" in caught(lambda: check_search(search, Dipole(m1=0.02, m2=0.3, mu=1e-3)))


def test_parents_are_the_chains() -> None:
    assert parents_of(TRUTH, n=3).pdgid == 130
