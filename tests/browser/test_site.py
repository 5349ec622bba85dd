"""The site as a file, without a network: its search answers, pages are as wide as the window, nothing is fetched from elsewhere.

A few of its pages are built as `docs/conf.py` has it; `nox -s docs` builds all of them.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from darkpair.plugins.reference import COPIES
from tests.shared.browser import browsers, opened, serious_findings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

#: Pages of the small site; those of the reference are made by the build. Few, so that it takes seconds.
WRITTEN = ("tutorial/first_ntuple", "howto/lifetimes", "explanation/alternatives")
MADE = ("reference/models", "reference/branches")

#: A picture of the first page.
PICTURE = "fig1.png"

#: A word that stands on pages, one of a page that has it in its title, and one that stands nowhere.
WORD, TITLED, NOWHERE = "lifetime", ("alternatives", "something else"), "xylophone"

#: What the search says at its end.
THROUGH = re.compile("found|did not match")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for name in ("sphinx", "furo", "myst_nb", "sphinx_copybutton"):
        pytest.importorskip(name, reason=f"{name} is not installed, which builds the site: the extra docs")
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    root = tmp_path_factory.mktemp("site")
    files = [
        "docs/conf.py",
        f"docs/{PICTURE}",
        "docs/python.md",
        *COPIES.values(),
        *(f"docs/{name}.md" for name in WRITTEN),
    ]
    for name in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, root / name)
    for name in ("_static", "_templates"):
        shutil.copytree(DOCS / name, root / "docs" / name)
    entries = "\n".join((*WRITTEN, *MADE))
    index = f"# darkpair\n\n![Decays]({PICTURE})\n\n~~~{{toctree}}\n{entries}\n~~~\n"
    (root / "docs" / "index.md").write_text(index, encoding="utf-8")
    left_out = [
        "python.md",
        *(f"reference/{name}.md" for name in ("api", "job", "searches", "names", *COPIES)),
    ]
    options = ["-q", "-b", "html", "-D", f"exclude_patterns={','.join(left_out)}"]
    words = [sys.executable, "-m", "sphinx", *options, str(root / "docs"), str(root / "out")]
    done = subprocess.run(words, capture_output=True, check=False, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return root / "out"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browsers() as launch:
        yield launch()


@pytest.fixture(params=[1280, 390])
def shown(chromium: Any, site: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    with opened(chromium, site / "index.html", width=request.param) as view:
        yield view


def searched(view: Any, site: Path, words: str) -> list[str]:
    """Pages that the search names, best first, once it has said that it is through."""
    view.goto(f"{(site / 'search.html').as_uri()}?q={words}")
    return answers(view)


def answers(view: Any) -> list[str]:
    view.locator("#search-results p.search-summary", has_text=THROUGH).wait_for()
    return [link.get_attribute("href") for link in view.locator("#search-results ul.search a").all()]


def test_search_answers_without_a_network(shown: Any, site: Path) -> None:
    hits = searched(shown, site, WORD)
    assert any(hit.startswith("howto/lifetimes.html") for hit in hits), hits
    assert len(set(hits)) > 1
    shown.locator("#search-results ul.search a").first.click()
    assert WORD in shown.locator("article").inner_text().lower()
    assert searched(shown, site, NOWHERE) == []


def test_search_is_asked_from_a_page(chromium: Any, site: Path) -> None:
    name, words = TITLED
    with opened(chromium, site / "howto" / "lifetimes.html") as view:
        view.locator("input[name=q]").first.fill(words)
        view.keyboard.press("Enter")
        assert name in answers(view)[0]


@pytest.mark.parametrize("name", ["index", *WRITTEN, *MADE])
def test_a_page_is_no_wider_than_the_window_and_fetches_nothing(shown: Any, site: Path, name: str) -> None:
    shown.goto((site / f"{name}.html").as_uri())
    width, seen = shown.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width <= seen
    outside = shown.evaluate(
        "performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith('file:'))"
    )
    assert outside == []


def test_a_picture_is_a_link_to_itself(shown: Any) -> None:
    shown.locator("article a:has(img)").click()
    assert shown.url.endswith(f"/_images/{PICTURE}")
    assert shown.locator("img").evaluate("picture => picture.naturalWidth") > shown.viewport_size["width"]


@pytest.mark.parametrize("name", ["index", *WRITTEN, *MADE])
def test_axe_has_nothing_serious(shown: Any, site: Path, name: str) -> None:
    shown.goto((site / f"{name}.html").as_uri())
    assert serious_findings(shown) == []
