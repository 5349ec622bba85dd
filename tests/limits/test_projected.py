"""The data set "projected": today's searches, and what is planned."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from darkpair.chains.models import Inputs
from darkpair.limits.choice import choose
from darkpair.limits.contours import Contours
from darkpair.limits.projected import planned_dumps, wanted_samples
from darkpair.limits.samples import Size, samples_at
from darkpair.searches import DATA
from darkpair.studies.paper.exclusions import Panel, rows_of

SIZE = Size(kaons=20_000, etas=20_000, spectra="central", cells=(20, 16, 12), throws=(4,))


def test_it_asks_what_today_and_planned_ask() -> None:
    projected, planned = choose("projected"), choose("today", planned=True)
    assert projected.ours == planned.ours
    assert projected.others.keys() == planned.others.keys()
    assert set(projected.ours) > set(DATA["today"])
    assert choose("projected", only=["ship"]).others.keys() == {"ship"}


def test_dumps_of_figures_are_projections_of_an_eta() -> None:
    assert set(planned_dumps()) == {"na62-dump", "ship", "dune-nd", "darkquest", "faser2"}
    assert wanted_samples("today") == wanted_samples("2020") == {}


def test_planned_experiments_are_lines_beside_todays_regions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SHiP alone, for time: a line with both ends of its production, longer-lived X2 than CHARM's at the least coupling."""
    ship = {"ship": planned_dumps()["ship"]}
    monkeypatch.setattr("darkpair.limits.projected.planned_dumps", lambda: ship)
    contours = Contours(model="scalars", inputs=Inputs(), data="projected")
    point = {"m1": 0.0, "m2": 0.43}
    panel = Panel(name="a", title="a", against="m1", contours=contours, points=(point,))
    rows = rows_of([panel], SIZE, tmp_path, workers=1)
    kinds = {row["curve"]: row["kind"] for row in rows if row["kind"] != "unknown"}
    assert kinds["ship"] == kinds["ship, production low"] == kinds["koto-ii"] == "line"
    assert kinds["charm"] == kinds["koto-2021"] == "excluded"
    least = {name: min(r["low"] for r in rows if r["curve"] == name) for name in ("ship", "charm")}
    assert least["ship"] < least["charm"]
    (samples,) = samples_at([(0.0, 0.43)], SIZE, tmp_path, workers=1)
    today = replace(contours, data="today")({**point, "samples": samples})["ranges"]
    own = [row for row in rows if row["curve"] == "charm"]
    assert [row["low"] for row in own] == [row["low"] for row in today if row["curve"] == "charm"]
