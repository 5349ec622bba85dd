"""What a source has to have that ``aim = true`` can aim, looked at where it comes in: a density that is its draws'.

Aimed parents carry the weight ``source``, the density over that of the draw: a density that is another one than that of
`draw`, or whose integral is not 1, would give a wrong acceptance and no sign of it.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError
from darkpair.gen.events import Parents
from darkpair.gen.importance import Aimable
from darkpair.gen.kinematics import Array
from darkpair.gen.streams import BLOCK, Streams

__all__ = ["require_aimable"]

#: What an aimable source has beside ``pdgid``, and how it is called.
_MEMBERS: Final = {
    "y_range": "y_range",
    "pt_range": "pt_range",
    "density": "density(y, pt)",
    "draw": "draw(rng, n)",
    "parents": "parents(y, pt, phi)",
}

_SEED: Final = 20261  # of the probing draws, which are no event's
_NODES: Final = 256  # midpoints in each variable of the region that is integrated
_ALLOWED: Final = 0.05  # of the integral there, beside five standard deviations of the draws
_CLOSE: Final = 1e-6  # of momenta, relative


def require_aimable(source: object) -> None:
    """Refuse a source that cannot be aimed, or whose density is not that of its draws.

    Parameters
    ----------
    source : Aimable
        A source that has every member of `Aimable`.

    Raises
    ------
    InputError
        With what it lacks, or what it does.
    """
    who = f"the source {type(source).__name__}"
    lacking = [call for name, call in _MEMBERS.items() if not hasattr(source, name)]
    if lacking or not isinstance(source, Aimable):
        raise InputError(
            f"aim = true: a {type(source).__name__} cannot be aimed: it has no {', no '.join(lacking) or 'pdgid'}; allowed: dump_mesons, koto_kl, a gun with a cone and a range of momenta, or a source that has "
            f"{', '.join(_MEMBERS.values())} (docs/your_own_physics.md); or leave aim out"
        )
    ranges = [_range(who, name, getattr(source, name)) for name in ("y_range", "pt_range")]
    if ranges[1][0] < 0.0:
        raise InputError(f"{who}: pt_range begins at {ranges[1][0]:g} GeV; allowed: 0 or more")
    y, pt, phi = _draws(who, source)
    for name, values, (low, high) in zip(
        ("y =", "pT =", "phi ="), (y, pt, phi), (*ranges, (-math.pi, math.pi)), strict=True
    ):
        out = np.flatnonzero(~((values >= low) & (values <= high)))
        if len(out):
            drawn, *ends = apart(values[out[0]], low, high)
            raise InputError(
                f"{who} draws {name} {drawn}; allowed: {ends[0]} to {ends[1]}, which is its range"
            )
    density = _density(who, source, y, pt)
    if not (density > 0.0).all():
        i = int(np.argmin(density))
        raise InputError(
            f"{who} draws y = {y[i]:.6g}, pT = {pt[i]:.6g} GeV, where its density is 0; allowed: more than 0 wherever it draws"
        )
    _require_momenta(who, source, y, pt, phi)
    _require_same(who, source, y, pt)


def _range(who: str, name: str, value: Any) -> tuple[float, float]:
    try:
        low, high = (float(end) for end in value)
    except (TypeError, ValueError):
        raise InputError(f"{who}: {name} = {value!r}; allowed: two numbers, growing") from None
    if not -math.inf < low < high < math.inf:
        first, last = apart(low, high)
        raise InputError(f"{who}: {name} = {first} to {last}; allowed: finite numbers, growing")
    return low, high


def _draws(who: str, source: Aimable) -> tuple[Array, Array, Array]:
    point: Any = source.draw(Streams(_SEED).rng("source"), BLOCK)
    shapes = [np.shape(values) for values in point] if isinstance(point, tuple | list) else []
    if shapes != [(BLOCK,)] * 3:
        raise InputError(
            f"{who}: draw(rng, {BLOCK}) gives arrays of the shapes {shapes}; allowed: rapidity, transverse momentum and azimuth, "
            f"({BLOCK},) each"
        )
    y, pt, phi = (np.asarray(values, dtype=float) for values in point)
    return y, pt, phi


def _density(who: str, source: Aimable, y: Array, pt: Array) -> Array:
    density = np.asarray(source.density(y, pt))
    if density.shape != y.shape or density.dtype.kind != "f":
        raise InputError(
            f"{who}: density(y, pt) of {len(y)} points has the shape {density.shape}; allowed: ({len(y)},), real"
        )
    wrong = np.flatnonzero(~((density >= 0.0) & (density < math.inf)))
    if len(wrong):
        i = int(wrong[0])
        raise InputError(
            f"{who}: density = {density[i]:g} at y = {y[i]:.6g}, pT = {pt[i]:.6g} GeV; allowed: finite, 0 or more"
        )
    return density


def _require_momenta(who: str, source: Aimable, y: Array, pt: Array, phi: Array) -> None:
    """Parents have the rapidities, transverse momenta and azimuths that they were asked for."""
    made: Any = source.parents(y, pt, phi)
    if not isinstance(made, Parents) or made.momentum.shape != (4, len(y)):
        raise InputError(
            f"{who}: parents(y, pt, phi) gives no Parents of {len(y)}; allowed: one for each point"
        )
    px, py, pz, energy = made.momentum
    wanted = {"px": (px, pt * np.cos(phi)), "py": (py, pt * np.sin(phi)), "pz": (pz, energy * np.tanh(y))}
    for name, (got, want) in wanted.items():
        off = np.flatnonzero(~(np.abs(got - want) <= _CLOSE * energy))
        if len(off):
            i = int(off[0])
            has, should = apart(got[i], want[i])
            raise InputError(
                f"{who}: parents(y, pt, phi) at y = {y[i]:.6g}, pT = {pt[i]:.6g} GeV, phi = {phi[i]:.6g} has {name} = {has} GeV; "
                f"allowed: {should}"
            )


def _require_same(who: str, source: Aimable, y: Array, pt: Array) -> None:
    """As many draws are in the middle as the integral of the density says."""
    axes = []
    inside = np.ones(len(y), dtype=bool)
    size = 1.0
    for values in (y, pt):
        low, high = np.quantile(values, [0.1, 0.9])
        inside &= (values >= low) & (values <= high)
        size *= (high - low) / _NODES
        axes.append(low + (high - low) * (np.arange(_NODES) + 0.5) / _NODES)
    grid = [axis.ravel() for axis in np.meshgrid(*axes)]
    integral, share = float(_density(who, source, grid[0], grid[1]).sum()) * size, float(inside.mean())
    error = math.sqrt(share * (1.0 - share) / len(y))
    if not abs(integral - share) <= _ALLOWED * share + 5.0 * error:
        raise InputError(
            f"{who}: {100.0 * share:.3g} % of its draws are where the integral of its density is {integral:.4g}; allowed: one law, the "
            "density in y and pT [1/GeV] with the integral 1: its weights would be wrong"
        )
