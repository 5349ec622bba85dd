"""How pictures are drawn: into files alone."""

from __future__ import annotations

import io
from typing import Any

__all__ = ["drawn", "pyplot"]


def pyplot() -> Any:
    """matplotlib.pyplot, which opens no window."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    return plt


def drawn(figure: Any, kind: str, dpi: int) -> bytes:
    """A figure as the content of a file.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    kind : str
        What it is a file of: png, pdf.
    dpi : int
        Dots an inch; unless told, matplotlib takes the figure's first number.
    """
    content = io.BytesIO()
    figure.savefig(content, format=kind, dpi=dpi)
    return content.getvalue()
