"""Fits of many simulated experiments of a pyhf model at once: pyhf's likelihood, a damped Newton step for all of them.

pyhf fits one experiment at a time, at some 10 ms each; a limit by toys needs ten thousand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.kinematics import Array

__all__ = ["ToyFits"]

_STEP: Final = 2e-5  # of the derivatives, in units of each parameter's scale
_ITERATIONS: Final = 200
_GAIN: Final = 1e-10  # of -log L in an iteration, below which an experiment's fit has ended
_STIFF: Final = 1e8  # damping at which no step helps any more


@dataclass(frozen=True, kw_only=True)
class ToyFits:
    """The test statistic of many experiments of one workspace.

    Parameters
    ----------
    workspace : pyhf.Workspace
        Workspace whose model is fitted.
    strength : float
        Strength of the signal that is tested [1].
    """

    workspace: Any
    strength: float

    def statistic(self, experiments: Array) -> Array:
        """The statistic for upper limits of a strength that is not negative, (toys,).

        Parameters
        ----------
        experiments : ndarray, (toys, k)
            Counts and auxiliary measurements in pyhf's order.

        References
        ----------
        arXiv:1007.1727, eq. 16.
        """
        model = self.workspace.model(batch_size=len(experiments))
        tested, _ = self._fit(model, experiments, at=self.strength)
        free, where = self._fit(model, experiments, at=None)
        above = where[:, model.config.poi_index] > self.strength
        out: Array = np.where(above, 0.0, np.maximum(2.0 * (tested - free), 0.0))
        return out

    def best(self, experiment: Array, at: float) -> Array:
        """Parameters that fit one experiment best at a strength of the signal, (p,)."""
        model = self.workspace.model(batch_size=1)
        out: Array = self._fit(model, np.asarray(experiment, dtype=float)[None, :], at=at)[1][0]
        return out

    def _fit(self, model: Any, data: Array, *, at: float | None) -> tuple[Array, Array]:
        """Least -log L and where it is; at a strength, or with the strength free."""
        poi = model.config.poi_index
        scale = np.ones(model.config.npars)
        scale[poi] = self.strength
        bounds = np.array(model.config.suggested_bounds(), dtype=float)
        # one step inside, so that the derivatives stay within
        low, high = bounds[:, 0] + _STEP * scale, bounds[:, 1] - _STEP * scale
        x = np.tile(np.array(model.config.suggested_init(), dtype=float), (len(data), 1))
        moving = ~np.array(model.config.suggested_fixed(), dtype=bool)
        if at is not None:
            moving[poi] = False
            x[:, poi] = max(at, low[poi])
        else:
            x[:, poi] = 0.5 * self.strength
        x = np.clip(x, low, high)

        def cost(y: Array) -> Array:
            return -np.asarray(model.logpdf(y, data), dtype=float).reshape(len(data))

        value, damping = cost(x), np.full(len(data), 1e-3)
        still = np.ones(len(data), dtype=bool)
        for _ in range(_ITERATIONS):
            slope, curve = _derivatives(cost, x, value, scale)
            held = ~moving | ((x <= low) & (slope > 0.0)) | ((x >= high) & (slope < 0.0))
            trial = np.clip(x + scale * _step(slope, curve, held, damping), low, high)
            there = cost(trial)
            better = there < value
            gain = np.where(better, value - there, np.inf)
            x, value = np.where(better[:, None], trial, x), np.where(better, there, value)
            damping = np.where(better, 0.2 * damping, 10.0 * damping)
            still &= (gain > _GAIN) & (damping < _STIFF)
            if not still.any():
                break
        return value, x


def _derivatives(cost: Any, x: Array, value: Array, scale: Array) -> tuple[Array, Array]:
    """Slope and curvature of each experiment's -log L, in units of the parameters' scales, by differences."""
    n = len(scale)
    step = np.diag(_STEP * scale)
    up, down = (np.stack([cost(x + sign * row) for row in step], axis=1) for sign in (1.0, -1.0))
    slope = (up - down) / (2.0 * _STEP)
    curve = np.empty((len(x), n, n))
    for i in range(n):
        curve[:, i, i] = (up[:, i] - 2.0 * value + down[:, i]) / _STEP**2
        for j in range(i):
            both = cost(x + step[i] + step[j])
            curve[:, i, j] = curve[:, j, i] = (both - up[:, i] - up[:, j] + value) / _STEP**2
    return slope, curve


def _step(slope: Array, curve: Array, held: NDArray[np.bool_], damping: Array) -> Array:
    """Damped Newton steps (Levenberg, Marquardt), nothing along what is held."""
    n = slope.shape[1]
    curve = np.where(held[:, :, None] | held[:, None, :], 0.0, curve)
    size = np.maximum(np.abs(np.einsum("kii->ki", curve)), 1e-3)
    curve = curve + np.eye(n) * (damping[:, None] * size + np.where(held, 1.0, 0.0))[:, :, None]
    # where -log L curves downwards a Newton step would climb: a plain step down the slope instead
    positive = np.linalg.eigvalsh(curve)[:, 0] > 0.0
    curve = np.where(positive[:, None, None], curve, np.eye(n) * (size + damping[:, None])[:, :, None])
    solved = np.linalg.solve(curve, np.where(held, 0.0, slope)[:, :, None])[:, :, 0]
    return -np.asarray(solved, dtype=np.float64)
