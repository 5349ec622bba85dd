"""Sources, lifetimes and regions are the same to the bit with loops of machine code and without, and as NumPy says."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from darkpair.gen.bias import Bias
from darkpair.gen.bounds import crossed
from darkpair.gen.compiled.mode import wanted
from darkpair.gen.flight import Flight, truncated_exponential
from darkpair.gen.importance import Aimed
from darkpair.gen.interpolation import Polyline
from darkpair.gen.intervals import Intervals
from darkpair.gen.kinematics import Array
from darkpair.gen.lifetime import Forced, ScanInside
from darkpair.gen.prism import Prism, inside_polygon, octagon
from darkpair.gen.region import Box, Cone, Cylinder, Frustum, Region, Slab
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.gen.sources.grid_density import GridDensity
from darkpair.gen.sources.upsilon4s import MACHINES, Upsilon4S
from darkpair.gen.streams import Streams

pytest.importorskip("numba")

REGIONS: dict[str, Region] = {
    "slab": Slab(z_min=-1.0, z_max=4.0),
    "box": Box(x_min=-1.0, x_max=2.0, y_min=-3.0, y_max=1.0, z_min=1.0, z_max=5.0),
    "cylinder": Cylinder(radius=2.0, z_min=-1.0, z_max=4.0),
    "cone": Cone(z_min=1.0, z_max=4.0, r_min=0.0, r_max=2.0),
    "narrowing cone": Cone(z_min=1.0, z_max=4.0, r_min=3.0, r_max=0.5),
    "frustum": Frustum(z_min=1.0, z_max=4.0, x_front=1.0, x_back=2.0, y_front=2.0, y_back=0.0),
    "prism": Prism(points=octagon(3.0, 0.5, -0.5), z_min=0.0, z_max=3.0),
}


def same(make: Callable[[], Any]) -> list[Array]:
    """What a function makes, which is the same to the bit with loops and without."""
    out = []
    for compiled in (True, False):
        with wanted(compiled):
            made = make()
        out.append([np.asarray(a) for a in (made if isinstance(made, tuple | list) else [made])])
    for loop, numpy in zip(*out, strict=True):
        assert loop.dtype == numpy.dtype
        assert loop.shape == numpy.shape
        assert loop.tobytes() == numpy.tobytes()
    return out[0]


def points(n: int, seed: int = 1) -> Array:
    """Points (3, n): inside and outside, and on the faces and the axis."""
    rng = np.random.default_rng(seed)
    some = rng.uniform(-4.0, 6.0, (3, n))
    faces = rng.choice([-3.0, -1.0, -0.0, 0.0, 1.0, 2.0, 4.0, 5.0], (3, n))
    return np.asarray(np.where(rng.random((3, n)) < 0.4, faces, some))


def rays(n: int) -> tuple[Array, Array]:
    """Origins, and directions: any, along the axes, and none."""
    rng = np.random.default_rng(2)
    direction = rng.normal(size=(3, n))
    direction[rng.random((3, n)) < 0.3] = rng.choice([0.0, -0.0])
    size = np.sqrt((direction**2).sum(axis=0))
    return points(n), direction / np.where(size > 0.0, size, 1.0)


@pytest.mark.parametrize("name", REGIONS)
def test_regions(name: str) -> None:
    region, (origin, direction) = REGIONS[name], rays(4000)
    d_in, d_out = same(lambda: region.path(tuple(origin), tuple(direction)))
    (inside,) = same(lambda: region.contains(*origin))
    assert 0.0 < inside.mean() < 1.0
    assert not np.isnan(d_in).any()
    assert not np.isnan(d_out).any()
    hit = d_out > d_in
    assert 0.05 < hit.mean() < 0.99
    assert not (d_in[~hit] + d_out[~hit]).any()
    middle = 0.5 * (d_in[hit] + np.minimum(d_out[hit], d_in[hit] + 1.0))
    within = region.contains(*(o[hit] + d[hit] * middle for o, d in zip(origin, direction, strict=True)))
    assert within.mean() > 0.95  # (the middle of a path along a face is inside but for rounding)


@pytest.mark.parametrize("name", REGIONS)
def test_flights_and_forced_decays(name: str) -> None:
    """Particles at rest, inside and outside, are among them, and flights that miss."""
    origin, direction = rays(2000)
    momentum = direction * np.random.default_rng(3).exponential(size=2000)

    def made() -> list[Array]:
        flight = Flight.through(REGIONS[name], tuple(momentum), 0.3, tuple(origin))
        law = Forced(region=REGIONS[name], ctau=1.5)
        length, weights = law.sample(Streams(4).rng("X"), tuple(momentum), 0.3, tuple(origin))
        return [flight.d_in, flight.d_out, flight.boost, length, *weights.values()]

    *_, length, weight = same(made)
    assert np.isfinite(length).all()
    assert ((weight >= 0.0) & (weight <= 1.0)).all()
    assert (length[weight == 0.0] == 0.0).all()
    rest = ~momentum.any(axis=0)
    assert rest.any()
    assert set(weight[rest]) <= {0.0, 1.0}


def test_scans_inside() -> None:
    origin, direction = rays(2000)
    moving = direction.any(axis=0)
    law = ScanInside(region=REGIONS["box"])

    def made() -> list[Array]:
        some = tuple(direction[:, moving]), 0.3, tuple(origin[:, moving])
        length, weights = law.sample(Streams(4).rng("X"), *some)
        return [length, *weights.values()]

    assert np.isfinite(same(made)[0]).all()


def test_widths_of_every_size() -> None:
    """Nothing, next to nothing, all and infinitely much of an exponential: as its inverse says where widths are short."""
    width = np.repeat([0.0, 5e-324, 1e-300, 1e-12, 1e-7, 1e-3, 1.0, 1e6, math.inf], 400)
    (drawn,) = same(lambda: truncated_exponential(Streams(5).rng("X"), width, 2.0))
    assert np.isfinite(drawn).all()
    assert (drawn[width == 0.0] == 0.0).all()
    assert ((drawn >= 0.0) & (drawn <= width)).all()
    short = (width > 1e-300) & (width < 1e-6)
    assert np.mean(drawn[short] / width[short]) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(
    "edges",
    [
        np.cumsum(np.random.default_rng(6).random(3000) ** 30),
        np.array([0.0, 1.0, 1.0, 1.0, 2.0]),
        np.zeros(3),
        np.array([-1e300, 1e300]),
        np.array([0.0, 5e-324]),
        np.array([-2.0]),
    ],
)
def test_intervals(edges: Array) -> None:
    """Exactly the bisection, at the edges and beside them, beyond them and for what is no number."""
    near = [np.nextafter(edges, way) for way in (-np.inf, np.inf)]
    inner = np.random.default_rng(7).uniform(edges[0] / 2.0, edges[-1] / 2.0, 300)
    x = np.concatenate([edges, *near, inner, [np.inf, -np.inf, np.nan, 0.0, -0.0]])
    with np.errstate(over="ignore"):
        (k,) = same(lambda: Intervals(edges)(x))
    assert np.array_equal(k, np.searchsorted(edges, x, side="right"))


def test_straight_lines() -> None:
    nodes, values = np.array([0.0, 0.5, 2.0, 7.0]), np.array([1.0, 3.0, 3.0, -2.0])
    near = [np.nextafter(nodes, way) for way in (-np.inf, np.inf)]
    x = np.concatenate(
        [nodes, *near, np.random.default_rng(8).uniform(-1.0, 8.0, 500), [np.nan, np.inf, -np.inf]]
    )
    (y,) = same(lambda: Polyline(nodes, values)(x))
    assert y.tobytes() == np.interp(x, nodes, values).tobytes()


def test_polygons() -> None:
    """Of any shape, as counted from the other side."""
    star = ((0.0, 0.0), (4.0, 0.5), (4.0, 4.0), (2.0, 1.0), (-1.0, 4.0))
    x, y, _ = points(1000)
    (inside,) = same(lambda: inside_polygon(star, x, y))
    assert 0.1 < inside.mean() < 0.5
    mirrored = tuple((-a, b) for a, b in star)
    off = np.abs(x - np.round(x)) > 0.0
    assert np.array_equal(inside[off], inside_polygon(mirrored, -x, y)[off])
    assert not crossed(np.array([True]), np.array([0.0]), np.array([0.5]), 1.0, 0.0, 1.0, 1.0)[0]


@pytest.mark.parametrize("bins", [False, True])
def test_tables(bins: bool) -> None:
    rng = np.random.default_rng(9)
    first, second = np.cumsum(rng.random(7)), np.concatenate([[0.0], np.cumsum(rng.random(5))])
    grid = GridDensity(first=first, second=second, values=rng.random((6, 5) if bins else (7, 6)))
    x, y = rng.uniform(-0.5, 6.0, (2, 2000))
    x[:7], y[:6] = first, second
    x[10], y[11], x[12] = 1e9, -1e9, np.nan
    (density,) = same(lambda: grid.density(x, y))
    inside = (x >= first[0]) & (x <= first[-1]) & (y >= second[0]) & (y <= second[-1])
    assert np.array_equal(density > 0.0, inside)
    same(lambda: grid.sample(Streams(10).rng("X"), 1000))


def _parents(source: Any, n: int) -> list[Array]:
    made = source.sample(n, Streams(11).rng("source"))
    return [made.momentum, made.vertex, *made.weights.values()]


@pytest.mark.parametrize("meson", ["eta", "pi0", "K_L0"])
@pytest.mark.parametrize("generator", ["pythia6", "bmpt"])
def test_mesons_of_a_dump(meson: str, generator: str) -> None:
    source = DumpMesons(meson=meson, generator=generator)
    momentum, *_ = same(lambda: _parents(source, 1000))
    mass = source.masses[source.pdgid]
    assert np.allclose(momentum[3] ** 2 - (momentum[:3] ** 2).sum(axis=0), mass**2, atol=1e-9 * 400.0**2)
    y, pt = np.arcsinh(momentum[2] / np.hypot(mass, np.hypot(*momentum[:2]))), np.hypot(*momentum[:2])
    (density,) = same(lambda: source.density(y, pt))
    assert (density > 0.0).mean() > 0.99


def test_aimed_mesons() -> None:
    """Weights are the density over that of the mixture, by the cells one by one."""
    source, rng = DumpMesons(), np.random.default_rng(12)
    ranges = source.y_range, source.pt_range, (-math.pi, math.pi)
    shape = (5, 4, 3)
    edges = tuple(np.sort(np.append(rng.uniform(*r, k - 1), r)) for r, k in zip(ranges, shape, strict=True))
    cells = rng.random(shape) ** 8
    bias = Bias(edges=(edges[0], edges[1], edges[2]), probability=cells / cells.sum())
    aimed = Aimed(source=source, bias=bias)
    momentum, _, weight = same(lambda: _parents(aimed, 2000))
    assert ((weight >= 0.0) & (weight <= 1.0 / aimed.share + 1e-9)).all()
    point = same(lambda: bias.sample(Streams(13).rng("X"), 2000))
    (density,) = same(lambda: bias.density(*point))
    counts, _ = np.histogramdd(np.array(point).T, bins=list(edges))
    assert np.abs(counts / 2000.0 - bias.probability).max() < 0.05
    for p, d in zip(np.array(point).T[:20], density, strict=False):
        i, j, k = (int(np.searchsorted(e, x)) - 1 for e, x in zip(edges, p, strict=True))
        assert d == bias.probability[i, j, k] / bias.volume[i, j, k]
    assert not bias.density(*(np.full(300, e[-1] + 1.0) for e in edges)).any()
    assert momentum.shape == (4, 2000)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("parent", ["B+", "B0"])
def test_mesons_of_the_upsilon(machine: str, parent: str) -> None:
    source = Upsilon4S(parent=parent, machine=machine)
    momentum, _ = same(lambda: _parents(source, 1000))
    mass2 = momentum[3] ** 2 - (momentum[:3] ** 2).sum(axis=0)
    assert np.sqrt(mass2) == pytest.approx(source.masses[source.pdgid], rel=1e-9)
