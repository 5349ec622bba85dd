"""Displaced decays at Belle II in `darkpair limits`: rows, channels, chains by a descriptor, and sums over channels."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from darkpair.chains.descriptor import build
from darkpair.chains.models import (
    Combined,
    Dipole,
    HiggsPortalQuartic,
    Model,
    ZPrimeDirac,
    ZPrimeScalar,
    combine,
)
from darkpair.chains.models.channels import Channel
from darkpair.chains.models.stated import stated_chain
from darkpair.cli import main
from darkpair.detectors.belle2_displaced import Belle2Displaced
from darkpair.gen.decay import Decay
from darkpair.gen.lifetime import Exponential
from darkpair.gen.particles import spoken
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.sources.upsilon4s import Upsilon4S
from darkpair.limits.belle2_samples import (
    CTAU,
    DISPLACED,
    KSTAR_DECAYS,
    DisplacedAgainstCtau,
    decayed,
    displaced_channels,
)
from darkpair.limits.choice import choose
from darkpair.limits.ratios import excluded_ratios
from darkpair.limits.rows import LimitRow, limit_rows
from darkpair.limits.samples import Size
from darkpair.scan.acceptance import Acceptance
from darkpair.searches import PLANNED
from darkpair.searches.belle2_displaced import DisplacedAtBelle2, b_mesons

SIZE = Size(kaons=1, etas=15_000)

#: Standard errors that a comparison may be off: once in 150000.
ALLOWED = 4.5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("samples")


def row_of(model: Model, folder: Path, along: str | None = None) -> LimitRow:
    ((row,),) = limit_rows([model], only=[DISPLACED], size=SIZE, folder=folder, workers=1, along=along)
    return row


def test_where_it_is_asked() -> None:
    assert DISPLACED in PLANNED
    assert DISPLACED not in choose().ours
    assert DISPLACED in choose(planned=True).ours
    only = choose(only=[DISPLACED])
    assert (only.koto, only.dumps, only.boxes) == (False, [], ())  # no sample of theirs is made for it


def test_planned_ones_have_it_with_its_samples(folder: Path) -> None:
    chain = stated_chain("B+ -> K+ X1 (X2 -> X1 pi0)", m2=0.43, ctau="10 cm")
    assert DISPLACED not in choose().with_photons([(chain, chain)], SIZE, folder, workers=1)[0]
    (made,) = choose(planned=True).with_photons([(chain, chain)], SIZE, folder, workers=1)
    kind, search = made[DISPLACED]
    assert (kind, list(search.channels(chain))) == ("line", ["B+ -> K+ X1 X2, X2 -> X1 pi0"])
    assert isinstance(search, DisplacedAtBelle2)
    assert [part.daughters for part in search.more] == [0.98823]  # (pi0 -> gamma gamma)


def test_a_row_of_a_model(tmp_path: Path) -> None:
    model = HiggsPortalQuartic(m1=0.04, m2=0.5, lambda_12=10.0)
    row = row_of(model, tmp_path, "lambda_12")
    assert (row.kind, row.unit, row.verdict) == ("line", "events", "above" if row.ratio > 1.0 else "")
    assert row.events == row.value == pytest.approx(sum(row.channels.values()), rel=1e-9)
    assert {name.split(" -> ")[0] for name in row.channels} == {"B+", "B0"}
    (span,) = row.ranges
    assert span.ends[0] is not None
    kept = sorted(tmp_path.rglob("*.json"))
    assert len(kept) == len(row.channels)
    assert row_of(replace(model, lambda_12=12.0), tmp_path).value > row.value
    assert sorted(tmp_path.rglob("*.json")) == kept  # one sample serves every coupling


def test_channels_of_a_model() -> None:
    made = {(channel.parent, channel.production) for channel in displaced_channels(two(0.1))}
    mesons = {("B+", "K+"), ("B+", "K*+"), ("B0", "K0"), ("B0", "K*0"), ("B+", "pi+")}
    assert made == {(parent, f"{meson} X1 X2") for parent, meson in mesons}


def test_a_model_without_b_mesons_has_no_row() -> None:
    assert limit_rows([Dipole(m1=0.0, m2=0.1, mu=1e-3)], only=[DISPLACED], size=SIZE, workers=1) == [[]]


def two(m2: float) -> Combined:
    return combine(ZPrimeDirac(m1=0.0, m2=m2, G_X=1e-5), Dipole(m1=0.0, m2=m2, mu=1e-3))


def test_short_lifetimes_are_none_and_make_no_claim(folder: Path) -> None:
    chain = stated_chain("B+ -> K+ X1 (X2 -> X1 gamma)", m2=0.1, ctau="5 um")
    assert row_of(chain.at(1e-3), folder).value == 0.0
    assert math.isnan(row_of(replace(chain.at(1e-3), total=chain.total / 10.0), folder).value)


def test_channels_are_one_job_of_all_modes() -> None:
    """Two modes of X2, a sum of two samples; and a job with both, whose X2 decay by the exponential law."""
    ctau, n = 100.0, 60_000
    chain = stated_chain(
        "B+ -> K+ X1 (X2 -> X1 pi0 [0.6] | X1 e+ e- [0.3])", m1=0.04, m2=0.43, ctau=f"{ctau} mm"
    )
    ((row,),) = excluded_ratios([chain], only=[DISPLACED], size=replace(SIZE, etas=30_000), workers=1)
    whole = build(
        "B+ -> K+ X1 (X2 -> X1 (pi0 -> gamma gamma [0.98823]) [0.6] | X1 e+ e- [0.3])",
        mass={"X1": 0.04, "X2": 0.43},
        ctau={"X2": ctau},
    )
    run = Pipeline(source=Upsilon4S(), chain=whole, detector=Belle2Displaced(), seed=4)
    part = sum(chunk.cutflow.stages[-1].n for chunk in chunks(run, n)) / n
    seen = part * whole.generated_branching_ratio
    job = row.row.limit / (b_mesons("B+") * seen)
    error = math.hypot(row.error, math.sqrt((1.0 - part) / (n * part)))
    assert len(row.row.channels) == 2
    assert error < 0.02
    assert abs(row.branching_ratio / job - 1.0) < ALLOWED * error


def test_a_sample_is_a_channel_with_plain_flights() -> None:
    """A K*'s channel of a model, whose matrix elements are in both."""
    model = ZPrimeScalar(m1=0.0, m2=0.1, G_X=1e-5)
    channel = Channel(parent="B+", production="K*+ X1 X2", modes=("X1 e+ e-",))
    chain = decayed(channel.chain(model))
    ctau, n = 30.0, 40_000
    flying = replace(chain, lifetimes=spoken({"X2": Exponential(ctau)}, chain.decay.decaying))
    run = Pipeline(source=Upsilon4S(), chain=flying, detector=Belle2Displaced(), seed=8)
    part = sum(chunk.cutflow.stages[-1].n for chunk in chunks(run, n)) / n
    table = DisplacedAgainstCtau(events=n)({"parent": "B+", "chain": chain})
    made = Acceptance.of(table)
    error = math.hypot(math.sqrt((1.0 - part) / (n * part)), float(made.relative_error(ctau)))
    assert error < 0.03
    assert CTAU[0] < ctau < CTAU[-1]
    assert abs(float(made.at(ctau)) / part - 1.0) < ALLOWED * error


def test_k_star_decay_by_isospin() -> None:
    for name, text in KSTAR_DECAYS.items():
        shares: dict[str, float] = {}
        for mode in build(text).decay.modes:
            kaon = next(
                d.parent.name if isinstance(d, Decay) else d.name
                for d in mode.daughters
                if "K" in (d.parent.name if isinstance(d, Decay) else d.name)
            )
            shares[kaon] = shares.get(kaon, 0.0) + mode.branching_ratio
        charged = 1.0 / 3.0 if name == "K*+" else 2.0 / 3.0
        assert shares["K+"] == pytest.approx(charged)
        assert shares["K_S0"] == pytest.approx(shares["K_L0"]) == pytest.approx(0.5 * (1.0 - charged))
    plain = Channel(parent="B+", production="K+ X1 X2", modes=("X1 e+ e-",))
    chain = plain.chain(ZPrimeScalar(m1=0.0, m2=0.1, G_X=1e-5))
    assert decayed(chain) is chain


def test_rare_channels_are_left_out() -> None:
    shares = displaced_channels(ZPrimeScalar(m1=0.04, m2=0.4, G_X=1e-5))
    assert min(float(np.max(share)) for share in shares.values()) >= 1e-3
    for parent in ("B+", "B0"):
        own = sum(float(share) for channel, share in shares.items() if channel.parent == parent)
        assert own == pytest.approx(1.0, abs=0.01)


def test_the_command(folder: Path) -> None:
    words = ["limits", "B+ -> K+ X1 (X2 -> X1 pi0)", "m1=0", "m2=430 MeV", "ctau=1 um, 10 cm, 10 m, 1 km"]
    options = ["--only", DISPLACED, "--quick", "--cache", str(folder), "--json", "--channels"]
    shown = CliRunner().invoke(main, [*words, *options])
    assert shown.exit_code == 0, shown.output
    rows = json.loads(shown.stdout)
    ratios = [row["excluded branching ratio"] for row in rows]
    assert rows[0]["verdict"] in ("sees nothing", "unknown")
    assert ratios[0] is None
    assert ratios[3] == pytest.approx(100.0 * ratios[2], rel=0.1)
    assert all(row["kind"] == "line" and row["confidence level"] == 0.9 for row in rows)
    assert rows[1]["channels"] == {
        "B+ -> K+ X1 X2, X2 -> X1 pi0": pytest.approx(2.302585, rel=1e-6),
    }
    # every one of 5.5e10 B+ with a kaon and photons in the acceptance would give 4.2e-11
    assert 4.2e-11 < ratios[1] < 2e-10
