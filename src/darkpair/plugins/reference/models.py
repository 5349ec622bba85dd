"""The page of the models: Lagrangian, phases, normalisation, parameters, and every width with its equation, from the docstrings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from darkpair.chains.models import MODELS
from darkpair.plugins.reference.keys import key_rows
from darkpair.plugins.reference.markdown import code, doc_of, head_of, inner, notes_of, prose_of, table
from darkpair.plugins.schema import job_keys

__all__ = ["NOTES", "models_page"]

#: What the docstring of every model says in its section "Notes".
NOTES: Final = ("Lagrangian", "Phases", "Normalisation")

_HEAD: Final = """# Models

Every model with its Lagrangian, phases, normalisation and parameters, and each width with its equation. Made from the code when
this site is built: the words are those of the docstrings, the equations those of `darkpair rates`, numbers of equations are those of [arXiv:2005.07102](https://arxiv.org/abs/2005.07102). In all of them p is the momentum of a
daughter in the rest frame, q the momentum of a pair, `kallen(a, b, c)` the triangle function; s and n count spin states and
charge channels. A channel that is closed has a width of exactly zero. `combine` puts two models of the same dark states together.
"""


def models_page() -> str:
    """Markdown of the page."""
    return "\n".join([_HEAD, *(_model(name) for name in MODELS.ours)])


def _model(name: str) -> str:
    """Section of one model."""
    model = MODELS.factory(name)
    text = doc_of(model)
    first, _, more = prose_of(text).partition("\n")
    rows = key_rows([key for key in job_keys("models") if key.owner == name], unit=True)
    parts = [
        f"## `{name}`",
        first,
        more.strip(),
        *_notes(model),
        "**Parameters**",
        table(*rows),
        "**Widths**",
        *_widths(model),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _notes(model: type[Any]) -> Iterator[str]:
    """Paragraphs of the section "Notes"."""
    for word, said in notes_of(doc_of(model)).items():
        yield f"**{word}**: {said}"


def _widths(model: Any) -> Iterator[str]:
    """A table of decays and their equations, and below it what each width is."""
    laws: dict[Any, int] = {}
    rows = []
    for (parent, mode), entry in model.MODES.items():
        number = laws.setdefault(inner(entry.width), len(laws) + 1)
        kind = "three bodies, by its matrix element" if entry.amplitude else "two bodies"
        rows.append((code(f"{parent} -> {mode}"), entry.equation, str(number), kind))
    yield table(("decay", "equation", "width", "made as"), rows)
    for law, number in laws.items():
        first, _, more = prose_of(doc_of(law)).partition("\n")
        yield f"{number}. {head_of(first)} {' '.join(more.split())}".strip()
