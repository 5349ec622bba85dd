"""Freed memory is kept where the C library is glibc; where it is another, nothing happens."""

from __future__ import annotations

import ctypes
from types import SimpleNamespace

import pytest

from darkpair.gen.memory import keep_freed_memory

set_thresholds = keep_freed_memory.__wrapped__  # (the function itself runs once in a process)


def test_both_thresholds_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: dict[int, int] = {}
    library = SimpleNamespace(mallopt=calls.__setitem__)
    monkeypatch.setattr(ctypes, "CDLL", {None: library}.__getitem__)
    set_thresholds()
    assert calls == {-3: 2**28, -1: 2**28}  # M_MMAP_THRESHOLD and M_TRIM_THRESHOLD of malloc.h


@pytest.mark.parametrize("error", [OSError, TypeError, AttributeError])
def test_another_library_is_left_alone(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    asked: list[object] = []

    def refuse(name: object) -> None:
        asked.append(name)
        raise error

    monkeypatch.setattr(ctypes, "CDLL", refuse)
    set_thresholds()
    assert asked == [None]
