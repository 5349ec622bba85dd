"""How branches are named."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from darkpair.gen.sample_name import NAME

__all__ = ["SAMPLE", "names", "nano_name", "word"]

#: Branch of each number of the name that an event of a file has in the sample: the plain ones are the file's.
SAMPLE = {name: f"Sample_{name}" for name in NAME}

_SIGNS = {"+": "plus", "anti-": "anti", "-": "minus", "~": "bar", "'": "prime", "*": "star"}


def names(name: str, column: Any) -> list[str]:
    """Names of the branches of one array of `branches`: those of a list have a counter before them."""
    if isinstance(column, np.ndarray):
        return [name]
    return (
        [f"n{name}", *(f"{name}_{field}" for field in column.fields)] if column.fields else [f"n{name}", name]
    )


def nano_name(name: str) -> str:
    """Name of a detector's plain branch in the nano layout: ``nMissed`` for ``n_missed``.

    Code for NanoAOD takes what stands before the first underscore for a collection, and this one would be ``n``.
    """
    first, *rest = name.split("_")
    return "n" + "".join(part[:1].upper() + part[1:] for part in rest) if first == "n" and rest else name


def word(name: str) -> str:
    """Name of a particle as C++ and Python spell names: ``Kplus``, ``psi2bar``, ``Upsilon_4S``."""
    for sign, spelled in _SIGNS.items():
        name = name.replace(sign, spelled)
    return re.sub(r"\W+", "_", name).strip("_")
