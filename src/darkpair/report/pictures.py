"""How pictures are drawn: into files alone, without pyplot, which keeps figures for windows and costs .1 s to import."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["MADE_BY", "PAGE_OF", "drawn", "figure_of", "placed", "pyplot", "subplots"]

#: What pictures of a run say as their Source, so that the next run knows its own.
MADE_BY: Final = "darkpair"
#: What a report says of who made it, so that the next one knows that it may take its place.
PAGE_OF: Final = "report of darkpair"

#: How matplotlib finds the places of axes, by measuring what stands around them.
Layout: TypeAlias = Literal["constrained", "compressed", "tight"]


def figure_of(width: float, height: float, layout: Layout | None = None) -> Figure:
    """An empty figure [inches], which no window shows and nothing has to close."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout=layout)


def subplots(
    rows: int = 1, columns: int = 1, *, figsize: tuple[float, float], layout: Layout | None = None, **how: Any
) -> tuple[Figure, Any]:
    """A figure [inches] and its axes, as of ``matplotlib.pyplot.subplots``."""
    figure = figure_of(*figsize, layout)
    return figure, figure.subplots(rows, columns, **how)


def pyplot() -> Any:
    """matplotlib.pyplot, which opens no window, for plug-ins that draw with it."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    return plt


def placed(figure: Figure, place: tuple[float, float, float, float], **how: Any) -> Axes:
    """Axes at a place: left, bottom, width and height [inches]."""
    width, height = figure.get_size_inches()
    left, bottom, across, up = place
    return figure.add_axes((left / width, bottom / height, across / width, up / height), **how)


def drawn(figure: Any, kind: str, dpi: int, metadata: Mapping[str, str] | None = None) -> bytes:
    """A figure as the content of a file.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    kind : str
        What it is a file of: png, pdf.
    dpi : int
        Dots an inch; unless told, matplotlib takes the figure's first number.
    metadata : mapping, optional
        What the file says of itself, beside what matplotlib does.
    """
    content = io.BytesIO()
    figure.savefig(content, format=kind, dpi=dpi, metadata=metadata)
    return content.getvalue()
