"""Acceptance of CHARM and NuCal against c tau from one sample, and what a beam dump excludes.

The failure rate of a bound of 4.89 standard errors is 1e-6.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from darkpair.chains.models import Inputs, ZPrimeDirac, ZPrimeScalar
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array
from darkpair.searches import BeamDump
from darkpair.studies.charm import MASS, DumpPoint
from darkpair.studies.dump_efficiency import DumpAgainstCtau
from darkpair.studies.parameter_space import DumpYield


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
    own = DumpPoint(experiment=experiment, generator="pythia6", ctau=table["ctau"][at], n=40_000).made()
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
    one = DumpYield(tables=({**table, "multiplicity": 0.3, "multiplicity_error": 0.05},))
    below = one(np.array([0.5 * table["ctau"][0], table["ctau"][0], 1e7, 1e8]))
    assert math.isnan(below[0])
    assert below[1] == pytest.approx(0.3 * table["efficiency"][0])
    assert below[3] == pytest.approx(0.1 * below[2])  # rare decays along a long flight


def test_ends_of_the_production_uncertainty() -> None:
    def table(efficiency: float, number: float) -> dict[str, Any]:
        told = {"ctau": [1.0, 10.0], "efficiency": [efficiency, efficiency]}
        return told | {"multiplicity": number, "multiplicity_error": 0.1 * number}

    tables = (table(1e-3, 0.3), table(4e-3, 0.2))
    at = np.array([2.0, 5.0])
    found = {end: DumpYield(tables=tables, end=end)(at) for end in ("central", "low", "high")}
    assert found["central"] == pytest.approx(3e-4)
    assert found["low"] == pytest.approx(0.9 * 3e-4)
    assert found["high"] == pytest.approx(1.1 * 8e-4)
    one_blind = DumpYield(tables=(tables[0], table(4e-3, 0.2) | {"ctau": []}), end="high")(at)
    assert np.isnan(one_blind).all()


def test_expected_events_by_hand() -> None:
    def acceptance(ctau: Array) -> Array:
        return np.where(ctau > 10.0, 1e-4, np.nan)

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
