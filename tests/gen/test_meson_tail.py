"""The error of a meson table where a selection looks: by hand, and against tables fitted to independent draws."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from darkpair.gen.kinematics import Array
from darkpair.gen.particles import particle
from darkpair.gen.sources.bmpt import rapidity_of_centre
from darkpair.gen.sources.meson_files import TableKey, about
from darkpair.gen.sources.meson_fit import fitted_density, nodes
from darkpair.gen.sources.meson_table import MesonTable, meson_table
from darkpair.gen.sources.meson_tail import cells_of, share_error

BEAM = 70.0  # GeV, NuCal's
TABLES, DRAWN = 60, 3_000


def test_error_by_hand() -> None:
    nodes_of = np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 2.0])
    cell = cells_of(nodes_of, np.array([0.5, 1.5, 1.5, 3.0]), np.array([0.5, 0.5, 1.5, 0.5]))
    assert cell.tolist() == [0, 2, 3, -1]
    counts = np.array([[100.0, 50.0], [25.0, 0.0]])
    # three quarters of 100 mesons, a fifth of 25, a twentieth where none was counted; what is beyond the grid is left out
    weight = np.array([0.75, 0.2, 0.05, 9.0])
    by_hand = math.sqrt(0.75**2 / 100.0 + 0.2**2 / 25.0 + 0.05**2 - 1.0 / 175.0)
    assert share_error(counts, cell, weight) == pytest.approx(by_hand, rel=1e-12)
    assert share_error(counts, cell, 0.0 * weight) == 0.0


def test_what_is_everywhere_has_no_error() -> None:
    """A selection that takes every meson knows their number, whatever the table."""
    table = meson_table("eta", beam_energy=BEAM, generator="urqmd34")
    assert table.counts is not None
    middles = np.meshgrid(
        *(0.5 * (at[1:] + at[:-1]) for at in (table.y_nodes, table.pt_nodes)), indexing="ij"
    )
    cell = table.cells(*(a.ravel() for a in middles))
    assert cell.tolist() == list(range(table.counts.size))
    assert table.tail_error(cell, table.counts.ravel()) == pytest.approx(0.0, abs=1e-6)


def test_counts_are_the_files() -> None:
    """Of a symmetric collision both halves: each cell beside its mirror image, each meson counted in both."""
    for generator in ("pythia8", "urqmd34"):
        table = meson_table("eta", beam_energy=BEAM, generator=generator)
        assert table.counts is not None
        assert table.counts.shape == table.cell_integrals.shape
        assert np.array_equal(table.counts, table.counts[::-1])
        own = about(TableKey(generator, BEAM, "p"))["mesons"]["eta"]
        assert table.counts.sum() == 2 * (own["counted"] - own["beyond_grid"])
    assert meson_table("eta", beam_energy=BEAM, generator="bmpt").counts is None


def fitted(y: Array, pt: Array, grid: tuple[Array, Array]) -> MesonTable:
    """Table of mesons of a symmetric collision, as the shipped ones are made."""
    values, counts = fitted_density(np.abs(y - rapidity_of_centre(BEAM)), pt, *grid)
    names: dict[str, Any] = {"meson": "eta", "beam_energy": BEAM, "target": "p", "generator": "toy"}
    return MesonTable(
        **names,
        multiplicity=1.0,
        multiplicity_error=0.0,
        generator_multiplicity=1.0,
        y_nodes=np.concatenate([-grid[0][:0:-1], grid[0]]) + rapidity_of_centre(BEAM),
        pt_nodes=grid[1],
        values=np.concatenate([values[:0:-1], values]),
        counts=np.concatenate([counts[::-1], counts]),
    )


@pytest.mark.parametrize("flight", [0.0, 60.0, 200.0])
def test_tables_of_independent_draws_scatter_as_stated(flight: float) -> None:
    """60 tables of 3000 eta each; exp(-flight/E) is an X2 that has to come far, at 200 GeV that of NuCal's upper edge.

    The scatter of 60 is known to 9 %; smoothing and the cells' size leave 20 %: beyond 1.65 either way by chance once in 1e6.
    """
    truth = meson_table("eta", beam_energy=BEAM, generator="pythia8")
    rng = np.random.default_rng(11)
    y, pt = truth.sample(rng, 100_000)
    energy = np.hypot(pt, particle("eta").mass) * np.cosh(y)
    seen = np.flatnonzero(pt < 0.03 * energy)
    y, pt, there = y[seen], pt[seen], np.exp(-flight / energy[seen])
    grid = nodes(TableKey("toy", BEAM, "p"), "eta", DRAWN)
    sums, stated = [], []
    for _ in range(TABLES):
        table = fitted(*truth.sample(rng, DRAWN), grid)
        weight = there * table.density(y, pt) / truth.density(y, pt)
        sums.append(float(weight.sum()))
        stated.append(table.tail_error(table.cells(y, pt), weight))
    scatter = float(np.std(sums, ddof=1) / np.mean(sums))
    assert 1.0 / 1.65 < float(np.mean(stated)) / scatter < 1.65
    assert scatter > 0.02 * (1.0 + flight / 100.0)  # (the far end is the worst known)
