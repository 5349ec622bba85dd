"""Polygons, octagons, discs and holes: against other ways to know what is inside, and forced decays against free ones."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from darkpair import InputError, Streams, build
from darkpair.detectors.file_schema import file_schema
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.detectors.shapes import size_of
from darkpair.gen.lifetime import Exponential, Forced, Lifetime
from darkpair.gen.prism import Points, Prism, inside_polygon, octagon
from darkpair.gen.region import Box, Cylinder, Frustum, covers, extent, prolonged
from darkpair.gen.sources.gun import Gun
from tests.shared.own_files import based

CONVEX: dict[str, Points] = {
    "octagon": octagon(2000.0),
    "shifted octagon": octagon(1500.0, 700.0, -300.0),
    "triangle": ((-900.0, -500.0), (1100.0, -200.0), (100.0, 900.0)),
    "clockwise": ((-900.0, -500.0), (100.0, 900.0), (1100.0, -200.0)),
    "square": ((-1000.0, -1000.0), (1000.0, -1000.0), (1000.0, 1000.0), (-1000.0, 1000.0)),
    "with a straight corner": ((0.0, 0.0), (500.0, 0.0), (1000.0, 0.0), (0.0, 800.0)),
}
CONCAVE: dict[str, Points] = {
    "L": ((0.0, 0.0), (1000.0, 0.0), (1000.0, 400.0), (300.0, 400.0), (300.0, 900.0), (0.0, 900.0)),
    "arrow": ((-800.0, -600.0), (0.0, 0.0), (-800.0, 600.0), (900.0, 0.0)),
}


def winding(points: Points, x: float, y: float) -> bool:
    """Whether the polygon goes round a point: the sum of the angles under which its sides are seen."""
    total = 0.0
    for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1], strict=True):
        a, b = math.atan2(y1 - y, x1 - x), math.atan2(y2 - y, x2 - x)
        total += math.remainder(b - a, 2.0 * math.pi)
    return abs(total) > 3.0


@pytest.mark.parametrize("name", [*CONVEX, *CONCAVE])
def test_inside_is_what_the_polygon_goes_round(name: str) -> None:
    points = {**CONVEX, **CONCAVE}[name]
    x, y = 2400.0 * (np.random.default_rng(1).random((2, 2000)) - 0.5)
    wanted = np.array([winding(points, *at) for at in zip(x, y, strict=True)])
    assert 50 < wanted.sum() < 1950
    assert (inside_polygon(points, x, y) == wanted).all()
    if name in CONVEX:
        prism = Prism(points=points, z_min=-1.0, z_max=1.0)
        assert (prism.contains(x, y, np.zeros(2000)) == wanted).all()


@pytest.mark.parametrize("name", CONVEX)
def test_a_path_is_where_points_along_it_are_inside(name: str) -> None:
    prism = Prism(points=CONVEX[name], z_min=1000.0, z_max=4000.0)
    rng = np.random.default_rng(2)
    origin = np.array([[1500.0], [1500.0], [6000.0]]) * (rng.random((3, 3000)) - [[0.5], [0.5], [0.2]])
    way = rng.standard_normal((3, 3000))
    way /= np.linalg.norm(way, axis=0)
    way[:, :50] = np.array([[0.0], [0.0], [1.0]])  # along z
    first, last = prism.path(tuple(origin), tuple(way))
    assert 100 < (last > first).sum() < 2900
    for part, inside in ((1e-6, True), (0.5, True), (1.0 - 1e-6, True), (-1e-3, False), (1.0 + 1e-3, False)):
        at = first + part * (last - first)
        some = (last - first > 1.0) & (at > 0.0)
        x, y, z = origin + at * way
        found = prism.contains(x, y, z)
        assert (found[some] == inside).all(), part
    steps = np.linspace(0.0, 12e3, 400)
    missed = np.flatnonzero(last <= first)[:200]
    for i in missed:
        x, y, z = origin[:, i, None] + steps * way[:, i, None]
        assert not prism.contains(x, y, z).any()


def test_a_square_prism_is_a_box() -> None:
    prism = Prism(points=CONVEX["square"], z_min=1000.0, z_max=4000.0)
    box = Box(x_min=-1000.0, x_max=1000.0, y_min=-1000.0, y_max=1000.0, z_min=1000.0, z_max=4000.0)
    rng = np.random.default_rng(3)
    origin, way = 1500.0 * rng.standard_normal((3, 1000)), rng.standard_normal((3, 1000))
    way /= np.linalg.norm(way, axis=0)
    for one, two in zip(
        prism.path(tuple(origin), tuple(way)), box.path(tuple(origin), tuple(way)), strict=True
    ):
        assert one == pytest.approx(two)
    assert extent(prism) == extent(box)
    assert covers(box, prism)
    assert covers(prism, box)
    assert covers(box, prolonged(prism, 5000.0)) is False
    assert covers(Cylinder(radius=1100.0, z_min=0.0, z_max=5e3), prism) is False
    assert covers(Cylinder(radius=1500.0, z_min=0.0, z_max=5e3), prism)


@pytest.mark.parametrize("name", CONVEX)
def test_a_prism_covers_a_cylinder_up_to_its_nearest_side(name: str) -> None:
    """Against the distance of the axis from each side, by the area of the triangle over it."""
    points = CONVEX[name]
    prism = Prism(points=points, z_min=0.0, z_max=10.0)
    pairs = zip(points, points[1:] + points[:1], strict=True)
    near = min(abs(x1 * y2 - x2 * y1) / math.hypot(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in pairs)
    axis = bool(prism.contains(np.zeros(1), np.zeros(1), np.ones(1)))
    for part in (0.99, 1.01):
        cylinder = Cylinder(radius=part * max(near, 1.0), z_min=1.0, z_max=9.0)
        assert covers(prism, cylinder) is (axis and near > 0.0 and part < 1.0)


def test_an_octagon_is_regular() -> None:
    points = np.array(octagon(2000.0))
    assert np.hypot(*points.T) == pytest.approx(1000.0 / math.cos(math.pi / 8.0))
    sides = np.linalg.norm(points - np.roll(points, 1, axis=0), axis=1)
    assert sides == pytest.approx(2000.0 * math.tan(math.pi / 8.0))


OCTAGON = """[decay_volume]
shape = "octagon"
across = "3 m"
z_min = "480 m"
z_max = "515 m"
[calorimeter]
shape = "octagon"
across = "3 m"
z = "515 m"
holes = [{ shape = "disc", x = "20 cm", y = "0 m", radius = "30 cm" }, { shape = "box", x_min = "-1 m", x_max = "-80 cm", y_min = "-5 cm", y_max = "5 cm" }]
"""


def test_forced_decays_are_free_ones_in_an_octagon(tmp_path: Path) -> None:
    detector = FixedTarget(experiment=based(tmp_path, "charm", OCTAGON))
    found = {}
    laws: dict[str, Lifetime] = {"forced": Forced(region=detector.region, ctau=3e3), "free": Exponential(3e3)}
    for name, law in laws.items():
        chain = build(
            "eta -> X1 (X2 -> X1 (pi0 -> gamma gamma))",
            mass={"X1": 0.04, "X2": 0.4},
            ctau={"X2": 3e3},
            lifetimes={"X2": law},
        )
        parts = []
        for block in range(3):
            streams = Streams(4, block)
            gun = Gun(parent="eta", momentum=(40.0, 100.0), cone=0.003)
            events = chain.batch(gun.sample(16384, streams.rng("source")), streams)
            mask = detector.select(detector.observe(events, streams.rng("detector")), events.weight).mask
            parts.append(np.where(mask, events.weight, 0.0))
        every = np.concatenate(parts)
        found[name] = every.mean(), every.std() / math.sqrt(len(every))
    value, error = found["free"]
    assert value > 15.0 * error
    assert abs(found["forced"][0] - value) < 4.0 * math.hypot(error, found["forced"][1]), found


def test_nothing_arrives_in_a_hole(tmp_path: Path) -> None:
    holed = FixedTarget(experiment=based(tmp_path, "charm", OCTAGON), resolution="none")
    whole = FixedTarget(
        experiment=based(tmp_path, "charm", OCTAGON.partition("holes")[0], file="whole.toml"),
        resolution="none",
    )
    chain = build(
        "eta -> X1 (X2 -> X1 gamma)",
        mass={"X1": 0.04, "X2": 0.4},
        ctau={"X2": 1e4},
        lifetimes={"X2": Forced(region=holed.region, ctau=1e4)},
    )
    events = chain.batch(
        Gun(parent="eta", momentum=50.0, cone=0.003).sample(16384, Streams(5).rng("source")), Streams(5)
    )
    seen = [d.observe(events, Streams(1).rng("d")).lists["Shower"][1] for d in (holed, whole)]
    x, y = seen[1]["x"], seen[1]["y"]
    hole = (x - 200.0) ** 2 + y**2 <= 300.0**2
    hole |= (x >= -1000.0) & (x <= -800.0) & (np.abs(y) <= 50.0)
    assert 20 < hole.sum() < len(x) - 100
    assert seen[0]["x"].tolist() == x[~hole].tolist()
    assert (np.abs(x) + np.abs(y)).max() <= 1500.0 * math.sqrt(2.0)  # the corners of the square are cut


def test_a_volume_has_no_inward_corner() -> None:
    for points in CONCAVE.values():
        with pytest.raises(InputError, match="not convex"):
            Prism(points=points, z_min=0.0, z_max=1.0)


def test_sizes_are_full_widths_and_the_schema_says_which_numbers_are_half() -> None:
    frustum = Frustum(z_min=0.0, z_max=4000.0, x_front=1000.0, y_front=500.0, x_back=2000.0, y_back=0.0)
    assert size_of(frustum) == "2 m x 1 m at z = 0 m, 4 m x 0 m at z = 4 m (full widths)"
    assert size_of(Cylinder(radius=1500.0, z_min=0.0, z_max=1000.0)).startswith("3 m in diameter, z = 0 m to")
    box = Box(x_min=0.0, x_max=3000.0, y_min=-500.0, y_max=500.0, z_min=0.0, z_max=1000.0)
    prism = Prism(points=CONVEX["octagon"], z_min=0.0, z_max=1000.0)
    assert size_of(box).startswith("3 m x 1 m, ")
    assert size_of(prism).startswith("2 m x 2 m, ")
    assert "x_front (half width along x at z_min)" in json.dumps(file_schema())
