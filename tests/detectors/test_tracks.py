"""Charged hadrons as tracks: a spectrometer like NA62's, its missing mass, and that nothing changes where no file asks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair import Batch, InputError, Streams, build
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.gen.lifetime import Forced
from darkpair.gen.particles import particle
from darkpair.gen.sources.gun import Gun
from darkpair.testing import check_detector
from tests.shared.own_files import based

SPECTROMETER = """source = "gun"
tracks = ["mu", "pi"]
[beam]
energy = "75 GeV"
[decay_volume]
shape = "cylinder"
radius = "1 m"
z_min = "105 m"
z_max = "165 m"
[calorimeter]
shape = "octagon"
across = "2.3 m"
z = "241 m"
holes = [{ shape = "cylinder", radius = "10 cm" }]
[shower_resolution]
constant = 0.01
stochastic = { value = 0.05, unit = "sqrt(GeV)", source = "s", confidence = "choice" }
position = "0 mm"
position_constant = "1 mm"
merging = "0 mm"
[track_resolution]
constant = 0.003
linear = { value = 5e-5, unit = "1/GeV", source = "s", confidence = "choice" }
position = "1 mm"
[[cuts]]
name = "one_track"
variable = "n_tracks"
min = 1
max = 1
unit = ""
source = "s"
confidence = "choice"
[[cuts]]
name = "positive"
variable = "track_charge"
min = 1
unit = ""
source = "s"
confidence = "choice"
[[cuts]]
name = "momentum"
variable = "track_momentum"
min = "15 GeV"
max = "45 GeV"
unit = "GeV"
source = "s"
confidence = "choice"
[[cuts]]
name = "nothing_else"
variable = "n_missed"
max = 0
unit = ""
source = "s"
confidence = "choice"
[[cuts]]
name = "missing_mass"
variable = "missing_mass2"
min = 0.026
max = 0.068
unit = "GeV^2"
source = "s"
confidence = "choice"
[selections.pi_nunu]
shower_number = { off = true }
shower_energy = { off = true }
shower_energy_max = { off = true }
track_number = { off = true }
track_energy = { off = true }
"""


def sample(detector: FixedTarget, descriptor: str, **settings: Any) -> Batch:
    law = Forced(region=detector.region, ctau=particle("K+").ctau, needs=detector.needs)
    chain = build(descriptor, lifetimes={"K+": law}, **settings)
    source = Gun(parent="K+", momentum=75.0, z=102e3)
    return chain.batch(source.sample(8192, Streams(3).rng("source")), Streams(3))


@pytest.mark.parametrize("resolution", ["data", "none"])
def test_a_pion_and_what_is_missing(tmp_path: Path, resolution: Any) -> None:
    detector = FixedTarget(experiment=based(tmp_path, "charm", SPECTROMETER), resolution=resolution)
    truth = sample(detector, "K+ -> pi+ X1 X1", mass={"X1": 0.11})
    check_detector(detector, truth)
    reco = detector.observe(truth, Streams(1).rng("detector"))
    verdict = detector.select(reco, truth.weight)
    assert verdict.mask.any()
    counts, seen = reco.lists["Visible"]
    (part,) = truth.parts
    kaon, pion = part.momentum[:, 0], part.momentum[:, 1]
    missing = kaon - pion
    mass2 = missing[3] ** 2 - (missing[:3] ** 2).sum(axis=0)
    assert mass2.min() >= 0.22**2 - 1e-3
    rows = part.rows[:0] if not len(counts) else np.flatnonzero(counts)
    order = np.argsort(part.rows)
    true = mass2[order][rows]
    one = seen["n_tracks"] == 1
    assert one.mean() > 0.9
    spread = (seen["missing_mass2"] - true)[one]
    assert abs(spread.mean()) < 2e-4
    assert spread.std() < (1e-6 if resolution == "none" else 3e-3)
    p = np.sqrt((pion[:3] ** 2).sum(axis=0))[order][rows]
    assert seen["track_momentum"][one] == pytest.approx(p[one], rel=1e-9 if resolution == "none" else 0.05)
    theta = np.degrees(np.arctan2(np.hypot(pion[0], pion[1]), pion[2]))[order][rows]
    assert seen["track_theta"][one] == pytest.approx(theta[one], abs=1e-9)
    assert (seen["track_charge"][one] == 1.0).all()


def test_two_body_missing_mass_and_vetoes(tmp_path: Path) -> None:
    """K+ -> pi+ pi0 is at the pi0's mass and has photons; K+ -> mu+ nu is below 0 as a pion; K- is negative."""
    detector = FixedTarget(experiment=based(tmp_path, "charm", SPECTROMETER), resolution="none")
    two = sample(detector, "K+ -> pi+ (pi0 -> gamma gamma)")
    reco = detector.observe(two, Streams(1).rng("d"))
    seen = reco.lists["Visible"][1]
    one = seen["n_tracks"] == 1
    assert seen["missing_mass2"][one] == pytest.approx(particle("pi0").mass ** 2, abs=1e-9)
    assert (seen["n_missed"] + seen["n_showers"] + seen["n_tracks"] == 3.0).all()
    assert (seen["n_missed"] > 0.0).any()
    muon = detector.observe(sample(detector, "K+ -> mu+ nu"), Streams(1).rng("d")).lists["Visible"][1]
    assert muon["missing_mass2"][muon["n_tracks"] == 1].max() < 0.0
    three = detector.observe(sample(detector, "K+ -> pi+ pi+ pi-"), Streams(1).rng("d")).lists["Visible"][1]
    whole = three["n_tracks"] == 3
    assert whole.any()
    assert three["missing_mass2"][whole] == pytest.approx(0.0, abs=1e-6)
    assert (three["track_charge"][whole] == 1.0).all()
    assert set(three["track_charge"]) <= {-1.0, 0.0, 1.0, 2.0}


def test_what_no_file_asks_for_is_not_there(tmp_path: Path) -> None:
    plain = FixedTarget(experiment="charm")
    assert plain.tracks == ("mu",)
    assert 211 not in plain.needs
    text = SPECTROMETER.replace('tracks = ["mu", "pi"]\n', "")
    with pytest.raises(InputError, match="cut 'positive' looks at track_charge.*tracks = "):
        FixedTarget(experiment=based(tmp_path, "charm", text))
    only = FixedTarget(experiment=based(tmp_path, "charm", SPECTROMETER.replace('["mu", "pi"]', '["K"]')))
    truth = sample(only, "K+ -> pi+ X1 X1", mass={"X1": 0.11})
    assert only.observe(truth, Streams(1).rng("d")).lists["Track"][0].sum() == 0
