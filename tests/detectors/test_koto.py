"""KOTO's geometry, vetoes and selections."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from darkpair import Batch, InputError, Parents, Streams, UnknownNameError, build
from darkpair.detectors.data_file import read_data
from darkpair.detectors.koto import Koto
from darkpair.detectors.selection import CONFIDENCES, Cut, Line, Selection
from darkpair.detectors.smearing import Calorimeter
from darkpair.gen.provenance import describe
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.report.run import result_lines
from darkpair.run.summary import summary

PERFECT = Calorimeter(constant=0.0, stochastic=0.0, position=0.0)


def beam(descriptor: str, n: int = 16384, **settings: Any) -> Batch:
    streams = Streams(11)
    return build(descriptor, **settings).batch(KotoKL().sample(n, streams.rng("source")), streams)


def two_photons(x: float, y: float, z: float = 4000.0) -> Batch:
    """K_L -> gamma gamma at rest-like decays whose photons aim at given points cannot be had; so move the vertex."""
    chain = build("K_L0 -> gamma gamma")
    n = 4096
    momentum = np.zeros((4, n))
    momentum[2], momentum[3] = 2.0, np.hypot(2.0, 0.497611)
    where = np.zeros((4, n))
    where[0], where[1], where[2] = x, y, z
    return chain.batch(Parents(pdgid=130, momentum=momentum, vertex=where, decay_vertex=where), Streams(3))


def test_every_number_has_a_source() -> None:
    data = read_data("koto")
    for table in ("geometry", "resolution"):
        for entry in data[table].values():
            assert entry["source"]
            assert entry["confidence"] in CONFIDENCES
    assert data["geometry"]["z_calorimeter"]["value"] == 6148.0
    for name in data["selections"]:
        for cut in Koto(selection=name).cuts.cuts:
            assert cut.source
            assert cut.source != "the selection's"


def test_clusters_are_inside_the_calorimeter_and_outside_the_hole() -> None:
    reco = Koto(resolution=PERFECT).observe(
        beam("K_L0 -> (pi0 -> gamma gamma) nu nubar"), Streams(1).rng("d")
    )
    _, clusters = reco.lists["Cluster"]
    radius = np.hypot(clusters["x"], clusters["y"])
    assert radius.max() < 950.0
    assert ((np.abs(clusters["x"]) > 75.0) | (np.abs(clusters["y"]) > 75.0)).all()
    assert radius.min() < 90.0  # the hole is a square: its corners reach 106 mm, its sides 75


def test_impact_is_straight() -> None:
    truth = beam("K_L0 -> (pi0 -> gamma gamma) nu nubar", n=512)
    reco = Koto(resolution=PERFECT).observe(truth, Streams(1).rng("d"))
    counts, clusters = reco.lists["Cluster"]
    event = np.repeat(np.arange(512), counts)
    events = truth.record()
    for i in range(0, len(event), 37):
        photon = events.particles[event[i], clusters["genPartIdx"][i]]
        x = photon.vx + photon.px / photon.pz * (6148.0 - photon.vz)
        assert clusters["x"][i] == pytest.approx(x, abs=1e-9)
        assert clusters["energy"][i] == pytest.approx(photon.E)


def test_decays_outside_the_vessel_or_behind_the_face_are_not_seen() -> None:
    for x, z in ((0.0, 6200.0), (960.0, 4000.0)):
        reco = Koto().observe(two_photons(x, 0.0, z), Streams(1).rng("d"))
        assert reco.lists["Cluster"][0].sum() == 0
        assert (reco.flat["n_missed"] == 2).all()
    assert Koto().observe(two_photons(0.0, 0.0), Streams(1).rng("d")).lists["Cluster"][0].sum() > 0


def test_vetoes() -> None:
    charged = Koto().observe(beam("K_L0 -> pi+ pi- (pi0 -> gamma gamma)"), Streams(1).rng("d"))
    assert (charged.flat["n_charged"] == 2).all()
    assert Koto().select(charged, np.ones(charged.n)).mask.sum() == 0
    four = Koto().observe(beam("K_L0 -> (pi0 -> gamma gamma) (pi0 -> gamma gamma)"), Streams(1).rng("d"))
    assert (four.flat["n_missed"] + four.lists["Cluster"][0] == 4).all()
    assert Koto().select(four, np.ones(four.n)).mask.sum() == 0
    assert Koto(without=["no_missed_photon"]).select(four, np.ones(four.n)).mask.sum() > 0


def test_the_inner_cut_is_a_square() -> None:
    """A photon at (200, 10) passes, one at (100, 100) does not: a square is cut out, not a cross."""
    cut = next(c for c in Koto().cuts.cuts if c.name == "inner_square")
    square = np.maximum(np.abs([200.0, 100.0, 149.0]), np.abs([10.0, 100.0, 151.0]))
    assert cut({"square_min": square}).tolist() == [True, False, True]


def test_resolution() -> None:
    """Spread of smeared photons of 1 GeV: 2.236 % and 5 mm; failure rate 1e-6 (five standard errors)."""
    detector, n = Koto(), 200_000
    noise = detector.resolution.draw(Streams(1).rng("noise"), n)
    energy, x, _ = detector.resolution.smear(noise, np.ones(n), np.zeros(n), np.zeros(n))
    assert energy.std() == pytest.approx(np.hypot(0.01, 0.02), rel=5 / np.sqrt(2 * n))
    assert x.std() == pytest.approx(5.0, rel=5 / np.sqrt(2 * n))


def test_signal_box() -> None:
    assert Koto().signal_box() == [
        (3200.0, 250.0),
        (5000.0, 250.0),
        (5000.0, 150.0),
        (4000.0, 130.0),
        (3200.0, 130.0),
    ]
    assert Koto(selection="2015").signal_box()[2] == (4700.0, 150.0)
    assert Koto(without=["pt"]).signal_box() == []


def test_removing_a_cut_only_adds_events() -> None:
    truth = beam("K_L0 -> (pi0 -> gamma gamma) nu nubar")
    weight = np.ones(len(truth))
    everything = Koto().select(Koto().observe(truth, Streams(1).rng("d")), weight)
    for cut in Koto().cuts.cuts:
        loose = Koto(without=[cut.name])
        verdict = loose.select(loose.observe(truth, Streams(1).rng("d")), weight)
        assert (verdict.mask >= everything.mask).all()
        assert cut.name not in [s.name for s in verdict.cutflow.stages]


def test_weights_are_carried() -> None:
    truth = beam("K_L0 -> (pi0 -> gamma gamma) nu nubar")
    weight = Streams(2).rng("w").random(len(truth))
    verdict = Koto().select(Koto().observe(truth, Streams(1).rng("d")), weight)
    last = verdict.cutflow.stages[-1]
    assert last.sum_w == pytest.approx(weight[verdict.mask].sum())
    assert last.sum_w2 == pytest.approx((weight[verdict.mask] ** 2).sum())
    assert last.effective < last.n


def test_a_line_is_straight_and_ends_level() -> None:
    line = Line("z_vtx", ((4000.0, 0.1), (5000.0, 0.2)))
    assert line({"z_vtx": np.array([3000.0, 4000.0, 4500.0, 6000.0])}).tolist() == pytest.approx(
        [0.1, 0.1, 0.15, 0.2]
    )


def test_2021_says_what_it_takes_from_2016_18() -> None:
    old, new = Koto().cuts, Koto(selection="2021").cuts
    assert [(c.name, c.limits()) for c in new.cuts] == [(c.name, c.limits()) for c in old.cuts]
    assert all(c.source.startswith("not published, taken from 2016-18: ") for c in new.cuts)
    assert new.name == "2021"


def test_flat_factors_touch_no_event() -> None:
    truth = beam("K_L0 -> (pi0 -> gamma gamma) nu nubar")
    flows = []
    for detector in (Koto(), Koto(factors=["cluster_shape", "veto_survival"])):
        flows.append(
            detector.select(detector.observe(truth, Streams(1).rng("d")), np.ones(len(truth))).cutflow
        )
    assert flows[0] == flows[1]
    assert Koto().flat_factors == {}
    assert detector.flat_factors == {"cluster_shape": 0.52, "veto_survival": 0.17}
    assert "flat_factors" not in summary(flows[0])
    told = summary(flows[0], detector.flat_factors)
    assert told["acceptance"] == flows[0].acceptance
    assert told["acceptance_with_factors"] == pytest.approx(0.52 * 0.17 * flows[0].acceptance)
    assert describe(detector)["factors"] == ["cluster_shape", "veto_survival"]
    assert any("veto_survival 0.17" in line for line in result_lines(told))


def test_refusals() -> None:
    with pytest.raises(UnknownNameError, match="2016-18"):
        Koto(selection="2016-17")  # type: ignore[call-overload]
    with pytest.raises(UnknownNameError, match="did you mean 'pt'"):
        Koto(without=["ptt"])
    with pytest.raises(UnknownNameError, match="did you mean 'halo_veto'"):
        Koto(factors="halo_vetoes")
    with pytest.raises(InputError, match="0 or more"):
        Calorimeter(constant=-0.1, stochastic=0.0, position=0.0)
    with pytest.raises(InputError, match="no limit"):
        Cut(name="x", variable="x", unit="", source="s", confidence="read")
    pt, z = (next(c for c in Koto().cuts.cuts if c.name == name) for name in ("pt", "z_vtx"))
    with pytest.raises(InputError, match="come last"):
        Selection("odd", (pt, next(iter(Koto().cuts.cuts)), z), ("pt", "z_vtx"))
