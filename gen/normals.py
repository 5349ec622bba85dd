"""Standard-normal numbers of a stream: NumPy's own, or the same bits from a loop."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.compiled.columnwise import Loop
from darkpair.gen.kinematics import Array
from darkpair.gen.streams import Streams
from darkpair.gen.uniforms import next_word, state_of, uniform

__all__ = ["normals"]

_LAYERS: Final = 256
_WIDTH: Final = 1 << 52  # of a layer, in steps of its draws
_ROUNDING: Final = 8  # steps about the end of a layer's sure part that NumPy's table may have on either side
_CLOSE: Final = 1e-12  # two densities: the last bits would have to tell which is larger
_PROBED: Final = 8192


def normals(rng: np.random.Generator, n: int) -> Array:
    """Numbers (n,) as ``rng.standard_normal(n)`` gives them, whose state moves on as by that.

    References
    ----------
    G. Marsaglia and W. W. Tsang, Journal of Statistical Software 5 (2000) 8, with 256 layers, as in
    numpy/random/src/distributions/distributions.c.  The tails, one draw in 4000, need a logarithm and stay NumPy's.
    """
    if (state := state_of(rng)) is not None and (layers := _sure()) is not None:
        out = np.empty(n)
        if _filled(rng, state, layers, out):
            return out
    return rng.standard_normal(n)


def _filled(rng: np.random.Generator, state: NDArray[np.uint64], layers: Any, out: Array) -> bool:
    """Fill a column, what the loop leaves by NumPy; False, and nothing is drawn, where nothing is compiled."""
    first = np.zeros(1, dtype=np.int64)
    while (left := _normal(state, *layers, out, first, len(out))) is not None:
        if left == len(out):
            return True
        out[left] = rng.standard_normal()
        first[0] = left + 1
    return False


def _sure() -> tuple[Array, NDArray[np.int64]] | None:
    """The layers, as soon as a loop can be had: without one nobody can see whether NumPy draws as it does."""
    words, steps, places = np.zeros(4, dtype=np.uint64), np.zeros(1), np.zeros(1, dtype=np.int64)
    if not any(_normal._loops.values()) and _normal.bound(words, steps, places, steps, places, 0) is None:
        return None
    return _layers()


@cache
def _layers() -> tuple[Array, NDArray[np.int64]] | None:
    """Step with either sign, density and half the squared end of each layer, and the ends of its sure part; None where NumPy draws in another way.

    The steps are asked of NumPy itself, by states whose next number is known; the rest follows.
    """
    rng = Streams(0).rng("layers")
    state = state_of(rng)
    assert state is not None
    step = np.empty(_LAYERS)
    for layer in range(_LAYERS):
        state[:] = (1 << 9) + layer, 0, 0, 0  # the first step of the layer
        step[layer] = rng.standard_normal()
    ends = step * _WIDTH
    half_square = 0.5 * ends * ends
    density = np.exp(-half_square)
    density[0] = 1.0  # (the layer with the tail has the top's place)
    sure = np.array([ends[-1] / ends[0], 0.0, *(ends[1:-1] / ends[2:])]) * _WIDTH
    low, high = np.maximum(np.floor(sure) - _ROUNDING, 0.0), np.ceil(sure) + _ROUNDING
    high[1] = 0.0
    layers = np.concatenate([step, -step, density, half_square]), np.concatenate([low, high]).astype(np.int64)
    first, second = (Streams(1).rng("layers") for _ in range(2))
    seen, own = first.standard_normal(_PROBED), np.empty(_PROBED)
    words = state_of(second)
    same = words is None or not _filled(second, words, layers, own) or np.array_equal(seen, own)
    return layers if same else None


def _exponential(t: Any) -> Any:  # (compiled alone)
    """exp(t) for t from 0 to 1, to 1e-15."""
    out = 1.0
    for k in range(18, 0, -1):
        out = 1.0 + out * t / k
    return out


@Loop
def _normal(state: Any, layers: Any, sure: Any, out: Any, first: Any, n: int) -> int:
    """Numbers from `first` on; where it ends, with the state before the number that it leaves to NumPy."""
    a, b, c, w = state[0], state[1], state[2], state[3]
    m: int = first[0]
    while m < n:
        e, f, g, h, word = next_word(a, b, c, w)
        layer = int(word) & 255
        place = int(word >> np.uint64(9)) & 4503599627370495
        x = place * layers[int(word) & 511]  # (with its sign, without a branch that nobody can guess)
        out[m] = x
        if place < sure[layer]:
            m += 1
        elif layer == 0 or place < sure[256 + layer]:
            break
        else:
            e, f, g, h, other = next_word(e, f, g, h)
            density = layers[512 + layer]
            drawn = (layers[511 + layer] - density) * uniform(other) + density
            there = density * _exponential(layers[768 + layer] - 0.5 * x * x)
            if abs(drawn - there) < _CLOSE:
                break
            m += drawn < there
        a, b, c, w = e, f, g, h
    state[0], state[1], state[2], state[3] = a, b, c, w
    return m
