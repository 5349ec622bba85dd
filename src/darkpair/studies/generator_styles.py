"""How the pictures show each generator of mesons: the same everywhere."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["GENERATOR_STYLES"]

#: Colour, marker and line of each generator: colours of Okabe and Ito, told apart by the colour-blind, and where they
#: are not, in grey print for one, by line and marker.
GENERATOR_STYLES: Final[dict[str, tuple[str, str, Any]]] = {
    "sibyll23d": ("#0072b2", "o", "-"),
    "pythia6": ("#d55e00", "s", (0, (6, 2))),
    "urqmd34": ("#009e73", "^", (0, (1, 1))),
    "pythia8": ("#cc79a7", "D", (0, (4, 1, 1, 1))),
    "bmpt": ("#000000", "v", "-"),
}
