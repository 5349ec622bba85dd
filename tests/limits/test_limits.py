"""`darkpair limits`: what every experiment says of a model point, against the contours of Figs. 3 to 5 and by hand."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from click.testing import CliRunner

import darkpair.limits.samples
from darkpair.chains.models import (
    Dipole,
    HiggsPortalTrilinear,
    Inputs,
    Model,
    ModelMode,
    ZPrimeDirac,
    ZPrimeMajorana,
    ZPrimeScalar,
)
from darkpair.cli import main
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.limits.choice import Choice
from darkpair.limits.contours import Contours
from darkpair.limits.ranges import ranges_above
from darkpair.limits.rows import LimitRow, limit_rows, models_of, strongest_row
from darkpair.limits.samples import Size, samples_at
from tests.shared.one_process import one_process

TINY = replace(Size.of(quick=True), kaons=100_000, etas=20_000)
PDG = Inputs("pdg")
MASSES = {"m1": 0.0, "m2": 0.430}
POINT = ZPrimeScalar(m1=MASSES["m1"], m2=MASSES["m2"], G_X=PDG["G_F"], inputs=PDG)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("samples")


@pytest.fixture
def alone() -> Iterator[None]:
    """The command makes its quick samples here."""
    with one_process():
        yield


@pytest.fixture(scope="module")
def rows(folder: Path) -> dict[str, LimitRow]:
    (found,) = limit_rows([POINT], along="G_X", size=TINY, folder=folder, workers=1)
    return {row.constraint: row for row in found}


def test_ranges_are_those_of_the_figure(rows: dict[str, LimitRow], folder: Path) -> None:
    (samples,) = samples_at([(0.0, 0.430)], TINY, folder, workers=1)
    drawn = Contours(model="scalars", inputs=PDG)({**MASSES, "samples": samples})["ranges"]
    for name in ("koto-2015", "koto-2021", "b-to-k-belle", "b-to-k-belle2-2023"):
        (of_figure,) = [one for one in drawn if one["curve"] == name and one["kind"] != "unknown"]
        (own,) = rows[name].ranges
        assert own.low / PDG["G_F"] == pytest.approx(
            of_figure["low"], rel=2e-3
        )  # another grid, 2.6 % against 4.7 %
        assert own.high_open


def test_ratio_is_one_at_the_end_of_a_range(rows: dict[str, LimitRow], folder: Path) -> None:
    (span,) = rows["koto-2021"].ranges
    (there,) = limit_rows([replace(POINT, G_X=span.low)], size=TINY, folder=folder, workers=1)
    (row,) = [one for one in there if one.constraint == "koto-2021"]
    assert row.ratio == pytest.approx(1.0, rel=1e-3)


def test_events_by_hand(rows: dict[str, LimitRow], folder: Path) -> None:
    """KOTO 2021: K_L -> X1 X2, X2 -> X1 pi0 times the efficiency ratio, over the published sensitivity of 9.33e-10."""
    (samples,) = samples_at([(0.0, 0.430)], TINY, folder, workers=1)
    curve = samples.koto["2016-18"]
    length = float(POINT.ctau("X2"))
    ratio = math.exp(np.interp(math.log(length), np.log(curve.ctau), np.log(curve.value)))
    rate = float(POINT.branching_ratio("K_L0", "X1 X2") * POINT.branching_ratio("X2", "X1 pi0"))
    assert rows["koto-2021"].events == pytest.approx(rate * ratio / 9.33e-10, rel=1e-6)
    assert rows["koto-three-events"].events == pytest.approx(rate * ratio / 6.9e-10, rel=1e-6)
    assert (rows["nucal"].unit, rows["nucal"].events) == ("events", rows["nucal"].value)
    assert rows["b-to-k-belle"].events is None


def test_band_is_explained_inside(rows: dict[str, LimitRow], folder: Path) -> None:
    (span,) = rows["koto-three-events"].ranges
    (wide,) = rows["koto-three-events"].curves["koto-three-events, 2 sigma"]
    assert wide.low < 0.95 * span.low
    assert wide.high > 1.05 * span.high
    for factor, verdict in ((1.01, "explained"), (0.99, "")):
        (found,) = limit_rows([replace(POINT, G_X=factor * span.low)], size=TINY, folder=folder, workers=1)
        assert next(one.verdict for one in found if one.constraint == "koto-three-events") == verdict


def test_nothing_is_said_of_closed_decays(folder: Path) -> None:
    no_pion = ZPrimeMajorana(m1=0.3, m2=0.4, G_X=PDG["G_F"])
    heavy = ZPrimeMajorana(m1=0.0, m2=0.52, G_X=PDG["G_F"])  # K_L is closed, eta is open
    asked = ("koto-2021", "nucal", "b-to-k-belle")
    closed, of_eta = limit_rows([no_pion, heavy], size=TINY, folder=folder, workers=1, only=asked)
    assert {"koto-2021", "nucal"}.isdisjoint(row.constraint for row in closed)
    assert "koto-2021" not in [row.constraint for row in of_eta]
    assert "nucal" in [row.constraint for row in of_eta]
    assert "b-to-k-belle" in [row.constraint for row in closed]


def test_samples_of_isotropic_decays_say_nothing_of_polarised_ones(folder: Path) -> None:
    pure = ZPrimeDirac(m1=MASSES["m1"], m2=MASSES["m2"], G_X=PDG["G_F"], inputs=PDG)
    mixed = replace(pure, c_V=0.5)
    # (with the paper's channels; today's have a sample with the spin, see test_channels.py)
    kept, lost = limit_rows([pure, mixed], size=TINY, folder=folder, workers=1, data="2020")
    assert [row.constraint for row in kept] == [row.constraint for row in lost]
    for one, two in zip(kept, lost, strict=True):
        sampled = one.constraint.startswith(("koto", "charm", "nucal"))
        assert (two.verdict == "unknown") == (sampled or one.verdict == "unknown"), one.constraint


def test_a_model_without_such_decays_has_no_rows(folder: Path) -> None:
    (found,) = limit_rows([Dipole(m1=0.0, m2=0.2, mu=1e-7)], size=TINY, folder=folder, workers=1)
    assert found == []


class OfKaons(Model):
    """A stranger's: K_L gives the pair, eta does not."""

    WIDTH: ClassVar = ModelMode(lambda _: np.asarray(1e-20), "none")
    MODES: ClassVar = {("K_L0", "X1 X2"): WIDTH, ("X2", "X1 pi0"): WIDTH}


@pytest.mark.parametrize(
    ("model", "made"),
    [
        (Dipole(m1=0.0, m2=0.2, mu=1e-7), []),  # (all of it: no search has a word on it)
        (HiggsPortalTrilinear(m1=0.0, m2=0.3, A_3=1e-3, m_S3=1.0, B=1e-3), []),  # (of rates alone)
        (OfKaons(m1=0.0, m2=0.43), ["koto"]),
        (POINT, ["koto", "dumps"]),
    ],
    ids=["none", "rates", "kaons", "both"],
)
def test_no_sample_is_made_that_no_search_can_use(
    model: Model, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Modes alone say it, before anything is simulated: a model of a stranger's waited a dozen seconds for a line."""
    seen: list[str] = []

    def curves(pairs: list[tuple[float, float]], **_: Any) -> list[dict[str, Any]]:
        seen.append("koto")
        return [{} for _ in pairs]

    def dumps(_: str, pairs: list[tuple[float, float]], **__: Any) -> list[tuple[Any, ...]]:
        seen.append("dumps")
        return [() for _ in pairs]

    monkeypatch.setattr(darkpair.limits.samples, "efficiency_curves", curves)
    monkeypatch.setattr(darkpair.limits.samples, "dump_samples", dumps)
    monkeypatch.setattr(Choice, "at", lambda *_: {})
    assert limit_rows([model], size=TINY, workers=1) == [[]]
    assert list(dict.fromkeys(seen)) == made


def test_unknown_is_not_allowed_nor_excluded() -> None:
    unknown = LimitRow(
        constraint="charm", kind="excluded", value=math.nan, limit=2.3, unit="events", events=math.nan
    )
    weak = LimitRow(constraint="koto-2021", kind="excluded", value=1.0, limit=2.0, unit="1", events=None)
    assert unknown.verdict == "unknown"
    assert strongest_row([unknown, weak]) == weak
    assert strongest_row([unknown]) is None


def test_grid_of_values() -> None:
    found = models_of("zprime-scalar", {"m1": "0, 40 MeV", "m2": "430 MeV", "G_X": "1 GF,2 GF"})
    assert [varied for varied, _ in found] == [
        {"m1": m1, "G_X": g} for m1 in ("0", "40 MeV") for g in ("1 GF", "2 GF")
    ]
    assert [float(model.m1) for _, model in found] == [0.0, 0.0, 0.04, 0.04]


def test_bad_requests() -> None:
    with pytest.raises(UnknownNameError, match="m3"):
        limit_rows([POINT], along="m3")
    with pytest.raises(InputError, match="m1 = 0"):
        limit_rows([POINT], along="m1")
    with pytest.raises(UnknownNameError, match="2019"):
        limit_rows([POINT], data="2019")
    with pytest.raises(InputError, match="m2 is an array"):
        limit_rows([ZPrimeScalar(m1=0.0, m2=np.array([0.3, 0.4]), G_X=1e-5)])


#: Neither K_L nor eta gives this pair: without CHARM, which has B mesons, nothing is generated.
HEAVY = ["limits", "zprime-majorana", "m1=0", "m2=600 MeV"]


@pytest.mark.usefixtures("alone")
def test_command(tmp_path: Path) -> None:
    cache = ["--cache", str(tmp_path / "cache"), "--quick", "--without", "charm"]
    told = CliRunner().invoke(main, [*HEAVY, "G_X=3 GF", "--along", "G_X", "-o", str(tmp_path / "o"), *cache])
    assert told.exit_code == 0, told.output
    assert "b-to-k-belle" in told.output
    assert "above" in told.output
    assert max(len(line) for line in told.output.splitlines() if str(tmp_path) not in line) <= 80
    with (tmp_path / "o" / "limits.csv").open() as file:
        written = {row["constraint"]: row for row in csv.DictReader(file)}
    assert json.loads((tmp_path / "o" / "limits.json").read_text())["rows"][0]["constraint"] in written
    low = float(written["b-to-k-belle"]["G_X low"])
    at = CliRunner().invoke(main, [*HEAVY, f"G_X={low}", "--json", *cache])
    ratio = next(row["ratio"] for row in json.loads(at.output) if row["constraint"] == "b-to-k-belle")
    assert ratio == pytest.approx(1.0, rel=1e-3)
    grid = CliRunner().invoke(main, [*HEAVY, "G_X=1 GF,90 GF", *cache])
    assert [word for word in ("strongest", "1 GF", "90 GF", "excluded") if word not in grid.output] == []
    drawn = ["limits", "zprime-majorana", "m1=0,20 MeV,90 MeV", "m2=600 MeV", "G_X=1 GF", "--along", "G_X"]
    told = CliRunner().invoke(main, [*drawn, "-o", str(tmp_path / "p"), *cache])
    assert told.exit_code == 0, told.output
    assert (tmp_path / "p" / "limits.png").stat().st_size > 10_000
    assert not (tmp_path / "o" / "limits.png").exists()  # one point
    none = CliRunner().invoke(main, ["limits", "dipole", "m1=0", "m2=200 MeV", "mu=1e-7", *cache])
    assert none.exit_code == 0
    assert "none of the decays" in none.output


@pytest.mark.parametrize(
    ("given", "word"),
    [("G_X=", "not a number"), ("G_Y=1", "G_Y"), ("--data=2019", "2019"), ("--along=m1", "m1 = 0")],
)
def test_mistakes_are_one_line(given: str, word: str, tmp_path: Path) -> None:
    settings = [given] if given.startswith("G_X") else ["G_X=1e-5", given]
    told = CliRunner().invoke(main, [*HEAVY, *settings, "--cache", str(tmp_path)])
    assert told.exit_code == 2
    assert word in told.output
    assert len(told.output.strip().splitlines()) == 1


def test_a_range_ends_where_nothing_is_known() -> None:
    """What a row calls unknown no range of its row excludes."""
    grid = np.geomspace(0.01, 100.0, 41)
    steep = np.where((grid > 0.1) & (grid < 10.0), 2.0, np.nan)
    (between,) = ranges_above(grid, steep)
    assert str(between) == "0.126 to 7.94, unknown below and above"
    (upper,) = ranges_above(grid, np.where(grid < 10.0, grid, np.nan))
    assert str(upper) == "1 to 7.94, unknown above"
    (lower,) = ranges_above(grid, np.where(grid < 10.0, 2.0, np.nan))
    assert str(lower) == "below 7.94, unknown above"
    assert str(ranges_above(grid, grid)[0]) == "above 1"
    assert str(ranges_above(grid, 2.0 + 0.0 * grid)[0]) == "everywhere"
