"""Pictures as SVG that stands in a page: letters and axes in the page's colour, what is dense as pixels."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from darkpair.report.html.markup import Markup, clean, element
from darkpair.report.picture_style import PALETTE, in_style
from darkpair.report.pictures import drawn

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["ACCENT", "HEIGHT", "MAIN", "MAP", "WIDTH", "label", "picture", "styled"]

#: Size of a picture [inches]: as wide as a phone, so that its letters are read there.
WIDTH: Final = 4.9
HEIGHT: Final = 3.2
#: Colours that are told apart by everybody, on white and on black (Okabe and Ito): what there is, and what is pointed at.
MAIN: Final = "#3d8fc6"
ACCENT: Final = PALETTE["vermillion"]
#: Of bins, from few to many.
MAP: Final = "viridis"
#: Colour that becomes that of the page's letters.
_INK: Final = "#0a0b0c"

_DPI: Final = 130
_STYLE: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "darkpair",
    "font.size": 11.0,
    "text.color": _INK,
    "text.parse_math": True,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _INK,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.axisbelow": True,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "legend.frameon": False,
    "legend.fontsize": 10.0,
    "lines.linewidth": 1.6,
}
#: Mathematics that labels of ours have; any other is shown letter by letter.
_MATH: Final = re.compile(r"\$(?:[A-Za-z](?:[_^](?:\w|\{\w+\}|\\mathrm\{\w+\}))?|\^\w)\$")
_LETTERS: Final = 120


@contextmanager
def styled() -> Iterator[None]:
    """The style of a page's pictures, in which they are made and written."""
    import matplotlib as mpl

    with in_style(), mpl.rc_context(_STYLE):
        yield


def label(text: str, *, plain: bool = False, wide: int = 0) -> str:
    """A text of a file as a label: our own mathematics is set, nothing else is taken for any.

    Parameters
    ----------
    text : str
        Label of an axis, name of a cut.
    plain : bool
        Whether mathematics becomes letters, for who listens.
    wide : int
        Letters of a line, after which another one begins; 0 for one line.
    """
    text = " ".join(clean(text).split())
    text = text if len(text) <= _LETTERS else f"{text[: _LETTERS - 4]} ..."
    if plain:
        return _MATH.sub(lambda math: re.sub(r"\\mathrm|[${}^]", "", math[0]), text)
    if "$" in _MATH.sub("", text):
        text = text.replace("$", r"\$")
    return "\n".join(textwrap.wrap(text, wide)) if wide and len(_MATH.sub("xx", text)) > wide else text


def picture(figure: Figure, name: str, says: str) -> Markup:
    """A figure as an element of a page.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Figure, made in `styled`.
    name : str
        Word that no other picture of the page has.
    says : str
        What it shows, for who does not see it.
    """
    text = drawn(figure, "svg", _DPI).decode("utf-8")
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    head, _, body = text.partition(">")
    box = re.search(r'viewBox="([\d. -]+)"', head)
    body = body.rpartition("</svg>")[0].replace(_INK, "currentColor")
    body = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", body)
    body = re.sub(r">\s+<", "><", re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL))
    return element(
        "svg",
        Markup(body),
        viewBox=None if box is None else box[1],
        role="img",
        aria_label=says,
        class_="plot",
    )
