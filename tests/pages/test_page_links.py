"""Pages lead on: every link ends at a file and a heading that are there, and from the README each page is reached."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from darkpair.pages.site import anchors, broken_links, contents, slug

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

#: Folders of docs/ in which nothing is written by hand.
MADE = ("_build", "auto_gallery", "reference", "jupyter_execute", ".jupyter_cache", ".ipynb_checkpoints")


def written(pattern: str) -> list[Path]:
    """Files below docs/ that somebody wrote."""
    return [
        path for path in sorted(DOCS.rglob(pattern)) if not set(path.relative_to(DOCS).parts[:-1]) & set(MADE)
    ]


PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "benchmarks" / "README.md", *written("*.md")]


def links(page: Path) -> list[Path]:
    """Files that a page links to."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    targets = re.findall(r"\]\(([^)\s#]+)", text)
    return [(page.parent / target).resolve() for target in targets if "://" not in target]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_ends_somewhere(page: Path) -> None:
    assert list(broken_links([page])) == []


def test_the_readme_leads_to_every_page() -> None:
    """By links; notebooks by the contents of the gallery."""
    reached, left = set(), [PAGES[0].resolve()]
    while left:
        page = left.pop()
        if page not in reached:
            reached.add(page)
            left += [link for link in links(page) if link.suffix == ".md"]
    reached |= {(DOCS / f"{entry.name}.md").resolve() for entry in contents(DOCS)}
    assert {page.resolve() for page in PAGES} <= reached


def test_broken_links_are_seen(tmp_path: Path) -> None:
    page, other = tmp_path / "page.md", tmp_path / "other.md"
    other.write_text("# One, `two`\n\n## One, `two`\n\n```bash\n# no heading\n```\n", encoding="utf-8")
    lines = [
        "# Page: [with a link](other.md)",
        "[right](other.md#one-two-1) [here](#page-with-a-link) [outside](https://arxiv.org) ![picture](picture.png)",
        "[lost](lost.md) [no heading](other.md#three) [in code](other.md#no-heading)",
        "```text\n[code](lost.md)\n```",
    ]
    page.write_text("\n".join(lines), encoding="utf-8")
    assert list(broken_links([page])) == [
        "page.md: picture.png is no file",
        "page.md: lost.md is no file",
        "page.md: other.md#three is no heading of other.md",
        "page.md: other.md#no-heading is no heading of other.md",
    ]
    assert anchors(other.read_text(encoding="utf-8")) == {"one-two", "one-two-1"}
    assert slug("What a file says after hadd") == "what-a-file-says-after-hadd"
