"""Quantities of a file that says itself what is where, left out by an empty branch: in every such format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from darkpair.gen.errors import InputError
from darkpair.gen.sources.event_file import EventFile
from darkpair.gen.sources.event_readers import file_format
from tests.shared.small_events import hepevt, hepmc2, hepmc3, lhe, toy_events

EVENTS = toy_events(3, 4)
TEXTS: dict[str, Callable[[], str]] = {
    "hepmc2": lambda: hepmc2(EVENTS),
    "hepmc3": lambda: hepmc3(EVENTS),
    "lhe": lambda: lhe(EVENTS).replace("+1.0000000e+00", "0.0"),
    "hepevt": lambda: hepevt(EVENTS),
}
PLACES = dict.fromkeys(("vx", "vy", "vz", "vt"), "")


@pytest.mark.parametrize("kind", TEXTS)
def test_events_without_weights_and_places(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "events"
    path.write_text(TEXTS[kind]())
    bare = EventFile(path=str(path), parents=("B0", "B+"), branches={"weight": "", **PLACES})
    taken = bare.sample(bare.n_parents, np.random.default_rng(1))
    assert np.all(taken.weights["event_file"] == 1.0)
    assert not taken.vertex.any()
    if kind == "lhe":  # whose weights are 0 here; the line says what was just done
        with pytest.raises(InputError, match=r'mean 0.0 .*leave the weights out by branches.weight = ""'):
            EventFile(path=str(path), parents=("B0", "B+"))
        return
    plain = EventFile(path=str(path), parents=("B0", "B+"))
    assert bare.n_parents == plain.n_parents
    assert bare.sample_identity() != plain.sample_identity()
    momentum = plain.sample(plain.n_parents, np.random.default_rng(1)).momentum
    assert taken.momentum.tobytes() == momentum.tobytes()


@pytest.mark.parametrize("branches", [{"weight": "w"}, {"pdgid": ""}, {"vx": ""}])
def test_nothing_else_is_left_out(branches: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "events"
    path.write_text(TEXTS["hepmc3"]())
    with pytest.raises(InputError, match="leave") as refusal:
        EventFile(path=str(path), parents="B+", branches=branches)
    assert "\n" not in str(refusal.value)


def test_a_text_that_begins_with_root_is_no_root_file(tmp_path: Path) -> None:
    (tmp_path / "users").write_text("root:x:0:0:root:/root:/bin/bash\n" * 9)
    with pytest.raises(InputError, match="is no event file"):
        file_format(str(tmp_path / "users"))


def test_parents_that_are_not_there(tmp_path: Path) -> None:
    path = tmp_path / "hard.lhe"
    gluons = [[entry for entry in event if abs(entry.pdgid) < 100][:2] for event in EVENTS]
    path.write_text(lhe([[type(e)(e.pdgid, e.status, (), e.p) for e in event] for event in gluons]))
    with pytest.raises(InputError, match=r"holds none of B\+ in 4 events, and no hadrons where it begins"):
        EventFile(path=str(path), parents="B+")
    path.write_text(lhe(EVENTS))
    with pytest.raises(
        InputError, match=r"holds none of D0 in 4 events, which begin with .*521.*; name other"
    ):
        EventFile(path=str(path), parents="D0")
