"""KOTO's studies with few events: they leave everything, with numbers that are right within their errors."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import pytest

from darkpair.gen.errors import InputError
from darkpair.studies import STUDIES

#: Events of each sample: the whole file stays within a minute.
EVENTS = 16_384

#: Ratios of an independent quick simulation, 1.5 million K_L a point, with the same beam and cuts: K_L that decay from z = 2 m
#: on, so B has what those upstream add (docs/koto.md) as a factor.
EARLIER = {
    ("A", 0, 200): 0.676,
    ("A", 0, 300): 0.608,
    ("A", 0, 400): 0.982,
    ("A", 0, 430): 1.158,
    ("A", 100, 350): 0.389,
    ("B", 0, 135): 1.27 * 0.077,
    ("B", 0, 200): 1.12 * 0.382,
    ("C", 0, 100): 0.521,
    ("C", 0, 200): 0.331,
}


def study(name: str, folder: Path) -> dict[str, Any]:
    """What the study's JSON says, after a look at its files."""
    paths = STUDIES[name](folder=folder, quick=True, events=EVENTS)
    assert {path.name for path in paths} == {f"{name}.{kind}" for kind in ("csv", "json", "png", "pdf")}
    assert all(path.stat().st_size > 0 for path in paths)
    told: dict[str, Any] = json.loads((folder / f"{name}.json").read_text())
    with (folder / f"{name}.csv").open() as file:
        assert len(list(csv.DictReader(file))) == len(told["rows"])
    assert told["provenance"]["versions"]
    numbers = [v for row in told["rows"] for v in row.values() if isinstance(v, float)]
    assert all(math.isfinite(number) for number in numbers)
    return told


def near(value: float, error: float, expected: float, systematic: float = 0.0) -> bool:
    return abs(value - expected) < 4.0 * error + systematic * expected


def test_koto_limits(tmp_path: Path) -> None:
    told = study("koto-limits", tmp_path)
    printed = [row for row in told["rows"] if row["ratio, published"] is not None]
    assert len(printed) >= 6
    for row in printed:
        assert near(row["ratio"], row["ratio error"], row["ratio, published"], 0.045)
        assert row["source"]
    assert told["provenance"]["seed"] == 4100


def test_fig2(tmp_path: Path) -> None:
    curves = {(row["panel"], row["curve"]): row for row in study("fig2", tmp_path)["curves"]}
    assert len(curves) == 14
    inside = {name: curve["part in 130 to 250 MeV"] for name, curve in curves.items()}
    assert inside["A", "m2 = 430, m1 = 0 MeV, prompt"] > 0.85
    tail = [
        curves["A", f"m2 = 350, m1 = 100 MeV, {life}"]["part in the bins above it"]
        for life in ("prompt", "c tau = 30 cm")
    ]
    assert tail[1] > 0.1 > tail[0]


def test_koto_upstream(tmp_path: Path) -> None:
    """At c tau of 5 cm nothing comes from upstream; the longer it is the more, from the target more than from the exit."""
    rows = study("koto-upstream", tmp_path)["rows"]
    for m2 in (430.0, 200.0):
        mine = {row["c tau [mm]"]: row for row in rows if row["m2 [MeV]"] == m2}
        assert 1.0 <= mine[50.0]["from the exit on"] < 1.05
        for name in ("from the exit on", "from the target on"):
            gains = [row[name] for row in mine.values()]
            assert gains == sorted(gains)
        assert mine[1e5]["from the target on"] > mine[1e5]["from the exit on"] > 1.0


def test_koto_photons(tmp_path: Path) -> None:
    """The efficiency of pairs over that of two pi0 does not explain limits that differ by a factor of five."""
    contents = study("koto-photons", tmp_path)
    (middle,) = (row for row in contents["windows"] if row["selection"] == "middle")
    assert middle["limits, heavy over light"] == pytest.approx(5.0)
    assert 1.0 < middle["efficiency, light over heavy"] < 2.2
    ratios = {row["m_X [MeV]"]: row for row in contents["rows"] if row["selection"] == "middle"}
    # (close to the mass of the pi0 pairs are what they are compared with)
    for mass in (110.0, 210.0):
        assert 0.6 < ratios[mass]["ratio"] < 1.8
    photon = {
        (row["m_X [MeV]"], row["least energy [GeV]"]): row["acceptance"] for row in contents["one photon"]
    }
    assert photon[0, 1.0] > photon[0, 1.5] > photon[300, 1.5] > photon[425, 1.5]


def test_fig6(tmp_path: Path) -> None:
    told = study("fig6", tmp_path)
    curves = {row["curve"]: row for row in told["curves"]}
    assert abs(curves["mS = 135 MeV"]["largest true p_T [MeV]"] - 209.0) < 0.1
    assert curves["mS = 270 MeV"]["part above 250 MeV"] == 0.0
    for name in curves:
        area = sum(
            row["density [1/MeV]"] * (row["p_T high [MeV]"] - row["p_T low [MeV]"])
            for row in told["rows"]
            if row["curve"] == name
        )
        assert abs(area - 1.0) < 1e-9


def test_fig8(tmp_path: Path) -> None:
    told = study("fig8", tmp_path)
    found = {(row["panel"], row["m1 [MeV]"], row["m2 [MeV]"]): row for row in told["rows"]}
    for point, expected in EARLIER.items():
        assert near(found[point]["ratio"], found[point]["ratio error"], expected, 0.12)
    assert all(len(fit["coefficients [1, 1/GeV, 1/GeV^2, 1/GeV^3]"]) == 4 for fit in told["fits"])


def test_fig7(tmp_path: Path) -> None:
    found = {row["curve"]: row["median [MeV]"] for row in study("fig7", tmp_path)["curves"]}
    assert len(found) == 8
    true, fitted, *_ = found.values()
    assert abs(true - 2.2) < 0.1  # of the collimator's straight lines, computed independently
    assert abs(fitted - true) < 0.3
    for note in ("", ", perfect resolution"):
        three, two, gammas = (
            found[f"KL -> {decay}, reconstructed{note}"] for decay in ("3 pi0", "2 pi0", "gamma gamma")
        )
        assert true < three < 4.0 * true
        assert true < two < 4.0 * true
        assert gammas > 10.0 * true  # on the axis, when the beam is centimetres wide


def test_fig1(tmp_path: Path) -> None:
    rows = study("fig1", tmp_path)["rows"]
    photons = [row["mother"] for row in rows if row["particle"] == "gamma"]
    assert len(photons) == 6
    assert {row["scenario"][0] for row in rows} == {"A", "B", "C"}


def test_koto_shifts(tmp_path: Path) -> None:
    paths = STUDIES["koto-shifts"](folder=tmp_path, quick=True, events=2 * EVENTS)
    assert {path.suffix for path in paths} == {".csv", ".json", ".md", ".png", ".pdf"}
    rows = {row["changed"]: row for row in json.loads((tmp_path / "koto-shifts.json").read_text())["rows"]}
    assert rows["nothing"]["SM efficiency per K_L, shift %"] == 0.0
    assert all(
        row["SM efficiency per K_L, shift %"] >= 0.0
        for name, row in rows.items()
        if name.startswith("without")
    )
    assert rows["without pt"]["SM efficiency per K_L, shift %"] > 5.0
    # per K_L at the exit it is no matter from where on they decay: an error of 6 %
    assert abs(rows["K_L decays from z = 0 on"]["SM efficiency per K_L, shift %"]) < 24.0
    # what changes no event has no error; every other number has one
    for name, row in rows.items():
        for key in ("SM efficiency per K_L", "ratio at 0 MeV", "ratio at 240 MeV"):
            assert row[f"{key}, error"] > 0.0
            assert (row[f"{key}, shift error %"] > 0.0) == (row[f"{key}, shift %"] != 0.0), name
    with pytest.raises(InputError, match="no error can be told"):
        STUDIES["koto-shifts"](folder=tmp_path, quick=True, events=100)
