"""Every search has samples that a map can interpolate: whatever a search holds beside acceptances is mixed, or the same at both masses."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

import numpy as np
import pytest

import darkpair.limits
from darkpair.chains.models import ZPrimeScalar
from darkpair.chains.models.remembered import remembered
from darkpair.limits.choice import choose, searches_of
from darkpair.limits.reach_blend import Between
from darkpair.searches import SEARCHES
from tests.limits import test_nothing_is_silent as stand_in

MODELS = [ZPrimeScalar(m1=0.02, m2=m2, G_X=1e-5, m_Zprime=10.0) for m2 in (0.30, 0.31)]


def different(table: Any, number: float) -> Any:
    """Numbers of a sample of its own, as those of two masses are."""
    if isinstance(table, dict):
        return {key: value if key == "ctau" else different(value, number) for key, value in table.items()}
    if isinstance(table, list):
        return [different(value, number) for value in table]
    return table * number + 1e-3 * (number - 1.0)


@pytest.fixture
def samples(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = count(1)

    def scan(evaluate: Any, points: list[Any], **_: Any) -> list[Any]:
        return [different(table, 1.0 + 1e-3 * next(steps)) for table in stand_in.flat(evaluate, points)]

    limits: Any = darkpair.limits
    for name in (
        "belle2_samples", "channels", "dump_samples", "four_photons", "koto_beside", "koto_channels", "one_photon", "samples",
    ):  # fmt: skip
        monkeypatch.setattr(getattr(limits, name), "scan", scan)


@pytest.mark.usefixtures("samples")
def test_every_search_has_a_place_between_two_masses() -> None:
    low, high = searches_of(
        choose(planned=True), [(model, model) for model in MODELS], stand_in.SIZE, None, workers=1
    )
    asked = {name for name in low.keys() & high.keys() if name in SEARCHES.ours}
    assert {"nucal", "charm", "ship", "koto-2021", "koto-ii", "belle2-displaced"} <= asked
    between = Between(places=(None, 0.0, 1.0, None), place=0.5, mass=0.305)
    lost = [name for name in asked if between.search([None, low[name][1], high[name][1], None]) is None]
    assert lost == []


@pytest.mark.usefixtures("samples")
def test_every_search_says_the_same_of_a_model_that_remembers() -> None:
    """In whatever order they are asked, and twice: a map asks all of them of one model."""
    plain = replace(MODELS[0], G_X=np.geomspace(1e-8, 1e-4, 5))
    (at,) = searches_of(choose(planned=True), [(MODELS[0], plain)], stand_in.SIZE, None, workers=1)
    kept = remembered(replace(plain))
    compared = 0
    for name, (_, search) in [*at.items(), *reversed(at.items())]:
        for method in ("value", "statistical_error"):
            own, other = (np.asarray(getattr(search, method)(model)) for model in (plain, kept))
            assert np.array_equal(own, other, equal_nan=True), (name, method)
            compared += 1
    assert compared > 100
