"""Where Python's objects lie is looked at before machine code reads them: anything else than expected is seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from darkpair.gen.compiled import layout as module

#: Looks anew: doors hold the address of the table that is kept.
_looked: Any = module.layout.__wrapped__


def test_of_this_python() -> None:
    table = _looked()
    assert table is not None
    assert table[module.TABLE["array"]] == id(np.ndarray)
    assert len(table) == module.TABLE["dtypes"] + len(module.KINDS)


def test_of_32_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.sizeof", lambda _: 4)
    assert _looked() is None


def test_every_type_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """The words behind the first of each object that is tried: five of them hold its type."""
    word: Any = module._word
    types: list[int] = []

    def seen(place: int) -> int:
        value = int(word(place))
        types.extend([place] if value in {*map(id, (np.ndarray, float, np.float64, int))} else [])
        return value

    monkeypatch.setattr(module, "_word", seen)
    assert _looked() is not None
    assert len(types) == 5


@pytest.mark.parametrize("call", [1, 6, 11, 12, 16])
def test_a_word_that_is_another(call: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The words of a tuple's objects, of an object's type, of whole numbers, of an array."""
    word: Any = module._word
    seen: list[int] = []

    def wrong(place: int) -> int:
        seen.append(place)
        return int(word(place)) + (
            8 if len(seen) == call else 0
        )  # (below are signs of whole numbers, from Python 3.12 on)

    monkeypatch.setattr(module, "_word", wrong)
    assert _looked() is None
    assert len(seen) >= call


def test_a_number_that_stands_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FLOAT", module.FLOAT - 8)
    assert _looked() is None


def test_an_array_that_lies_in_another_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_array_as_expected", lambda _: False)
    assert _looked() is None
