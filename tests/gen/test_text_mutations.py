"""Texts of events with anything changed in them: read, or one line that says what is wrong; never another error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from darkpair.gen.errors import InputError
from darkpair.gen.sources.event_readers import TEXT_FORMATS, open_events
from tests.gen.test_hepevt_file import FORMS, text
from tests.gen.test_lhe_file import READ

CASES = {f"lhe {name}": READ[name].encode() for name in ("plain", "weights", "cdata", "junk in the header")}
CASES |= {f"hepevt {form}": text(form, 2).encode() for form in FORMS}
WORDS = (
    b"",
    b" ",
    b"\n",
    b"-1",
    b"7",
    b"99999999999",
    b"1e999",
    b"nan",
    b"x",
    b"\xff",
    b"#",
    b"<",
    b"</event>",
    b"<event>",
    b"E 1 1\n",
    b"\0",
)

TURNS = 20  # 1500 passed when the readers were made


def mutated(whole: bytes, rng: np.random.Generator) -> bytes:
    """A byte, a word or a line changed, left out or doubled, or the end cut off; up to four times."""
    for _ in range(rng.integers(1, 5)):
        kind = rng.integers(5)
        at = int(rng.integers(len(whole) + 1))
        if kind == 0:
            whole = whole[:at] + bytes([rng.integers(256)]) + whole[at + 1 :]
        elif kind == 1:
            words = whole.split(b" ")
            words[rng.integers(len(words))] = WORDS[rng.integers(len(WORDS))]
            whole = b" ".join(words)
        elif kind == 2:
            lines = whole.splitlines(keepends=True) or [b""]
            lines[rng.integers(len(lines))] *= int(rng.integers(0, 3))
            whole = b"".join(lines)
        elif kind == 3:
            whole = whole[:at] + WORDS[rng.integers(len(WORDS))] + whole[at:]
        elif rng.random() < 0.2:
            whole = whole[:at]
    return whole


@pytest.mark.parametrize("name", CASES)
def test_whatever_is_changed_is_read_or_said(name: str, tmp_path: Path) -> None:
    rng, refusals = np.random.default_rng(len(name)), []
    for turn in range(TURNS):
        path = tmp_path / f"{turn}.txt"
        path.write_bytes(mutated(CASES[name], rng))
        try:
            reader = open_events(str(path), "Events", {}, None)
            offsets, particles, _ = reader.read(0, reader.entries, sorted(reader.names))
            rows, more = reader.more_mothers(0, reader.entries)
        except InputError as error:
            refusals.append(str(error))
            continue
        assert reader.kind in TEXT_FORMATS
        assert len(offsets) == reader.entries + 1
        assert {len(column) for column in particles.values()} == {offsets[-1]}
        counts = np.diff(offsets)
        assert ((particles["mother"] >= -1) & (particles["mother"] < np.repeat(counts, counts))).all()
        assert (np.searchsorted(offsets, rows, "right") == np.searchsorted(offsets, more, "right")).all()
    for refusal in refusals:
        assert "\n" not in refusal
        assert "cannot be read as an event file" not in refusal
