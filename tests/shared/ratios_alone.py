"""`pytest.approx` without the floor of 1e-12 that it has beside a ratio: widths of 1e-28 GeV passed whatever they were."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import pytest

__all__ = ["compare_ratios_alone", "floor_of"]

_THEIRS: Final[Callable[..., Any]] = pytest.approx

#: Ratio of a comparison that names none, as pytest has it; and of rounding to the largest number beside.
_RATIO, _ROUNDING = 1e-6, 1e-12


def floor_of(expected: Any) -> float | None:
    """Absolute difference that passes beside the ratio where a test names none; None leaves pytest's.

    None at all for a number.  What stands in one array has been added up, so that a zero in it is one to the rounding of the largest.
    """
    values = list(expected.values()) if isinstance(expected, Mapping) else expected
    try:
        sizes = np.abs(np.asarray(values, dtype=np.complex128)).ravel()
    except (TypeError, ValueError):  # (words, Decimals, rows of unequal length)
        return None
    finite = sizes[np.isfinite(sizes)]
    if not finite.size or not finite.any():
        return None
    return 0.0 if np.ndim(values) == 0 else _ROUNDING * float(finite.max())


def _approx(expected: Any, rel: Any = None, abs: Any = None, nan_ok: bool = False) -> Any:
    floor = floor_of(expected) if abs is None else None
    if floor is None:
        return _THEIRS(expected, rel=rel, abs=abs, nan_ok=nan_ok)
    return _THEIRS(expected, rel=_RATIO if rel is None else rel, abs=floor, nan_ok=nan_ok)


def compare_ratios_alone() -> None:
    """Put it in force, for every test."""
    pytest.approx = _approx
