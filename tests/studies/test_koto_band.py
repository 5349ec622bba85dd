"""KOTO's efficiency against c tau as a cached curve, and the coupling of three events by each assumption."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from darkpair.chains.models import Inputs, ZPrimeScalar
from darkpair.detectors.koto_results import koto_decay_probability
from darkpair.gen.errors import InputError
from darkpair.limits.koto_samples import EfficiencyAgainstCtau
from darkpair.limits.samples import efficiency_curves
from darkpair.scan import Acceptance
from darkpair.searches import KotoBand
from darkpair.studies.experiments.koto_band import bands

FLAT = Acceptance(ctau=(0.1, 1e5), value=(1.167, 1.167), error=(0.01, 0.01), prompt=1.0)


def test_curve() -> None:
    curve = Acceptance(ctau=(1.0, 100.0, 1e4), value=(1.2, 1.0, 0.05), error=(0.1, 0.1, 0.1), prompt=1.0)
    assert curve.at_prompt == 1.2
    assert curve.at([0.0, 0.5, 1.0, 100.0, 1e4]) == pytest.approx([1.2, 1.2, 1.2, 1.0, 0.05])
    assert curve.at(10.0) == pytest.approx(np.sqrt(1.2))  # a straight line in both logarithms
    assert curve.at(1e6) == pytest.approx(0.05e-2)
    model = ZPrimeScalar(m1=0.0, m2=np.array([0.3, 0.43]), G_X=1.2e-5)
    band = KotoBand(efficiency_ratio=curve, decay="included")
    rate = model.branching_ratio("K_L0", "X1 X2") * model.branching_ratio("X2", "X1 pi0")
    assert band.value(model) == pytest.approx(rate * curve.at(model.ctau("X2")), rel=1e-12)
    inside = koto_decay_probability(model.m2, model.ctau("X2"))
    estimate = KotoBand(efficiency_ratio=curve, decay="estimate")
    assert estimate.value(model) == pytest.approx(rate * 1.2 * inside, rel=1e-12)


def test_cached_curves(tmp_path: Path) -> None:
    """(430, 0) MeV prompt within a tenth of 1.16, falling with c tau; a second call reads its files."""
    settings = {"events": 100_000, "folder": tmp_path, "workers": 1}
    (curve,) = efficiency_curves([(0.0, 0.43)], **settings)  # type: ignore[arg-type]
    assert curve.at_prompt == pytest.approx(1.16, abs=5.0 * curve.error[0])
    assert curve.error[0] < 0.1
    far = np.asarray(curve.ctau) > 100.0
    assert np.all(np.diff(np.asarray(curve.value)[far]) < 0.0)
    files = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.json")}
    assert len(files) == 2
    start = time.perf_counter()
    assert efficiency_curves([(0.0, 0.43)], **settings) == [curve]  # type: ignore[arg-type]
    assert time.perf_counter() - start < 2.0
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.json")} == files


def test_too_few_events() -> None:
    with pytest.raises(InputError, match="generate more"):
        EfficiencyAgainstCtau(events=100)({"m1": 0.0, "m2": 0.43})


def test_bands_by_assumption() -> None:
    """1.080 and .409 of the arithmetic behind Fig. 3; a decay outside asks for a larger coupling."""
    long = Acceptance(
        ctau=(0.1, 100.0, 1e3, 1e5), value=(1.167, 1.15, 0.48, 0.0065), error=(0.01,) * 4, prompt=1.0
    )
    rows = {
        (row["inputs"], row["treatment"]): row
        for row in bands(long, [Inputs("paper"), Inputs("paper-10tev")])
        if row["X1, X2"] == "scalars"
    }
    assert rows["paper", "prompt, BR = 1"]["G_X / G_F"] == pytest.approx(1.080, rel=0.01)
    assert rows["paper-10tev", "prompt, BR = 1"]["G_X / G_F"] == pytest.approx(0.409, rel=0.01)
    for preset in ("paper", "paper-10tev"):
        own = rows[preset, "prompt, own BR"]
        assert own["G_X / G_F"] == pytest.approx(
            rows[preset, "prompt, BR = 1"]["G_X / G_F"] / np.sqrt(0.911), rel=2e-3
        )
        estimate = rows[preset, "eq. 66"]
        inside = float(koto_decay_probability(0.43, estimate["c tau [mm]"]))
        assert estimate["G_X / G_F"] == pytest.approx(own["G_X / G_F"] / np.sqrt(inside), rel=1e-6)
        order = [own[k] for k in ("95 % low", "68 % low", "G_X / G_F", "68 % high", "95 % high")]
        assert order == sorted(order)
    # at c tau of 25 cm the estimate overestimates the events, so it asks for too little
    assert rows["paper-10tev", "at its lifetime"]["G_X / G_F"] > rows["paper-10tev", "eq. 66"]["G_X / G_F"]
    assert rows["paper-10tev", "eq. 66"]["G_X / G_F"] > rows["paper-10tev", "prompt, own BR"]["G_X / G_F"]
    # the printed coefficients move the band by the root of their factor, and c tau by the factor
    one, other = (rows[p, "prompt, own BR"] for p in ("paper", "paper-10tev"))
    assert one["G_X / G_F"] / other["G_X / G_F"] == pytest.approx(np.sqrt(6.96), rel=0.01)
    assert other["c tau [mm]"] / one["c tau [mm]"] == pytest.approx(6.96, rel=0.01)


def test_a_flat_curve_is_a_number() -> None:
    model = ZPrimeScalar(m1=0.0, m2=0.43, G_X=1.2e-5)
    one = KotoBand(efficiency_ratio=FLAT, decay="included").value(model)
    assert 1e9 * one == pytest.approx(1e9 * KotoBand(efficiency_ratio=1.167, decay="included").value(model))
