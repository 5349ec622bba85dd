"""What is planned or estimated excludes nothing, wherever an answer is read; and every way of reading it says the same.

Samples are small: what a row means does not depend on how well it is known.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterator, Mapping
from functools import cache as once
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from click.testing import CliRunner

from darkpair.chains.models.rates import build_model
from darkpair.cli import main
from darkpair.limits import Size, limit_rows
from darkpair.limits.choice import PRODUCTION, SELECTION
from darkpair.limits.ratios import chains_of, excluded_ratios
from darkpair.limits.tables import answer
from darkpair.searches.standing import search_by_name, status_of
from tests.shared.one_process import one_process

SIZE = Size(kaons=4_000, etas=1_000, spectra="central", cells=(8, 6, 4), throws=(4,))

#: Points at which nearly everything that is asked exceeds its limit; a name with an arrow is a chain's.
POINTS: dict[str, dict[str, str]] = {
    "zprime-scalar": {"m1": "0", "m2": "300 MeV", "G_X": "1 GF"},
    "zprime-dirac": {"m1": "0", "m2": "60 MeV", "G_X": "1 GF"},
    "higgs-portal-quartic": {"m1": "1 MeV", "m2": "300 MeV", "lambda_12": "1"},
    "eta -> X1 (X2 -> X1 pi0)": {"m2": "300 MeV", "ctau": "1 cm, 10 m"},
    "pi0 -> X1 X2": {"m2": "100 MeV"},
    "B+ -> K+ X1 (X2 -> X1 gamma)": {"m2": "100 MeV", "ctau": "1 m"},
}

#: What asks the command, see `answers`.
Answers: TypeAlias = Callable[..., tuple[list[dict[str, Any]], str, Path]]

#: Kinds of rows that say more than that a limit is reached.
TELLING = ("excluded", "explained")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples of all points."""
    folder = tmp_path_factory.mktemp("samples")
    for name, settings in POINTS.items():
        asked: dict[str, Any] = {"size": SIZE, "folder": folder, "planned": True, "workers": 1}
        if "->" in name:
            excluded_ratios([chain for _, chain in chains_of(name, settings)], **asked)
        else:
            limit_rows([build_model(name, settings)], **asked)
    return folder


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The command takes these samples."""
    monkeypatch.setattr(Size, "of", classmethod(lambda *_, **__: SIZE))
    with one_process():
        yield


def said(name: str, *more: str, cache: Path) -> str:
    words = [f"{key}={text}" for key, text in POINTS[name].items()]
    done = CliRunner().invoke(
        main, ["limits", name, *words, "--cache", str(cache), *more], env={"COLUMNS": "200"}
    )
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture(scope="module")
def answers(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """Rows for machines, the printed answer and the folder that it wrote, of a point and options; each is asked once."""

    @once
    def ask(name: str, *more: str) -> tuple[list[dict[str, Any]], str, Path]:
        folder = tmp_path_factory.mktemp("answer")
        rows = json.loads(said(name, *more, "--json", cache=cache))
        return rows, said(name, *more, "-o", str(folder), cache=cache), folder

    return ask


def measured(constraint: str) -> bool:
    """Whether a row's search is data that were taken, and the row not an end of one."""
    plain = not (PRODUCTION in constraint or SELECTION in constraint)
    return plain and status_of(search_by_name(constraint)) == "measurement"


@pytest.mark.parametrize("name", POINTS)
@pytest.mark.parametrize("more", [(), ("--planned",), ("--planned", "--channels")], ids=" ".join)
def test_no_plan_excludes(name: str, more: tuple[str, ...], answers: Answers) -> None:
    rows, text, _ = answers(name, *more)
    assert rows
    for row in rows:
        if not measured(row["constraint"]):
            assert row["kind"] == "line", row
            assert row["verdict"] not in TELLING, row
    for line in text.splitlines():
        words = line.split()
        if words[:2] == ["excluded", "by"]:
            assert measured(words[2]), line
        if words[:1] == ["excluded:"]:
            assert measured(line.partition(" by ")[2].split(",")[0]), line
        if words and words[-1] in TELLING:
            assert measured(words[0]), line
        if words and words[0] in {row["constraint"] for row in rows} and not measured(words[0]):
            assert "excluded" not in words, line


@pytest.mark.parametrize("name", POINTS)
def test_every_way_says_the_same(name: str, answers: Answers) -> None:
    """CSV and JSON of a folder, what is printed for machines, and the table: names, numbers and verdicts."""
    rows, text, folder = answers(name, "--planned")
    kept = json.loads((folder / "limits.json").read_text())
    kept = kept if isinstance(kept, list) else kept["rows"]
    assert kept == rows
    with (folder / "limits.csv").open(newline="") as file:
        table = list(csv.DictReader(line for line in file if not line.startswith("#")))
    assert [list(row) for row in table] == [list(row) for row in rows]
    for one_row, other in zip(table, rows, strict=True):
        for key, value in other.items():
            assert _as(one_row[key], value) == value, key
    for row in rows:
        if PRODUCTION in row["constraint"] or SELECTION in row["constraint"] or "->" in name:
            continue
        cells = next(line for line in text.splitlines() if line.split()[:1] == [row["constraint"]]).split()
        value, ratio = ("?" if row[key] is None else f"{row[key]:.3g}" for key in ("value", "ratio"))
        assert cells[1] == value
        assert ratio in cells
        assert (row["verdict"] in cells) or not row["verdict"]


def _as(text: str, value: object) -> object:
    """A cell of a table as a value for machines is."""
    if value is None:
        return text or None
    return float(text) if isinstance(value, float) else text


@pytest.mark.parametrize("name", [name for name in POINTS if "->" not in name])
def test_a_plan_changes_no_verdict(name: str, cache: Path) -> None:
    """The first lines of the answer, and every row of a measurement, are those without it."""
    model = build_model(name, POINTS[name])
    asked: dict[str, Any] = {"size": SIZE, "folder": cache, "workers": 1}
    (plain,), (more,) = limit_rows([model], **asked), limit_rows([model], planned=True, **asked)
    names = {row.constraint for row in plain}
    same = [row for row in more if row.constraint in names]
    assert [_plain(row) for row in same] == [_plain(row) for row in plain]
    assert {row.kind for row in more if row.constraint not in names} <= {"line"}
    assert answer(more)[0] == answer(plain)[0]


def _plain(row: Any) -> Iterator[Any] | tuple[Any, ...]:
    values: Mapping[str, Any] = vars(row)
    return tuple(
        None if isinstance(value, float) and math.isnan(value) else str(value) for value in values.values()
    )
