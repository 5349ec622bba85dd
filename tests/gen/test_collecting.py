"""Garbage in circles: seldom looked for while a command starts, as usual from its first events on."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from darkpair.gen import collecting
from darkpair.gen.collecting import collect_as_usual, collect_seldom


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()
    if frozen:  # (by conftest.py, of the whole suite)
        gc.freeze()
    collecting._before.clear()


def test_start_and_events_in_turn() -> None:
    before = gc.get_threshold()
    collect_seldom()
    collect_seldom()  # (whoever starts twice keeps what was there first)
    assert gc.get_threshold()[0] > 100_000
    collect_as_usual()
    assert gc.get_threshold() == before
    frozen = gc.get_freeze_count()
    assert frozen
    gc.set_threshold(123, 4, 5)  # of a program of somebody's
    collect_as_usual()
    assert gc.get_threshold() == (123, 4, 5)
    assert gc.get_freeze_count() <= frozen  # (what was looked at may have gone since)


def test_what_is_switched_off_stays_off() -> None:
    gc.disable()
    try:
        collect_seldom()
        collect_as_usual()
        assert not gc.isenabled()
    finally:
        gc.enable()


#: Thresholds while a command opens its file, while it makes its blocks, and how much is no longer looked at.
_LOOK = """
import gc, sys
from darkpair.__main__ import start
usual = gc.get_threshold()
from darkpair.gen.pipeline import Pipeline
made, block = [], Pipeline._block
def look(self, index, size):
    if size:
        made.append(gc.get_threshold() == usual)
    return block(self, index, size)
Pipeline._block = look
import darkpair.run.part as part
opened, writer = [], part.writer_of
def first(*args):
    opened.append(gc.get_threshold() == usual)
    return writer(*args)
part.writer_of = first
try:
    start()
finally:
    print("seen", opened, set(made), gc.get_freeze_count() > 10_000)
"""


def test_of_a_command(tmp_path: Path) -> None:
    job = tmp_path / "job.toml"
    job.write_text(
        '[run]\nn = 20000\n[source]\nname = "koto_kl"\n'
        '[chain]\ndecay = "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))"\nmass = { X1 = 0.01, X2 = 0.3 }\n'
        '[output]\npath = "events.root"\npicture = false\n',
        encoding="utf-8",
    )
    words = [sys.executable, "-c", _LOOK, "run", str(job), "-o", str(tmp_path / "events.root")]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    assert "seen [False] {True} True" in ended.stdout, ended.stdout + ended.stderr
