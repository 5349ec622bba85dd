"""Spectra by weights: what a sample says of another generator's is what that generator's own sample gives."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from darkpair.chains.descriptor import build
from darkpair.gen.events import Batch
from darkpair.gen.kinematics import Array
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.gen.sources.gun import Gun
from darkpair.gen.sources.meson_files import MESONS, about, stored
from darkpair.gen.sources.meson_spectra import SpectrumTally, generators, stated
from darkpair.gen.streams import BLOCK, Streams

N = 60_000
BEAMS = sorted({(key.beam_energy, key.target) for key in stored()})


def sample(source: DumpMesons, seed: int = 3) -> tuple[Batch, Array]:
    """Mesons that decay, and their angles [rad]."""
    chain = build(f"{source.meson} -> gamma gamma")
    streams = Streams(seed)
    made = chain.batch(source.sample(N, streams.rng("source")), streams)
    px, py, pz, _ = made.parts[0].momentum[:, 0]
    return made, np.arctan2(np.hypot(px, py), pz)


@pytest.mark.parametrize(("energy", "target"), BEAMS)
def test_every_generator_is_asked(energy: float, target: str) -> None:
    for meson in MESONS:
        have = [k.generator for k in stored() if (k.beam_energy, k.target) == (energy, target)]
        mine = [
            g
            for g in have
            if about(next(k for k in stored() if k == type(k)(g, energy, target)))["multiplicity"].get(meson)
        ]
        found = generators(meson, energy, target)
        assert [g for g in found if g != "bmpt"] == mine


@pytest.mark.parametrize(("own", "other"), list(permutations(generators("eta", 400.0), 2)), ids=str)
def test_a_weighted_sample_is_the_other_generators(own: str, other: str) -> None:
    """Mesons within 2, 10 and 50 mrad: four standard errors, 3.8e-3 for the 60 numbers of five generators."""
    mine, theirs = (DumpMesons(meson="eta", beam_energy=400.0, generator=name) for name in (own, other))
    (made, angle), (other_made, other_angle) = sample(mine), sample(theirs, seed=4)
    del other_made
    for most in (0.002, 0.010, 0.050):
        tally = SpectrumTally(source=mine)
        tally.add(made, angle < most)
        row = tally.rows(float(np.mean(angle < most)), effective_min=10.0)[other]
        assert "acceptance" in row
        share = float(np.mean(other_angle < most))
        error = math.hypot(row["error"], math.sqrt(share * (1.0 - share) / N))
        assert abs(row["acceptance"] - share) < 4.0 * error


def test_a_weight_is_the_ratio_of_the_densities() -> None:
    """Of one meson, whose rapidity and transverse momentum are known."""
    source = DumpMesons(meson="eta", beam_energy=120.0, generator="pythia6")
    streams = Streams(8)
    y, pt, phi = source.draw(streams.rng("source"), 20)
    made = build("eta -> gamma gamma").batch(source.parents(y, pt, phi), streams)
    for i in range(20):
        tally = SpectrumTally(source=source)
        tally.add(made, np.arange(20) == i)
        for name, row in tally.rows(1.0, effective_min=0.0).items():
            if "acceptance" in row:
                other = DumpMesons(meson="eta", beam_energy=120.0, generator=name)
                ratio = other.density(y[i : i + 1], pt[i : i + 1]) / source.density(
                    y[i : i + 1], pt[i : i + 1]
                )
                assert row["acceptance"] == pytest.approx(float(ratio[0]), rel=1e-6)


def test_its_own_spectrum_is_the_sample() -> None:
    source = DumpMesons(meson="eta", beam_energy=120.0, generator="pythia6")
    made, angle = sample(source)
    tally = SpectrumTally(source=source)
    tally.add(made, angle < 0.01)
    share = float(np.mean(angle < 0.01))
    rows = tally.rows(share, effective_min=10.0)
    assert next(iter(rows)) == "pythia6"
    assert stated(rows)["pythia6"] == pytest.approx(share)


def test_few_events_say_nothing() -> None:
    source = DumpMesons(meson="eta", beam_energy=120.0, generator="pythia6")
    made, _ = sample(source)
    tally = SpectrumTally(source=source)
    tally.add(made, np.arange(N) < 30)
    rows = tally.rows(1.0, effective_min=100.0)
    assert all("effective events" in row["reason"] for row in rows.values())
    assert not stated(rows)


def test_no_overlap_is_said() -> None:
    """A spectrum that ends at an energy where others go on: no number, and never zero; below its end the numbers stand."""
    source = DumpMesons(meson="eta", beam_energy=400.0, generator="bmpt")
    assert source.reachable_share > 0.99  # of the whole table, which the cache keeps
    cut = source.table.y_range[0] + 0.7 * (source.table.y_range[1] - source.table.y_range[0])
    short = np.where(source.table.y_nodes[:, None] < cut, source.table.values, 0.0)
    source.__dict__["table"] = replace(source.table, values=short)
    made, _ = sample(source)
    _, _, pz, energy = made.parts[0].momentum[:, 0]
    y = np.arctanh(pz / energy)
    for accepted, told in ((y > cut - 0.2, False), (y < cut - 1.0, True)):
        tally = SpectrumTally(source=source)
        tally.add(made, accepted)
        rows = tally.rows(float(np.mean(accepted)), effective_min=1.0)
        assert rows["bmpt"]["acceptance"] == pytest.approx(np.mean(accepted))
        for name in tally.others:
            assert ("acceptance" in rows[name]) == told, (name, rows[name])
            assert told or "ends" in rows[name]["reason"]


def test_no_more_is_counted_than_tells_more() -> None:
    """Half a million accepted events would cost a tenth of the run, and leave the spread as it is."""
    source = DumpMesons(meson="eta", beam_energy=120.0, generator="pythia6")
    made, _ = sample(source)
    part = SpectrumTally(source=source)
    part.add(made)
    (_, *others) = part.rows(1.0, effective_min=100.0).values()
    assert all(4_000.0 < row["effective"] < 50_000.0 for row in others)
    assert all(row["acceptance"] == pytest.approx(1.0, abs=4.0 * row["error"]) for row in others)


def test_what_is_counted_of_a_block_depends_on_its_index_alone() -> None:
    """The first 4096 events of the first, fewer of later ones, 16 of any; each is counted for itself."""
    source = DumpMesons(meson="eta", beam_energy=120.0, generator="pythia6")
    made, _ = sample(source)
    counted = {0: 4096, 1: 2048, 100: 40, 10**6: 16}
    whole = SpectrumTally(source=source)
    for block, events in counted.items():
        tally = SpectrumTally(source=source)
        numbers = block * BLOCK + np.arange(N)[: BLOCK // 2]
        half = made.span(0, BLOCK // 2)
        tally.add(half, None, numbers)
        assert tally.rows(1.0, effective_min=1.0)["pythia6"]["effective"] == events
        whole.sums += tally.sums
    several = SpectrumTally(source=source)
    blocks = np.repeat(np.array(list(counted)) * BLOCK, BLOCK // 2)
    several.add(Batch.concatenate([half] * 4), None, blocks + np.tile(np.arange(BLOCK // 2), 4))
    assert np.array_equal(several.sums.sums, whole.sums.sums)


def test_only_a_dump_has_spectra() -> None:
    assert SpectrumTally.of(Gun(parent="eta", momentum=5.0)) is None
    assert SpectrumTally.of(DumpMesons(meson="eta", beam_energy=400.0)) is not None
