"""Fixed-target detectors: straight lines, windows, signatures, factors, and a new experiment from a file."""

from __future__ import annotations

import math
import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from darkpair import Batch, InputError, Streams, UnknownNameError, build
from darkpair.detectors.data_file import data_files, read_data
from darkpair.detectors.fixed_target import FixedTarget, experiments
from darkpair.detectors.selection import CONFIDENCES
from darkpair.gen.lifetime import Forced
from darkpair.gen.sources.gun import Gun
from darkpair.plugins import REGISTRIES
from darkpair.testing import check_detector, parents_of

if TYPE_CHECKING:
    from pathlib import Path

PI0 = "eta -> X1 (X2 -> X1 (pi0 -> gamma gamma))"


def events(detector: FixedTarget, descriptor: str = PI0, block: int = 0) -> Batch:
    """Decays forced into the detector's volume, of eta that fly towards it."""
    chain = build(
        descriptor,
        mass={"X1": 0.04, "X2": 0.4},
        ctau={"X2": 1e4},
        lifetimes={"X2": Forced(region=detector.region, ctau=1e4)},
    )
    source = Gun(parent="eta", momentum=(20.0, 300.0), cone=0.012)
    streams = Streams(9, block)
    return chain.batch(source.sample(16384, streams.rng("source")), streams)


def test_every_number_has_a_source() -> None:
    def numbers(entry: Any) -> list[dict[str, Any]]:
        if isinstance(entry, dict):
            if "value" in entry:
                return [entry]
            return [n for value in entry.values() for n in numbers(value)]
        return []

    for name in experiments():
        data = read_data(name)
        found = numbers(data)
        assert len(found) >= 10
        assert all(n["source"] and n["confidence"] in CONFIDENCES for n in found), name
        for selection in data["selections"]:
            assert all(cut.source for cut in FixedTarget(experiment=name, selection=selection).cuts.cuts)
    assert set(experiments()) == {"charm", "nucal", "ship", "dune_nd", "faser2"}
    assert set(data_files()) > set(experiments())


@pytest.mark.parametrize("name", ["charm", "nucal", "ship"])
def test_impacts_are_straight_lines_from_the_vertex(name: str) -> None:
    detector = FixedTarget(experiment=name, resolution="none")
    truth = events(detector)
    reco = detector.observe(truth, Streams(1).rng("detector"))
    counts, showers = reco.lists["Shower"]
    record = truth.record().particles
    event = np.repeat(np.arange(len(truth)), counts)
    for row in range(0, len(event), 500):
        photon = record[int(event[row]), int(showers["genPartIdx"][row])]
        assert photon.pdgid == 22
        t = (detector.z_face - photon.vz) / photon.pz
        assert showers["x"][row] == pytest.approx(photon.vx + photon.px * t)
        assert showers["y"][row] == pytest.approx(photon.vy + photon.py * t)
        assert showers["energy"][row] == photon.E
        assert detector.region.contains(*(np.array([photon[v]]) for v in ("vx", "vy", "vz")))[0]
    # and none is missed: every photon of the volume whose line meets the window is there
    photons = truth.final_state(22)
    inside = detector.region.contains(*photons.vertex[:3])
    t = (detector.z_face - photons.vertex[2]) / photons.momentum[2]
    at = photons.vertex[:2] + photons.momentum[:2] * t
    meets = (
        inside
        & (photons.momentum[2] > 0)
        & detector.face.contains(at[0], at[1], np.full(len(t), detector.z_face))
    )
    assert meets.sum() == counts.sum() > 1000


def test_what_decays_elsewhere_is_not_seen() -> None:
    detector = FixedTarget(experiment="charm")
    chain = build(PI0, mass={"X1": 0.04, "X2": 0.4}, ctau={"X2": 10.0})
    truth = chain.batch(parents_of(chain, momentum=100.0), Streams(1))
    reco = detector.observe(truth, Streams(1).rng("detector"))
    assert reco.flat["n_made"].sum() == 0
    assert not detector.select(reco, truth.weight).mask.any()


def test_charm_takes_one_or_two_showers_in_the_energy_window() -> None:
    detector = FixedTarget(experiment="charm")
    truth = events(detector)
    reco = detector.observe(truth, Streams(1).rng("detector"))
    mask = detector.select(reco, truth.weight).mask
    counts, showers = reco.lists["Shower"]
    start = np.cumsum(counts) - counts
    wanted = np.zeros(len(truth), dtype=bool)
    for i in np.flatnonzero(counts):
        energies = showers["energy"][start[i] : start[i] + counts[i]]
        wanted[i] = counts[i] <= 2 and (energies >= 5.0).all() and (energies <= 50.0).all()
    assert (mask == wanted).all()
    assert mask[counts == 1].any()
    assert mask[counts == 2].any()
    wider = FixedTarget(experiment="charm", without=("shower_energy_max",))
    more = wider.select(wider.observe(truth, Streams(1).rng("detector")), truth.weight).mask
    assert (more >= mask).all()
    assert more.sum() > mask.sum()


def test_ship_wants_showers_apart() -> None:
    detector = FixedTarget(experiment="ship")
    truth = events(detector)
    reco = detector.observe(truth, Streams(1).rng("detector"))
    mask = detector.select(reco, truth.weight).mask
    counts, showers = reco.lists["Shower"]
    start = (np.cumsum(counts) - counts)[mask]
    assert (counts[mask] == 2).all()
    x, y = showers["x"], showers["y"]
    assert np.hypot(x[start] - x[start + 1], y[start] - y[start + 1]).min() >= 100.0
    loose = FixedTarget(experiment="ship", without="separation")
    before = loose.select(reco, truth.weight).mask
    start = (np.cumsum(counts) - counts)[before]
    apart = np.hypot(x[start] - x[start + 1], y[start] - y[start + 1]) >= 100.0
    assert (mask[before] == apart).all()
    assert 0 < mask.sum() < before.sum()


def test_muons_are_tracks() -> None:
    detector = FixedTarget(experiment="charm", selection="muons")
    truth = events(detector, "eta -> X1 (X2 -> X1 mu+ mu- [.5] | X1 e+ e- [.5])")
    reco = detector.observe(truth, Streams(1).rng("detector"))
    mask = detector.select(reco, truth.weight).mask
    assert (reco.lists["Track"][0][mask] == 2).all()
    assert mask.any()
    assert (reco.lists["Shower"][0][mask] == 0).all()
    assert detector.flat_factors == {"muons": 0.85}
    assert FixedTarget(experiment="charm").flat_factors == {"photons": 0.51}
    assert FixedTarget(experiment="charm", factors=()).flat_factors == {}


def test_expected_events() -> None:
    charm = FixedTarget(experiment="charm")
    number = charm.normalisation(0.3)
    assert float(number.events(branching_ratio=1e-9, acceptance=1e-4)) == pytest.approx(
        2.4e18 * 0.3 * 1e-9 * 1e-4 * 0.51
    )
    with pytest.raises(InputError, match="branching ratio"):
        number.events(branching_ratio=1.5, acceptance=0.1)
    with pytest.raises(InputError, match="acceptance"):
        number.events(branching_ratio=0.5, acceptance=math.nan)


def test_a_sixth_experiment_is_one_file(tmp_path: Path) -> None:
    text = (files("darkpair.detectors") / "data" / "nucal.toml").read_text("utf-8")
    text = text.replace("64000.0", "10000.0").replace("87000.0", "20000.0").replace('"nucal"', '"mine"')
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    detector = REGISTRIES["detectors"].make("fixed_target", {"experiment": str(path)}, where="detector")
    assert (detector.region.z_min, detector.z_face) == (1e4, 2e4)
    truth = events(detector)
    check_detector(detector, truth)
    assert detector.select(detector.observe(truth, Streams(1).rng("detector")), truth.weight).mask.any()


def test_bad_requests_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="charm"):
        FixedTarget(experiment="charmm")
    with pytest.raises(UnknownNameError, match="showers"):
        FixedTarget(experiment="charm", selection="photons")
    with pytest.raises(UnknownNameError, match="shower_energy"):
        FixedTarget(experiment="charm", without="shower_enrgy")
    with pytest.raises(UnknownNameError, match="photons"):
        FixedTarget(experiment="charm", factors=("photon",))
    with pytest.raises(InputError, match="kind"):
        FixedTarget(experiment="koto")
    with pytest.raises(InputError, match="cannot be read"):
        FixedTarget(experiment=str(tmp_path / "none.toml"))
    broken = tmp_path / "broken.toml"
    broken.write_text("a =")
    with pytest.raises(InputError, match="not a TOML"):
        FixedTarget(experiment=str(broken))
    data = (files("darkpair.detectors") / "data" / "nucal.toml").read_text("utf-8")
    assert tomllib.loads(data)["decay_volume"]["shape"] == "cylinder"
    broken.write_text(data.replace('shape = "cylinder"', 'shape = "box"', 1))
    with pytest.raises(InputError, match="decay_volume"):
        FixedTarget(experiment=str(broken))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('unit = "mm"', 'unit = "m"', r"decay_volume\]: radius = 1300 m; allowed: numbers in mm"),
        ('unit = "GeV"', 'unit = "MeV"', r"beam\]: energy = 70 MeV; allowed: numbers in GeV"),
        ('min = 10.0\nunit = "GeV"', 'min = 10.0\nunit = "MeV"', "'shower_energy' is in MeV"),
        (
            "[beam]\nenergy = {",
            "[beam]\nmomentum = {",
            r"beam\]: energy is missing or bare; write  energy = { value",
        ),
        ("[decay_volume]", "[volume]", "has no decay_volume"),
    ],
)
def test_a_data_file_with_a_slip_is_told(old: str, new: str, told: str, tmp_path: Path) -> None:
    text = (files("darkpair.detectors") / "data" / "nucal.toml").read_text("utf-8")
    assert old in text
    (tmp_path / "mine.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=told):
        FixedTarget(experiment=str(tmp_path / "mine.toml"))
