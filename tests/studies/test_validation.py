"""Study ``validation``: the rule, the rows at quick size against the stored run of full size, and the quoted numbers.

A row may be off from the stored one by four of its statistical standard errors, or by 1e-6 where nothing is drawn: with 60
rows that draw, new seeds would fail once in 250 times; the seeds are fixed.
"""

from __future__ import annotations

import json
import math
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair.gen.errors import InputError
from darkpair.studies import STUDIES
from darkpair.studies.experiments import validation
from darkpair.studies.experiments.validation import ROWS, dumps, mesons, rare
from darkpair.studies.experiments.validation.page import page
from darkpair.studies.experiments.validation.row import (
    AGREES,
    CONSISTENCY,
    DIFFERS,
    SKIPPED,
    WITHIN,
    Ours,
    Published,
    Result,
    Row,
    Size,
)

ROOT = Path(__file__).parents[2]
STORED = ROOT / "docs" / "results" / "validation.json"
REFERENCE = Path(os.environ["DARKPAIR_REFERENCE"])
QUICK = Size(quick=True)
FOUR = 4.0


def stored() -> dict[str, dict[str, Any]]:
    return {row["key"]: row for row in json.loads(STORED.read_text(encoding="utf-8"))["rows"]}


@pytest.fixture(autouse=True)
def reference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DARKPAIR_REFERENCE", str(REFERENCE))


def a_row(published: Published, ours: Ours, needs: tuple[str, ...] = ()) -> Row:
    return Row(
        key="a", theme="t", quantity="q", unit="1", published=published, ours=lambda _: ours, needs=needs
    )


def printed(text: str, **more: Any) -> Published:
    return Published(text=text, source="s", place="p", **more)


# the rows


@pytest.mark.parametrize("row", ROWS, ids=[row.key for row in ROWS])
def test_row(row: Row) -> None:
    if row.missing:
        pytest.skip(f"no {', '.join(row.missing)} in the folder that DARKPAIR_REFERENCE names")
    result, before = row.result(QUICK), stored()[row.key]
    ours = result.ours
    assert ours is not None
    room = FOUR * math.hypot(ours.statistical, before["ours statistical"]) + 1e-6 * abs(before["ours"])
    assert abs(ours.value - before["ours"]) <= room, (ours, before["ours"])
    # the verdict is the stored one, or would be four statistical errors away
    moved = [replace(ours, value=ours.value + k * FOUR * ours.statistical) for k in (-1.0, 0.0, 1.0)]
    assert before["verdict"] in {replace(result, ours=one).verdict for one in moved}


def test_rows_are_whole() -> None:
    assert len(ROWS) >= 40
    assert len({row.key for row in ROWS}) == len(ROWS)
    assert set(stored()) == {row.key for row in ROWS}
    skipped = [key for key, row in stored().items() if row["verdict"] == SKIPPED]
    assert not skipped, "store a run that had the files of DARKPAIR_REFERENCE"
    for row in ROWS:
        assert all((row.quantity, row.unit, row.theme))
        assert row.published.confidence in {"read", "derived", "memory"}


def test_what_does_not_agree_is_there_and_says_why() -> None:
    rows = stored().values()
    differ = [row for row in rows if row["verdict"] == DIFFERS]
    assert differ
    assert all(row["why"] for row in differ)
    for row in rows:  # by the rule, from the stored numbers alone
        pull = (row["ours"] - row["published"]) / math.hypot(row["ours error"], row["published error"])
        assert row["pull"] == pytest.approx(pull)
        near = abs(row["ours"] - row["published"]) <= row["ours spread"]
        assert row["verdict"] == (AGREES if abs(pull) <= 2.0 else WITHIN if near else DIFFERS)


def test_what_is_taken_from_its_own_source_predicts_nothing() -> None:
    """Rows that compare an input with the fit that it is of stand apart, and agree: the page counts on it."""
    own = [row for row in stored().values() if row["theme"] == CONSISTENCY]
    assert {row["verdict"] for row in own} == {AGREES}
    for row in ROWS:
        assert (row.theme == CONSISTENCY) == (
            row.key.startswith(("ckm-", "belle2-excess"))
            or (row.key.startswith("form-b-k-bcl-") and "fnal+milc" in row.key)
        )


def test_reasons_have_no_numbers_of_their_own() -> None:
    """A reason is typed, and a number in it would not follow the run: years and names may stand."""
    for row in ROWS:
        words = re.sub(r"arXiv:\S+|PYTHIA 8|eta\(BDT2\)|20\d\d(-\d\d)?|q2 = 0|BPT2|[Kpi]+0", "", row.why)
        allowed = (
            "light-cone sum rules",
            "the tag's own dependence",
        )  # where a theory ends, and a width of bins
        assert not re.search(r"\d+ ?%|\d\.\d|\.\d|\d+\(\d", words) or row.why.startswith(allowed), row.why


def test_the_page_is_that_of_the_stored_run() -> None:
    assert (ROOT / "docs" / "validation.md").read_text(encoding="utf-8") == page(list(stored().values()))


# the rule


@pytest.mark.parametrize(
    ("published", "sigma"),
    [
        (printed("3.0e-9"), 0.05e-9),
        (printed("4.15"), 0.005),
        (printed("10"), 0.5),
        (printed("1e-8"), 0.5e-8),
        (printed("2.0", curve=True), 0.06),
        (printed("2.0", error=0.3, curve=True), 0.3),
        (printed("-0.503"), 0.0005),
    ],
)
def test_error_of_a_published_number(published: Published, sigma: float) -> None:
    assert published.sigma == pytest.approx(sigma, rel=1e-12)


@pytest.mark.parametrize(
    ("ours", "verdict"),
    [
        (Ours(value=10.9), AGREES),  # 0.9 of an error of half a unit
        (Ours(value=11.1), DIFFERS),
        (Ours(value=11.1, statistical=0.5), AGREES),
        (Ours(value=11.1, inputs=0.5), AGREES),
        (Ours(value=11.1, spread=1.0), DIFFERS),
        (Ours(value=11.1, spread=1.2), WITHIN),
        (Ours(value=8.9, spread=1.2), WITHIN),
    ],
)
def test_verdict(ours: Ours, verdict: str) -> None:
    assert a_row(printed("10"), ours).result(QUICK).verdict == verdict


def test_a_row_without_its_file_is_skipped_with_a_reason() -> None:
    result = a_row(printed("10"), Ours(value=1.0), needs=("no/such.txt",)).result(QUICK)
    assert (result.verdict, result.pull, result.ratio, result.ours) == (SKIPPED, None, None, None)
    assert "no/such.txt" in result.note
    assert "DARKPAIR_REFERENCE" in result.note
    assert result.columns()["our number"] == ""


@pytest.mark.parametrize("bad", [{"text": "nan"}, {"error": 0.0}, {"source": ""}, {"place": ""}])
def test_a_published_number_is_whole(bad: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="complete the row"):
        Published(**({"text": "1.0", "source": "s", "place": "p"} | bad))


def test_the_study_leaves_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = [row for row in ROWS if row.key.startswith(("ckm", "multiplicity", "boost"))]
    few.append(a_row(printed("10"), Ours(value=1.0), needs=("no/such.txt",)))
    monkeypatch.setattr(validation, "ROWS", tuple(few))
    paths = STUDIES["validation"](folder=tmp_path, quick=True)
    assert {path.name for path in paths} == {
        f"validation.{kind}" for kind in ("csv", "json", "md", "png", "pdf")
    }
    told = json.loads((tmp_path / "validation.json").read_text())
    assert [row["key"] for row in told["rows"]] == [row.key for row in few]
    assert told["provenance"]["rule"].startswith("The pull is")
    assert "skipped" in (tmp_path / "validation.csv").read_text()


def test_results_are_of_the_size() -> None:
    assert QUICK.events(1000) == 100
    assert Size().events(1000) == 1000
    assert isinstance(ROWS[0].result(QUICK), Result)


# the quoted numbers, where the files are


@pytest.mark.reference
def test_edges_are_those_of_the_curve() -> None:
    path = REFERENCE / "contours" / "DP_CHARM_Tsai.txt"
    if not path.is_file():
        pytest.skip("no contours/DP_CHARM_Tsai.txt in the folder that DARKPAIR_REFERENCE names")
    mass, square = np.log(np.loadtxt(path).T)
    for mev, text in dumps.EDGES["charm"].items():
        at, crossings = math.log(1e-3 * mev), []
        for i in range(-1, len(mass) - 1):  # the curve is closed
            if (mass[i] - at) * (mass[i + 1] - at) <= 0.0 and mass[i] != mass[i + 1]:
                part = (at - mass[i]) / (mass[i + 1] - mass[i])
                crossings.append(math.exp(0.5 * (square[i] + part * (square[i + 1] - square[i]))))
        assert float(text) == pytest.approx(max(crossings), rel=1e-3)


@pytest.mark.reference
@pytest.mark.parametrize(("meson", "energy", "name", "text"), mesons.DENSITIES)
def test_forward_parts_are_those_of_the_files(meson: str, energy: float, name: str, text: str) -> None:
    if not (REFERENCE / name).is_file():
        pytest.skip(f"no {name} in the folder that DARKPAIR_REFERENCE names")
    assert mesons.forward_part(name) == pytest.approx(float(text), abs=0.0005), (meson, energy)


@pytest.mark.reference
@pytest.mark.parametrize(("parent", "daughter", "table", "name"), rare.SCALARS)
def test_scalars_are_those_of_the_tables(
    parent: str, daughter: str, table: dict[float, str], name: str
) -> None:
    path = REFERENCE / "kaon" / f"{name}.dat"
    if not path.is_file():
        pytest.skip(f"no kaon/{name}.dat in the folder that DARKPAIR_REFERENCE names")
    mass, rate = np.loadtxt(path).T
    for at, text in table.items():
        assert float(text) == pytest.approx(np.interp(at, mass, rate), rel=5e-4), (parent, daughter)
