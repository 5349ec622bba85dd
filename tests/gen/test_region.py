"""Regions: the path of a ray against the points that lie inside."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest

from darkpair.gen.directions import isotropic
from darkpair.gen.errors import InputError
from darkpair.gen.region import Box, Cone, Cylinder, Frustum, Region, Slab, covers, extent, prolonged
from darkpair.gen.streams import Streams

if TYPE_CHECKING:
    from darkpair.gen.directions import Vector3

REGIONS: dict[str, Region] = {
    "slab": Slab(z_min=-1.0, z_max=2.0),
    "box": Box(x_min=-1.0, x_max=0.5, y_min=-0.2, y_max=0.3, z_min=1.0, z_max=3.0),
    "cylinder": Cylinder(radius=0.7, z_min=-1.0, z_max=2.0),
    "cone": Cone(z_min=0.5, z_max=3.0, r_min=0.2, r_max=1.5),
    "closing cone": Cone(z_min=-2.0, z_max=1.0, r_min=1.5, r_max=0.3),
    "cone from its tip": Cone(z_min=0.0, z_max=2.0, r_min=0.0, r_max=1.0),
    "cone to its tip": Cone(z_min=0.0, z_max=2.0, r_min=1.0, r_max=0.0),
    "cone without slope": Cone(z_min=0.0, z_max=2.0, r_min=1.0, r_max=1.0),
    "flat cone": Cone(z_min=0.0, z_max=0.1, r_min=0.1, r_max=3.0),
    "frustum": Frustum(z_min=0.5, z_max=3.0, x_front=0.2, x_back=1.5, y_front=0.6, y_back=0.9),
    "closing frustum": Frustum(z_min=-2.0, z_max=1.0, x_front=1.5, x_back=0.3, y_front=0.4, y_back=0.2),
    "frustum that opens in x and closes in y": Frustum(
        z_min=0.0, z_max=2.0, x_front=0.2, x_back=1.2, y_front=1.0, y_back=0.1
    ),
    "pyramid from its tip": Frustum(z_min=0.0, z_max=2.0, x_front=0.0, x_back=1.0, y_front=0.0, y_back=1.0),
    "pyramid to an edge": Frustum(z_min=0.0, z_max=2.0, x_front=1.0, x_back=1.0, y_front=1.0, y_back=0.0),
    "flat frustum": Frustum(z_min=0.0, z_max=0.1, x_front=0.1, x_back=3.0, y_front=0.2, y_back=2.0),
}

FRUSTUM = partial(Frustum, z_min=0.0, z_max=1.0, x_front=1.0, x_back=1.0, y_front=1.0, y_back=1.0)


def rays(kind: str, n: int) -> tuple[Vector3, Vector3]:
    rng = Streams(31).rng(kind)
    x, y, z = (4.0 * rng.random(n) - 2.0 for _ in range(3))
    dx, dy, dz = isotropic(rng, n)
    if kind == "steep":
        dx, dy = 0.05 * dx, 0.05 * dy
        dz = np.copysign(np.sqrt(1.0 - dx * dx - dy * dy), dz)
    elif kind == "along z":
        dx, dy, dz = 0.0 * x, 0.0 * y, np.copysign(1.0, dz)
    elif kind == "across":
        norm = np.hypot(dx, dy)
        dx, dy, dz = dx / norm, dy / norm, 0.0 * z
    elif kind == "along x":
        dx, dy, dz = np.copysign(1.0, dx), 0.0 * y, 0.0 * z
    elif kind == "from the axis":
        x, y = 0.0 * x, 0.0 * y
    elif kind == "along the mantle":  # of the cone from its tip, whose radius grows by half of z
        phi = 2.0 * np.pi * rng.random(n)
        dx, dy, dz = (
            c * np.copysign(1.0, dz) / np.sqrt(1.25) for c in (np.cos(phi) / 2, np.sin(phi) / 2, 1.0)
        )
    return (x, y, z), (dx, dy, dz)


@pytest.mark.parametrize("name", REGIONS)
@pytest.mark.parametrize(
    "kind", ["any", "steep", "along z", "across", "along x", "from the axis", "along the mantle"]
)
def test_path_is_where_the_ray_is_inside(name: str, kind: str) -> None:
    region, n = REGIONS[name], 20_000
    origin, direction = rays(kind, n)
    d_in, d_out = region.path(origin, direction)
    assert (d_in >= 0.0).all()
    assert (d_out >= d_in).all()
    rng = Streams(32).rng(name + kind)
    hit = d_out > d_in
    assert 0.0 < hit.mean() <= 1.0
    for _ in range(20):
        d = 8.0 * rng.random(n)
        inside = region.contains(*(o + d * u for o, u in zip(origin, direction, strict=True)))
        clear = (np.abs(d - d_in) > 1e-9) & (np.abs(d - d_out) > 1e-9)
        assert (inside == ((d > d_in) & (d < d_out)))[clear].all()
    # thin crossings are found too: the middle of every path is inside, both sides of it are not
    middle = np.where(np.isinf(d_out), d_in + 1.0, 0.5 * (d_in + d_out))
    thick = d_out - d_in > 1e-6
    points = tuple(o + middle * u for o, u in zip(origin, direction, strict=True))
    assert region.contains(*points)[thick].all()
    for end, relevant in ((d_in - 1e-6, d_in > 1e-6), (d_out + 1e-6, np.isfinite(d_out))):
        d = np.where(relevant, end, 0.0)
        points = tuple(o + d * u for o, u in zip(origin, direction, strict=True))
        assert not region.contains(*points)[thick & relevant].any()


def test_a_ray_parallel_to_the_mantle_crosses_it_once() -> None:
    one = np.ones(3)
    cone = Cone(
        z_min=0.0, z_max=4.0, r_min=1.0, r_max=5.0
    )  # slope 1: the quadratic term of the ray is exactly 0
    origin = np.array([0.5, -2.0, -10.0]), 0.0 * one, 0.0 * one
    d_in, d_out = cone.path(origin, (one / np.sqrt(2.0), 0.0 * one, one / np.sqrt(2.0)))
    assert d_in == pytest.approx(np.sqrt(2.0) * np.array([0.0, 0.5, 0.0]))
    assert d_out == pytest.approx(np.sqrt(2.0) * np.array([4.0, 4.0, 0.0]))
    # and backwards
    d_in, d_out = cone.path(origin, (-one / np.sqrt(2.0), 0.0 * one, -one / np.sqrt(2.0)))
    assert (d_out == d_in).all()


def test_known_paths() -> None:
    zero = np.zeros(4)
    z = np.array([-5.0, 0.0, 5.0, -5.0])
    up = np.array([1.0, 1.0, 1.0, -1.0])
    d_in, d_out = Slab(z_min=-1.0, z_max=2.0).path((zero, zero, z), (zero, zero, up))
    assert d_in.tolist() == [4.0, 0.0, 0.0, 0.0]
    assert d_out.tolist() == [7.0, 2.0, 0.0, 0.0]
    d_in, d_out = Cylinder(radius=3.0, z_min=-1.0, z_max=2.0).path((z, zero, zero), (up, zero, zero))
    assert d_in.tolist() == [2.0, 0.0, 0.0, 0.0]
    assert d_out.tolist() == [8.0, 3.0, 0.0, 0.0]


@pytest.mark.parametrize("kind", ["any", "steep", "along z", "across", "along x", "from the axis"])
def test_a_frustum_with_equal_ends_is_the_box_to_the_bit(kind: str) -> None:
    box = Box(x_min=-0.7, x_max=0.7, y_min=-0.3, y_max=0.3, z_min=0.4, z_max=1.9)
    same = Frustum(z_min=0.4, z_max=1.9, x_front=0.7, x_back=0.7, y_front=0.3, y_back=0.3)
    origin, direction = rays(kind, 20_000)
    for one, other in zip(box.path(origin, direction), same.path(origin, direction), strict=True):
        assert np.array_equal(one, other)
    assert np.array_equal(box.contains(*origin), same.contains(*origin))
    edge = np.array([-0.7, 0.7, 0.0, 0.0]), np.array([0.3, -0.3, 0.3, 0.0]), np.array([0.4, 1.9, 1.0, 1.9])
    assert box.contains(*edge).all()
    assert same.contains(*edge).all()


@pytest.mark.parametrize("name", ["box", "cylinder", "frustum", "closing frustum"])
def test_a_prolonged_region_holds_the_same_points_and_more(name: str) -> None:
    region = REGIONS[name]
    assert isinstance(region, Box | Cylinder | Frustum)
    longer = prolonged(region, region.z_max + 0.4)
    assert covers(longer, region)
    assert not covers(region, longer)
    assert prolonged(region, region.z_max) == prolonged(region, region.z_min) == region
    (x, y, z), _ = rays("any", 50_000)
    z = region.z_min + (longer.z_max - region.z_min) * (z + 2.0) / 4.0
    inside, also = region.contains(x, y, z), longer.contains(x, y, z)
    before = z <= region.z_max
    assert (inside == also)[before].all()
    assert also[~before].any()
    assert not inside[~before].any()
    assert covers(longer, prolonged(region, region.z_max + 0.2))


@pytest.mark.parametrize(
    ("x_back", "y_back", "apex"), [(0.5, 1.0, 2.0), (0.75, 0.5, 2.0), (0.9, 2.0, 10.0), (0.0, 0.5, 1.0)]
)
def test_closing_sides_are_carried_on_to_where_they_meet(x_back: float, y_back: float, apex: float) -> None:
    region = FRUSTUM(x_back=x_back, y_back=y_back)
    longer = prolonged(region, 50.0)
    assert isinstance(longer, Frustum)
    assert longer.z_max == pytest.approx(apex, rel=1e-12)
    assert min(longer.x_back, longer.y_back) == pytest.approx(0.0, abs=1e-12)
    assert (longer == region) == (apex == 1.0)
    before = 0.5 * (1.0 + apex)
    assert apex == 1.0 or covers(longer, prolonged(region, before))


@pytest.mark.parametrize("name", ["box", "cylinder", "frustum", "closing frustum", "flat frustum"])
def test_extent_is_the_smallest_box(name: str) -> None:
    region = REGIONS[name]
    assert isinstance(region, Box | Cylinder | Frustum)
    ends = dict(zip("xyz", extent(region), strict=True))
    around = {
        f"{axis}_{end}": value
        for axis, pair in ends.items()
        for end, value in zip(("min", "max"), pair, strict=True)
    }
    assert covers(Box(**around), region)
    for side, value in around.items():
        smaller = around | {side: 0.99 * value + 0.01 * sum(ends[side[0]]) / 2.0}
        assert not covers(Box(**smaller), region)


def test_covers_looks_at_every_corner_of_a_frustum() -> None:
    whole = Frustum(z_min=0.0, z_max=2.0, x_front=1.0, x_back=2.0, y_front=0.5, y_back=1.5)
    assert covers(whole, Frustum(z_min=1.0, z_max=2.0, x_front=1.5, x_back=2.0, y_front=1.0, y_back=1.5))
    for name in ("x_front", "x_back", "y_front", "y_back"):
        at = {"z_min": 0.5, "z_max": 1.5, "x_front": 1.2, "x_back": 1.7, "y_front": 0.7, "y_back": 1.2}
        assert covers(whole, Frustum(**at))
        assert not covers(whole, Frustum(**at | {name: at[name] + 0.1}))
        assert not covers(Frustum(**at), whole)
    assert covers(Slab(z_min=0.0, z_max=2.0), whole)
    assert not covers(whole, Box(x_min=-2.0, x_max=2.0, y_min=-0.5, y_max=0.5, z_min=0.0, z_max=2.0))
    assert covers(whole, Box(x_min=-1.0, x_max=1.0, y_min=-0.5, y_max=0.5, z_min=0.0, z_max=2.0))


def test_every_region_is_one() -> None:
    assert all(isinstance(region, Region) for region in REGIONS.values())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Slab(z_min=2.0, z_max=1.0),
            "z_min = 2.0 and z_max = 1.0 mm; allowed: growing order",
        ),
        (lambda: Slab(z_min=0.0, z_max=float("inf")), "z_max = inf; allowed: a length"),
        (lambda: Box(x_min=0, x_max=0, y_min=0, y_max=1, z_min=0, z_max=1), "x_min = 0.0 and x_max = 0.0 mm"),
        (lambda: Cylinder(radius=-1.0, z_min=0.0, z_max=1.0), "radius = -1.0; allowed: a length above 0 mm"),
        (
            lambda: Cone(z_min=0.0, z_max=1.0, r_min=0.0, r_max=0.0),
            "r_min = 0.0 and r_max = 0.0 mm.*not both 0",
        ),
        (
            lambda: FRUSTUM(x_front=-1.0),
            "x_front = -1.0; allowed: a length of 0 mm or more",
        ),
        (lambda: FRUSTUM(y_front=0.0, y_back=0.0), "y_front = 0.0 and y_back = 0.0 mm"),
        (lambda: FRUSTUM(x_back=float("nan")), "x_back = nan; allowed: a length"),
        (lambda: FRUSTUM(y_back=float("inf")), "y_back = inf; allowed: a length"),
        (lambda: FRUSTUM(z_max=0.0), "z_min = 0.0 and z_max = 0.0 mm"),
    ],
    ids=["reversed", "infinite", "empty", "radius", "radii", "half", "flat", "nan", "wide", "thin"],
)
def test_bad_regions(make: type[Region], message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()
