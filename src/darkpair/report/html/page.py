"""The page of a report: sections in order, a list of contents, one style; nothing is fetched from anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from darkpair.gen.provenance import environment
from darkpair.report.html import results, samples, sources
from darkpair.report.html.markup import Markup, element
from darkpair.report.html.plots import styled

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
    ("events", "Events", lambda material: Markup(material.display)),
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
_SCRIPTS: Final = "; script-src 'unsafe-inline' blob: data:; connect-src blob: data:"


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
    links = [element("li", element("a", head, href=f"#{word}")) for word, head, _ in sections]
    main = [
        element(
            "section",
            element("h2", head, id=f"{word}-head"),
            content,
            id=word,
            aria_labelledby=f"{word}-head",
        )
        for word, head, content in sections
    ]
    body = element(
        "body",
        element("a", "To the report", href="#report", class_="skip"),
        element(
            "header",
            element("h1", material.path.name),
            element("p", "Report of a run of darkpair"),
            results_of(material),
        ),
        element("nav", element("ul", *links), aria_label="Contents"),
        element("main", *main, id="report"),
        element(
            "footer",
            element(
                "p",
                f"Made by darkpair {_version()} from the file alone; nothing is loaded from elsewhere.",
            ),
        ),
    )
    policy = _POLICY + (_SCRIPTS if material.display else "")
    head = element("head", *_head(title, policy))
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def results_of(material: Material) -> Markup:
    """The first lines of the page."""
    return _made(results.summary, material)


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
    yield element("meta", http_equiv="Content-Security-Policy", content=policy)
    yield element("meta", name="viewport", content="width=device-width, initial-scale=1")
    yield element("meta", name="color-scheme", content="light dark")
    yield element("title", title)
    style = (files("darkpair.report.html") / "page.css").read_text(encoding="utf-8")
    yield element("style", Markup(style))


def _version() -> str:
    return str(environment()["versions"]["darkpair"])
