"""Limits by toys: pyhf's statistic, the exact limit where nothing is uncertain, and experiments as they are expected.

Statistical tests have fixed seeds and bounds of four or five standard errors.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import numpy as np
import pytest
from packaging.version import Version

from darkpair.export.toy_fits import ToyFits
from darkpair.export.toys import _experiments, toy_cls, toy_limit
from darkpair.export.workspace import counting_workspace, koto_counting
from darkpair.gen.errors import InputError
from darkpair.gen.streams import Streams
from darkpair.statistics import Counting, upper_limit

pyhf: Any = pytest.importorskip("pyhf")
pytestmark = pytest.mark.filterwarnings("ignore:jsonschema.RefResolver:DeprecationWarning")

UNCERTAIN = Counting(observed=3, background=1.22, background_error=0.5, efficiency_error=0.2)


def two_bins() -> dict[str, Any]:
    """A workspace that is not ours: two bins, a normal and a Poisson constraint, a lumi-like one of both samples."""
    told = counting_workspace(UNCERTAIN, signal=1.0)
    signal, background = told["channels"][0]["samples"]
    signal["data"], background["data"] = [1.0, 0.5], [1.22, 4.0]
    background["modifiers"][0]["data"] = [0.5, 0.8]
    for sample in (signal, background):
        sample["modifiers"].append({"name": "both", "type": "normsys", "data": {"hi": 1.1, "lo": 0.9}})
    told["observations"][0]["data"] = [3.0, 4.0]
    return told


@pytest.mark.parametrize(
    "specification", [counting_workspace(UNCERTAIN), two_bins()], ids=["one", "two bins"]
)
def test_the_statistic_is_pyhf_s(specification: dict[str, Any]) -> None:
    """Of the observed experiment and of eight others, to 1e-3 (pyhf's own fits end at some 1e-6)."""
    workspace = pyhf.Workspace(specification)
    model = workspace.model()
    data = np.asarray(workspace.data(model))
    fits = ToyFits(workspace=workspace, strength=2.3)
    drawn = [_experiments(model, fits.best(data, at), 4, Streams(seed=3).rng(f"{at}")) for at in (2.3, 0.0)]
    experiments = np.vstack([data, *drawn])
    config = model.config
    fit = (config.suggested_init(), config.suggested_bounds(), config.suggested_fixed())
    theirs = [float(pyhf.infer.test_statistics.qmu_tilde(2.3, one, model, *fit)) for one in experiments]
    assert fits.statistic(experiments) == pytest.approx(theirs, abs=1e-3)
    assert max(theirs) > 1.0


@pytest.mark.parametrize(
    "specification", [counting_workspace(UNCERTAIN), two_bins()], ids=["one", "two bins"]
)
def test_experiments_are_as_expected(specification: dict[str, Any]) -> None:
    """Means and variances of counts and auxiliary measurements, five standard errors of 20 000 experiments."""
    workspace = pyhf.Workspace(specification)
    model = workspace.model()
    n = 20_000
    start = np.asarray(model.config.suggested_init())
    drawn = _experiments(model, start, n, Streams(seed=1).rng("toys"))
    expected = np.asarray(model.expected_data(start))
    normal = np.concatenate(
        [np.zeros(len(model.expected_actualdata(start)), dtype=bool)]
        + [
            np.full(
                model.config.param_set(name).n_parameters, model.config.param_set(name).pdf_type == "normal"
            )
            for name in model.config.auxdata_order
        ]
    )
    variance = np.where(normal, 1.0, expected)  # of a normsys's auxiliary measurement: 1
    assert np.all(np.abs(drawn.mean(axis=0) - expected) < 5.0 * np.sqrt(variance / n))
    fourth = np.where(normal, 2.0, 2.0 * variance**2 + variance) / np.where(normal, 1.0, 1.0)
    assert np.all(np.abs(drawn.var(axis=0) - variance) < 5.0 * np.sqrt(fourth / n))


@pytest.mark.parametrize("experiment", [Counting(observed=0), Counting(observed=3, background=1.22)])
def test_without_uncertainties_it_is_the_exact_limit(experiment: Counting) -> None:
    exact = upper_limit(experiment)
    found, error = toy_limit(counting_workspace(experiment), start=0.8 * exact, toys=2000)
    assert 0.0 < error < 0.1 * exact
    assert abs(found - exact) < 4.0 * error


def test_an_uncertain_background_is_profiled() -> None:
    """CLs of one experiment: the same parts as pyhf's own calculator finds, five standard errors of its 30 toys."""
    told = counting_workspace(koto_counting("2016-18"))
    ours = toy_cls(told, 5.0, toys=2000)
    assert ours == toy_cls(told, 5.0, toys=2000)
    assert ours.value == pytest.approx(ours.with_signal / ours.without_signal)
    workspace = pyhf.Workspace(told)
    model = workspace.model()
    data = workspace.data(model)
    calculator = pyhf.infer.calculators.ToyCalculator(data, model, ntoys=30, track_progress=False)
    parts = calculator.pvalues(calculator.teststatistic(5.0), *calculator.distributions(5.0))
    for here, there in zip((ours.with_signal, ours.without_signal), parts[:2], strict=True):
        assert abs(here - float(there)) < 5.0 * np.sqrt(max(here * (1.0 - here), 0.02) / 30)


@pytest.mark.skipif(
    Version(version("pyhf")) > Version("0.7.6") or Version(version("numpy")) < Version("2.4"),
    reason="docs/limits.md speaks of pyhf 0.7.6 and NumPy 2.4",
)
def test_pyhf_s_own_toys_end_as_the_page_says() -> None:
    workspace = pyhf.Workspace(counting_workspace(Counting(observed=0)))
    model = workspace.model()
    with pytest.raises(TypeError, match="interpolation"):
        pyhf.infer.hypotest(
            1.0, workspace.data(model), model, calctype="toybased", ntoys=2, track_progress=False
        )


def test_refusals() -> None:
    told = counting_workspace(Counting(observed=0))
    with pytest.raises(InputError, match="strength = 0"):
        toy_cls(told, 0.0)
    with pytest.raises(InputError, match="toys = 3; allowed: 10 or more"):
        toy_cls(told, 1.0, toys=3)
    with pytest.raises(InputError, match="between 0 and 1"):
        toy_limit(told, 90.0)
