"""Every search says what it stands for, and where its numbers come from; there are many that ran or will."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from darkpair.cli import main
from darkpair.searches import SEARCHES
from darkpair.searches.dump_search import STATUS
from darkpair.searches.standing import search_by_name, sources_of, status_of

#: What the field asked for: so many searches, and of them so many that ran or are approved.
LEAST, LEAST_REAL = 24, 20


@pytest.mark.parametrize("name", SEARCHES.ours)
def test_status_and_source(name: str) -> None:
    search = search_by_name(name)
    assert status_of(search) in STATUS
    assert sources_of(search)
    assert all(number.confidence for number in search.measurements)
    if search.kind != "line":
        assert status_of(search) == "measurement"
        assert all(number.confidence != "memory" for number in search.measurements[:1])
    else:
        assert status_of(search) != "measurement" or any(
            number.confidence == "memory" for number in search.measurements
        )
    summary = SEARCHES.ours[name].summary
    for word in ("estimate", "projection"):
        assert not summary.lower().startswith(word) or status_of(search) == word


def test_there_are_many_and_the_list_says_what_they_are() -> None:
    rows = json.loads(CliRunner().invoke(main, ["list", "searches", "--json"]).output)["searches"]
    ours = [row for row in rows if row["origin"] == "darkpair"]
    assert len(ours) >= LEAST
    assert sum(row["status"] != "estimate" for row in ours) >= LEAST_REAL
    shown = CliRunner().invoke(main, ["list", "searches"]).output
    assert all(
        row["status"] in line
        for row in ours
        for line in shown.splitlines()
        if line.split()[:1] == [row["name"]]
    )
