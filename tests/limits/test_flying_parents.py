"""Kaons at dumps: the whole chain against two clocks and plain decays, K- as the K+'s conjugate, and who counts."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from darkpair.chains.models import HiggsPortalQuartic, ZPrimeScalar
from darkpair.chains.models.channels import Channel, channels_of, production_rate
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.gen.errors import InputError
from darkpair.gen.events import Parents
from darkpair.gen.lifetime import Exponential
from darkpair.gen.particles import particle
from darkpair.gen.pilot import accepts
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.gen.streams import Streams
from darkpair.limits import Size, limit_rows
from darkpair.limits.channels import ChannelAgainstCtau
from darkpair.limits.dump_samples import FLYING, counted_parents
from darkpair.scan import Acceptance
from darkpair.searches.dump_search import DumpSearch

MODEL = ZPrimeScalar(m1=0.0, m2=0.3, G_X=1e-5)
TINY = Size(kaons=1, etas=8_000, spectra="central", cells=(8, 6, 4), throws=(4,))


def analog(name: str, experiment: str, ctau: float, n: int) -> tuple[float, float]:
    """Acceptance and its error without any weight: two clocks for the kaon, an exponential for X2."""
    detector = FixedTarget(experiment=experiment, resolution="none")
    assert detector.absorber is not None
    rng = np.random.default_rng(11)
    made = DumpMesons(meson=name, beam_energy=detector.beam_energy).sample(n, rng)
    kind = particle(name)
    momentum = made.momentum[:3]
    size = np.sqrt((momentum**2).sum(axis=0))
    free = np.zeros(n)
    if detector.absorber.pipe is not None:  # a cylinder from the origin on
        end, radius = 203_700.0, 2000.0
        pt = np.hypot(momentum[0], momentum[1])
        free = np.where(
            momentum[2] > 0.0, np.minimum(end * size / np.abs(momentum[2]), radius * size / pt), 0.0
        )
    decay = rng.exponential(1.0, n) * size / kind.mass * kind.ctau
    alive = decay < free + rng.exponential(1.0, n) * detector.absorber.interaction_length
    place = np.zeros((4, n))
    place[:3] = momentum / size * decay
    kept = np.flatnonzero(alive)
    survivors = Parents(
        pdgid=kind.pdgid,
        momentum=made.momentum[:, kept],
        vertex=made.vertex[:, kept],
        decay_vertex=place[:, kept],
    )
    chain = Channel(parent=name, production="X1 X2", modes=("X1 pi0",)).chain(
        MODEL, lifetimes={"X2": Exponential(ctau)}
    )
    seen = int(accepts(detector, chain.batch(survivors, Streams(3)), Streams(3)).sum())
    return seen / n, math.sqrt(max(seen, 1)) / n


#: Wide windows near the target, so that plain decays are seen.
WIDE = """based_on = "{base}"
decay_volume.x_min = "-20 m"
decay_volume.x_max = "20 m"
decay_volume.y_min = "-20 m"
decay_volume.y_max = "20 m"
decay_volume.z_min = "{z}"
calorimeter.x_min = "-20 m"
calorimeter.x_max = "20 m"
calorimeter.y_min = "-20 m"
calorimeter.y_max = "20 m"
"""


@pytest.mark.parametrize(
    ("name", "base", "z", "ctau"),
    [("K_S0", "charm", "100 m", 2_000.0), ("K_L0", "dune_nd", "210 m", 15_000.0)],
)
def test_a_kaon_of_the_target_against_plain_decays(
    name: str, base: str, z: str, ctau: float, tmp_path: Path
) -> None:
    """Within 5 errors of both, some 5 % of the acceptance: fails once in 1e6."""
    (tmp_path / "wide.toml").write_text(WIDE.format(base=base, z=z))
    experiment = str(tmp_path / "wide.toml")
    every = ChannelAgainstCtau(
        experiment=experiment,
        selection="showers",
        spectra=("pythia6",),
        events=20_000,
        cells=(16, 12, 8),
        throws=(6, 6),
    )
    chain = Channel(parent=name, production="X1 X2", modes=("X1 pi0",)).chain(MODEL)
    made = Acceptance.of(every({"parent": name, "chain": chain})["pythia6"])
    value, error = analog(name, experiment, ctau, 500_000)
    assert error < 0.1 * value
    own = float(made.at(ctau) * made.relative_error(ctau))
    assert own < 0.1 * value
    assert abs(float(made.at(ctau)) - value) < 5.0 * math.hypot(error, own)


def test_a_negative_kaon_is_the_conjugate() -> None:
    """The rates of the K+, the daughters of the K-; a model that says nothing of charged kaons says nothing of either."""
    both = channels_of(MODEL, ("K+", "K-"), ("X1 pi0",))
    plus, minus = (next(c for c in both if c.parent == name) for name in ("K+", "K-"))
    assert float(minus.rate(MODEL, ("X1 pi0",))) == float(plus.rate(MODEL, ("X1 pi0",))) > 0.0
    assert float(production_rate(MODEL, "K-")) == float(production_rate(MODEL, "K+"))
    made = minus.chain(MODEL)
    assert made.parent.pdgid == -321
    assert {pdgid for t in made.topologies for pdgid in t.pdgid} >= {-321, -211, 22}
    assert 211 not in {pdgid for t in made.topologies for pdgid in t.pdgid}


def test_k_short_has_the_other_part() -> None:
    """Widths of K_S over those of K_L: the square of the parts of the coupling, and BR by the lifetimes."""
    real, imag = (float(part) for part in MODEL.flavour_coupling("sd"))
    ratio = float(MODEL.partial_width("K_S0", "X1 X2") / MODEL.partial_width("K_L0", "X1 X2"))
    assert ratio == pytest.approx((imag / real) ** 2, rel=1e-9)
    with_pion = float(MODEL.partial_width("K_S0", "pi0 X1 X2") / MODEL.partial_width("K_L0", "pi0 X1 X2"))
    assert with_pion == pytest.approx((real / imag) ** 2, rel=1e-9)
    lifetimes = particle("K_S0").ctau / particle("K_L0").ctau
    rates = float(MODEL.branching_ratio("K_S0", "X1 X2") / MODEL.branching_ratio("K_L0", "X1 X2"))
    assert rates == pytest.approx(ratio * lifetimes, rel=0.01)
    portal = HiggsPortalQuartic(m1=0.0, m2=0.1, lambda_12=1e-3)
    pair, pion = (
        float(portal.partial_width("K_S0", mode) / portal.partial_width("K_L0", mode))
        for mode in ("X1 X2", "pi0 X1 X2")
    )
    assert pair * pion == pytest.approx(1.0, rel=1e-9)
    assert pair != pytest.approx(1.0, rel=0.1)


def test_who_counts() -> None:
    """Of a Z' eta makes the X2 at CHARM, kaons as well at DUNE; of a Higgs portal, kaons alone."""
    every = ("eta", "pi0", *FLYING)
    portal = HiggsPortalQuartic(m1=0.0, m2=0.1, lambda_12=1e-3)
    assert set(counted_parents("charm", every, MODEL, TINY.generators)) == {"eta", "pi0"}
    assert "K_L0" in counted_parents("dune_nd", every, MODEL, TINY.generators)
    assert set(counted_parents("charm", every, portal, TINY.generators)) & set(FLYING)
    assert counted_parents("charm", ("eta",), portal, TINY.generators) == ("eta",)


def test_parents_of_a_search() -> None:
    assert DumpSearch(experiment="charm").every_parent == ("eta", "eta'", "pi0", *FLYING)
    assert DumpSearch(experiment="faser2").every_parent == ("eta", "eta'", "pi0")
    assert DumpSearch(experiment="charm", long_lived=["K_S0"]).every_parent[-1] == "K_S0"
    assert DumpSearch(experiment="charm", long_lived=[]).every_parent == ("eta", "eta'", "pi0")
    with pytest.raises(InputError, match="absorber"):
        DumpSearch(experiment="faser2", long_lived=["K_L0"])


def test_a_portal_of_kaons_has_rows_at_a_dump(tmp_path: Path) -> None:
    """K_L, K_S and charged kaons of a Higgs portal, which no eta makes: the sum is that of its channels."""
    model = HiggsPortalQuartic(m1=0.0, m2=0.1, lambda_12=1.0)
    ((row, low, high),) = limit_rows([model], only=["dune-nd"], size=TINY, folder=tmp_path, workers=1)
    parents = {name.split()[0] for name in row.channels}
    assert {"K_L0", "K+"} <= parents <= set(FLYING)
    assert row.value == pytest.approx(np.nansum(list(row.channels.values())))
    assert low.value <= row.value <= high.value
    twice = replace(model, lambda_12=2.0)
    assert float(production_rate(twice, "K+")) == pytest.approx(4.0 * float(production_rate(model, "K+")))
