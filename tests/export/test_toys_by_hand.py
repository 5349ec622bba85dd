"""Toys piece by piece: derivatives and steps of a quadratic, fits against closed forms, the search for a limit."""

from __future__ import annotations

import math
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from darkpair.export import toys
from darkpair.export.toy_fits import ToyFits, _derivatives, _step
from darkpair.export.toys import ToyCls, toy_cls, toy_limit
from darkpair.export.workspace import counting_workspace
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.streams import Streams
from darkpair.statistics import Counting

pyhf: Any = pytest.importorskip("pyhf")
pytestmark = pytest.mark.filterwarnings("ignore:jsonschema.RefResolver:DeprecationWarning")

SCALE = np.array([1.0, 3.0, 0.5])
MATRIX = np.array([[2.0, 0.3, -0.4], [0.3, 1.0, 0.2], [-0.4, 0.2, 3.0]])
LINE = np.array([0.7, -0.2, 1.1])


def cost(x: Array) -> Array:
    """x.A.x / 2 + b.x for each experiment."""
    return np.asarray(0.5 * np.einsum("ki,ij,kj->k", x, MATRIX, x) + x @ LINE)


def test_derivatives_of_a_quadratic() -> None:
    """In units of the scales: s_i (A x + b)_i and s_i s_j A_ij, to the rounding of differences."""
    x = np.array([[0.1, -0.2, 0.3], [0.0, 0.5, -0.1]])
    slope, curve = _derivatives(cost, x, cost(x), SCALE)
    np.testing.assert_allclose(slope, (x @ MATRIX + LINE) * SCALE, atol=1e-8)
    np.testing.assert_allclose(curve, np.broadcast_to(MATRIX * np.outer(SCALE, SCALE), (2, 3, 3)), atol=1e-4)


def test_newton_steps() -> None:
    """Undamped to the bottom of a quadratic; nothing along what is held, the others to their own bottom."""
    slope, curve = np.tile(LINE, (3, 1)), np.tile(MATRIX, (3, 1, 1))
    held = np.array([[False, False, False], [False, True, False], [True, True, True]])
    steps = _step(slope, curve, held, np.zeros(3))
    np.testing.assert_allclose(steps[0], -np.linalg.solve(MATRIX, LINE), rtol=1e-12)
    free = np.ix_([0, 2], [0, 2])
    np.testing.assert_allclose(steps[1][[0, 2]], -np.linalg.solve(MATRIX[free], LINE[[0, 2]]), rtol=1e-12)
    assert (steps[held] == 0.0).all()


def test_damped_steps_and_steps_downhill() -> None:
    """The diagonal times 1 + damping; where the curvature is negative, against the slope over its size and the damping."""
    damping = np.array([0.5, 2.0])
    steps = _step(np.tile(LINE, (2, 1)), np.tile(MATRIX, (2, 1, 1)), np.zeros((2, 3), dtype=bool), damping)
    for step, d in zip(steps, damping, strict=True):
        np.testing.assert_allclose(
            step, -np.linalg.solve(MATRIX + d * np.diag(np.diag(MATRIX)), LINE), rtol=1e-12
        )
    bent = np.diag([2.0, -1.0, 1e-6])
    (step,) = _step(LINE[None, :], bent[None, :, :], np.zeros((1, 3), dtype=bool), np.array([0.25]))
    np.testing.assert_allclose(step, -LINE / (np.array([2.0, 1.0, 1e-3]) + 0.25), rtol=1e-12)
    flat = np.diag([2.0, 1.0, 0.0])  # a thousandth at least
    (step,) = _step(LINE[None, :], flat[None, :, :], np.zeros((1, 3), dtype=bool), np.array([0.5]))
    np.testing.assert_allclose(step, -LINE / np.array([3.0, 1.5, 5e-4]), rtol=1e-12)


def fits(strength: float, **numbers: Any) -> ToyFits:
    return ToyFits(
        workspace=pyhf.Workspace(counting_workspace(Counting(observed=0, **numbers))), strength=strength
    )


def nll(n: Array, mean: Real) -> Array:
    return np.asarray(mean - n * np.log(mean))


def test_the_statistic_of_a_known_background() -> None:
    """2 (nll(s + b) - nll(best)) with the best signal n - b or 0, and 0 where that lies above s."""
    s, b = 2.5, 1.2
    n = np.arange(0.0, 12.0)
    best = np.maximum(n - b, 0.0)
    expected = np.where(best > s, 0.0, 2.0 * (nll(n, s + b) - nll(n, best + b)))
    ours = fits(s, background=b).statistic(n[:, None])
    assert ours.shape == (12,)
    np.testing.assert_allclose(
        ours, expected, atol=2e-4
    )  # (ends of the fit: one step of a difference inside)
    assert (ours >= 0.0).all()


@pytest.mark.parametrize("at", [0.0, 0.3, 2.5])
@pytest.mark.parametrize("n", [0.0, 2.0, 9.0])
def test_a_background_is_profiled_in_closed_form(n: float, at: float) -> None:
    """n ln(s + gb) - (s + gb) + t ln g - t g with t = (b / error)^2: the positive root of a quadratic in g."""
    b, error = 3.0, 1.0
    t = (b / error) ** 2
    made = fits(2.5, background=b, background_error=error)
    model = made.workspace.model()
    data = np.array([n, *model.config.auxdata])
    parameters = made.best(data, at)
    # (b + t) b g^2 + ((b + t) s - (n + t) b) g - t s = 0
    roots = np.roots([(b + t) * b, (b + t) * at - (n + t) * b, -t * at])
    where = {name: part["slice"].start for name, part in model.config.par_map.items()}
    assert parameters.shape == (2,)
    assert parameters[where["background"]] == pytest.approx(float(roots.real.max()), abs=2e-4)
    assert parameters[where["mu"]] == pytest.approx(at, abs=1e-4)


STEP = 2e-5  # of the derivatives, and of the bounds


class Bowl:
    """A model whose -log L is a parabola about the data; it remembers where it was asked."""

    def __init__(self, *, init: tuple[float, float] = (1.0, 0.5), fixed: bool = False) -> None:
        self.asked: list[Array] = []
        self.config = SimpleNamespace(
            poi_index=0,
            npars=2,
            suggested_bounds=lambda: [(0, 10), (-5, 5)],
            suggested_init=lambda: list(init),
            suggested_fixed=lambda: [False, fixed],
        )

    def model(self, batch_size: int) -> Bowl:
        self.batch = batch_size
        return self

    def logpdf(self, x: Array, data: Array) -> Array:
        self.asked.append(x.copy())
        assert len(x) == len(data) == self.batch
        return np.asarray(-np.sum(np.array([1.5, 0.4]) * (x - data) ** 2, axis=1))


@pytest.mark.parametrize(
    ("at", "init", "start"),
    [
        (None, (1.0, 0.5), (1.25, 0.5)),
        (2.0, (1.0, 0.5), (2.0, 0.5)),
        (0.0, (1.0, 0.5), (2.5 * STEP, 0.5)),
        (50.0, (1.0, 0.5), (10.0 - 2.5 * STEP, 0.5)),
        (None, (1.0, -7.0), (1.25, -5.0 + STEP)),
        (None, (1.0, 7.0), (1.25, 5.0 - STEP)),
    ],
)
def test_a_fit_begins_and_stays_within_the_bounds(
    at: float | None, init: tuple[float, float], start: tuple[float, float]
) -> None:
    """Half the strength, or the one that is asked for; a step of the derivatives inside the bounds at the most."""
    bowl = Bowl(init=init)
    data = np.array([[3.0, 1.0], [-4.0, 9.0], [40.0, -9.0]])
    _, x = ToyFits(workspace=bowl, strength=2.5)._fit(bowl.model(3), data, at=at)
    np.testing.assert_allclose(bowl.asked[0], np.tile(start, (3, 1)), rtol=1e-12)
    low, high = np.array([2.5 * STEP, -5.0 + STEP]), np.array([10.0 - 2.5 * STEP, 5.0 - STEP])
    assert all((y >= low - [2.5 * STEP, STEP] - 1e-12).all() for y in bowl.asked)
    assert all((y <= high + [2.5 * STEP, STEP] + 1e-12).all() for y in bowl.asked)
    ends = np.clip(data, low, high)
    if at is not None:
        ends[:, 0] = start[0]
    np.testing.assert_allclose(x, ends, atol=1e-6)


def test_a_fit_is_a_damped_newton_step_after_another() -> None:
    """Each better one divides the damping by five; a gain of less than 1e-10 is the last; what is fixed stays."""
    bowl = Bowl(fixed=True)
    value, x = ToyFits(workspace=bowl, strength=1.0)._fit(bowl.model(1), np.array([[4.0, 1.0]]), at=None)
    trials = [y[0, 0] for y in bowl.asked[6::6]]  # after two up, two down and one both
    here, damping, path = 0.5, 1e-3, []
    while True:
        there = here + (4.0 - here) / (1.0 + damping)
        path.append(there)
        gain = 1.5 * ((here - 4.0) ** 2 - (there - 4.0) ** 2)
        here, damping = there, 0.2 * damping
        if gain <= 1e-10:
            break
    np.testing.assert_allclose(trials[: len(path)], path, atol=2e-5)
    assert abs(len(trials) - len(path)) <= 2  # (the last gains are the rounding's)
    assert abs(trials[0] - (4.0 - 3.5e-3)) < 1e-4
    assert x[0, 1] == 0.5
    assert value[0] == pytest.approx(0.4 * 0.25, abs=1e-9)


def test_a_fit_at_its_bound_ends_when_no_step_helps() -> None:
    """Held there, it gains nothing; the damping grows tenfold from 1e-3 to 1e8, and no further."""
    bowl = Bowl(fixed=True)
    ToyFits(workspace=bowl, strength=1.0)._fit(bowl.model(1), np.array([[-4.0, 0.5]]), at=None)
    assert bowl.asked[6][0, 0] == STEP  # the first trial
    assert (len(bowl.asked) - 1) // 6 == 1 + round(math.log10(1e8 / 2e-4) + 0.5)


def test_parts_of_cls_without_uncertainties() -> None:
    """The same random numbers: Poisson counts by inversion, each kind from its own stream, those as unlike or more."""
    s, b, seen, n_toys = 3.0, 1.2, 2, 400
    told = counting_workspace(Counting(observed=seen, background=b))

    def q(n: Array) -> Array:
        best = np.maximum(n - b, 0.0)
        return np.where(best > s, 0.0, 2.0 * (nll(n, s + b) - nll(n, best + b)))

    for seed in (1, 7):
        ours = toy_cls(told, s, toys=n_toys, seed=seed)
        parts = []
        for name, mean in (("with", s + b), ("without", b)):
            n = stats.poisson.ppf(Streams(seed=seed).rng(f"toys {name} signal").random((n_toys, 1)), mean)[
                :, 0
            ]
            parts.append(float(np.mean(q(n) >= q(np.array([seen])) - 1e-3)))
        assert [ours.with_signal, ours.without_signal] == parts
        assert (ours.strength, ours.toys) == (s, n_toys)
    assert toy_cls(told, s, toys=n_toys) == toy_cls(told, s, toys=n_toys, seed=1)
    assert toy_cls(told, s).toys == 2000


def test_cls_and_its_error() -> None:
    """p / P; relative errors of two binomial parts in squares, at least that of one experiment."""
    made = ToyCls(strength=1.0, with_signal=0.05, without_signal=0.4, toys=200)
    assert made.value == pytest.approx(0.125)
    assert made.error == pytest.approx(0.125 * math.sqrt(0.95 / (0.05 * 200) + 0.6 / (0.4 * 200)))
    none = ToyCls(strength=1.0, with_signal=0.0, without_signal=1.0, toys=200)
    assert none.value == 0.0
    assert none.error == pytest.approx(1.0 / 200)


def found_by(law: Any, level: float, start: float, steps: int) -> tuple[float, list[float]]:
    """Limit and the strengths tried: half as much again until excluded, then the geometric mean of the bracket."""
    tried, alpha = [start], 1.0 - level
    low = high = start
    while law(high) > alpha:
        low, high = high, 1.5 * high
        tried.append(high)
    while law(low) <= alpha:
        low, high = low / 1.5, low
        tried.append(low)
    for _ in range(steps):
        if high < 1.02 * low:
            break
        middle = math.sqrt(low * high)
        tried.append(middle)
        low, high = (middle, high) if law(middle) > alpha else (low, middle)
    share = math.log(law(low) / alpha) / math.log(law(low) / law(high))
    return low + share * (high - low), tried


@pytest.mark.parametrize("steps", [0, 2, 6, 9])
@pytest.mark.parametrize("start", [0.2, 1.0, 2.3, 9.0])
@pytest.mark.parametrize("power", [1.0, 2.0])
def test_the_search_for_a_limit(
    power: float, start: float, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CLs = exp(-s^p) in place of toys."""
    asked: list[float] = []

    def law(strength: float) -> float:
        return math.exp(-(strength**power))

    def made(_: Any, strength: float, **more: Any) -> ToyCls:
        asked.append(strength)
        assert more == {"toys": 2000, "seed": 1}
        return ToyCls(strength=strength, with_signal=0.5 * law(strength), without_signal=0.5, toys=2000)

    monkeypatch.setattr(toys, "toy_cls", made)
    limit, error = toy_limit({}, start=start, steps=steps)
    expected, tried = found_by(law, 0.90, start, steps)
    assert limit == pytest.approx(expected, rel=1e-12)
    assert asked == pytest.approx([*tried, limit / 1.2, limit * 1.2], rel=1e-12)
    if power == 1.0:
        assert limit == pytest.approx(math.log(10.0), rel=1e-12)
    below, above = (made({}, s, toys=2000, seed=1) for s in (limit / 1.2, 1.2 * limit))
    slope = (below.value - above.value) / (1.2 * limit - limit / 1.2)
    assert error == pytest.approx(0.5 * (below.error + above.error) / slope, rel=1e-12)


def test_cls_that_meets_the_level_is_excluded(monkeypatch: pytest.MonkeyPatch) -> None:
    """As at 1 - level exactly, of the start or of a middle: the strength is the upper end of the bracket."""
    asked: list[float] = []

    def made(_: Any, strength: float, **more: Any) -> ToyCls:
        asked.append(strength)
        part = 0.8 if strength < edge else 0.5 if strength < 4.0 else 0.1
        return ToyCls(strength=strength, with_signal=part, without_signal=1.0, toys=more["toys"])

    monkeypatch.setattr(toys, "toy_cls", made)
    edge, middle = 1.0, math.sqrt(2.0 / 3.0)
    assert toy_limit({}, 0.5, start=1.0, steps=1)[0] == pytest.approx(1.0)
    assert asked[:3] == pytest.approx([1.0, 1.0 / 1.5, middle])
    asked.clear()
    edge = middle - 1e-9
    assert toy_limit({}, 0.5, start=1.0, steps=1)[0] == pytest.approx(middle)


def test_settings_reach_the_toys_and_unless_given_are_those(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def made(specification: Any, strength: float, **more: Any) -> ToyCls:
        asked.append((specification, strength, more))
        return ToyCls(
            strength=strength, with_signal=math.exp(-strength), without_signal=1.0, toys=more["toys"]
        )

    monkeypatch.setattr(toys, "toy_cls", made)
    assert toy_limit({"a": 1}, 0.95, toys=500, seed=3)[0] == pytest.approx(math.log(20.0), rel=1e-9)
    assert asked[0] == ({"a": 1}, 1.0, {"toys": 500, "seed": 3})
    assert {str(more) for _, _, more in asked} == {"{'toys': 500, 'seed': 3}"}
    asked.clear()
    first = toy_limit({})
    strengths = [s for _, s, _ in asked]
    assert asked[0] == ({}, 1.0, {"toys": 2000, "seed": 1})
    asked.clear()
    assert first == toy_limit({}, 0.90, start=1.0, steps=6)
    assert strengths == [s for _, s, _ in asked]


def test_a_step_from_something_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """No toy above s = 2: half a toy stands for it; a flat CLs has no slope and an infinite error."""

    def edge(_: Any, strength: float, **more: Any) -> ToyCls:
        part = 0.5 if strength < 2.0 else 0.0
        return ToyCls(strength=strength, with_signal=part, without_signal=1.0, toys=more["toys"])

    monkeypatch.setattr(toys, "toy_cls", edge)
    limit, error = toy_limit({}, toys=50, steps=0)
    assert limit == pytest.approx(1.5 + 0.75 * math.log(5.0) / math.log(50.0), rel=1e-12)
    assert 0.0 < error < math.inf
    monkeypatch.setattr(toys, "toy_cls", lambda _, s, **more: edge(_, 1.0, **more) if s != 3.0 else ToyCls(strength=s, with_signal=0.0, without_signal=1.0, toys=50))  # fmt: skip
    flat = toys._spread(lambda s: ToyCls(strength=s, with_signal=0.3, without_signal=1.0, toys=50), 1.0)
    assert flat == math.inf


def test_a_limit_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    """A signal that nothing excludes ends a million times above the start."""
    asked = []

    def never(_: Any, strength: float, **more: Any) -> ToyCls:
        asked.append(strength)
        return ToyCls(strength=strength, with_signal=0.9, without_signal=1.0, toys=more["toys"])

    monkeypatch.setattr(toys, "toy_cls", never)
    for start in (0.01, 4.0):
        asked.clear()
        last = start * 1.5 ** math.ceil(math.log(1e6) / math.log(1.5))
        with pytest.raises(
            InputError, match=f"^no strength below {last:g} is excluded at 0.9$".replace("+", r"\+")
        ):
            toy_limit({}, start=start)
        assert asked[-1] == pytest.approx(last)


def test_what_toys_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    told = counting_workspace(Counting(observed=0))
    for strength in (0.0, -1.0, math.inf, math.nan):
        with pytest.raises(InputError, match=f"^strength = {strength}; allowed: a finite number above 0$"):
            toy_cls(told, strength)
    for n in (9, 0):
        with pytest.raises(InputError, match=f"^toys = {n}; allowed: 10 or more$"):
            toy_cls(told, 1.0, toys=n)
    assert toy_cls(told, 0.5, toys=10).toys == 10
    for level in (0.0, 1.0, 90.0):
        with pytest.raises(InputError, match=f"^confidence level = {level}; allowed: between 0 and 1$"):
            toy_limit(told, level)
    starved = counting_workspace(Counting(observed=0, background=20.0))
    said = "^none of 10 experiments without signal is as unlike it as the observed one; use more toys$"
    with pytest.raises(InputError, match=said):
        toy_cls(starved, 1.0, toys=10)
    monkeypatch.setitem(sys.modules, "pyhf", None)
    with pytest.raises(InputError, match=r"^toy_cls needs pyhf; install 'darkpair\[limits\]'$"):
        toy_cls(told, 1.0)


def test_experiments_by_inversion() -> None:
    """Counts, then each auxiliary measurement at its own place: Poisson ones as counts, normal ones by their width."""
    uncertain = Counting(observed=1, background=4.0, background_error=1.0, efficiency_error=0.2)
    told = counting_workspace(uncertain)
    (channel,), (seen,), (of,) = (told[key] for key in ("channels", "observations", "measurements"))
    signal, background = channel["samples"]
    signal["data"], background["data"], seen["data"] = [1.0, 2.0], [4.0, 9.0], [1.0, 2.0]
    background["modifiers"][0]["data"] = [1.0, 1.5]
    background["modifiers"].append({"name": "lumi", "type": "lumi", "data": None})
    lumi = {"name": "lumi", "auxdata": [1.0], "sigmas": [0.03], "bounds": [[0.5, 1.5]], "inits": [1.0]}
    of["config"]["parameters"].append(lumi)
    model = pyhf.Workspace(told).model()
    start, rng = np.asarray(model.config.suggested_init()), Streams(seed=2).rng("x")
    ours = toys._experiments(model, start, 50, rng)
    laws = {"efficiency": [stats.norm(0.0, 1.0)], "lumi": [stats.norm(1.0, 0.03)]}
    laws["background"] = [stats.poisson(16.0), stats.poisson(36.0)]
    assert sorted(model.config.auxdata_order) == sorted(laws)
    columns = [stats.poisson(5.0), stats.poisson(11.0)]
    columns += [law for name in model.config.auxdata_order for law in laws[name]]
    u = Streams(seed=2).rng("x").random((50, 6))
    drawn = np.stack([law.ppf(u[:, i]) for i, law in enumerate(columns)], axis=1)
    np.testing.assert_allclose(ours, drawn, rtol=1e-9)
    bare = pyhf.Workspace(counting_workspace(Counting(observed=1, background=4.0))).model()
    alone = toys._experiments(bare, np.asarray(bare.config.suggested_init()), 50, Streams(seed=2).rng("x"))
    np.testing.assert_array_equal(
        alone[:, 0], stats.poisson.ppf(Streams(seed=2).rng("x").random((50, 1))[:, 0], 5.0)
    )
