"""`darkpair reach`: a map's points are those of `darkpair limits`, its contours are where a ratio is 1, and a run goes on where it stopped."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import darkpair
from darkpair.chains.models import Inputs
from darkpair.chains.models.rates import build_model
from darkpair.cli import main
from darkpair.gen.errors import InputError
from darkpair.limits import limit_rows
from darkpair.limits.contours import Contours
from darkpair.limits.reach import ReachMap, reach_map
from darkpair.limits.reach_picture import reach_picture
from darkpair.limits.reach_table import contour_rows, covered, reach_rows
from darkpair.limits.samples import Size, samples_at

TINY = Size(kaons=30_000, etas=6_000, spectra="central", cells=(8, 6, 4), throws=(4,))
SEARCHES = ("koto-2021", "nucal", "charm", "atomic-parity-2021", "pi0-invisible", "koto-three-events")
X, Y = "m2: 330 MeV .. 430 MeV, 5", "G_X: 0.02 .. 5 GF, 9 log"
SETTINGS = {"m1": "0.1*m2", "m_Zprime": "10 GeV"}
MODEL = "zprime-scalar"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("samples")


@pytest.fixture(scope="module")
def of_map(folder: Path) -> ReachMap:
    """Samples at three of five masses."""
    return reach_map(
        MODEL, x=X, y=Y, settings=SETTINGS, size=TINY, masses=3, folder=folder, workers=1, only=SEARCHES
    )


def rows_at(of_map: ReachMap, i: int, j: int, folder: Path) -> dict[str, float]:
    """Ratios of `limit_rows` at a point, as a user asks for it."""
    x, y = of_map.plane.x, of_map.plane.y
    given = {
        "m2": f"{x.numbers[i]!r} MeV",
        "m1": f"{0.1 * x.numbers[i]:.12g} MeV",
        "G_X": f"{y.numbers[j]!r} GF",
    }
    model = build_model(MODEL, given | {"m_Zprime": "10 GeV"})
    (rows,) = limit_rows([model], size=TINY, folder=folder, workers=1, only=SEARCHES)
    return {row.constraint: row.ratio for row in rows if not row.production}


@pytest.mark.parametrize("i", [0, 2, 4])
def test_sampled_points_are_those_of_limits_bit_by_bit(i: int, of_map: ReachMap, folder: Path) -> None:
    assert of_map.plane.x.numbers[i] in of_map.sampled
    for j in (2, 6):
        for name, ratio in rows_at(of_map, i, j, folder).items():
            assert of_map.ratio(name)[i, j] == pytest.approx(ratio, rel=0.0, abs=0.0, nan_ok=True), name


def test_points_between_are_within_the_error_that_is_stated(of_map: ReachMap, folder: Path) -> None:
    """Three errors: of two points and three sampled searches one in a hundred runs; the seeds are fixed, so it is one."""
    compared = 0
    i = 1
    if of_map.plane.x.numbers[i] in of_map.sampled:
        pytest.skip("this mass was sampled after all")
    for j in (2, 5):
        for name, ratio in rows_at(of_map, i, j, folder).items():
            own, error = of_map.ratio(name)[i, j], of_map.error(name)[i, j]
            if np.isnan(own) or np.isnan(ratio) or ratio == 0.0:
                continue
            simulated = of_map.interpolation(name)[i, j] > 0.0
            assert abs(np.log(own / ratio)) <= (3.0 * error if simulated else 1e-12), name
            compared += simulated
    assert compared >= 3


def test_contours_are_where_the_ratio_is_one(of_map: ReachMap) -> None:
    """By the model and the search at each vertex of the sampled lines, past the map's own functions of the root."""
    looked = 0
    for region in of_map.regions:
        for branch in region.branches:
            for span in branch.spans:
                number = of_map.across.number(span.across)
                if number not in of_map.sampled or ", " in region.name:
                    continue
                for place, opened in ((span.low, span.low_open), (span.high, span.high_open)):
                    if opened or region.search not in ("atomic-parity-2021", "nucal", "koto-2021"):
                        continue
                    point = of_map.plane.point(number, float(of_map.along.exact(place)))
                    looked += 1
                    assert ratio_of(region.search, point, of_map) == pytest.approx(1.0, abs=2e-6)
    assert looked >= 5


def test_ends_are_those_of_limits_and_of_the_figures(of_map: ReachMap, folder: Path) -> None:
    """`darkpair limits --along` and Fig. 3's contours join 100 and 50 points a decade by straight lines; the figure has fewer channels."""
    axis, number = of_map.along, of_map.plane.x.numbers[2]
    (rows,) = limit_rows(
        [of_map.plane.point(number, 1.0)], size=TINY, folder=folder, workers=1, only=SEARCHES, along="G_X"
    )
    ranges = {curve: own for row in rows for curve, own in row.curves.items()}
    masses = {"m1": float(f"{1e-4 * number:.12g}"), "m2": 1e-3 * number}
    (samples,) = samples_at([(masses["m1"], masses["m2"])], TINY, folder, workers=1)
    drawn = Contours(model="scalars", inputs=Inputs())(masses | {"samples": samples})["ranges"]
    unit, compared, with_figure = axis.inside(1.0), 0, 0
    for region in of_map.regions:
        name, suffix = region.name, region.name.removeprefix(region.search)
        spans = region.lines[float(of_map.across.place(number))].spans[suffix]
        inside = [r for r in ranges[name] if r.low < axis.high * unit and r.high > axis.low * unit]
        for span, limits in zip(spans, inside, strict=True):
            of_curve = (row for row in drawn if row["curve"] == name and row["kind"] != "unknown")
            figure = next(of_curve, None)
            for side in ("low", "high"):
                if getattr(span, f"{side}_open") or getattr(limits, f"{side}_open"):
                    continue
                place = float(axis.exact(getattr(span, side)))
                assert place == pytest.approx(getattr(limits, side) / unit, rel=2e-3)
                compared += 1
                if figure is not None and not figure[f"{side} open"]:  # (its sample has fewer channels)
                    assert place == pytest.approx(figure[side], rel=0.03)
                    with_figure += 1
    assert compared >= 3
    assert with_figure >= 1


FOLDERS: dict[int, Path] = {}


def ratio_of(name: str, point: object, of_map: ReachMap) -> float:
    (rows,) = limit_rows([point], size=TINY, folder=FOLDERS[id(of_map)], workers=1, only=[name])  # type: ignore[list-item]
    return next(row.ratio for row in rows if row.constraint == name)


@pytest.fixture(autouse=True)
def _keep_the_folder(of_map: ReachMap, folder: Path) -> None:
    FOLDERS[id(of_map)] = folder


def test_rows_and_contours_of_files(of_map: ReachMap) -> None:
    rows = reach_rows(of_map)
    assert len(rows) == len(of_map.names) * 5 * 9
    assert list(rows[0])[:2] == ["m2 [MeV]", "G_X [GF]"]
    for row in rows:
        assert (row["ratio"] is None) == (row["verdict"] == "unknown")
    contours = {row["region"]: row for row in contour_rows(of_map)}
    assert {"koto-three-events, 1 sigma", "koto-three-events, 2 sigma"} <= contours.keys()
    own = contours["atomic-parity-2021"]
    assert own["confidence level"] == 0.9
    (line,) = own["contours"]  # (the upper end is the map's)
    assert np.all(np.diff(line["m2 [MeV]"]) > 0.0)
    assert line["G_X [GF]"] == pytest.approx([line["G_X [GF]"][0]] * len(line["m2 [MeV]"]), rel=1e-6)
    assert 0.0 < covered(of_map) <= 1.0
    assert reach_picture(of_map, "a map").axes


def test_a_map_turned_round_is_the_same(of_map: ReachMap, folder: Path) -> None:
    turned = reach_map(
        MODEL, x=Y, y=X, settings=SETTINGS, size=TINY, masses=3, folder=folder, workers=1, only=SEARCHES
    )
    assert turned.transposed
    for name in of_map.names:
        assert np.array_equal(turned.ratio(name), of_map.ratio(name).T, equal_nan=True)
        assert np.array_equal(turned.verdict(name), of_map.verdict(name).T)


def test_two_parameters_of_rates_have_one_sample(folder: Path) -> None:
    kept = {path.name for path in folder.rglob("*.json")}
    settings = {"m1": "33 MeV", "m2": "330 MeV", "m_Zprime": "10 GeV"}  # (an end of the other map)
    of = reach_map(
        MODEL,
        x="m_UV: 0.3 .. 1 TeV, 4 log",
        y=Y,
        settings=settings,
        size=TINY,
        folder=folder,
        workers=1,
        only=SEARCHES,
    )
    assert {path.name for path in folder.rglob("*.json")} == kept
    assert np.nanmax(np.ptp(of.ratio("nucal"), axis=0)) == pytest.approx(0.0, abs=1e-12)
    assert np.all(np.ptp(of.ratio("koto-2021"), axis=0) > 0.0)


def test_two_masses_are_sampled_line_by_line(folder: Path) -> None:
    of = reach_map(
        MODEL,
        x="m2: 380 MeV .. 480 MeV, 3",
        y="m1: 10 MeV .. 60 MeV, 2",
        settings={"G_X": "1 GF"},
        size=TINY,
        masses=3,
        folder=folder,
        workers=1,
        only=("koto-2021",),
    )
    model = build_model(MODEL, {"m2": "430 MeV", "m1": "10 MeV", "G_X": "1 GF"})
    (rows,) = limit_rows([model], size=TINY, folder=folder, workers=1, only=("koto-2021",))
    assert of.ratio("koto-2021")[1, 0] == rows[0].ratio
    assert of.verdict("koto-2021")[2, 1] == "closed"  # (480 + 60 MeV are more than a kaon)


COMMAND = ["reach", MODEL, f"x={X}", f"y={Y}", *(f"{k}={v}" for k, v in SETTINGS.items())]
QUICK = ["--only", "atomic-parity-2021", "--only", "higgs-z-zprime"]


def test_the_command_shows_and_writes(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, [*COMMAND, *QUICK, "-o", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert "measurements exclude" in done.output
    rows = list(csv.DictReader((tmp_path / "out" / "reach.csv").read_text().splitlines()))
    assert len(rows) == 2 * 5 * 9
    document = json.loads((tmp_path / "out" / "reach.json").read_text())
    assert [each["region"] for each in document["contours"]] == ["atomic-parity-2021", "higgs-z-zprime"]
    assert document["provenance"]["settings"] == SETTINGS
    assert (tmp_path / "out" / "reach.png").stat().st_size > 10_000
    again = CliRunner().invoke(main, [*COMMAND, *QUICK, "--json"])
    assert json.loads(again.output) == document["contours"]


WRONG = {
    "x is missing": ["reach", MODEL, f"y={Y}"],
    "both axes are": ["reach", MODEL, f"x={Y}", f"y={Y}", "m1=0", "m2=300 MeV"],
    "unknown search": [*COMMAND, "--only", "koto-2031"],
    "give one of them": [*COMMAND, "--quick", "--whole"],
    "allowed: 2 or more": [*COMMAND, "--masses", "1"],
}


@pytest.mark.parametrize("words", WRONG)
def test_what_is_wrong_is_one_line(words: str) -> None:
    done = CliRunner().invoke(main, WRONG[words])
    assert done.exit_code == 2
    assert words in done.output
    assert "Traceback" not in done.output


def test_a_map_without_a_model_says_so() -> None:
    with pytest.raises(InputError, match="m1"):
        reach_map(MODEL, x=X, y=Y, settings={"m1": "2*m2"}, size=TINY, only=("atomic-parity-2021",))


def test_a_run_that_is_killed_goes_on(tmp_path: Path) -> None:
    """Killed as soon as two samples are kept; the same command makes the others alone."""
    few = replace(TINY, etas=1_000)
    program = (
        "from pathlib import Path\nfrom darkpair.limits.reach import reach_map\nfrom darkpair.limits.samples import Size\n"
        f"reach_map({MODEL!r}, x={X!r}, y={Y!r}, settings={SETTINGS!r}, size={few!r}, masses=3, "
        f"folder=Path({str(tmp_path)!r}), workers=1, only=('charm',))"
    )
    environment = {"PYTHONPATH": str(Path(darkpair.__file__).parent.parent)}
    running = subprocess.Popen([sys.executable, "-c", program], env=environment, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120.0
    while len(list(tmp_path.rglob("*.json"))) < 2 and running.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.wait()
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.json")}
    assert len(kept) >= 2
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, stderr=subprocess.DEVNULL)
    after = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.json")}
    assert kept.items() <= after.items()
    assert len(after) > len(kept)
