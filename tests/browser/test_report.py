"""The page of a report in a browser: no error, nothing loaded, nothing that keeps anybody out, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from darkpair import write_report
from darkpair.job.job import job_of
from darkpair.run.runner import run_job
from tests.shared.browser import browsers, opened, serious_findings

pytest.importorskip("matplotlib", reason="a report has pictures, which matplotlib draws")

JOBS: dict[str, dict[str, Any]] = {
    "koto": {
        "run": {"n": 20000, "seed": 7},
        "source": {"name": "koto_kl"},
        "chain": {
            "model": "zprime-scalar",
            "parameters": {"m1": 0.0, "m2": "430 MeV", "G_X": "1 GF"},
            "modes": ["X1 pi0"],
            "lifetime": {"X2": "forced"},
        },
        "detector": {"name": "koto", "selection": "2016-18"},
    },
    "charm": {
        "run": {"n": 4000, "seed": 480},
        "source": {"name": "dump_mesons", "meson": "eta", "beam_energy": "400 GeV"},
        "chain": {
            "decay": "eta -> X1 (X2 -> X1 gamma)",
            "mass": {"X1": 0.02, "X2": 0.3},
            "ctau": {"X2": "10 m"},
            "lifetime": {"X2": "forced"},
        },
        "detector": {"name": "charm"},
    },
}


@pytest.fixture(scope="module", params=JOBS)
def path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("browser") / f"{request.param}.root"
    run_job(job_of(JOBS[request.param] | {"output": {"path": str(out), "picture": False}}, where="here"))
    return write_report(out)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browsers() as launch:
        yield launch()


@pytest.fixture(
    params=[(1280, "light"), (390, "dark"), (390, "light")], ids=lambda form: f"{form[0]}-{form[1]}"
)
def shown(chromium: Any, path: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    """The page open at a width, without a network; it says nothing on the console."""
    width, scheme = request.param
    with opened(chromium, path, width=width, color_scheme=scheme) as view:
        yield view


def test_nothing_is_loaded(shown: Any) -> None:
    assert shown.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)") == []
    assert shown.locator(".dp[data-drawn-by]").count() == 1


def test_nothing_is_wider_than_the_page(shown: Any) -> None:
    width, seen = shown.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width <= seen
    sizes = shown.evaluate(
        "[...document.querySelectorAll('.plot')].map(p => p.getBoundingClientRect().width)"
    )
    assert len(sizes) >= 5
    assert min(sizes) > 250


def test_letters_in_pictures_are_read(shown: Any) -> None:
    """Turned ones too: none is less than nine pixels high."""
    heights = shown.evaluate(
        "[...document.querySelectorAll('figure:not(.wide) .plot text')].map(t => parseFloat(getComputedStyle(t).fontSize)"
        " * Math.hypot(t.getScreenCTM().c, t.getScreenCTM().d))"
    )
    assert len(heights) > 20
    assert min(heights) >= 9.0


def test_the_keyboard_reaches_what_folds_and_moves(shown: Any) -> None:
    shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.className") == "skip"
    shown.locator("summary").first.focus()
    shown.keyboard.press("Enter")
    assert shown.locator("details").first.get_attribute("open") is not None
    assert shown.locator("#job code").first.is_visible()


def test_axe_has_nothing_serious(shown: Any) -> None:
    assert serious_findings(shown) == []


def test_print_shows_what_was_folded(shown: Any, tmp_path: Path) -> None:
    shown.emulate_media(media="print")
    assert not shown.locator("nav").is_visible()
    shown.pdf(path=str(tmp_path / "page.pdf"))
    assert (tmp_path / "page.pdf").stat().st_size > 20_000
