"""A bilinear density on a grid from counted mesons: the mixture of hats that makes the counts most likely."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from darkpair.gen.kinematics import Array
from darkpair.gen.particles import particle

if TYPE_CHECKING:
    from darkpair.gen.sources.meson_files import TableKey

__all__ = ["fitted_density", "nodes"]

_FINE = 4  # bins of a cell in each direction, in which the mesons are counted for the fit
_STEPS = 20  # of expectation-maximisation
_SMOOTHING = 0.05  # part of a node's density that each neighbour in y takes part in, at each step

# Nodes in pT [GeV], and which of them are kept when there are few mesons: every one, every second, every third.
_PT_NODES: Final = (
    *np.arange(0.0, 0.6, 0.05),
    *np.arange(0.6, 1.2, 0.1),
    *np.arange(1.2, 2.0, 0.2),
    *np.arange(2.0, 3.0, 0.5),
    *(3.0, 4.0, 6.0, 8.0, 12.0, 20.0),
)
_PT_MOST: Final = {True: 20.0, False: 6.0}  # GeV, of a collider and of a target
# least mesons, step in y, step among _PT_NODES
_GRIDS: Final = ((60_000, 0.15, 1), (8_000, 0.25, 2), (2_000, 0.3, 3), (0, 0.5, 3))


def nodes(key: TableKey, meson: str, count: int) -> tuple[Array, Array]:
    """Nodes in y, from the nucleons' centre of mass, and in pT [GeV]; fewer where fewer mesons were counted.

    Parameters
    ----------
    key : TableKey
        The collision, which sets the range of y: from 0 where it is symmetric.
    meson : str
        Name of the meson.
    count : int
        Number of mesons that were counted.
    """
    proton, mass = particle("p+").mass, particle(meson).mass
    collider = key.target == "collider"
    root_s = 2.0 * key.beam_energy if collider else math.sqrt(2.0 * proton * (proton + key.beam_energy))
    reach = math.acosh(0.5 * root_s / mass)
    step, skip = next((step, skip) for least, step, skip in _GRIDS if count >= least)
    most = min(_PT_MOST[collider], 0.5 * root_s)
    pt = np.array([*(node for node in _PT_NODES[::skip] if node < most), most])
    upward = np.linspace(0.0, reach, math.ceil(reach / step) + 1)
    if key.target in ("p", "collider"):
        return upward, pt
    return np.concatenate([-upward[:0:-1] * 1.25, upward]), pt  # backward, nuclei reach further


def fitted_density(y: Array, pt: Array, y_nodes: Array, pt_nodes: Array) -> tuple[Array, Array]:
    """Density at the nodes, normalised to 1 between them, and the mesons counted in each cell.

    The density is a mixture of the grid's hat functions, each normalised.  The weights come from expectation-
    maximisation on counts in bins a quarter of a cell wide, from the counts spread over their nearest nodes, with
    a mean over neighbours in y after each of the 20 steps: every weight stays positive, the total exact, and the
    noise of few counts is damped where the likelihood does not insist.  At pT = 0 the density is 0, as it must be.

    Parameters
    ----------
    y, pt : ndarray, (n,) [-], [GeV]
        Rapidity and transverse momentum of the mesons; those beyond the nodes are left out.
    y_nodes : ndarray, (k,)
        Nodes in rapidity.
    pt_nodes : ndarray, (l,) [GeV]
        Nodes in transverse momentum.

    References
    ----------
    Silverman, Jones, Wilson, Nychka, J. R. Stat. Soc. B 52 (1990) 271 (the algorithm with its smoothing step).
    """
    fine_y, fine_pt = _finer(y_nodes), _finer(pt_nodes)
    counted, _, _ = np.histogram2d(y, pt, bins=(fine_y, fine_pt))
    fractions = counted / counted.sum()
    spread_y, spread_pt = _hats(y_nodes, fine_y), _hats(pt_nodes, fine_pt)
    spread_pt[:, 0] = 0.0  # no weight at pT = 0
    weights = spread_y.T @ fractions @ spread_pt
    weights[:, 0] = 0.0
    weights /= weights.sum()
    areas = np.outer(_hat_areas(y_nodes), _hat_areas(pt_nodes))
    for _ in range(_STEPS):
        expected = spread_y @ weights @ spread_pt.T
        ratio = np.divide(fractions, expected, out=np.zeros_like(fractions), where=expected > 0.0)
        weights = _smoothed(weights * (spread_y.T @ ratio @ spread_pt) / areas) * areas
        weights /= weights.sum()
    shape = (len(y_nodes) - 1, _FINE, len(pt_nodes) - 1, _FINE)
    counts = counted.reshape(shape).sum(axis=(1, 3)).round()
    return weights / areas, counts


def _smoothed(density: Array) -> Array:
    """Mean over neighbours in y; below the first node the density goes on as its mirror image, above the last it is 0."""
    above = np.vstack([density[1:], np.zeros_like(density[:1])])
    below = np.vstack([density[1:2], density[:-1]])
    out: Array = (1.0 - 2.0 * _SMOOTHING) * density + _SMOOTHING * (above + below)
    return out


def _finer(edges: Array) -> Array:
    """Every cell cut into equal parts."""
    steps = np.arange(_FINE) / _FINE
    inner = edges[:-1, None] + steps * np.diff(edges)[:, None]
    return np.append(inner.ravel(), edges[-1])


def _hat_areas(edges: Array) -> Array:
    """Area under the hat of each node: half of the cells beside it."""
    width = np.diff(edges)
    return 0.5 * (np.append(width, 0.0) + np.insert(width, 0, 0.0))


def _hats(edges: Array, bins: Array) -> Array:
    """Part of each node's normalised hat in each bin, (bins, nodes); exact, because no bin crosses a node."""
    middle = 0.5 * (bins[1:] + bins[:-1])
    identity = np.eye(len(edges))
    height = np.stack([np.interp(middle, edges, identity[i]) for i in range(len(edges))], axis=1)
    return height * np.diff(bins)[:, None] / _hat_areas(edges)[None, :]
