"""The loop of accept and reject: one operand of a formula is drawn again until the formula's value accepts it.

NumPy goes in rounds, with fewer and fewer events; so does the loop, with the same numbers of the same stream.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.compiled.columnwise import Columnwise, Loop
from darkpair.gen.kinematics import Array
from darkpair.gen.uniforms import following, state_of

__all__ = ["redrawn"]

_loops: dict[Any, Loop] = {}

_TEXT = """
def redrawn(state, rows, bound, x, y, n, {names}):
    a, b, c, w = state[0], state[1], state[2], state[3]
    for i in range(n):
        rows[i] = i
    while n > 0:
        m = 0
        for j in range(n):
            i = rows[j]
            value = formula(x[i], y[i], {each})
            if not (value >= 0.0 and value <= bound[i]):
                return 0
            a, b, c, w, u = following(a, b, c, w)
            rows[m] = i
            m += u * bound[i] >= value
        for j in range(m):
            a, b, c, w, u = following(a, b, c, w)
            y[rows[j]] = 2.0 * u - 1.0
        n = m
    state[0], state[1], state[2], state[3] = a, b, c, w
    return 1
"""


def redrawn(
    rng: np.random.Generator, formula: Columnwise, x: Array, y: Array, operands: tuple[Any, ...], bound: Array
) -> Array | None:
    """The operand y, uniform from -1 to 1, with the density formula(x, y, *operands), which nowhere exceeds the bound.

    Parameters
    ----------
    rng : numpy.random.Generator
        Generator of what accepts, and of what is drawn again.
    formula : Columnwise
        The density, in any normalisation.
    x, y, bound : ndarray, (n,)
        The formula's first two operands, the second drawn for the first time; and the density's bound.
    operands : tuple
        The others, columns or numbers.

    Returns
    -------
    ndarray, (n,), or None
        None, and nothing is drawn, where NumPy has to do it: it says what is wrong if anything is.
    """
    if (state := state_of(rng)) is None:
        return None
    if any(np.shape(operand) not in ((), x.shape) for operand in operands):
        return None
    columns = tuple(np.ndim(operand) > 0 for operand in operands)
    operands = tuple(
        np.ascontiguousarray(o) if c else float(o) for o, c in zip(operands, columns, strict=True)
    )
    out: NDArray[np.float64] = y.copy()
    rows = np.empty(len(x), dtype=np.intp)
    done = _loop(formula, columns)(state, rows, bound, np.ascontiguousarray(x), out, len(x), *operands)
    return out if done else None


def _loop(formula: Columnwise, columns: tuple[bool, ...]) -> Loop:
    """The loop of a formula whose operands are columns or numbers."""
    key = formula, columns
    if key not in _loops:
        names = [f"p{i}" for i in range(len(columns))]
        each = [f"{name}[i]" if column else name for name, column in zip(names, columns, strict=True)]
        scope: dict[str, Any] = {"formula": formula, "following": following, "__name__": __name__}
        exec(_TEXT.format(names=", ".join(names), each=", ".join(each)), scope)  # noqa: S102 (text of ours)
        _loops[key] = Loop(scope["redrawn"])
    return _loops[key]
