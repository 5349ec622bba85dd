"""Fixed-target detectors smear what arrives and merge what is close; off by name, to the bit.

Statistical tests fail by chance once in a million.
"""

from __future__ import annotations

from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import stats

from darkpair import InputError, Streams, UnknownNameError
from darkpair.detectors.data_file import read_data
from darkpair.detectors.fixed_target import FixedTarget, experiments
from darkpair.detectors.merging import merge
from darkpair.detectors.smearing import Calorimeter, Tracks
from darkpair.testing import check_detector
from tests.detectors.test_fixed_target import events
from tests.shared.few import Few, Placed

if TYPE_CHECKING:
    from pathlib import Path

RATE = 1e-6
NAMES = sorted(experiments())


def straight(name: str, pdgid: int, energies: list[float], step: float = 0.0) -> tuple[Any, Few]:
    """An event of each energy [GeV]; with a step [mm] all in one event, that far apart along y."""
    detector: Any = FixedTarget(experiment=name, selection="showers" if pdgid == 22 else "muons")
    x, z = (5000.0 if name == "charm" else 0.0), detector.region.z_min + 1.0
    return detector, Few(
        [
            Placed(pdgid=pdgid, at=(x, step * i, z), momentum=(0.0, 0.0, e), event=0 if step else i)
            for i, e in enumerate(energies)
        ],
        n=1 if step else len(energies),
    )


def number(name: str, table: str, what: str) -> float:
    return float(read_data(name)[table][what]["value"])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("energy", [0.5, 20.0])
def test_a_shower_has_the_data_files_resolution(name: str, energy: float) -> None:
    n = 4000
    detector, truth = straight(name, 22, [energy] * n)
    shower = detector.observe(truth, Streams(3).rng("detector")).lists["Shower"][1]
    assert len(shower["energy"]) == n
    a, s, p, c = (
        number(name, "shower_resolution", k)
        for k in ("constant", "stochastic", "position", "position_constant")
    )
    relative, spread = np.sqrt(a**2 + s**2 / energy), np.sqrt(p**2 / energy + c**2)
    x0 = 5000.0 if name == "charm" else 0.0
    for value in (
        (shower["energy"] / energy - 1.0) / relative,
        (shower["x"] - x0) / spread,
        shower["y"] / spread,
    ):
        assert stats.kstest(value, "norm").pvalue > RATE


@pytest.mark.parametrize("name", NAMES)
def test_a_track_has_the_data_files_resolution(name: str) -> None:
    n, energy = 4000, 30.0
    detector, truth = straight(name, -13, [energy] * n)
    track = detector.observe(truth, Streams(3).rng("detector")).lists["Track"][1]
    a, b, p = (number(name, "track_resolution", k) for k in ("constant", "linear", "position"))
    for value in ((track["energy"] / energy - 1.0) / np.hypot(a, b * energy), track["y"] / p):
        assert stats.kstest(value, "norm").pvalue > RATE


@pytest.mark.parametrize("name", NAMES)
def test_off_by_name_is_the_truth(name: str) -> None:
    """Nothing is drawn, nothing merged: energies and straight lines, to the bit."""
    detector = FixedTarget(experiment=name, resolution="none")
    truth = events(detector)
    rng, untouched = Streams(1).rng("detector"), Streams(1).rng("detector")
    reco = detector.observe(truth, rng)
    assert rng.random() == untouched.random()
    counts, shower = reco.lists["Shower"]
    record = truth.record().particles.E
    event = np.repeat(np.arange(len(truth)), counts)
    assert record[event, shower["genPartIdx"]].to_list() == shower["energy"].tolist()
    smeared = FixedTarget(experiment=name)
    check_detector(smeared, truth)
    assert smeared.provenance()["resolution"] == "data"
    assert smeared.observe(truth, Streams(1).rng("detector")).flat["n_made"].tolist() == list(
        reco.flat["n_made"]
    )


def test_charm_takes_one_shower_where_two_are_close() -> None:
    near, far = number("charm", "shower_resolution", "merging") * np.array([0.9, 1.1])
    for step, showers in ((near, [1]), (far, [2])):
        detector, truth = straight("charm", 22, [12.0, 20.0], step)
        reco = detector.observe(truth, Streams(1).rng("detector"))
        counts, shower = reco.lists["Shower"]
        assert counts.tolist() == showers
        if showers == [1]:
            assert shower["genPartIdx"].tolist() == [1]  # the harder one's
            assert shower["energy"][0] == pytest.approx(32.0, abs=5.0 * 0.2 * np.sqrt(32.0))
            assert reco.lists["Visible"][1]["separation"].tolist() == [np.inf]


def brute(energy: Any, x: Any, y: Any, distance: float) -> list[tuple[int, float, float, float]]:
    """Groups of one event, grown shower by shower."""
    left, out = set(range(len(energy))), []
    while left:
        group = [left.pop()]
        for one in group:
            near = {i for i in left if np.hypot(x[i] - x[one], y[i] - y[one]) < distance}
            group.extend(near)
            left -= near
        w = energy[group]
        out.append(
            (
                max(group, key=lambda i: energy[i]),
                w.sum(),
                (w * x[group]).sum() / w.sum(),
                (w * y[group]).sum() / w.sum(),
            )
        )
    return sorted(out)


def test_merging_is_transitive_and_event_by_event() -> None:
    rng = np.random.default_rng(5)
    counts = rng.integers(0, 7, 300)
    k = int(counts.sum())
    energy, x, y = rng.exponential(5.0, k), rng.uniform(0.0, 300.0, k), rng.uniform(0.0, 300.0, k)
    hardest, total, mx, my = merge(counts, energy, x, y, 80.0)
    assert (np.diff(hardest) > 0).all()
    edges = np.concatenate([[0], np.cumsum(counts)])
    expected = []
    for first, last in pairwise(edges):
        expected += [
            (i + first, *rest) for i, *rest in brute(energy[first:last], x[first:last], y[first:last], 80.0)
        ]
    assert hardest.tolist() == [row[0] for row in expected]
    assert len(expected) < 0.8 * k
    for ours, column in zip((total, mx, my), range(1, 4), strict=True):
        assert ours == pytest.approx([row[column] for row in expected], rel=1e-12)
    assert total.sum() == pytest.approx(energy.sum())
    chain = merge(np.array([3]), np.ones(3), np.array([0.0, 70.0, 140.0]), np.zeros(3), 80.0)
    assert [v.tolist() for v in chain[1:]] == [[3.0], [70.0], [0.0]]


@pytest.mark.parametrize("distance", [0.0, 1e-9])
def test_where_nothing_is_close_nothing_changes(distance: float) -> None:
    rng = np.random.default_rng(6)
    counts = rng.integers(0, 4, 100)
    k = int(counts.sum())
    energy, x, y = rng.random((3, k))
    for ours, theirs in zip(merge(counts, energy, x, y, distance), (np.arange(k), energy, x, y), strict=True):
        assert ours.tolist() == theirs.tolist()


def test_merging_changes_no_other_shower(tmp_path: Path) -> None:
    """The noise is drawn for all that arrives: a shower that merges with none is the same whatever the distance."""
    text = (files("darkpair.detectors") / "data" / "charm.toml").read_text("utf-8")
    (tmp_path / "mine.toml").write_text(
        text.replace("merging = { value = 150.0", "merging = { value = 0.0"), "utf-8"
    )
    one, other = FixedTarget(experiment="charm"), FixedTarget(experiment=str(tmp_path / "mine.toml"))
    truth = events(one)
    seen = [d.observe(truth, Streams(1).rng("detector")).lists["Shower"] for d in (one, other)]
    (merged, a), (apart, b) = seen
    assert 0 < (merged < apart).sum() < (merged > 0).sum()
    same = merged == apart
    for name in ("energy", "x", "y", "genPartIdx"):
        assert (a[name][np.repeat(same, merged)] == b[name][np.repeat(same, apart)]).all()


def test_a_data_file_without_resolution_is_told(tmp_path: Path) -> None:
    text = (files("darkpair.detectors") / "data" / "nucal.toml").read_text("utf-8")
    start, end = text.index("[shower_resolution]"), text.index("[track_resolution]")
    path = tmp_path / "mine.toml"
    path.write_text(text[:start] + text[end:], "utf-8")
    with pytest.raises(
        InputError, match="has no shower_resolution; add it, as .* or take resolution = "
    ) as error:
        FixedTarget(experiment=str(path))
    assert "\n" not in str(error.value)
    plain = FixedTarget(experiment=str(path), resolution="none")
    assert plain.provenance()["resolution"] == "none"
    with pytest.raises(UnknownNameError, match="'nune'.*none"):
        FixedTarget(experiment="nucal", resolution="nune")  # type: ignore[arg-type]
    bad = text.replace('unit = "mm sqrt(GeV)"', 'unit = "cm sqrt(GeV)"', 1)
    path.write_text(bad, "utf-8")
    with pytest.raises(InputError, match=r"shower_resolution\]: position = .* allowed: numbers in mm sqrt"):
        FixedTarget(experiment=str(path))
    path.write_text(text.replace("stochastic = { value = 0.20", "stochastic = { value = -0.20"), "utf-8")
    with pytest.raises(InputError, match="allowed: 0 or more"):
        FixedTarget(experiment=str(path))
    path.write_text(text.replace("merging = { value = 150.0", "merging = { value = -150.0"), "utf-8")
    with pytest.raises(InputError, match="merging = -150 mm; allowed: 0 .* or more"):
        FixedTarget(experiment=str(path))


def test_negative_resolutions_are_refused() -> None:
    with pytest.raises(InputError, match="0 or more"):
        Calorimeter(constant=0.0, stochastic=0.0, position=0.0, position_constant=-1.0)
    with pytest.raises(InputError, match="0 or more"):
        Tracks(constant=0.1, linear=float("nan"), position=0.0)
