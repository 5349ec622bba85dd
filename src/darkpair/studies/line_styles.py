"""How pictures show several curves: told apart by line and marker, not by colour alone; generators of mesons always the same."""

from __future__ import annotations

from typing import Any, Final

from darkpair.report.picture_style import PALETTE

__all__ = ["CURVE_STYLES", "GENERATOR_NAMES", "GENERATOR_STYLES"]

#: Colour, marker and line of the first, second, ... curve of one kind; colours that the colour-blind
#: tell apart.
CURVE_STYLES: Final[tuple[tuple[str, str, Any], ...]] = (
    (PALETTE["blue"], "o", "-"),
    (PALETTE["vermillion"], "s", (0, (6, 2))),
    (PALETTE["green"], "^", (0, (1, 1))),
    (PALETTE["purple"], "D", (0, (4, 1, 1, 1))),
)

#: The same of each generator of mesons, in every picture.
GENERATOR_STYLES: Final[dict[str, tuple[str, str, Any]]] = {
    **dict(zip(("sibyll23d", "pythia6", "urqmd34", "pythia8"), CURVE_STYLES, strict=True)),
    "bmpt": (PALETTE["black"], "v", "-"),
}

#: How a legend names them.
GENERATOR_NAMES: Final = {
    "sibyll23d": "Sibyll 2.3d",
    "pythia6": "PYTHIA 6",
    "urqmd34": "UrQMD 3.4",
    "pythia8": "PYTHIA 8",
    "bmpt": "BMPT",
}
