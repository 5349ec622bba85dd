"""Entries that were read nowhere: each has a result, and moves it; the shifts' rules; the error of an effect; the stored run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair.detectors.fixed_target import FixedTarget
from darkpair.gen.data_files import altered, data_files
from darkpair.gen.errors import InputError
from darkpair.gen.streams import Streams
from darkpair.studies import STUDIES
from darkpair.studies.experiments import inputs
from darkpair.studies.experiments.input_effects import _compare, effects, feed_of
from darkpair.studies.experiments.input_results import koto
from darkpair.studies.experiments.input_shifts import RULES, Entry, shifts, unread

RESULTS = Path(__file__).parents[2] / "docs" / "results"


def by_result() -> dict[str, list[Entry]]:
    """Entries that were read nowhere by the result that they feed."""
    found: dict[str, list[Entry]] = {}
    for entry in unread():
        found.setdefault(feed_of(entry).result().name, []).append(entry)
    return found


GROUPS = by_result()

#: Of the study.
SEED = 120_000

#: Multiples of the rules' shifts, until something moves.
TIMES = (1.0, 9.0, 100.0, 1000.0)


def moves(entry: Entry) -> str:
    """The least multiple of a shift that changes the entry's result; empty where none does."""
    for times in TIMES:
        for shift in shifts(entry, times):
            for side, value in shift.others.items():
                try:
                    found = effects(replace(shift, others={side: value}), 1, SEED)[side]
                except InputError:  # no apparatus has such a number
                    continue
                if found.value != 0.0 or found.error is not None:
                    return f"{times:g} {side}: {found}"
    return ""


@pytest.mark.parametrize("result", GROUPS)
def test_every_entry_moves_the_result_that_it_feeds(result: str) -> None:
    """An entry that nobody reads, or that feeds another result, moves nothing; where the page says so, it does not."""
    how = {entry.key: (moves(entry), feed_of(entry).none) for entry in GROUPS[result]}
    assert [key for key, (moved, none) in how.items() if bool(moved) == bool(none)] == [], how


def entry_of(table: Mapping[str, Any], key: str = "run.pot", **around: Any) -> Entry:
    full = {"source": "somewhere", "confidence": "memory", "unit": "", **table}
    return Entry(path="detectors/data/charm.toml", key=key, table=full, around=around)


LINE = {"against": "z_vtx", "points": [[4000.0, 0.1], [5000.0, 0.2]]}


@pytest.mark.parametrize(
    ("entry", "rule", "others"),
    [
        (entry_of({"value": 2.0, "error": 0.5}), "1 sigma", {"down": 1.5, "up": 2.5}),
        (entry_of({"value": 2.0, "uncertainty": 0.5, "alternative": 9.0}), "1 sigma", {"down": 1.5, "up": 2.5}),
        (entry_of({"value": 2.0, "uncertainty": 0, "alternative": 9.0}), "alternative", {"up": 9.0}),
        (entry_of({"value": 0.0, "unit": "1/GeV"}), "zero", {"up": 1e-3}),
        (entry_of({"value": 0, "unit": "events"}), "one event", {"up": 1}),
        (entry_of({"value": 3, "unit": "events"}), "one event", {"down": 2, "up": 4}),
        (entry_of({"value": 17.0, "unit": "deg"}), "half a degree", {"down": 16.5, "up": 17.5}),
        (entry_of({"value": 20.0}), "10 %", {"down": 18.0, "up": 22.0}),
        (entry_of({"value": -20.0}), "10 %", {"down": -22.0, "up": -18.0}),
        (entry_of({"value": 20.0, "source": "an assumption"}), "half", {"down": 10.0, "up": 30.0}),
        (entry_of({"value": 20.0, "confidence": "choice"}), "half", {"down": 10.0, "up": 30.0}),
        (entry_of({"value": [1.0, 2.0]}), "10 %", {"down": [0.9, 1.8], "up": [1.1, 2.2]}),
        (entry_of({"max": LINE}), "10 %", None),
        (entry_of({"low": 1.0, "high": 3.0}), "10 % of the range", {"down": 0.8, "up": 1.2}),
        (
            entry_of({"value": 5.0}, "decay_volume.z_min", decay_volume={"z_max": {"value": 25.0}}),
            "10 % of the range",
            {"down": 3.0, "up": 7.0},
        ),
        (
            entry_of({"value": 50.0}, "calorimeter.z", decay_volume={"z_min": {"value": 5.0}, "z_max": {"value": 25.0}}),
            "10 % of the volume",
            {"down": 48.0, "up": 52.0},
        ),
    ],
)  # fmt: skip
def test_rules(entry: Entry, rule: str, others: Mapping[str, Any] | None) -> None:
    shift = shifts(entry)[0]
    assert shift.rule == rule in RULES
    if others is None:
        others = {
            "down": {**LINE, "points": [[4000.0, 0.09], [5000.0, 0.18]]},
            "up": {**LINE, "points": [[4000.0, 0.11], [5000.0, 0.22]]},
        }
    assert list(shift.others) == list(others)
    for side, value in others.items():
        points = (
            [value[k] if k == "against" else np.ravel(value[k]) for k in value]
            if isinstance(value, dict)
            else [value]
        )
        mine = shift.others[side]
        found = (
            [mine[k] if k == "against" else np.ravel(mine[k]) for k in mine]
            if isinstance(mine, dict)
            else [mine]
        )
        for a, b in zip(found, points, strict=True):
            assert a == b if isinstance(b, str) else a == pytest.approx(b)


def test_the_error_of_an_effect_is_that_of_the_events_that_change() -> None:
    """1000 toys of 64 parts: each event is lost with .02 by the shift; the pull's variance is 1 within 15 % (5 sigma)."""
    rng = Streams(1).rng("toys")
    pulls = []
    for _ in range(1000):
        before = rng.poisson(100.0, 64).astype(float)
        after = rng.binomial(before.astype(int), 0.98).astype(float)
        found = _compare(np.array([before, before]), np.array([after, after]))
        assert found.error is not None
        pulls.append((found.value + 0.02) / found.error)
    assert abs(np.mean(pulls)) < 0.2
    assert np.var(pulls) == pytest.approx(1.0, abs=0.23)


def test_nothing_that_changed_is_a_bound() -> None:
    sums = np.array([[10.0, 13.0], [10.0, 13.0]])
    found = _compare(sums, sums)
    assert (found.value, found.error) == (0.0, None)
    assert found.below == pytest.approx(2.303 / 23.0)


def test_known_effects() -> None:
    """Ten per cent of the protons are ten per cent of the events; what another result feeds on changes nothing."""
    table = {"value": FixedTarget(experiment="faser2").run["pot"].value, "source": "", "confidence": "memory"}
    faser = Entry(path="detectors/data/faser2.toml", key="run.pot", table=table, around={})
    found = effects(shifts(faser)[0], 1, SEED)
    assert [found[side].value for side in ("down", "up")] == pytest.approx([-0.1, 0.1])
    accepted = koto("2016-18")
    before = accepted.sums(1, SEED)
    with altered({"koto.toml": {"runs.2016-18.kl": 1.0}}):
        assert np.array_equal(accepted.sums(1, SEED), before)
    with altered({"koto.toml": {"selections.2016-18.pt.max": 0.3}}):
        assert accepted.sums(1, SEED)[0].sum() > before[0].sum()


def test_an_entry_without_a_result_is_named() -> None:
    unknown = Entry(path="x/data/new.toml", key="a.b", table={"source": "", "value": 1.0}, around={})
    with pytest.raises(InputError, match=r"new.toml a.b .*FEEDS"):
        feed_of(unknown)


def test_every_data_file_is_looked_at() -> None:
    names = [path.rpartition("/")[2] for path in data_files()]
    assert len(set(names)) == len(names)  # a change names a file by its name alone
    assert {"koto.toml", "inputs.toml", "decays.toml", "measurements.toml", "multiplicities.toml"} <= set(
        names
    )


@pytest.mark.skipif(not (RESULTS / "inputs.json").is_file(), reason="no source tree")
def test_the_stored_run_is_of_these_files() -> None:
    """Whoever changes such an entry runs the study again: darkpair.pages remake inputs."""
    rows = json.loads((RESULTS / "inputs.json").read_text(encoding="utf-8"))["rows"]
    now = [
        (e.path, inputs._name(s), inputs._value(s), inputs._source(e)) for e in unread() for s in shifts(e)
    ]
    assert [(row["file"], row["entry"], row["value"], row["source"]) for row in rows] == now


def test_the_study_leaves_rows_and_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = [e for e in unread() if e.file in {"multiplicities.toml", "measurements.toml"}]
    monkeypatch.setattr(inputs, "unread", lambda: few)
    paths = STUDIES["inputs"](folder=tmp_path, quick=True)
    assert [path.name for path in paths] == ["inputs.csv", "inputs.json", "inputs.png", "inputs.pdf"]
    written = json.loads((tmp_path / "inputs.json").read_text(encoding="utf-8"))
    assert len(written["rows"]) == sum(len(shifts(e)) for e in few)
    assert sum(row["from memory"] + row["choices"] for row in written["files"]) >= len(few)
    assert (
        {row["shift"] for row in written["rules"]} == {row["rule"] for row in written["rows"]} <= set(RULES)
    )
