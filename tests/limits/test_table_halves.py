"""Edges of dumps with two independent halves of a meson table: what the statistics of the tables are for."""

from __future__ import annotations

from typing import Any

import pytest

from darkpair.gen.sources.meson_files import TableKey, about
from tests.shared.table_halves import HALVES, half, measured_halves

PAIRS = [(beam, name) for beam, search in ((70.0, "nucal"), (400.0, "charm")) for name in HALVES[search]]


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return measured_halves(30_000)


def test_nucals_upper_edge_moves_by_less_than_three_per_cent(rows: list[dict[str, Any]]) -> None:
    """Both halves weight the same events, so no error of a sample is in it."""
    mine = [row for row in rows if row["search"] == "nucal"]
    assert {row["generator"] for row in mine} == set(HALVES["nucal"])
    assert {row["m2 [MeV]"] for row in mine} == {300, 430}
    for row in mine:
        assert abs(row["difference [%]"]) < 3.0, row
        assert row["first [G_F]"] != row["second [G_F]"]
        assert row["difference [%]"] == pytest.approx(
            100.0 * (row["second [G_F]"] / row["first [G_F]"] - 1.0)
        )


@pytest.mark.parametrize(("beam", "generator"), PAIRS)
def test_halves_are_those_of_the_shipped_table(beam: float, generator: str) -> None:
    first, second = (half(generator, beam, which).about for which in ("first", "second"))
    whole = about(TableKey(generator, beam, "p"))
    assert first["events"] + second["events"] == whole["events"]
    assert (
        first["mesons"]["eta"]["counted"] + second["mesons"]["eta"]["counted"]
        == whole["mesons"]["eta"]["counted"]
    )
    if isinstance(whole["seed"], list):  # parts, with a seed of its own each: every second
        assert [list(part["seed"]) for part in (first, second)] == [whole["seed"][0::2], whole["seed"][1::2]]
