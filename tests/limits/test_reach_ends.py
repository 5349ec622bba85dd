"""With production asked for, a map has every spectrum's samples, and its picture the ends of what excludes, no others."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from matplotlib.colors import to_hex

from darkpair.limits.panels import figure_and_axes
from darkpair.limits.production import PRODUCTION
from darkpair.limits.reach import ReachMap, _size
from darkpair.limits.reach_picture import _ends
from darkpair.limits.region_style import KINDS, draw_ends
from darkpair.limits.regions import Region
from darkpair.limits.samples import Size


@pytest.mark.parametrize("quick", [True, False])
def test_ends_are_those_of_every_spectrum(quick: bool) -> None:
    """A quick size has the central spectrum alone, of which both ends would be the same line."""
    asked = Size.of(quick=quick)
    assert _size(asked, production=False) == asked
    assert _size(asked, production=True).spectra == "all"
    assert _size(asked, production=True).etas == asked.etas


def test_the_ends_of_what_excludes() -> None:
    regions = [
        SimpleNamespace(search=f"{name}{end}", said=SimpleNamespace(kind="line" if end else kind))
        for name, kind in (("nucal", "excluded"), ("ship", "line"))
        for end in ("", f"{PRODUCTION}low", f"{PRODUCTION}high")
    ]
    shown = _ends(cast(ReachMap, SimpleNamespace(regions=regions)))
    assert [region.search for region in shown] == [f"nucal{PRODUCTION}low", f"nucal{PRODUCTION}high"]


def test_ends_are_lines_of_their_colour_with_words() -> None:
    _, (ax,) = figure_and_axes(1, 1, (4.0, 3.0))
    ends = [Region(name="NuCal", kind="dump", edges=[np.array([[0.0, y], [1.0, y]])]) for y in (0.2, 0.8)]
    drawn: Any = draw_ends(ax, ends)
    assert len(ax.patches) == 2
    assert {to_hex(line.get_edgecolor()) for line in ax.patches} == {KINDS["dump"].colour.lower()}
    assert {line.get_linestyle() for line in ax.patches} != {"solid"}
    assert list(drawn.legend) == ["dash-dotted: least and most production"]
    assert not draw_ends(ax, []).legend
