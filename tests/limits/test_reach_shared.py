"""Lines of a map that several processes work out are those of one process, number by number."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from darkpair.limits import reach_shared
from darkpair.limits.reach import ReachMap, reach_map
from darkpair.limits.reach_shared import Crew
from darkpair.limits.reach_table import contour_rows, reach_rows

X, Y = "m2: 330 MeV .. 430 MeV, 5", "G_X: 0.02 .. 5 GF, 7 log"
#: Searches that ask for no sample: what is shared is the work on lines.
SEARCHES = ("atomic-parity-2021", "pi0-invisible", "k-to-pi-na62", "b-to-k-belle2-2023")


def made(folder: Path, workers: int) -> ReachMap:
    return reach_map(
        "zprime-scalar",
        x=X,
        y=Y,
        settings={"m1": "0.1*m2", "m_Zprime": "10 GeV"},
        masses=3,
        folder=folder,
        workers=workers,
        only=SEARCHES,
    )


def text(of_map: ReachMap) -> str:
    return json.dumps([reach_rows(of_map), contour_rows(of_map)])


def test_two_processes_give_the_map_of_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = made(tmp_path, 1)
    assert any(region.branches for region in alone.regions)
    shared: list[int] = []
    own = Crew._shared

    def counted(self: Crew[Any], work: Any, asks: Any, first: int) -> Any:
        shared.append(len(asks) - first)
        return own(self, work, asks, first)

    monkeypatch.setattr(reach_shared, "_LONG", 0.0)
    monkeypatch.setattr(Crew, "_shared", counted)
    assert text(made(tmp_path, 2)) == text(alone)
    assert sum(shared) > 5


class Unsent:
    """Lines that no other process can have."""

    def __reduce__(self) -> Any:
        raise TypeError("of this process alone")


def test_what_cannot_be_sent_is_worked_out_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach_shared, "_LONG", 0.0)
    lines: Any = Unsent()
    with reach_shared.working(lines, 2) as crew:
        assert crew.every(lambda of, number: (of is lines, number), [(i,) for i in range(4)]) == [
            (True, i) for i in range(4)
        ]
