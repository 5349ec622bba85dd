"""The page of the searches: observable, limit, where its numbers come from, and in which set of data it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from darkpair.plugins.reference.markdown import code, doc_of, head_of, inner, linked, prose_of, table
from darkpair.searches import DATA, FILES, SEARCHES, UNSEEN, Measurement
from darkpair.searches.dump_search import DumpSearch
from darkpair.searches.standing import search_by_name, status_of
from darkpair.searches.unseen import UnseenSearch

__all__ = ["searches_page"]

_HEAD: Final = """# Searches

Every published or projected search that a model can be asked about, with where its numbers come from. Made from the code when this
site is built. `darkpair limits` asks those of a set of data, or those that are named; how they are
applied, and how one of your own is written, is in [limits](../limits.md). Limits whose efficiency has to be simulated are asked with samples
that `darkpair limits` makes.
"""


def searches_page() -> str:
    """Markdown of the page."""
    return "\n\n".join([_HEAD, *(part for name in SEARCHES.ours for part in _search(name))]) + "\n"


def _search(name: str) -> Iterator[str]:
    """Section of one search."""
    search = search_by_name(name)
    owner: Any = type(search) if name in {**FILES, **UNSEEN} else inner(SEARCHES.factory(name))
    first, _, more = prose_of(doc_of(owner)).partition("\n")
    yield f"## `{name}`"
    yield SEARCHES.ours[name].summary
    yield f"{head_of(first)} {' '.join(more.split())}".strip()
    yield f"**Observable**: {prose_of(doc_of(owner.value)).split(chr(10), 1)[0]}"
    held = getattr(search, "held_against", "")
    yield f"**Status**: {status_of(search)}{f'; held against {held}' if held else ''}."
    if isinstance(search, DumpSearch):
        yield f"**Asks for** {code(', '.join(search.seen))} of X2."
    if isinstance(search, UnseenSearch):
        yield f"**Asks for** a pair of {code(search.parent)}."
    needs = [code(f"{parent} -> {mode}") for parent, mode in search.NEEDS]
    if needs:
        yield f"**Asks for** {' or '.join(needs)}."
    sets = [data for data, names in DATA.items() if name in names]
    asked = (
        f"`--planned` and `--only {name}` ask it."
        if name in FILES
        else f"asked with the data of today, or by `--planned` if it is an estimate; `--only {name}` asks it alone."
        if name in UNSEEN
        else f"`--only {name}` asks it; a line may stand beside either set, and excludes nothing."
    )
    yield (f"**In the set of** {' and of '.join(sets)}." if sets else f"In no set of measurements: {asked}")
    yield table(
        ("value", "error", "unit", "source", "place", "confidence"),
        [_row(number) for number in search.measurements],
    )


def _row(number: Measurement) -> tuple[str, ...]:
    level = f" at {number.confidence_level:.0%}" if number.confidence_level is not None else ""
    error = "" if number.error is None else f"{number.error:g}"
    return (
        f"{number.value:g}{level}",
        error,
        number.unit,
        linked(number.source),
        number.place or "",
        number.confidence,
    )
