"""The fit of a bilinear density to counts: positive, its total exact, and true to a density that it does not know.

Statistical: fixed seeds, failure rate 1e-6 each.
"""

from __future__ import annotations

import math

import numpy as np

from darkpair.gen.kinematics import Array
from darkpair.gen.sources.meson_files import TableKey
from darkpair.gen.sources.meson_fit import fitted_density, nodes

N = 400_000


def sample(n: int) -> tuple[Array, Array]:
    """|y| of a normal law of width 1.2, pT of density ∝ pT exp(-pT/.2)."""
    rng = np.random.default_rng(12)
    return np.abs(1.2 * rng.standard_normal(n)), rng.gamma(2.0, 0.2, n)


def integral(y: Array, pt: Array, values: Array) -> float:
    return float(np.trapezoid(np.trapezoid(values, pt, axis=1), y))


def mean(x: Array, density: Array) -> float:
    """Of a density linear between its nodes, exactly."""
    low, high = density[:-1] * (2.0 * x[:-1] + x[1:]), density[1:] * (x[:-1] + 2.0 * x[1:])
    return float(np.sum(np.diff(x) * (low + high)) / 6.0)


def test_total_and_counts() -> None:
    y, pt = sample(N)
    grid_y, grid_pt = nodes(TableKey("toy", 400.0, "p"), "eta", N)
    values, counts = fitted_density(y, pt, grid_y, grid_pt)
    assert np.all(values >= 0.0)
    assert not np.any(values[:, 0])
    assert abs(integral(grid_y, grid_pt, values) - 1.0) < 1e-12
    inside = (y < grid_y[-1]) & (pt < grid_pt[-1])
    assert counts.sum() == inside.sum()
    i, j = 5, 7
    here = (y >= grid_y[i]) & (y < grid_y[i + 1]) & (pt >= grid_pt[j]) & (pt < grid_pt[j + 1])
    assert counts[i, j] == here.sum()


def test_it_finds_the_density() -> None:
    y, pt = sample(N)
    grid_y, grid_pt = nodes(TableKey("toy", 400.0, "p"), "eta", N)
    values, _ = fitted_density(y, pt, grid_y, grid_pt)
    at_y, at_pt = np.meshgrid(grid_y, grid_pt, indexing="ij")
    truth = (
        2.0
        * np.exp(-0.5 * (at_y / 1.2) ** 2)
        / (1.2 * math.sqrt(2.0 * math.pi))
        * at_pt
        * np.exp(-at_pt / 0.2)
        / 0.04
    )
    core = (at_y < 2.0) & (at_pt > 0.0) & (at_pt < 1.0)
    pull = (values - truth)[core] / truth[core]
    # 400 to 4000 mesons a node: a few per cent each, three to be allowed for the bilinear shape; mean to 1 %
    assert abs(pull.mean()) < 0.01
    assert np.abs(pull).max() < 0.25
    # means: five standard deviations of the sample, and .5 % for the shape
    mean_y = mean(grid_y, np.asarray(np.trapezoid(values, grid_pt, axis=1)))
    mean_pt = mean(grid_pt, np.asarray(np.trapezoid(values, grid_y, axis=0)))
    assert abs(mean_y - y.mean()) < 0.005 * y.mean()
    assert abs(mean_pt - pt.mean()) < 0.01 * pt.mean()


def test_few_mesons_get_fewer_nodes() -> None:
    key = TableKey("toy", 400.0, "p")
    sizes = [np.prod([len(n) for n in nodes(key, "eta", count)]) for count in (1_000, 20_000, 500_000)]
    assert sizes == sorted(sizes)
    assert len(set(sizes)) == 3
    y, _ = nodes(TableKey("toy", 400.0, "Cu"), "eta", 1_000)
    assert y[0] < 0.0 < y[-1]
