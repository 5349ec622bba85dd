"""Units of couplings that have a dimension: powers of an energy, and the Fermi constant of the model's own inputs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from darkpair.gen.units import ENERGY, Dimensionless, Energy, Unit

__all__ = ["Contact", "Moment", "unit_named"]

_WORDS: Final = {
    2: "an energy squared",
    3: "an energy cubed",
    -1: "an inverse energy",
    -2: "a contact coupling",
}


def _powers(n: int) -> dict[str, float]:
    """Powers of the units of energy, in that of GeV: "TeV^-2", "/TeV^2"."""
    sizes = {name: 10.0 ** (n * round(math.log10(size))) for name, size in ENERGY.items()}
    spelled = {f"{name}^{n}": size for name, size in sizes.items()}
    power = "" if n == -1 else f"^{-n}"
    return spelled | ({f"/{name}{power}": size for name, size in sizes.items()} if n < 0 else {})


def _fermi(beside: Mapping[str, Any]) -> float:
    """Fermi constant of the inputs that are given beside [GeV^-2]."""
    return float(beside["inputs"]["G_F"])


#: A contact coupling of four fields [GeV^-2], also in units of the Fermi constant: "1.2 GF".
Contact: Final = Unit(_WORDS[-2], "GeV^-2", {"GF": _fermi, "G_F": _fermi, **_powers(-2)})

#: A dipole moment [GeV^-1]: "1e-2 /TeV".
Moment: Final = Unit("a dipole moment", "GeV^-1", _powers(-1))


@cache
def unit_named(symbol: str) -> Unit:
    """Unit that a table of numbers names: "1" for none, "GeV", "GeV^2", or one without relatives, as "pb".

    Parameters
    ----------
    symbol : str
        Symbol of the unit, as a data file writes it.
    """
    if symbol == "1":
        return Dimensionless
    if symbol == Energy.symbol:
        return Energy
    base, _, power = symbol.partition("^")
    if base == Energy.symbol:
        n = int(power)
        return Unit(_WORDS.get(n, f"an energy to the power {n}"), symbol, _powers(n))
    return Unit("a number", symbol, {symbol: 1.0})
