"""How pictures show several curves of one kind: told apart by line and marker, not by colour alone."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["CURVE_STYLES"]

#: Colour, marker and line of the first, second, ... curve; colours of Okabe and Ito, which the colour-blind tell apart.
CURVE_STYLES: Final[tuple[tuple[str, str, Any], ...]] = (
    ("#0072b2", "o", "-"),
    ("#d55e00", "s", (0, (6, 2))),
    ("#009e73", "^", (0, (4, 1, 1, 1))),
    ("#cc79a7", "D", (0, (1, 1))),
)
