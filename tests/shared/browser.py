"""A headless Chromium for tests of pages, with WebGL in software; tests are skipped where there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

__all__ = ["axe_script", "browsers", "opened", "serious_findings"]

ROOT = Path(__file__).parents[2]

#: A browser by its path; the first of these that is installed unless the environment names one.
NAMED, NAMES = "DARKPAIR_BROWSER", ("chromium", "chromium-browser", "google-chrome")

#: What draws WebGL without a graphics card.
WEBGL = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist")

#: What takes WebGL away.
WITHOUT_WEBGL = ("--disable-gpu", "--disable-webgl", "--disable-3d-apis")


@contextmanager
def browsers() -> Iterator[Callable[..., Any]]:
    """What starts a headless browser, with WebGL or without; the test is skipped with the reason where there is none.

    All are closed at the end, and the event loop in which Playwright lives: one at a time in a process.
    """
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = os.environ.get(NAMED) or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip(f"none of {', '.join(NAMES)} is installed, and {NAMED} names no browser")
    with api.sync_playwright() as play, ExitStack() as stack:

        def launch(*, webgl: bool = True) -> Any:
            options = ["--no-sandbox", *(WEBGL if webgl else WITHOUT_WEBGL)]
            made = play.chromium.launch(executable_path=path, args=options)
            stack.callback(made.close)
            return made

        yield launch


@contextmanager
def opened(chromium: Any, path: Path, *, width: int = 1280, height: int = 900, **how: Any) -> Iterator[Any]:
    """A page of a file, which has to be offline and to say nothing on the console: neither errors nor warnings of its own."""
    context = chromium.new_context(viewport={"width": width, "height": height}, offline=True, **how)
    page = context.new_page()
    lines: list[str] = []
    page.on("console", lambda line: lines.append(f"{line.type}: {line.text}"))
    page.on("pageerror", lambda error: lines.append(f"error: {error}"))
    page.on("requestfailed", lambda request: lines.append(f"error: {request.url[:80]} failed"))
    page.goto(path.as_uri())
    yield page
    context.close()
    # (the software renderer says of itself that reading pixels stalls it)
    said = [line for line in lines if "GPU stall" not in line and "software WebGL" not in line]
    assert said == []


def axe_script() -> str:
    """Axe-core, as npm puts it beside the event display's sources; the test is skipped where it is not."""
    path = ROOT / "src" / "darkpair" / "report" / "bundle" / "node_modules" / "axe-core" / "axe.min.js"
    if not path.is_file():
        pytest.skip("axe-core is not installed: npm install in src/darkpair/report/bundle")
    return path.read_text(encoding="utf-8")


def serious_findings(page: Any) -> list[tuple[str, list[str]]]:
    """What axe-core calls serious or critical in a page: each rule with the first elements that break it."""
    page.evaluate(axe_script())
    result = page.evaluate("axe.run(document, {preload: false})")  # (a file may not read its style sheets)
    return [
        (row["id"], [node["html"][:120] for node in row["nodes"][:3]])
        for row in result["violations"]
        if row["impact"] in ("serious", "critical")
    ]
