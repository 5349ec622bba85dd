"""The page of the Python interface: lists that sphinx's autosummary fills from the docstrings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

__all__ = ["INTERFACES", "api_page"]

_HEAD: Final = """# Python interface

Classes and functions with parameters, shapes, units and errors, from their docstrings. `import darkpair` gives the names of the first lists; the last ones are what somebody writes who adds something, and what helps to test it. Units
are in brackets: GeV, mm and rad unless they say otherwise. What is public keeps its meaning within a major version.
"""

#: What an addition is to be, and what tests it: the title of a list, and its names from the package on.
INTERFACES: Final[Mapping[str, tuple[str, ...]]] = {
    "What a source, a chain and a detector are to be": (
        "gen.pipeline.EventSource",
        "gen.pipeline.EventChain",
        "gen.pipeline.EventDetector",
        "gen.detector_members.WholeDetector",
        "gen.region.Region",
        "gen.lifetime.Lifetime",
        "gen.phase_space.MatrixElement",
    ),
    "What a model says of a decay": ("chains.models.Spin", "chains.models.Combined"),
    "Tests of additions": tuple(
        f"testing.check_{kind}"
        for kind in ("chain", "source", "detector", "model", "search", "writer", "long_lived")
    ),
    "Statistics and limits": (
        "statistics.Counting",
        "statistics.upper_limit",
        "statistics.poisson_interval",
        "searches.searches",
        "searches.strongest",
    ),
}

#: Names that are no class and no function: their meaning is in docs/python.md.
_PLAIN: Final = ("Angle", "Array", "Dimensionless", "Energy", "Infinite", "Length", "Real", "__version__")
_OTHERS: Final = ("Ge", "Gt", "Le", "Lt")  # of annotated_types


def api_page(names: str) -> str:
    """Markdown of the page.

    Parameters
    ----------
    names : str
        Text of docs/python.md, whose tables have the public names under their headings; a test compares them with the package's.
    """
    lists = []
    for title, text in re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", names, flags=re.MULTILINE | re.DOTALL):
        public = [
            name
            for name in re.findall(r"^\| `(\w+)` \|", text, flags=re.MULTILINE)
            if name not in (*_PLAIN, *_OTHERS)
        ]
        lists += [_summary(title, public)] if public else []
    lists += [_summary(title, more) for title, more in INTERFACES.items()]
    return "\n".join([_HEAD, *lists])


def _summary(title: str, names: Sequence[str]) -> str:
    lines = "\n".join(f"   {name}" for name in names)
    rows = ".. currentmodule:: darkpair\n\n.. autosummary::\n   :toctree: api\n   :nosignatures:\n\n"
    return f"## {title}\n\n```{{eval-rst}}\n{rows}{lines}\n```\n"
