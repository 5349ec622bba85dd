"""The page of a report: sections in order, a list of contents, one style; nothing is fetched from anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from darkpair.gen.provenance import environment
from darkpair.report.html import results, samples, sources
from darkpair.report.html.markup import Markup, element
from darkpair.report.html.plots import styled
from darkpair.report.pictures import PAGE_OF

if TYPE_CHECKING:
    from darkpair.report.html.material import Material

__all__ = ["page"]

#: Sections by the word that names them in the page, in order: the head, and what makes the content, empty where there is none.
SECTIONS: Final[tuple[tuple[str, str, Callable[[Material], Markup]], ...]] = (
    ("job", "The job", sources.job),
    ("rates", "Rates of the model", results.rates),
    ("cuts", "Cut flow", results.cuts),
    ("acceptance", "What it comes to", results.acceptance),
    ("distributions", "Distributions before and after the cuts", samples.distributions),
    ("planes", "Planes of the selection", samples.planes),
    ("places", "Where particles decay", samples.places),
    ("weights", "Weights", samples.weights),
    ("validation", "Closure and masses", samples.validation),
    ("provenance", "Provenance", sources.provenance),
    ("citations", "What to cite", sources.citations),
    ("reading", "How to read it again", sources.reading),
)

#: What a browser may load: nothing but what stands in the page; scripts where there is an event display.
_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
)
_SCRIPTS: Final = "; script-src 'unsafe-inline'"


def page(material: Material) -> str:
    """A whole page of HTML.

    Parameters
    ----------
    material : Material
        What the file says, and what was read of it.
    """
    with styled():
        sections = [
            (word, head, content) for word, head, make in SECTIONS if (content := _made(make, material))
        ]
    title = f"{material.path.name}: report of a run"
    main = [(word, head, _section(word, head, content)) for word, head, content in sections]
    if material.display:  # (it has a heading of its own)
        at = 1 + [word for word, *_ in main].index("places")
        main.insert(at, ("events", "Event display", element("div", Markup(material.display), id="events")))
    policy = _POLICY + (_SCRIPTS if material.display else "")
    whole = element("html", element("head", *_head(title, policy)), _body(material, main), lang="en")
    return f"<!DOCTYPE html>\n{whole}\n"


def _body(material: Material, main: Sequence[tuple[str, str, Markup]]) -> Markup:
    """What is seen: the first lines, a list of contents, and the parts, each with its word and its head."""
    links = [element("li", element("a", head, href=f"#{word}")) for word, head, _ in main]
    made = f"Made by darkpair {environment()['versions']['darkpair']} from the file alone; nothing is loaded from elsewhere."
    return element(
        "body",
        element("a", "To the report", href="#report", class_="skip"),
        element(
            "header",
            element("h1", material.path.name),
            element("p", "Report of a run of darkpair"),
            _made(results.summary, material),
        ),
        element("nav", element("ul", *links), aria_label="Contents"),
        element("main", *(part for *_, part in main), id="report"),
        element("footer", element("p", made)),
    )


def _section(word: str, head: str, content: Markup) -> Markup:
    heading = element("h2", head, id=f"{word}-head")
    return element("section", heading, content, id=word, aria_labelledby=f"{word}-head")


def _made(make: Callable[[Material], Markup], material: Material) -> Markup:
    """A section; a line where what the file says cannot be shown, which may be anything."""
    try:
        return make(material)
    except Exception as error:  # noqa: BLE001 (what somebody wrote into a file breaks one section, not the page)
        text = (
            f"This cannot be shown: what the file says of it does not fit together ({type(error).__name__})."
        )
        return element("p", text, class_="trouble")


def _head(title: str, policy: str) -> Iterator[Markup]:
    yield element("meta", charset="utf-8")
    yield element("meta", name="generator", content=PAGE_OF)
    yield element("meta", http_equiv="Content-Security-Policy", content=policy)
    yield element("meta", name="viewport", content="width=device-width, initial-scale=1")
    yield element("meta", name="color-scheme", content="light dark")
    yield element("title", title)
    style = (files("darkpair.report.html") / "page.css").read_text(encoding="utf-8")
    yield element("style", Markup(style))
