"""Acceptances between sampled masses: exact where logarithms are straight, with an error that covers a bent one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from darkpair.chains.models.channels import Channel
from darkpair.limits.dump_samples import DumpYield, EtaSample
from darkpair.limits.reach_blend import Between, rests_on_samples
from darkpair.scan.acceptance import Acceptance
from darkpair.searches import SEARCHES
from darkpair.searches.beam_dump import MAIN, BeamDump, ChannelYield

CTAU = np.geomspace(10.0, 1e6, 25)
PLACES = (0.0, 0.3, 0.4, 0.7)
OTHER = Channel(parent="eta", production="X1 X2", modes=("X1 gamma",))


def acceptance(place: float, bent: float = 0.0, error: float = 0.01, first: int = 0) -> Acceptance:
    """A straight logarithm in the place at each c tau, or a parabola."""
    value = np.exp(-(1.0 + place + bent * place**2) * 3e3 / CTAU) / CTAU
    ctau, own, errors = (tuple(column[first:].tolist()) for column in (CTAU, value, error * value))
    return Acceptance(ctau=ctau, value=own, error=errors)


def dump(own: Acceptance, more: tuple[ChannelYield, ...] = ()) -> BeamDump:
    sample = EtaSample(generator="pythia6", multiplicity=0.1, multiplicity_error=0.0, acceptance=own)
    return BeamDump(
        experiment="charm",
        multiplicity=1.0,
        acceptance=DumpYield(samples=(sample,)),
        daughters=0.9,
        more=more,
    )


def at(place: float, parts: list[Acceptance | None], *, samples: bool = True) -> Acceptance:
    between = Between(places=PLACES, place=place, mass=0.3, samples=samples)
    made = between.search([None if part is None else dump(part) for part in parts])
    assert isinstance(made, BeamDump)
    assert isinstance(made.acceptance, DumpYield)
    return made.acceptance.samples[0].acceptance


def test_a_straight_logarithm_is_exact_and_has_the_error_of_the_samples() -> None:
    made = at(0.35, [acceptance(p) for p in PLACES])
    true = acceptance(0.35)
    assert made.ctau == true.ctau
    assert made.value == pytest.approx(true.value, rel=1e-12)
    assert np.divide(made.error, made.value) == pytest.approx(np.full(len(CTAU), 0.01), rel=1e-6)


@pytest.mark.parametrize("lacking", [(), (0,), (3,)])
def test_the_error_of_a_bent_one_is_what_it_is_off(lacking: tuple[int, ...]) -> None:
    """A parabola has the same second derivative everywhere, so that the error is the deviation itself."""
    parts = [None if i in lacking else acceptance(p, bent=0.4) for i, p in enumerate(PLACES)]
    made = at(0.33, parts, samples=False)
    off = np.abs(np.log(made.value) - np.log(acceptance(0.33, bent=0.4).value))
    assert np.max(off) > 0.1
    assert np.divide(made.error, made.value) == pytest.approx(off, rel=1e-6)


def test_without_a_third_sample_the_error_is_no_smaller() -> None:
    made = at(0.33, [None, acceptance(0.3, bent=0.4), acceptance(0.4, bent=0.4), None], samples=False)
    off = np.abs(np.log(made.value) - np.log(acceptance(0.33, bent=0.4).value))
    assert np.all(np.divide(made.error, made.value) >= off)


def test_nothing_is_said_where_a_neighbour_knows_nothing() -> None:
    made = at(0.35, [acceptance(0.0), acceptance(0.3, first=3), acceptance(0.4, first=5), acceptance(0.7)])
    assert made.ctau[0] == CTAU[5]
    assert np.isnan(made.at(np.array(CTAU[4])))


def test_a_channel_of_one_neighbour_alone_is_doubted() -> None:
    made = ChannelYield(channel=OTHER, acceptance=DumpYield(samples=dump(acceptance(0.3)).acceptance.samples))  # type: ignore[attr-defined]
    whole = [dump(acceptance(p), more=(made,) if p == 0.3 else ()) for p in PLACES]
    search = Between(places=PLACES, place=0.35, mass=0.3).search(whole)
    assert isinstance(search, BeamDump)
    (own,) = search.more
    assert own.channel == OTHER
    assert isinstance(own.acceptance, DumpYield)
    assert own.acceptance.relative_error(np.array(100.0)) == pytest.approx(1.0)
    assert own.acceptance.at(np.array(100.0)) == pytest.approx(made.acceptance.at(np.array(100.0)))  # type: ignore[union-attr]


def test_searches_that_differ_in_more_are_not_mixed() -> None:
    low, high = dump(acceptance(0.3)), dump(acceptance(0.4))
    assert (
        Between(places=PLACES, place=0.35, mass=0.3).search([None, low, replace(high, daughters=0.5), None])
        is None
    )


def test_what_rests_on_samples() -> None:
    assert rests_on_samples(dump(acceptance(0.3)))
    assert not rests_on_samples(SEARCHES.factory("pi0-invisible")())
    assert MAIN != OTHER


def test_tails_of_two_samples_are_mixed_at_the_lengths_that_are_left() -> None:
    """Samples of other masses know other lengths, and have other errors of their spectra's tails."""
    low, high = acceptance(0.3, first=2), acceptance(0.4, first=4)

    def with_tail(own: Acceptance, tail: float) -> BeamDump:
        made = dump(own)
        (sample,) = made.acceptance.samples  # type: ignore[attr-defined]
        tails = tuple(tail * (1.0 + np.arange(len(own.ctau))))
        return replace(made, acceptance=DumpYield(samples=(replace(sample, tail=tails),)))

    ends = [with_tail(low, 0.01), with_tail(high, 0.03)]
    made = Between(places=PLACES, place=0.325, mass=0.3).search([None, *ends, None])
    assert isinstance(made, BeamDump)
    (sample,) = made.acceptance.samples  # type: ignore[attr-defined]
    assert sample.acceptance.ctau == high.ctau
    length = np.asarray(high.ctau)
    of_ends = [end.acceptance.samples[0].tail_error(length) for end in ends]  # type: ignore[attr-defined]
    assert np.asarray(sample.tail) == pytest.approx(0.75 * of_ends[0] + 0.25 * of_ends[1])
    assert sample.tail_error(length) == pytest.approx(np.asarray(sample.tail))
