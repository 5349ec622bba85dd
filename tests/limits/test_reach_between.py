"""Lines of a map between those with samples: edges are where a law that is known has them, and thresholds are followed across."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.optimize import brentq

from darkpair.limits.reach_between import FinerRows
from darkpair.limits.reach_contours import refined
from darkpair.limits.reach_grid import Plane, plane_of
from darkpair.limits.reach_nodes import Nodes
from darkpair.limits.reach_regions import regions_of
from darkpair.scan.acceptance import Acceptance
from darkpair.searches.beam_dump import BeamDump

ROWS = (0.0, 0.5, 1.0)
LENGTHS = tuple(np.geomspace(1e-2, 1e9, 12).tolist())


@cache
def plane() -> Plane:
    """Two masses, far from where a decay that counts opens."""
    fixed = {"G_X": "1 GF", "m_Zprime": "10 GeV"}
    return plane_of("zprime-scalar", "m2: 340 MeV .. 420 MeV, 9", "m1: 10 MeV .. 50 MeV, 3", fixed)


def dump(x: float, y: float, scale: float = 1.0) -> BeamDump:
    """A search whose acceptance is an exponential of both places, the same at every c tau."""
    value = scale * math.exp(3.0 * x - 2.0 * y)
    own = Acceptance(
        ctau=LENGTHS, value=(value,) * len(LENGTHS), error=(1e-6 * value,) * len(LENGTHS), power=0.0
    )
    return BeamDump(experiment="nucal", multiplicity=1.0, acceptance=own, daughters=1.0)


@cache
def scale() -> float:
    """So that the ratio is 1 in the middle of the map."""
    middle = plane().point(plane().x.number(0.5), plane().y.number(0.25))
    return 1.0 / float(dump(0.5, 0.25).value(middle) / dump(0.5, 0.25).limit)


def ratio(x: float, y: float) -> float:
    point = plane().point(float(plane().x.exact(x)), float(plane().y.exact(y)))
    return float(dump(x, y, scale()).value(point)) / dump(x, y).limit


def lines(*, silent: bool = False) -> FinerRows:
    rows = {}
    for row in ROWS:
        nodes = Nodes(
            lambda places, row=row: [  # type: ignore[arg-type,misc]
                {} if silent and row == 0.0 else {"nucal": ("excluded", dump(place, row, scale()))}
                for place in places
            ]
        )
        nodes.add([0.0, 0.5, 1.0])
        rows[row] = nodes
    return FinerRows(plane(), plane().y, plane().x, rows)


@pytest.mark.parametrize("row", [0.0, 0.125, 0.75])
def test_an_edge_is_where_the_law_has_it(row: float) -> None:
    """Logarithms of the acceptance are linear in both places, so that nothing is lost between; rates are those of the point."""
    look = lines().looks(row, ["nucal"])["nucal"]
    (span,) = look.spans[""]
    exact = brentq(lambda x: math.log(ratio(x, row)), 0.0, 1.0, xtol=1e-10)
    edge = span.low if not span.low_open else span.high
    assert edge == pytest.approx(exact, abs=1e-7)  # (straight lines between places are 1e-6 or more away)


def test_lines_are_no_closer_than_a_quarter() -> None:
    own = lines()
    looks = {row: own.looks(row, ["nucal"])["nucal"] for row in ROWS}
    looks[0.5] = replace(looks[0.5], spans={"": []})  # (a region that ends)
    asked = []

    def look(place: float) -> tuple[float, object]:
        asked.append(own.near(place))
        return asked[-1], looks[0.0]

    done = refined(looks, look)  # type: ignore[arg-type]
    assert {round(8 * place, 9) for place in done} <= set(range(9))
    assert len(done) > 3
    assert len(asked) <= 12


def test_a_region_has_lines_between_where_it_turns() -> None:
    (region,) = regions_of(lines(), list(ROWS), [])
    assert len(region.lines) > len(ROWS)
    edges = [(span.across, span.low) for branch in region.branches for span in branch.spans]
    for across, edge in edges:
        if 0.0 < edge < 1.0:
            assert ratio(edge, across) == pytest.approx(1.0, abs=1e-4)


def test_nothing_is_known_between_where_a_line_knows_nothing() -> None:
    own = lines(silent=True)
    assert np.all(np.isnan(own.said(0.25, ["nucal"])["nucal"].ratio))
    assert np.all(np.isfinite(own.said(0.75, ["nucal"])["nucal"].ratio))


def test_thresholds_are_followed_across() -> None:
    """X2 -> X1 pi0 opens at m2 = m1 + 135 MeV: what lies at it on one line lies at it on another, and ends are ends."""
    wide = plane_of("zprime-scalar", "m2: 100 MeV .. 420 MeV, 9", "m1: 1 MeV .. 81 MeV, 3", {"G_X": "1 GF"})
    own = FinerRows(wide, wide.y, wide.x, {row: Nodes(lambda places: [{} for _ in places]) for row in ROWS})
    for line, row in ((0.25, 0.0), (0.25, 0.5), (0.75, 1.0)):
        opens = [float(wide.x.place(1e3 * 0.1349768 + float(wide.y.exact(each)))) for each in (line, row)]
        assert own._alike(line, row, opens[0]) == pytest.approx(opens[1], abs=1e-4)
        assert own._alike(line, row, opens[0] + 0.01) > opens[1]
        assert [own._alike(line, row, end) for end in (0.0, 1.0)] == [0.0, 1.0]
