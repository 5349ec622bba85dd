"""The production uncertainty as a nuisance: without one today's limit, by hand with one, and in the command."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.integrate import quad
from scipy.stats import norm, poisson

from darkpair.chains.models import Inputs, ZPrimeScalar
from darkpair.cli import main
from darkpair.export.workspace import counting_workspace
from darkpair.limits.dump_samples import DumpYield, EtaSample
from darkpair.limits.production import AveragedDump, counting_of, in_the_way, limit_factor
from darkpair.scan import Acceptance
from darkpair.searches.beam_dump import BeamDump
from darkpair.searches.dump_search import DumpSearch
from darkpair.searches.rate import Stated
from darkpair.statistics import Counting, upper_limit

PDG = Inputs("pdg")
COUNTED = [
    Counting(observed=0),
    Counting(observed=1, background=0.3),
    Counting(observed=3, background=1.0, background_error=0.4),
]


@pytest.mark.parametrize("counting", COUNTED)
def test_no_error_is_the_limit_without(counting: Counting) -> None:
    assert float(limit_factor(counting, 1.0, 1.0)) == pytest.approx(1.0, rel=1e-9)
    small = limit_factor(counting, 1.0 - np.array([1e-2, 1e-3]), 1.0 + np.array([1e-2, 1e-3]))
    assert small[0] - 1.0 == pytest.approx(
        100.0 * (small[1] - 1.0), rel=0.05
    )  # the second order in the error


@pytest.mark.parametrize(("low", "high"), [(0.6, 1.4), (0.02, 1.4), (0.9, 3.0)])
def test_limit_by_an_integral(low: float, high: float) -> None:
    """CLs at the limit is a tenth: an integral over the nuisance by quadrature that adapts itself."""
    seen, expected = 1, 0.3
    counting = Counting(observed=seen, background=expected)
    limit = upper_limit(counting, 0.90) * float(limit_factor(counting, low, high))

    def both(t: float) -> float:
        events = limit * (high**t if t > 0.0 else low**-t)
        return float(norm.pdf(t) * poisson.cdf(seen, events + expected))

    whole = (
        quad(both, -9.0, 0.0, epsabs=1e-12, limit=200)[0] + quad(both, 0.0, 9.0, epsabs=1e-12, limit=200)[0]
    )
    assert whole / poisson.cdf(seen, expected) == pytest.approx(0.1, rel=1e-6)


def test_nothing_is_excluded_where_half_of_the_spectra_give_none() -> None:
    assert float(limit_factor(Counting(observed=0), 0.0, 1.4)) > 1e4
    unknown = limit_factor(Counting(observed=0), np.array([math.nan, 0.5]), np.array([1.5, 1.5]))
    assert np.isnan(unknown).tolist() == [True, False]


@pytest.mark.filterwarnings("ignore:jsonschema.RefResolver:DeprecationWarning")
def test_the_nuisance_is_histfactorys() -> None:
    """Events at one and more standard deviations, by pyhf."""
    pyhf = pytest.importorskip("pyhf")
    workspace = counting_workspace(Counting(observed=1, background=0.3), signal=5.0, production=(0.4, 1.6))
    model = pyhf.Workspace(workspace).model()
    at = list(model.config.suggested_init())
    for t, share in ((-2.0, 0.16), (-1.0, 0.4), (0.0, 1.0), (1.0, 1.6), (2.0, 2.56)):
        at[model.config.par_map["production"]["slice"]] = [t]
        assert float(model.expected_actualdata(at)[0]) == pytest.approx(0.3 + 5.0 * share, rel=1e-9)


def sample(value: float, number: float = 0.2, error: float = 0.08, tail: float = 0.1) -> EtaSample:
    flat = Acceptance(ctau=(10.0, 1e9), value=(value, value), error=(1e-6, 1e-6))
    return EtaSample(
        generator="any", multiplicity=number, multiplicity_error=error, acceptance=flat, tail=(tail, tail)
    )


def averaged(*samples: EtaSample) -> AveragedDump:
    search = DumpSearch(experiment="nucal")
    of_ends: dict[str, Any] = {}
    for end in ("central", "low", "high"):
        dump = BeamDump(
            experiment="nucal",
            multiplicity=1.0,
            acceptance=DumpYield(samples=samples, end=end),
            daughters=0.98823,
        )
        of_ends["nucal" if end == "central" else f"nucal, production {end}"] = ("excluded", dump)
    ((name, (kind, made)),) = in_the_way("nuisance", of_ends, {"nucal": search}).items()
    assert (name, kind) == ("nucal", "excluded")
    assert list(in_the_way("none", of_ends, {"nucal": search})) == ["nucal"]
    assert list(in_the_way("ends", of_ends, {"nucal": search})) == list(of_ends)
    assert isinstance(made, AveragedDump)
    return made


def test_the_search_at_a_point_and_along_a_coupling() -> None:
    made = averaged(sample(1e-4), sample(2e-5))
    assert made.counting == Counting(observed=1, background=0.3)
    point = ZPrimeScalar(m1=0.0, m2=0.4, G_X=0.2 * PDG["G_F"], inputs=PDG)
    there = made.at_point(point)
    error = math.hypot(0.4, 0.1)
    by_hand = float(limit_factor(made.counting, 0.2 * (1.0 - error), 1.0 + error))
    assert there.limit == pytest.approx(3.6 * by_hand, rel=1e-9)
    assert by_hand > 2.0
    central = BeamDump(
        experiment="nucal", multiplicity=1.0, acceptance=DumpYield(samples=(sample(1e-4),)), daughters=0.98823
    )
    assert float(there.value(point)) == pytest.approx(float(central.value(point)), rel=1e-9)
    # elsewhere and without a point: the same ratio, whatever factor the search carries
    other = ZPrimeScalar(m1=0.0, m2=0.4, G_X=np.array([0.1, 0.2]) * PDG["G_F"], inputs=PDG)
    assert there.ratio(other) == pytest.approx(made.ratio(other), rel=1e-9)
    assert made.ratio(other) == pytest.approx(central.ratio(other) / by_hand, rel=1e-9)
    assert "0.118 to 1.41 times" in there.note(point)


def test_without_an_uncertainty_the_search_is_the_central_one() -> None:
    made = averaged(sample(1e-4, error=0.0, tail=0.0))
    point = ZPrimeScalar(m1=0.0, m2=0.4, G_X=0.2 * PDG["G_F"], inputs=PDG)
    assert made.at_point(point).limit == pytest.approx(3.6, rel=1e-9)


def test_an_end_that_is_not_known_excludes_nothing_and_allows_what_was_allowed() -> None:
    blind = EtaSample(
        generator="poor",
        multiplicity=0.2,
        multiplicity_error=0.0,
        acceptance=Acceptance(ctau=(), value=(), error=()),
    )
    made = averaged(sample(1e-4), blind)
    point = ZPrimeScalar(m1=0.0, m2=0.4, G_X=0.2 * PDG["G_F"], inputs=PDG)
    assert math.isnan(float(made.at_point(point).ratio(point)))
    few = averaged(sample(1e-16), blind)
    assert 0.0 < float(few.at_point(point).ratio(point)) < 1.0
    assert "not known" in few.note(point)


def test_counts_of_a_search_of_its_own() -> None:
    def stated(value: float, error: float = 0.0) -> Stated:
        return Stated(value=value, unit="events", source="a test", confidence="choice", error=error)

    own = DumpSearch(experiment="nucal", observed=stated(4.0), background=stated(2.0, 0.5))
    dump = averaged(sample(1e-4))
    assert counting_of(own, dump) == Counting(observed=4, background=2.0, background_error=0.5)
    limited = DumpSearch(experiment="nucal", signal_limit=stated(5.0))
    assert counting_of(limited, dump) == Counting(observed=0)


def test_the_command(tmp_path: Path) -> None:
    words = [
        "limits",
        "eta -> X1 (X2 -> X1 pi0)",
        "m1=0",
        "m2=430 MeV",
        "ctau=1 m",
        "--only",
        "nucal",
        "--quick",
    ]
    words += ["--cache", str(tmp_path), "--json"]
    ratio = {}
    for way in ("ends", "nuisance", "none"):
        made = CliRunner().invoke(main, [*words, "--production", way])
        assert made.exit_code == 0, made.output
        rows = json.loads(made.output)
        assert len(rows) == (3 if way == "ends" else 1)
        ratio[way] = rows[0]["excluded branching ratio"]
    assert ratio["none"] == ratio["ends"]
    # one spectrum and 41 % of the number: a fifth to a half more
    assert 1.2 < ratio["nuisance"] / ratio["none"] < 1.5
    wrong = CliRunner().invoke(main, [*words, "--production", "profile"])
    assert (wrong.exit_code, wrong.output.count("\n")) == (2, 1)
    assert "known: ends, nuisance, none" in wrong.output
