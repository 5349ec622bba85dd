"""Pages lead on: every link between them ends somewhere, and from the README each page is reached."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "benchmarks" / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def links(page: Path) -> list[Path]:
    """Files that a page links to."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    targets = re.findall(r"\]\(([^)\s#]+)", text)
    return [(page.parent / target).resolve() for target in targets if "://" not in target]


def test_every_link_ends_at_a_file() -> None:
    assert [(page.name, str(link)) for page in PAGES for link in links(page) if not link.exists()] == []


def test_the_readme_leads_to_every_page() -> None:
    reached, left = set(), [PAGES[0].resolve()]
    while left:
        page = left.pop()
        if page not in reached:
            reached.add(page)
            left += [link for link in links(page) if link.suffix == ".md"]
    assert {page.resolve() for page in PAGES} <= reached
