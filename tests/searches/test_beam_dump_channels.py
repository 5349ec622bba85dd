"""A beam dump that adds channels: their events by hand, selections with their own factors, and what is not known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from darkpair.chains.models import ZPrimeMajorana, ZPrimeScalar
from darkpair.chains.models.channels import Channel, channels_of, visible_modes
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.detectors.lifetime_scan import ScanSample
from darkpair.gen.lifetime import Scan
from darkpair.limits.channels import Made, Sight, _table
from darkpair.limits.choice import _dumps
from darkpair.limits.dump_samples import DumpYield, EtaSample
from darkpair.limits.samples import Samples
from darkpair.scan import Acceptance
from darkpair.searches import BeamDump
from darkpair.searches.beam_dump import MAIN, ChannelYield
from darkpair.searches.dump_search import MUONS, SHOWERS, DumpSearch

MODEL = ZPrimeScalar(m1=0.0, m2=0.3, G_X=1e-5)
CTAU = float(MODEL.ctau("X2"))
ELECTRONS, TRACKS = (
    Channel(parent="eta", production="X1 X2", modes=(mode,)) for mode in ("X1 e+ e-", "X1 mu+ mu-")
)
FLAT = Acceptance(ctau=(1e-9, 1e12), value=(0.1, 0.1), error=(1e-4, 1e-4))


def flat(value: float, error: float = 0.0, *, number: float = 0.2, most: float = 1.0) -> DumpYield:
    """Yield that does not depend on c tau; of nothing for a value of NaN."""
    points = () if math.isnan(value) else (0.01 * CTAU, 100.0 * CTAU)
    acceptance = Acceptance(ctau=points, value=(value,) * len(points), error=(error,) * len(points))
    sample = EtaSample(
        generator="any", multiplicity=number, multiplicity_error=0.0, acceptance=acceptance, most=most
    )
    return DumpYield(samples=(sample,))


def dump(*more: ChannelYield, main: float = 1e-4, protons: float | None = None) -> BeamDump:
    return BeamDump(
        experiment="charm", multiplicity=1.0, acceptance=flat(main), daughters=0.98823, more=more,
        seen=(*SHOWERS, *MUONS), protons=protons, efficiency=0.5,
    )  # fmt: skip


def test_events_of_each_channel_by_hand() -> None:
    parts = dump(
        ChannelYield(channel=ELECTRONS, acceptance=flat(2e-4), selection="showers"),
        ChannelYield(channel=TRACKS, acceptance=flat(3e-4), selection="muons"),
    ).channels(MODEL)
    pot = FixedTarget(experiment="charm").run["pot"].value
    made = float(MODEL.branching_ratio("eta", "X1 X2"))
    factors = {"photons": 0.51, "muons": 0.85}  # of charm.toml
    for channel, acceptance, factor, daughters in (
        (MAIN, 1e-4, "photons", 0.98823),
        (ELECTRONS, 2e-4, "photons", 1.0),
        (TRACKS, 3e-4, "muons", 1.0),
    ):
        rate = made * float(MODEL.branching_ratio("X2", channel.modes[0])) * daughters
        expected = 0.5 * pot * 0.2 * rate * acceptance * factors[factor]
        assert float(parts[str(channel)]) == pytest.approx(expected, rel=1e-9)


def test_the_sum_goes_with_the_protons() -> None:
    electrons = ChannelYield(channel=ELECTRONS, acceptance=flat(2e-4), selection="showers")
    both = dump(electrons)
    assert float(both.value(MODEL)) == pytest.approx(sum(map(float, both.channels(MODEL).values())))
    assert float(dump(electrons, protons=4.8e18).value(MODEL)) == pytest.approx(
        2.0 * float(both.value(MODEL))
    )
    assert dump(electrons).kind == "excluded"


def test_what_is_not_known_may_be_a_tenth() -> None:
    """Electrons are 1.5 % of what pi0 are: unknown up to an acceptance of six times that of the pi0, and no further."""
    weak = ZPrimeScalar(
        m1=0.0, m2=0.3, G_X=1e-9
    )  # (far from excluded; the yields hold at any c tau of 1e8 times that)
    share = float(weak.branching_ratio("X2", "X1 e+ e-") / weak.branching_ratio("X2", "X1 pi0")) / 0.98823

    def sum_of(most: float, main: float) -> float:
        blind = ChannelYield(channel=ELECTRONS, acceptance=flat(math.nan, most=most), selection="showers")
        point = dump(blind, main=main)
        return float(point.value(MODEL))

    alone = float(dump().value(MODEL))
    bound = 0.1 * 1e-4 / share
    low = 1e-8  # (of an acceptance that excludes nothing)
    assert alone > BeamDump.limit.fget(dump())  # type: ignore[attr-defined]
    assert sum_of(1.0, 1e-4) == pytest.approx(alone)  # excluded by what is known
    assert sum_of(0.9 * bound * low / 1e-4, low) == pytest.approx(alone * low / 1e-4)
    assert math.isnan(sum_of(1.1 * bound * low / 1e-4, low))


def test_a_sum_with_a_large_error_is_not_known() -> None:
    poor = ChannelYield(channel=ELECTRONS, acceptance=flat(1e-2, 5e-3), selection="showers")
    fair = ChannelYield(channel=ELECTRONS, acceptance=flat(1e-2, 5e-5), selection="showers")
    tiny = ZPrimeScalar(m1=0.0, m2=0.3, G_X=MODEL.G_X)
    few = 1e-9 / float(dump(fair, main=1e-12).value(tiny))
    scaled = [dump(part, main=1e-12, protons=few * 2.4e18) for part in (poor, fair)]
    assert np.isnan(scaled[0].value(tiny))
    assert float(scaled[1].value(tiny)) == pytest.approx(1e-9)


def test_each_mode_has_its_selection() -> None:
    search = DumpSearch(experiment="charm")
    sight = Sight(experiment="charm", parents=("eta",), selections=search.sight)
    assert (sight.selection(ELECTRONS), sight.selection(TRACKS)) == ("showers", "muons")
    assert sight.has_main
    assert not Sight(experiment="charm", parents=("pi0",), selections=search.sight).has_main
    assert not Sight(experiment="charm", parents=("eta",), selections=(("muons", MUONS),)).has_main


def test_a_sister_that_leaves_something_is_not_unseen() -> None:
    """A search for photons alone: X2 -> X1 e e beside X1 pi0 is a channel of its own, whose shower the selection may refuse."""
    model = ZPrimeMajorana(m1=0.0, m2=0.24, G_X=1e-5, c_A22=0.5)
    photons = ("X1 pi0", "gamma gamma")
    channels = {c.modes: c for c in channels_of(model, ("eta",), photons) if c.production == "X2 X2"}
    assert ("X1 e+ e-", "X1 pi0") in channels
    assert all("X1 pi0" in modes for modes in channels)  # (electrons alone are not looked for)
    unseen = channels[("X1 pi0", "unseen")]
    pion, neutrinos = (float(model.branching_ratio("X2", mode)) for mode in ("X1 pi0", "X1 nu nubar"))
    rate = 2.0 * float(model.branching_ratio("eta", "X2 X2")) * pion * neutrinos
    assert float(unseen.rate(model, visible_modes(model))) == pytest.approx(rate, rel=1e-9)
    # and the search counts it so
    samples = (EtaSample(generator="any", multiplicity=1.0, multiplicity_error=0.0, acceptance=FLAT),)
    made = Made(channel=unseen, selection="showers", samples=samples)
    alone = DumpSearch(experiment="nucal", selections={"showers": photons}, parents=("eta",))
    of_dump = Samples(daughters=0.98823)
    (_, dump), *_ = _dumps(of_dump, "mine", alone, (made,), visible_modes(model)).values()
    assert isinstance(dump, BeamDump)
    assert dump.seen == visible_modes(model)


def test_nothing_made_is_no_event_and_not_unknown() -> None:
    """Below the threshold of X2 -> X1 pi0, with an acceptance of which nothing is known."""
    light = ZPrimeScalar(m1=0.0, m2=0.12, G_X=1e-5)
    assert float(dump(main=math.nan).value(light)) == 0.0
    assert math.isnan(float(dump(main=math.nan).value(MODEL)))


def test_no_accepted_event_is_a_bound_and_not_zero() -> None:
    law = Scan()
    nothing = ScanSample(law=law, length=np.zeros((1, 0)), weight=np.zeros(0), generated=1000, largest=1.0)
    table = _table(nothing)
    assert table["ctau"] == []
    assert 1e-3 < table["most"] <= 1.0
