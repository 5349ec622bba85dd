"""KOTO's four photons and its one in `darkpair limits`: rows, selections beside the middle one, and the words."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from darkpair.chains.models import Combined, Dipole, HiggsPortalQuartic, Impostor, ZPrimeDirac, combine
from darkpair.limits.choice import choose
from darkpair.limits.koto_photons import PHOTONS, SELECTION
from darkpair.limits.picture import limits_picture
from darkpair.limits.rows import LimitRow, limit_rows
from darkpair.limits.samples import Size
from darkpair.limits.tables import answer, limits_table, production_lines
from darkpair.searches import DATA, PLANNED

SIZE = Size(kaons=250_000, etas=1)
FOUR, ONE = PHOTONS


def pairs(m2: float, m1: float = 0.0, m_Psi: float = 30.0) -> Combined:
    portal = HiggsPortalQuartic(m1=m1, m2=m2, lambda_12=0.0, lambda_22=1.0)
    return combine(portal, Impostor(m1=m1, m2=m2, m_Psi=m_Psi))


def dipoles(m2: float) -> Combined:
    portal = ZPrimeDirac(m1=0.0, m2=m2, G_X=1e-5, c_A=1.0, c_A22=1.0)
    return combine(portal, Dipole(m1=0.0, m2=m2, mu=1e-4))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("samples")


def rows_of(model: Combined, folder: Path, name: str) -> dict[str, LimitRow]:
    size = SIZE if name == FOUR else replace(SIZE, kaons=40_000)
    (rows,) = limit_rows([model], only=[name], size=size, folder=folder, workers=1)
    return {row.constraint: row for row in rows}


def test_where_they_are_asked() -> None:
    assert FOUR in DATA["today"]
    assert FOUR not in DATA["2020"]
    assert ONE in PLANNED
    assert ONE not in choose().ours
    assert ONE in choose(planned=True).ours
    assert ONE not in choose(planned=True, without=[ONE]).ours
    assert not choose(only=PHOTONS).koto  # no sample of a pi0 is made for them


def test_rows_of_four_photons(folder: Path) -> None:
    rows = rows_of(pairs(0.06), folder, FOUR)
    assert list(rows) == [FOUR, f"{FOUR}{SELECTION}loose", f"{FOUR}{SELECTION}tight"]
    assert [row.kind for row in rows.values()] == ["excluded", "line", "line"]
    assert [row.production for row in rows.values()] == [False, True, True]
    both = float(pairs(0.06).branching_ratio("K_L0", "X2 X2"))
    values = [row.value for row in rows.values()]
    ctau = float(pairs(0.06).ctau("X2"))
    assert 1.0 < ctau < 1e3
    assert values[2] < values[0] < values[1] < both
    assert {row.limit for row in rows.values()} == {4e-7}
    kept = sorted(folder.rglob("*.json"))
    assert rows_of(pairs(0.06, m1=0.01), folder, FOUR)[FOUR].value == pytest.approx(values[0], rel=1e-6)
    assert sorted(folder.rglob("*.json")) == kept  # m1 enters no sample


def test_short_lived_pairs_have_the_published_limit(folder: Path) -> None:
    model = pairs(0.06, m_Psi=0.3)
    assert float(model.ctau("X2")) < 0.1
    row = rows_of(model, folder, FOUR)[FOUR]
    visible = float(model.branching_ratio("X2", "gamma gamma")) ** 2
    assert row.value == pytest.approx(float(model.branching_ratio("K_L0", "X2 X2")) * visible, rel=1e-9)


def test_outside_the_windows_nothing_is_made(tmp_path: Path) -> None:
    rows = rows_of(pairs(0.15), tmp_path, FOUR)
    assert [(name, row.verdict) for name, row in rows.items()] == [(FOUR, "unknown")]
    assert not list(tmp_path.rglob("*.json"))
    assert answer(list(rows.values())) == ["nothing that was asked knows this point"]


def test_one_photon_is_a_band_and_excludes_nothing(folder: Path) -> None:
    loud = combine(ZPrimeDirac(m1=0.0, m2=0.2, G_X=1.0, c_A=1.0, c_A22=1.0), Dipole(m1=0.0, m2=0.2, mu=1e-2))
    rows = rows_of(loud, folder, ONE)
    assert list(rows) == [ONE, f"{ONE}{SELECTION}1 GeV", f"{ONE}{SELECTION}1.5 GeV"]
    assert {row.kind for row in rows.values()} == {"line"}
    assert all(row.ratio > 1.0 for row in rows.values())
    assert [row.verdict for row in rows.values()] == ["above", "", ""]
    # (a harder photon has less of it over that of the massless X, whose photons are the hardest)
    assert rows[f"{ONE}{SELECTION}1.5 GeV"].value < rows[ONE].value < rows[f"{ONE}{SELECTION}1 GeV"].value
    assert rows_of(dipoles(0.32), folder, ONE)[ONE].verdict == "unknown"


def test_a_picture_joins_nothing_over_the_gap(folder: Path) -> None:
    """Two windows with a point between: two regions, none of which reaches into the other's, and a mark."""
    masses = (0.09, 0.11, 0.15, 0.21, 0.24)
    models = [pairs(m2, m_Psi=1.0) for m2 in masses]  # (prompt: a small sample tells)
    rows = limit_rows(
        models, along="lambda_22", only=[FOUR], size=replace(SIZE, kaons=60_000), folder=folder, workers=1
    )
    points = [({"m2": f"{m2} GeV"}, model) for m2, model in zip(masses, models, strict=True)]
    figure = limits_picture(points, rows, {"lambda_22": "1"}, "lambda_22", "a title")
    (ax,) = figure.axes
    spans = [collection.get_paths()[0].get_extents().intervalx for collection in ax.collections]
    assert sorted((round(low, 6), round(high, 6)) for low, high in spans) == [(0.09, 0.11), (0.21, 0.24)]
    assert [list(line.get_xdata()) for line in ax.lines] == [[0.15]]
    assert ax.get_xlabel() == "m2 [GeV]"


def test_words_of_the_selections() -> None:
    row = LimitRow(
        constraint=FOUR, kind="excluded", value=8e-7, limit=4e-7, unit="1", events=None, confidence_level=0.9
    )
    beside = [
        replace(row, constraint=f"{FOUR}{SELECTION}{name}", kind="line", value=value)
        for name, value in (("loose", 1.2e-6), ("tight", 2e-7))
    ]
    rows = [row, *beside]
    assert answer(rows) == [
        "excluded by koto-four-photons at 90%, 2 times its limit",
        "  but not excluded with another selection",
    ]
    assert production_lines(rows) == ["koto-four-photons: ratio 3 (selection loose), 0.5 (tight)"]
    assert len(limits_table(rows, "a point").rows) == 1
    assert answer([row, beside[0]]) == answer([row])
    assert production_lines([replace(row, value=math.nan), *beside]) == []
