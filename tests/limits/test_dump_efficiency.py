"""Acceptance of CHARM and NuCal against c tau from one sample, and what a beam dump excludes.

The failure rate of a bound of 4.89 standard errors is 1e-6.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from darkpair.chains.models import Inputs, ZPrimeDirac, ZPrimeScalar
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.gen.errors import InputError
from darkpair.limits.dump_samples import DumpAgainstCtau, DumpYield, EtaSample
from darkpair.scan import Acceptance
from darkpair.searches import BeamDump
from darkpair.studies.experiments.charm_samples import MASS, DumpPoint


@pytest.fixture(scope="module", params=["charm", "nucal"])
def scanned(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    one = DumpAgainstCtau(
        experiment=request.param,
        generator="pythia6",
        events=100_000,
        cells=(32, 24, 16),
        throws=(8, 8),
        resolution="data",  # as the study that it is held against
    )
    return request.param, one({"m1": MASS["X1"], "m2": MASS["X2"]})


@pytest.mark.parametrize("ctau", [100.0, 1e3, 1e5])
def test_one_sample_equals_those_of_each_lifetime(scanned: tuple[str, dict[str, Any]], ctau: float) -> None:
    experiment, table = scanned
    at = int(np.argmin(np.abs(np.log(np.asarray(table["ctau"]) / ctau))))
    assert table["ctau"][at] == pytest.approx(ctau)
    own = DumpPoint(
        experiment=experiment, generator="pythia6", ctau=table["ctau"][at], n=40_000, seed=4805
    ).made()
    flow = own.cutflow
    error = math.hypot(table["error"][at], flow.acceptance_error)
    assert abs(table["efficiency"][at] - flow.acceptance) < 4.89 * error
    assert error < 0.1 * flow.acceptance
    assert table["effective"][at] > 150.0


def test_what_a_sample_cannot_tell_is_left_out(scanned: tuple[str, dict[str, Any]]) -> None:
    experiment, table = scanned
    assert table["ctau"] == sorted(table["ctau"])
    assert min(table["effective"]) >= 100.0
    assert table["ctau"][-1] == pytest.approx(1e7)
    if experiment == "charm":  # 480 m away: a c tau of 1 cm is out of reach of any sample
        assert 20.0 < table["ctau"][0] < 100.0
    sample = EtaSample(
        generator="pythia6", multiplicity=0.3, multiplicity_error=0.05, acceptance=Acceptance.of(table)
    )
    below = DumpYield(samples=(sample,)).at(np.array([0.5 * table["ctau"][0], table["ctau"][0], 1e7, 1e8]))
    assert math.isnan(below[0])
    assert below[1] == pytest.approx(0.3 * table["efficiency"][0])
    assert below[3] == pytest.approx(0.1 * below[2])  # rare decays along a long flight


def test_ends_of_the_production_uncertainty() -> None:
    def sample(efficiency: float, number: float) -> EtaSample:
        flat = Acceptance(ctau=(1.0, 10.0), value=(efficiency, efficiency), error=(1e-5, 1e-5))
        return EtaSample(
            generator="any", multiplicity=number, multiplicity_error=0.1 * number, acceptance=flat
        )

    samples = (sample(1e-3, 0.3), sample(4e-3, 0.2))
    ctau = np.array([2.0, 5.0])
    events = {end: DumpYield(samples=samples, end=end).at(ctau) for end in ("central", "low", "high")}
    assert events["central"] == pytest.approx(3e-4)
    assert events["low"] == pytest.approx(0.9 * 3e-4)
    assert events["high"] == pytest.approx(1.1 * 8e-4)
    blind = replace(samples[1], acceptance=Acceptance(ctau=(), value=(), error=()))
    assert np.isnan(DumpYield(samples=(samples[0], blind), end="high").at(ctau)).all()


def test_expected_events_by_hand() -> None:
    acceptance = Acceptance(ctau=(10.0, 1e9), value=(1e-4, 1e-4), error=(1e-6, 1e-6))
    model = ZPrimeScalar(m1=0.0, m2=0.4, G_X=1.2e-5 * np.array([0.1, 1e4]), inputs=Inputs("paper"))
    dump = BeamDump(experiment="nucal", multiplicity=0.2, acceptance=acceptance, daughters=0.98823)
    detector = FixedTarget(experiment="nucal")
    pot, factors = detector.run["pot"].value, math.prod(detector.flat_factors.values())
    rate = float(model.branching_ratio("eta", "X1 X2")[0] * model.branching_ratio("X2", "X1 pi0")[0])
    events = dump.value(model)
    assert float(events[0]) == pytest.approx(pot * 0.2 * rate * 0.98823 * 1e-4 * factors, rel=1e-12)
    assert factors < 1.0
    assert dump.limit == 3.6
    assert dump.excluded(model).tolist() == [True, False]  # nothing known is nothing excluded
    assert math.isnan(float(events[1]))
    # a Dirac pair has both channels in the rate of the eta
    dirac = ZPrimeDirac(m1=0.0, m2=0.4, G_X=1.2e-6, inputs=Inputs("paper"))
    assert dump.applies(dirac)
    with pytest.raises(InputError, match="daughters"):
        BeamDump(experiment="nucal", multiplicity=0.2, acceptance=acceptance, daughters=0.0)


def test_the_tail_widens_the_ends_and_not_the_middle() -> None:
    flat = Acceptance(ctau=(1.0, 100.0), value=(1e-3, 1e-3), error=(1e-5, 1e-5))
    sample = EtaSample(
        generator="any", multiplicity=0.3, multiplicity_error=0.12, acceptance=flat, tail=(0.3, 0.1)
    )
    ctau = np.array([1.0, 10.0, 100.0, 1e4])
    assert sample.tail_error(ctau) == pytest.approx([0.3, 0.2, 0.1, 0.1])
    events = {end: DumpYield(samples=(sample,), end=end).at(ctau) for end in ("central", "low", "high")}
    for end, sign in (("central", 0.0), ("low", -1.0), ("high", 1.0)):
        both = np.hypot(0.4, [0.3, 0.2, 0.1])  # 0.12 / 0.3 and the tail
        assert events[end][:3] == pytest.approx(3e-4 * (1.0 + sign * both)), end
    poor = replace(sample, tail=(2.0, 2.0))
    assert DumpYield(samples=(poor,), end="low").at(ctau)[0] == 0.0  # never fewer than none


def test_the_scan_states_the_tail(scanned: tuple[str, dict[str, Any]]) -> None:
    """Few of the spectrum's mesons are fast: its error grows towards short lifetimes."""
    _, table = scanned
    tail = np.asarray(table["tail"])
    assert len(tail) == len(table["ctau"])
    assert np.all((tail > 1e-3) & (tail < 1.0))
    assert tail[0] > 3.0 * tail[-1]
