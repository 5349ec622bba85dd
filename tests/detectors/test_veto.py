"""Vetoes know where a thing is made: by hand, place by place, and against counts on truth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from darkpair import Streams, chunks, particle
from darkpair.detectors.belle2 import Belle2
from darkpair.detectors.fixed_target import FixedTarget, experiments
from darkpair.detectors.koto import Koto
from darkpair.detectors.koto_kaon import KotoKaon
from darkpair.gen.lifetime import Exponential
from tests.shared.few import Few, Placed
from tests.shared.koto_samples import efficiency_of, pipeline

FORWARD, BACK, ASIDE = (0.1, 0.0, 1.0), (0.1, 0.0, -1.0), (1.0, 0.0, 0.01)


def seen(detector: Any, *particles: Placed) -> Any:
    return detector.observe(Few(particles), Streams(1).rng("detector"))


@pytest.mark.parametrize("detector", [Koto(), KotoKaon()], ids=["koto", "koto_kaon"])
@pytest.mark.parametrize(
    ("at", "momentum", "clusters", "missed"),
    [
        ((0.0, 0.0, 3000.0), FORWARD, 1, 0),  # onto the calorimeter
        ((0.0, 0.0, 3000.0), (0.0, 0.0, 1.0), 0, 1),  # through the beam hole, behind which counters stand
        ((0.0, 0.0, 3000.0), BACK, 0, 1),  # onto the front barrel and what is in it
        ((0.0, 0.0, 3000.0), ASIDE, 0, 1),  # onto the barrel
        ((0.0, 0.0, -500.0), FORWARD, 1, 0),  # behind the last collimator the flight is free
        ((0.0, 0.0, -500.0), ASIDE, 0, 1),
        ((0.0, 0.0, -1500.0), FORWARD, 0, 0),  # in the collimator, which absorbs it
        ((0.0, 0.0, -15000.0), FORWARD, 0, 0),
        ((0.0, 0.0, -15000.0), (0.0, 0.0, 1.0), 0, 0),
        ((1200.0, 0.0, 4000.0), FORWARD, 0, 1),  # in the barrel's lead
        ((1500.0, 0.0, 4000.0), (-0.1, 0.0, 1.0), 0, 0),  # outside the barrel
        ((500.0, 0.0, 6300.0), FORWARD, 0, 1),  # in the crystals
        ((500.0, 0.0, 6300.0), BACK, 0, 1),
        ((500.0, 0.0, 7000.0), FORWARD, 0, 0),  # behind them
        ((500.0, 0.0, 7000.0), (0.0, 0.0, -1.0), 0, 0),
        ((0.0, 0.0, 1e6), FORWARD, 0, 0),
    ],
)
def test_where_a_photon_of_koto_is_made(
    detector: Any, at: Any, momentum: Any, clusters: int, missed: int
) -> None:
    reco = seen(detector, Placed(pdgid=22, at=at, momentum=momentum))
    assert (int(reco.lists["Cluster"][0][0]), int(reco.flat["n_missed"][0])) == (clusters, missed)
    charged = seen(detector, Placed(pdgid=-13, at=at, momentum=momentum))
    assert int(charged.flat["n_charged"][0]) == clusters + missed  # it vetoes wherever it goes


def test_the_volume_is_the_data_files_and_holds_the_vessel() -> None:
    koto = Koto()
    assert koto.veto_volume == KotoKaon().veto_volume
    assert koto.veto_volume.z_max == koto.region.z_max + 500.0
    assert koto.veto_volume.z_min == koto.region.z_min
    assert koto.veto_volume.radius > koto.region.radius
    for name in ("belle2", "belle"):
        belle = Belle2(experiment=name)
        tracker, whole = belle.tracker.volume, belle.veto_volume
        assert whole.radius >= tracker.radius
        assert whole.z_min <= tracker.z_min < tracker.z_max <= whole.z_max


@pytest.mark.parametrize("experiment", ["belle2", "belle"])
@pytest.mark.parametrize("pdgid", [22, -13])
def test_where_a_particle_of_a_b_factory_is_made(experiment: str, pdgid: int) -> None:
    """Everything to the back of the crystals is seen, nothing behind them, whatever its direction."""
    detector = Belle2(experiment=experiment)
    back = detector.veto_volume.radius
    name = "n_photons" if pdgid == 22 else "n_tracks"
    for r, there in ((0.0, 1), (0.9 * back, 1), (back - 1.0, 1), (back + 1.0, 0), (3.0 * back, 0)):
        for way in (1.0, -1.0) if r != 0.0 else (1.0,):
            reco = seen(detector, Placed(pdgid=pdgid, at=(r, 0.0, 300.0), momentum=(way, 0.0, 0.1)))
            assert int(reco.flat[name][0]) == there, (r, way)


@pytest.mark.parametrize("name", sorted(experiments()))
def test_where_a_particle_of_a_dump_is_made(name: str) -> None:
    """In the volume, or behind it on the free way to the calorimeter; the rest is absorbed."""
    detector: Any = FixedTarget(experiment=name, resolution="none")
    volume, face = detector.region, detector.z_face
    x = 5000.0 if name == "charm" else 0.0
    middle, gap = 0.5 * (volume.z_min + volume.z_max), 0.5 * (volume.z_max + face)
    made = {
        "middle": (middle, (0.0, 0.0, 20.0), 1, 1),
        "back": (middle, (0.0, 0.0, -20.0), 0, 1),
        "before": (volume.z_min - 1.0, (0.0, 0.0, 20.0), 0, 0),
        "behind": (face + 1.0, (0.0, 0.0, -20.0), 0, 0),
        "far": (face + 1e6, (0.0, 0.0, 20.0), 0, 0),
    }
    for kind, pdgid in (("Shower", 22), ("Shower", -11), ("Track", 13)):
        for what, (z, momentum, arrive, inside) in made.items():
            reco = seen(detector, Placed(pdgid=pdgid, at=(x, 0.0, z), momentum=momentum))
            assert (int(reco.lists[kind][0][0]), int(reco.flat["n_made"][0])) == (arrive, inside), what
            assert int(reco.lists["Visible"][0][0]) == arrive
    if gap > volume.z_max:
        late = Placed(pdgid=22, at=(x, 0.0, gap), momentum=(0.0, 0.0, 20.0))
        alone = seen(detector, late)
        assert (int(alone.lists["Shower"][0][0]), int(alone.lists["Visible"][0][0])) == (1, 0)
        beside = Placed(pdgid=22, at=(x + 500.0, 0.0, middle), momentum=(0.0, 0.0, 20.0))
        both = seen(detector, late, beside).lists["Visible"][1]
        assert (both["n_showers"].tolist(), both["x_vtx"].tolist()) == ([2.0], [x + 500.0])
        assert both["z_vtx"].tolist() == [middle]


def test_a_long_lived_companion_is_a_stable_one() -> None:
    """K_L -> pi0 S, m_S = 100 MeV, 2016-18: .0433 ± .0010 as for a stable S: the same kaons, other noise."""
    stable = efficiency_of(pipeline("K_L0 -> (pi0 -> gamma gamma) S", mass={"S": 0.1}), 200_000)
    for ends in ("gamma gamma", "e+ e-"):
        far = pipeline(
            f"K_L0 -> (pi0 -> gamma gamma) (S -> {ends})", mass={"S": 0.1}, lifetimes={"S": Exponential(1e7)}
        )
        value = efficiency_of(far, 200_000)
        assert value.value == pytest.approx(0.0433, abs=0.0010 + 3.0 * value.error)
        assert value.value == pytest.approx(stable.value, rel=0.015)


def test_the_other_pair_outside_the_volume() -> None:
    """K_L -> X2 X2 -> 4 gamma, 130 MeV, c tau 3 m: a count on truth of events in which the other decays outside.

    The truth's events are those of one X2 that decays and a stable one; the other's place is drawn anew.
    """
    law = {"X2": Exponential(3e3)}
    own = efficiency_of(
        pipeline("K_L0 -> (X2 -> gamma gamma) (X2 -> gamma gamma)", mass={"X2": 0.13}, lifetimes=law),
        400_000,
    )
    assert own.value > 0.0
    detector = Koto()
    single = pipeline("K_L0 -> (X2 -> gamma gamma) S", mass={"X2": 0.13, "S": 0.13}, lifetimes=law, seed=2)
    rng = np.random.default_rng(3)
    total = 0.0
    for chunk in chunks(single, 400_000):
        other = chunk.events.final_state(particle("S", mass=0.13).pdgid)
        length = 3e3 * rng.standard_exponential(len(other.event)) / 0.13
        place = other.vertex[:3] + other.momentum[:3] * length
        total += np.count_nonzero(~detector.veto_volume.contains(*place))
    expected = 2.0 * total / 400_000  # either of the two is seen
    error = np.hypot(own.error, np.sqrt(2.0 * expected / 400_000))
    print(f"\n  {own.value:.3e} ± {own.error:.1e}, on truth {expected:.3e}")
    assert abs(own.value - expected) < 3.0 * error
