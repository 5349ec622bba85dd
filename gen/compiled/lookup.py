"""Arrays that formulas look up."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Table"]


class Table:
    """An array that a formula looks up, ``table[i]``: not one of the columns."""

    __slots__ = ("values",)

    def __init__(self, values: NDArray[Any]) -> None:
        self.values = np.ascontiguousarray(values)

    def __getitem__(self, index: Any) -> Any:
        return self.values[index]
