"""Parts join in any order, from however many files they stand in, as hadd leaves several in one; what is there twice is refused."""

from __future__ import annotations

from itertools import permutations, product
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from darkpair.gen.errors import InputError
from darkpair.gen.output.parts import Span
from darkpair.gen.streams import BLOCK
from darkpair.run.merge import _ordered, _Piece

PROVENANCE: dict[str, Any] = {"output": {}, "detector": None, "job": {}}
PARTS = 3


def pieces(order: tuple[int, ...], files: tuple[int, ...]) -> list[_Piece]:
    """Parts of one sample in that order, each in one of some files."""
    row = cast(Any, SimpleNamespace(provenance=PROVENANCE, events=1))
    return [
        _Piece(path=Path(f"{file}.root"), row=row, span=Span("a", k, k + 1, of=PARTS * BLOCK, run=1), first=0)
        for k, file in zip(order, files, strict=True)
    ]


@pytest.mark.parametrize("files", [*product(range(2), repeat=PARTS)])
def test_every_order_of_every_file(files: tuple[int, ...]) -> None:
    for order in permutations(range(PARTS)):
        assert [piece.span.first for piece in _ordered(pieces(order, files))] == list(range(PARTS))


@pytest.mark.parametrize("files", [*product(range(2), repeat=PARTS + 1)])
def test_a_part_that_is_there_twice(files: tuple[int, ...]) -> None:
    for twice in range(PARTS):
        own = pieces((*range(PARTS), twice), files)
        words = "is given twice" if files[twice] == files[-1] else "hold the same events"
        with pytest.raises(InputError, match=words):
            _ordered(own)
