"""Numbers of event files that no arithmetic carries: each place of each format, taken or refused in one line without a warning."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair.gen.errors import DarkpairError, InputError
from darkpair.gen.sources.event_file import EventFile
from tests.gen.test_lhe_file import EVENT, listing
from tests.shared import small_events

EXTREME = ("1e308", "-1e308", "1e200", "1e-320", "nan", "-inf", "99999999999999999999")
NUMBER = re.compile(r"(?<![\w.+-])[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?(?![\w.])")
SETTINGS: tuple[dict[str, Any], ...] = ({}, {"mass": "stored", "uses": 2, "azimuth": "free"})


@pytest.mark.parametrize("kind", ["hepmc2", "hepmc3", "lhe", "hepevt"])
def test_no_number_makes_noise(kind: str, tmp_path: Path) -> None:
    """A warning of NumPy's is an error here."""
    text = getattr(small_events, kind)(small_events.toy_events(2, 5))
    places = list(NUMBER.finditer(text))
    rng = random.Random(17)
    path = tmp_path / "events"
    outcomes = set()
    for number in rng.sample(places, 40):
        for settings in SETTINGS:
            word = rng.choice(EXTREME)
            path.write_text(text[: number.start()] + word + text[number.end() :])
            try:
                source = EventFile(path=str(path), parents=tuple(small_events.KINDS.values()), **settings)
                source.sample(source.n_parents, np.random.default_rng(1))
                outcomes.add("")
            except DarkpairError as error:
                outcomes.add(str(error))
    assert len(outcomes) > 5
    assert not any("\n" in line for line in outcomes)


@pytest.mark.parametrize(
    ("column", "word", "words"),
    [
        (
            "0.25 -0.5 -1.5",
            "1e200 -0.5 -1.5",
            "event 1 has a momentum or vertex that is beyond 1e\\+20 GeV or 1e\\+30 mm",
        ),
        ("0.25 -0.5 -1.5", "0.25 -0.5 inf", "event 1 has a momentum or vertex that is not finite"),
        ("5 1 0.5", "5 1 -1e101", r"event 1 has the weight -1e\+101; allowed: sizes up to 1e\+100"),
        ("5 1 0.5", "5 1 inf", "have the mean inf"),
    ],
)
def test_what_is_too_large_is_named(column: str, word: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "e.lhe").write_text(listing(EVENT, EVENT.replace(column, word, 1)))
    with pytest.raises(InputError, match=words):
        EventFile(path=str(tmp_path / "e.lhe"), parents="B+").block(0)


def test_masses_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    for word in ("inf", "nan", "1e308"):
        text = EVENT.replace("5.5 5.279 0.4", f"5.5 {word} 0.4")
        (tmp_path / "e.lhe").write_text(listing(text, EVENT))
        with pytest.raises(InputError, match='mass = "stored": .* stores masses of PDG id -?521 from'):
            EventFile(path=str(tmp_path / "e.lhe"), parents="B+", mass="stored")
        text = text.replace("5.279", word)
        (tmp_path / "e.lhe").write_text(listing(text))
        with pytest.raises(InputError):
            EventFile(path=str(tmp_path / "e.lhe"), parents="B+", mass="stored").block(0)
