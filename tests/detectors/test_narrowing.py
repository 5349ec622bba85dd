"""Cuts in one loop leave what cuts one by one leave."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from darkpair.detectors.selection import Cut, Line, Selection
from darkpair.gen.compiled import loops, mode
from darkpair.gen.shared_parents import shared
from darkpair.gen.streams import Streams

pytestmark = pytest.mark.skipif(not loops.compiler_at_hand(), reason="numba is not there")


def _cut(name: str, variable: str, low: Any, high: Any) -> Cut:
    return Cut(name=name, variable=variable, unit="", source="", confidence="choice", low=low, high=high)


_LINE = Line("y", ((-1.0, -0.5), (0.5, 0.1), (1.0, 0.0)))
_CUTS = (
    _cut("a", "x", -1.5, None),
    _cut("b", "y", None, 2),
    _cut("c", "x", _LINE, 1.2),
    _cut("d", "z", 1, 8),
    _cut("e", "y", -2.0, Line("x", ((0.0, 2.0), (1.0, 1.0)))),
    _cut("f", "x", -0.9, 0.9),
)


@pytest.mark.parametrize("box", [(), ("f",), ("e", "f"), ("a", "b", "c", "d", "e", "f")])
@pytest.mark.parametrize("cuts", [_CUTS, _CUTS[:1], _CUTS[2:3], _CUTS[2:]])
@pytest.mark.parametrize(("k", "uses"), [(0, 1), (1, 1), (2000, 1), (2000, 8)])
def test_the_same_as_cut_by_cut(k: int, uses: int, cuts: tuple[Cut, ...], box: tuple[str, ...]) -> None:
    rng = Streams(3).rng("values")
    x, y = rng.standard_normal((2, k))
    x[::17], y[::19], x[5::23] = np.nan, np.inf, -np.inf
    values = {"x": x, "y": y, "z": rng.integers(0, 10, size=k)}
    event = np.sort(rng.integers(0, max(k, 1), size=k))
    selection = Selection(
        name="of a test", cuts=cuts, box=tuple(name for name in box if name in [cut.name for cut in cuts])
    )
    seen = []
    for compiled in (True, False):
        with mode.wanted(compiled=compiled), shared(uses):
            seen.append(selection.apply(values, event, np.ones(max(k, 1)), []))
    (accepted, outside, flow), (expected, before, stages) = seen
    assert accepted.tolist() == expected.tolist()
    assert outside.tolist() == before.tolist()
    assert flow == stages
