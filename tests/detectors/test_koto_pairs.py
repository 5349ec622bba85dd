"""KOTO with four photons of two equal masses: the vertex by the K_L's mass, the pairing, and the three selections."""

from __future__ import annotations

import numpy as np
import pytest

from darkpair.detectors.data_file import detector_data
from darkpair.detectors.koto import Koto
from darkpair.detectors.koto_kaon import kaon_selection
from darkpair.detectors.koto_one_photon import KotoOnePhoton
from darkpair.detectors.koto_pairs import TIGHTNESS, KotoPairs, pair_selection
from darkpair.detectors.pair_vertex import reconstruct_pairs
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.particles import particle
from darkpair.gen.pipeline import Pipeline
from darkpair.limits.four_photons import pair_chain
from tests.shared.koto_samples import PERFECT, Pencil

M_K = particle("K_L0").mass


@pytest.mark.parametrize("mass", [0.04, 0.1, 0.225])
def test_the_vertex_is_the_true_one(mass: float) -> None:
    """On the axis and without smearing: z to a thousandth of a millimetre, and both masses."""
    detector = KotoPairs(mass=mass, detector=Koto(resolution=PERFECT))
    made = Pipeline(source=Pencil(), chain=pair_chain(mass), detector=detector, seed=3, keep="all")
    chunk = made.chunk(0, 2, 32_768)
    assert chunk.reco is not None
    counts, values = chunk.reco.lists["Pair"]
    assert counts.max() == 1
    event = np.flatnonzero(counts)
    photons = chunk.events.final_state(22)
    true = photons.vertex[2].reshape(-1, 4)[event, 0]
    off = np.abs(values["z_vtx"] - true)
    assert len(event) > 300
    # (the farther of two solutions is another one only where photons of one side do not balance)
    assert np.mean(off < 1e-3) > 0.999
    assert np.mean(values["pair_mass_off"][off < 1e-3] < 1e-7) > 0.99


def test_the_equation_for_small_angles_and_by_hand() -> None:
    """A square of photons: M^2 = 16 E^2 r^2 / (r^2 + d^2)."""
    energy, r, d = 0.8, 300.0, 2500.0
    mass = 4.0 * energy * r / np.hypot(r, d)
    x, y = np.array([[r], [0.0], [-r], [0.0]]), np.array([[0.0], [r], [0.0], [-r]])
    got = reconstruct_pairs(np.full((4, 1), energy), x, y, mass, farthest=7000.0)
    assert got.distance == pytest.approx([d], abs=1e-4)
    neighbours = energy * r * np.sqrt(2.0) / np.hypot(r, d)
    assert got.masses[:, 0] == pytest.approx([neighbours, neighbours], rel=1e-9)
    for farthest, heavy in ((0.9 * d, mass), (7000.0, 4.1 * energy)):  # too far, and too heavy
        none = reconstruct_pairs(np.full((4, 1), energy), x, y, heavy, farthest=farthest)
        assert len(none.event) == 0


def test_selections_are_koto_s_cuts() -> None:
    own = {cut.name: cut for cut in kaon_selection(detector_data("koto")).cuts}
    tight = {cut.name: cut for cut in pair_selection("tight").cuts}
    for name in (
        "photon_energy",
        "cluster_distance",
        "z_vtx",
        "outer_radius",
        "inner_square",
        "photon_energy_max",
    ):
        assert (tight[name].low, tight[name].high) == (own[name].low, own[name].high)
    assert tight["pair_mass"].high == own["pi0_mass"].high
    loose = {cut.name: cut for cut in pair_selection("loose").cuts}
    assert loose["photon_energy"].low == pytest.approx(0.1 / 3.0)
    assert loose["cluster_distance"].low == pytest.approx(50.0)
    assert loose["pair_mass"].high == pytest.approx(3.0 * 5.125e-3)
    assert [cut.confidence for cut in loose.values()].count("derived") == 3
    assert list(KotoPairs(mass=0.1, selection="middle").selections) == ["middle", "tight"]
    assert list(TIGHTNESS.values()) == sorted(TIGHTNESS.values())


def test_wrong_ones_are_one_line() -> None:
    with pytest.raises(InputError, match="below half of the K_L's"):
        KotoPairs(mass=0.3)
    with pytest.raises(UnknownNameError, match="selection of four photons"):
        KotoPairs(mass=0.1, selection="loos")
    with pytest.raises(InputError, match="growing energies"):
        KotoOnePhoton(least=(1.5, 1.0))
