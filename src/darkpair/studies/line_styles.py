"""How pictures show several curves: told apart by line and marker, not by colour alone; generators of mesons always the same."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["CURVE_STYLES", "GENERATOR_STYLES"]

#: Colour, marker and line of the first, second, ... curve of one kind; colours of Okabe and Ito, which the colour-blind
#: tell apart.
CURVE_STYLES: Final[tuple[tuple[str, str, Any], ...]] = (
    ("#0072b2", "o", "-"),
    ("#d55e00", "s", (0, (6, 2))),
    ("#009e73", "^", (0, (1, 1))),
    ("#cc79a7", "D", (0, (4, 1, 1, 1))),
)

#: The same of each generator of mesons, in every picture.
GENERATOR_STYLES: Final[dict[str, tuple[str, str, Any]]] = {
    **dict(zip(("sibyll23d", "pythia6", "urqmd34", "pythia8"), CURVE_STYLES, strict=True)),
    "bmpt": ("#000000", "v", "-"),
}
