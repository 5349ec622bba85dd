"""Figs. 3 to 5: ranges of a coupling, and what sections IV.C and IV.D of arXiv:2005.07102 say about them.

Samples are small; the statements hold by margins far beyond their few per cent.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair.chains.models import Inputs, ZPrimeMajorana, ZPrimeScalar
from darkpair.chains.models.zprime import mixing_product
from darkpair.export.hepdata import write_submission
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.limits.contours import Contours
from darkpair.limits.ranges import ranges_above
from darkpair.limits.samples import Samples, Size, samples_at
from darkpair.scan import Acceptance
from darkpair.searches import KotoBand
from darkpair.studies.paper.exclusions import Panel, picture, published, rows_of, workspace
from darkpair.studies.paper.fig3 import mass_panels
from darkpair.studies.paper.fig4 import rescaling
from darkpair.studies.runner import options_for

PAPER = Inputs("paper")
TINY = replace(Size.of(quick=True), kaons=200_000, etas=100_000)
HEAVY = (0.430, 0.300, 0.200)


@pytest.fixture(scope="module")
def points(tmp_path_factory: pytest.TempPathFactory) -> dict[float, dict[str, Any]]:
    """Samples at m1 = 0, by m2."""
    folder = tmp_path_factory.mktemp("samples")
    made = samples_at([(0.0, m2) for m2 in HEAVY], TINY, folder, workers=1)
    return {m2: {"m1": 0.0, "m2": m2, "samples": samples} for m2, samples in zip(HEAVY, made, strict=True)}


def ranges(contours: Contours, point: dict[str, Any], curve: str) -> list[tuple[float, float]]:
    found = contours(point)["ranges"]
    return [(r["low"], r["high"]) for r in found if r["curve"] == curve and r["kind"] != "unknown"]


def one(contours: Contours, point: dict[str, Any], curve: str) -> tuple[float, float]:
    (found,) = ranges(contours, point, curve)
    return found


SCALARS = Contours(model="scalars", inputs=PAPER, data="2020")
MAJORANA = Contours(model="Majorana fermions", inputs=PAPER, data="2020")
BAND, WIDE = "koto-three-events, 1 sigma", "koto-three-events, 2 sigma"


def test_ranges_of_a_table() -> None:
    grid = np.geomspace(1e-2, 1e2, 400)
    (found,) = ranges_above(grid, 4.0 * grid**2)  # a power is a straight line
    assert (found.low, found.high) == pytest.approx((0.5, 1e2))
    assert (found.low_open, found.high_open) == (False, True)
    hump = ranges_above(grid, 30.0 * grid**2 * np.exp(-(grid**2)))
    assert [(r.low_open, r.high_open) for r in hump] == [(False, False)]
    assert 30.0 * hump[0].high ** 2 * math.exp(-(hump[0].high ** 2)) == pytest.approx(1.0, rel=5e-3)
    unknown = ranges_above(grid, np.where(grid > 10.0, np.nan, 4.0 * grid**2))
    assert unknown[0].high_open
    assert unknown[0].high <= 10.0
    assert ranges_above(grid, np.full(401, np.nan)) == []
    assert ranges_above(grid, np.zeros(401)) == []
    with pytest.raises(InputError, match="does not grow"):
        ranges_above(grid[::-1], grid)


def test_a_curve_that_does_not_begin_prompt_says_nothing_there() -> None:
    late = Acceptance(ctau=(100.0, 1e4), value=(0.1, 0.05), error=(0.01, 0.01), prompt=1.0)
    assert math.isnan(late.at_prompt)
    assert np.isnan(late.at([1.0, 99.0])).all()
    assert late.at(100.0) == pytest.approx(0.1)
    assert np.isnan(Acceptance(ctau=(), value=(), error=()).at([1.0, 1e5])).all()


def test_no_efficiency_is_no_limit(points: dict[float, dict[str, Any]]) -> None:
    """Where no sample can tell, nothing is excluded, and the table says so."""
    nothing = Acceptance(ctau=(), value=(), error=(), prompt=1.0)
    samples: Samples = points[0.430]["samples"]
    blind = points[0.430] | {"samples": replace(samples, koto={"2015": nothing, "2016-18": nothing})}
    found = [r for r in SCALARS(blind)["ranges"] if r["curve"].startswith("koto")]
    assert {r["kind"] for r in found} == {"unknown"}
    assert all(r["low open"] and r["high open"] for r in found)


def test_the_band_solves_its_equation(points: dict[float, dict[str, Any]]) -> None:
    """The ends of the band give the ends of the interval, by the constraint itself."""
    curve = points[0.430]["samples"].koto["2016-18"]
    today = replace(SCALARS, data="today")
    for contours, band in (
        (SCALARS, KotoBand(efficiency_ratio=curve.at_prompt, decay="estimate")),
        (today, KotoBand(efficiency_ratio=curve, decay="included")),
    ):
        ends = np.array(one(contours, points[0.430], BAND)) * PAPER["G_F"]
        value = band.value(ZPrimeScalar(m1=0.0, m2=0.43, G_X=ends, inputs=PAPER))
        assert value == pytest.approx(band.interval(), rel=2e-3)


def test_two_body_contours_go_with_the_square_of_the_mediator_mass(
    points: dict[float, dict[str, Any]],
) -> None:
    """In eps_Z and m_Z' KOTO and the dumps are the contours of G_X, exactly contact; B -> K is not."""
    plain = points[0.430]
    for m in (10.0, 40.0):
        moved = plain | {"m_Zprime": m}
        unit = float(mixing_product(PAPER["G_F"], m, PAPER))
        for curve in (BAND, "charm", "nucal"):
            expected = np.array(one(SCALARS, plain, curve)) * unit
            assert one(SCALARS, moved, curve) == pytest.approx(expected, rel=3e-3)
    near, far = ({**plain, "m_Zprime": m} for m in (6.0, 12.0))
    ratio = [
        ranges(MAJORANA, at, "b-to-k-belle")[0][0] / float(mixing_product(1.0, at["m_Zprime"], PAPER))
        for at in (near, far)
    ]
    assert ratio[0] < 0.9 * ratio[1]  # the propagator helps a light mediator


def test_lighter_x2_needs_larger_couplings_and_meets_the_dump(points: dict[float, dict[str, Any]]) -> None:
    """Section IV.C, Fig. 3."""
    band = {m2: one(SCALARS, points[m2], BAND) for m2 in HEAVY}
    dump = {m2: one(SCALARS, points[m2], "nucal") for m2 in HEAVY}
    assert band[0.430][0] < band[0.300][0] < band[0.200][0]
    assert band[0.200][0] > 3.0 * band[0.430][0]
    assert dump[0.430][1] < band[0.430][1]  # allowed at 430 MeV ...
    assert dump[0.200][0] < band[0.200][0] < band[0.200][1] < dump[0.200][1]  # ... all excluded at 200 MeV


def test_nucal_is_stronger_than_charm_by_about_two(points: dict[float, dict[str, Any]]) -> None:
    """Section IV.C: "by a factor smaller than two" at the large-coupling edge; 2.0 to 2.3 here, so about."""
    for contours in (SCALARS, MAJORANA):
        for point in points.values():
            charm, nucal = (one(contours, point, name)[1] for name in ("charm", "nucal"))
            assert 1.5 < nucal / charm < 2.6


def test_fermions_differ_as_the_text_says(points: dict[float, dict[str, Any]]) -> None:
    """Section IV.C, Fig. 4: the rate of K_L goes otherwise with m2, and B decays matter more."""
    scalar, fermion = ({m2: one(c, points[m2], BAND) for m2 in HEAVY} for c in (SCALARS, MAJORANA))
    # "larger m2 values are less tightly constrained": the band rises from 300 to 430 MeV, for scalars it falls
    assert fermion[0.430][0] > fermion[0.300][0]
    assert scalar[0.430][0] < scalar[0.300][0]
    # "the bounds become stronger" for lighter m2: less of the band is left by the dump
    free = [fermion[m2][1] / one(MAJORANA, points[m2], "nucal")[1] for m2 in HEAVY]
    assert free == sorted(free, reverse=True)
    # B -> K: nearer to the band than for scalars, not yet at it
    gap = {
        c.model: ranges(c, points[0.430], "b-to-k-belle")[0][0] / one(c, points[0.430], WIDE)[1]
        for c in (SCALARS, MAJORANA)
    }
    assert 1.0 < gap["Majorana fermions"] < 0.5 * gap["scalars"]
    # "as long as c tau < 20 cm it is in an interesting region": at 430 MeV the band has it
    edge = ZPrimeMajorana(m1=0.0, m2=0.43, G_X=fermion[0.430][0] * PAPER["G_F"], inputs=PAPER)
    assert float(edge.ctau("X2")) < 200.0


def test_dirac_rescaling(points: dict[float, dict[str, Any]]) -> None:
    """Where X2 is prompt the couplings of Dirac fermions are the root of two larger; lifetimes move the rest."""
    dirac = Contours(model="Dirac fermions", inputs=PAPER, data="2020", koto_only=True)
    low, high = (one(dirac, points[0.430], BAND)[i] / one(MAJORANA, points[0.430], BAND)[i] for i in (0, 1))
    assert high == pytest.approx(math.sqrt(2.0), rel=0.1)
    assert low > high > 1.35
    printed = replace(MAJORANA, convention="printed")
    assert one(printed, points[0.430], BAND)[0] > one(MAJORANA, points[0.430], BAND)[0]
    assert "charm" not in {r["curve"] for r in dirac(points[0.430])["ranges"]}


def test_two_bands_have_no_one_ratio() -> None:
    """Where a prompt X2 falls below KOTO's p_T there are two bands: whose ends belong together is not told."""
    where = {"panel": "p", "m1 [MeV]": 0.0, "m2 [MeV]": 300.0, "m_Zprime [GeV]": None}
    shape = {"curve": BAND, "kind": "band", "low open": False, "high open": False}
    bands = [
        where | shape | {"X1, X2": model, "low": low, "high": 2.0 * low}
        for model, low in (("Majorana fermions", 1.0), ("Dirac fermions", 1.5), ("Dirac fermions", 8.0))
    ]
    assert [(row["low"], row["high"]) for row in rescaling(bands[:2])] == [(1.5, 1.5)]
    assert rescaling(bands) == []


def test_a_dark_width_relaxes_the_dump_exponentially(points: dict[float, dict[str, Any]]) -> None:
    """Section IV.D, left of Fig. 5: at half of NuCal's edge it loses a factor of 30, the band moves by half."""
    plain = points[0.430]
    band = {f: one(MAJORANA, plain | {"fraction": f}, BAND) for f in (0.0, 0.3, 0.6)}
    assert band[0.6][0] < 1.6 * band[0.0][0]
    at = 0.5 * one(MAJORANA, plain, "nucal")[1]
    events, inverse = [], []
    for fraction in band:
        point = plain | {"fraction": fraction}
        _, dump = MAJORANA.drawn(point)["nucal"]
        model = MAJORANA.point(point, np.array([at]))
        events.append(math.log(float(dump.value(model)[0]) / (1.0 - fraction)))
        inverse.append(1.0 / (1.0 - fraction))
    slopes = np.diff(events) / np.diff(inverse)  # decay lengths to the volume, of the fastest X2
    assert (slopes < -2.0).all()
    assert events[0] - events[2] > math.log(30.0)
    assert one(MAJORANA, plain | {"fraction": 0.6}, "nucal")[1] < 0.8 * one(MAJORANA, plain, "nucal")[1]
    # X2 is missing energy more often: B -> K becomes more sensitive
    belle = [ranges(MAJORANA, plain | {"fraction": f}, "b-to-k-belle")[0][0] for f in band]
    assert belle == sorted(belle, reverse=True)


def test_virtual_mesons(points: dict[float, dict[str, Any]]) -> None:
    """Section IV.D, right of Fig. 5: near 100 eV, excluded by CHARM until X2 goes dark."""
    contours = Contours(model="scalars of a virtual meson", inputs=PAPER, data="2020")
    plain = points[0.430]
    low, high = one(contours, plain, BAND)
    assert low < 100.0 < high
    assert high < one(contours, plain, "charm")[1]
    dark = plain | {"fraction": 0.9}
    assert one(contours, dark, BAND)[0] > one(contours, dark, "charm")[1]
    half = one(contours, plain | {"fraction": 0.5}, BAND)
    assert half[0] / low < 1.3  # marginal


def test_study_files(tmp_path: Path) -> None:
    """Rows, HEPData's tables, workspace and picture of a few points; a second run reads its cache."""
    panels = mass_panels(replace(MAJORANA, data="today"), quick=True)
    few = [replace(panel, points=panel.points[:2]) for panel in (panels[0], panels[3])]
    dirac = replace(MAJORANA, data="today", model="Dirac fermions", koto_only=True)
    both: Sequence[Panel] = few + [replace(panel, contours=dirac) for panel in few]
    size = replace(TINY, kaons=100_000, etas=30_000)
    rows = rows_of(both, size, tmp_path / "cache", workers=1)
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "cache").rglob("*.json")}
    assert rows_of(both, size, tmp_path / "cache", workers=1) == rows
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "cache").rglob("*.json")} == kept
    assert all(r["low"] > 1.0 for r in rescaling(rows))
    open_ended = [row | {"high open": row["X1, X2"] == "Dirac fermions"} for row in rows]
    assert {r["high"] for r in rescaling(open_ended)} == {None}
    assert {"koto-2015", "koto-2016-18", "koto-2021", "atomic-parity-2021"} <= {r["curve"] for r in rows}
    tables = write_submission(tmp_path, "a test", published(both, rows))
    assert len(tables) > 25
    table = json.loads(next(p for p in tables if "m2_430_mev_charm.yaml" in p.name).read_text())
    assert table["independent_variables"][0]["header"] == {"name": "m1", "units": "MeV"}
    assert [d["header"]["name"] for d in table["dependent_variables"]] == ["G_X / G_F low", "G_X / G_F high"]
    qualifiers = {q["name"]: q for q in table["dependent_variables"][0]["qualifiers"]}
    assert qualifiers["m2"] == {"name": "m2", "units": "MeV", "value": "430.0"}
    assert qualifiers["convention"]["value"] == "literal"
    assert qualifiers["confidence level"] == {"name": "confidence level", "units": "%", "value": "90"}
    (wide,) = (p for p in tables if p.name == "against_m_zprime_koto_three_events_2_sigma.yaml")
    values = {
        q["name"]: q["value"] for q in json.loads(wide.read_text())["dependent_variables"][0]["qualifiers"]
    }
    assert (values["g_X"], values["confidence level"]) == ("1", "95")
    above = json.loads(next(p for p in tables if p.name == "m2_430_mev_koto_2021.yaml").read_text())
    assert {v["value"] for v in above["dependent_variables"][1]["values"]} == {"-"}  # excluded without an end
    (channel,) = workspace(few[0], rows, size, tmp_path / "cache")["channels"]
    signal = next(sample["data"][0] for sample in channel["samples"] if sample["name"] == "signal")
    assert 0.5 < signal < 4.0  # three events of 2016-18 are 2.2 at the sensitivity of 2021
    figure = picture(few, rows, "a test", outlines={dirac.model: "Dirac"})
    assert sum(ax.has_data() for ax in figure.axes) == 2


def test_options_are_checked() -> None:
    nothing = dict.fromkeys(("inputs", "data", "convention", "cache"))
    assert options_for("fig3", nothing | {"data": "2020"})["data"] == "2020"
    with pytest.raises(InputError, match="literal or printed"):
        options_for("fig4", {"convention": "lit"})
    with pytest.raises(InputError, match="which takes inputs, quick, data, cache;"):
        options_for("fig3", {"convention": "printed"})
    with pytest.raises(InputError, match="change nothing in study fig9"):
        options_for("fig9", {"data": "today"})
    with pytest.raises(InputError, match="change nothing in study koto-limits, which takes quick, events;"):
        options_for("koto-limits", {"inputs": "paper"})
    with pytest.raises(UnknownNameError, match="scalars"):
        Contours(model="scalar", inputs=PAPER)
