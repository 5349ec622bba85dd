"""How every picture of the package looks: colours, fonts, frames and lines, whatever the user's own style of matplotlib is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

__all__ = ["CYCLE", "PALETTE", "RC", "in_style", "shade"]

#: Colours that the colour-blind tell apart, by name: M. Okabe and K. Ito, Color Universal Design (2008).
PALETTE: Final[Mapping[str, str]] = {
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "yellow": "#F0E442",
    "black": "#000000",
}

#: Order in which curves without a colour of their own get one: light yellow is no line on white.
CYCLE: Final = tuple(colour for name, colour in PALETTE.items() if name != "yellow")

#: What differs from matplotlib's own defaults; ``plt.style.use(RC)`` gives a script of yours the same look.
RC: Final[Mapping[str, Any]] = {
    "axes.prop_cycle": f"cycler('color', {list(CYCLE)})",
    "font.family": ["DejaVu Sans"],
    "font.size": 10.0,
    "axes.titlesize": "medium",
    "figure.titlesize": "large",
    "legend.fontsize": "small",
    "legend.title_fontsize": "small",
    "legend.frameon": False,
    "axes.linewidth": 0.8,
    "lines.linewidth": 1.5,
    "hatch.linewidth": 0.7,
    "pdf.fonttype": 42,
}


@contextmanager
def in_style() -> Iterator[None]:
    """Draw in this style meanwhile: matplotlib's defaults with `RC`, nothing of the user's; theirs is back afterwards.

    Without matplotlib it does nothing.
    """
    try:
        import matplotlib as mpl
    except ImportError:
        yield
        return
    with mpl.rc_context(_settings()):
        yield


@cache
def _settings() -> dict[Any, Any]:
    import matplotlib as mpl

    ours: dict[Any, Any] = dict(mpl.rcParamsDefault) | dict(RC)
    return {key: value for key, value in ours.items() if not key.startswith("backend")}


def shade(colour: str, part: float) -> tuple[float, float, float]:
    """An opaque light shade of a colour, that much of it on white: over others it stays what the legend shows.

    Parameters
    ----------
    colour : str
        As ``#RRGGBB``.
    part : float
        From 0, white, to 1, the colour.
    """
    red, green, blue = (1.0 - part * (1.0 - int(colour[i : i + 2], 16) / 255.0) for i in (1, 3, 5))
    return red, green, blue
