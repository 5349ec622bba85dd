"""The event display in a browser: it draws, steps, filters, turns, prints, speaks, and does without WebGL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from darkpair.report.display import fragment, page
from tests.shared.browser import axe_script, browsers, opened
from tests.shared.finished import finished

DETECTORS = ("koto", "charm", "belle2")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    folder = tmp_path_factory.mktemp("pages")
    out = {}
    for name in DETECTORS:
        out[name] = folder / f"{name}.html"
        out[name].write_text(page(finished(folder, name), 60), encoding="utf-8")
    return out


@pytest.fixture(scope="module")
def double(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of somebody's own with two displays."""
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    folder = tmp_path_factory.mktemp("double")
    elements = [fragment(finished(folder, name), 20) for name in ("koto", "belle2")]
    path = folder / "double.html"
    begin = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Two</title><link rel="icon" href="data:,">'
    path.write_text(
        f"{begin}<main><h1>Two</h1><input id='other'>{''.join(elements)}</main>", encoding="utf-8"
    )
    return path


@pytest.fixture(scope="module")
def launch() -> Iterator[Callable[..., Any]]:
    with browsers() as made:
        yield made


@pytest.fixture(scope="module")
def chromium(launch: Callable[..., Any]) -> Any:
    return launch()


@pytest.fixture(scope="module")
def plain(launch: Callable[..., Any]) -> Any:
    return launch(webgl=False)


def ready(tab: Any) -> Any:
    """The display, when something has drawn it."""
    display = tab.locator(".dp[data-drawn-by]")
    display.wait_for(state="attached")
    return display


def inked(tab: Any) -> int:
    """Points of the canvas that are not empty."""
    return int(
        tab.evaluate(
            """() => new Promise((done) => requestAnimationFrame(() => {
              const canvas = document.querySelector(".dp-canvas");
              window.dispatchEvent(new Event("resize"));
              const copy = document.createElement("canvas");
              [copy.width, copy.height] = [canvas.width, canvas.height];
              document.querySelector(".dp-reset").click();
              const context = copy.getContext("2d");
              context.drawImage(canvas, 0, 0);
              const bytes = context.getImageData(0, 0, copy.width, copy.height).data;
              done(bytes.filter((value, i) => i % 4 === 3 && value > 0).length);
            }))"""
        )
    )


@pytest.mark.parametrize("name", DETECTORS)
@pytest.mark.parametrize("width", [1280, 390])
def test_it_draws_in_three_dimensions(pages: dict[str, Path], chromium: Any, name: str, width: int) -> None:
    with opened(chromium, pages[name], width=width, reduced_motion="reduce") as tab:
        assert ready(tab).get_attribute("data-drawn-by") == "webgl"
        assert inked(tab) > 1000
        assert tab.locator(".dp-over text").count() > 3
        assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_it_steps_and_filters(pages: dict[str, Path], chromium: Any) -> None:
    with opened(chromium, pages["koto"]) as tab:
        ready(tab)
        place, caption = tab.locator(".dp-place"), tab.locator(".dp-caption")
        first = caption.inner_text()
        assert first.endswith("accepted")
        assert place.inner_text().startswith("1 of ")
        assert tab.get_by_role("button", name="Previous event").is_disabled()
        tab.get_by_role("button", name="Next event").click()
        assert place.inner_text().startswith("2 of ")
        assert caption.inner_text() != first
        tab.keyboard.press("ArrowLeft")
        assert caption.inner_text() == first
        tab.keyboard.press("End")
        assert tab.get_by_role("button", name="Next event").is_disabled()
        options = tab.locator(".dp-filter option").all_inner_texts()
        assert any(option.startswith("stopped at outer_radius") for option in options)
        counts = [int(option.split("(")[1].rstrip(")")) for option in options]
        assert sum(counts[:-1]) == counts[-1] == 60
        for option, count in list(zip(options[:-1], counts, strict=False))[-3:]:
            tab.locator(".dp-filter").select_option(label=option)
            assert place.inner_text() == f"1 of {count}"
            assert caption.inner_text().endswith(option.split(" (")[0])
        rows = tab.locator(".dp-rows tr")
        assert rows.count() == 7
        assert rows.first.inner_text().startswith("K_L⁰")


def test_views_and_hands(pages: dict[str, Path], chromium: Any) -> None:
    with opened(chromium, pages["charm"], reduced_motion="reduce") as tab:
        ready(tab)
        over = tab.locator(".dp-over")
        pictures = {}
        for key, view in (("1", "side"), ("2", "end"), ("3", "free")):
            tab.keyboard.press(key)
            assert tab.get_by_role("radio", name=view).is_checked()
            assert over.get_attribute("aria-label").startswith(f"{view} view")
            pictures[view] = over.inner_html()
        assert len(set(pictures.values())) == 3
        tab.get_by_role("radio", name="side").check()
        assert over.inner_html() == pictures["side"]
        box = tab.locator(".dp-stage").bounding_box()
        tab.mouse.move(box["x"] + 200, box["y"] + 100)
        tab.mouse.down()
        tab.mouse.move(box["x"] + 300, box["y"] + 130)
        tab.mouse.up()
        assert tab.get_by_role("radio", name="free").is_checked()
        turned = over.inner_html()
        assert turned not in pictures.values()
        tab.mouse.move(box["x"] + 350, box["y"] + 130)  # no button is down any more
        assert over.inner_html() == turned
        tab.keyboard.press("Shift+ArrowUp")
        assert over.inner_html() != turned
        tab.get_by_role("button", name="Larger").click()
        tab.get_by_role("button", name="Reset: as at first").click()
        assert over.inner_html() == pictures["free"]


def test_who_wants_no_motion_has_none(pages: dict[str, Path], chromium: Any) -> None:
    drawn = """() => { document.querySelector("[value=end]").click(); return document.querySelector(".dp-over").innerHTML; }"""
    after = {}
    for wish in ("reduce", "no-preference"):
        with opened(chromium, pages["koto"], reduced_motion=wish) as tab:
            ready(tab)
            at_once = tab.evaluate(drawn)
            tab.wait_for_timeout(800)
            after[wish] = at_once == tab.locator(".dp-over").inner_html()
    assert after == {"reduce": True, "no-preference": False}


def test_touch_turns_it(pages: dict[str, Path], chromium: Any) -> None:
    with opened(chromium, pages["belle2"], width=390, height=800, has_touch=True, is_mobile=True) as tab:
        ready(tab)
        tab.get_by_role("button", name="Next event").tap()
        assert tab.locator(".dp-place").inner_text().startswith("2 of ")
        for button in tab.locator(".dp button").all():
            assert button.bounding_box()["height"] >= 43.0
        session = tab.context.new_cdp_session(tab)
        box = tab.locator(".dp-stage").bounding_box()
        at = {"x": box["x"] + 100, "y": box["y"] + 100}
        session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
        for step in (20, 40, 60):
            point = {"x": at["x"] + step, "y": at["y"]}
            session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        assert tab.get_by_role("radio", name="free").is_checked()


def test_it_prints(pages: dict[str, Path], chromium: Any) -> None:
    with opened(chromium, pages["koto"]) as tab:
        ready(tab)
        assert tab.locator(".dp-paper").is_hidden()
        tab.emulate_media(media="print")
        assert tab.locator(".dp-paper").is_visible()
        assert tab.locator(".dp-stage").is_hidden()
        assert tab.locator(".dp-bar").is_hidden()
        assert tab.locator(".dp-paper path").count() > 10
        assert tab.locator(".dp-rows tr").count() == 7
        paper = tab.pdf(format="A4")
        assert paper.startswith(b"%PDF")
        assert len(paper) > 10_000


@pytest.mark.parametrize("name", DETECTORS)
def test_without_webgl_the_same_data_are_drawn(pages: dict[str, Path], plain: Any, name: str) -> None:
    with opened(plain, pages[name], reduced_motion="reduce") as tab:
        assert ready(tab).get_attribute("data-drawn-by") == "svg"
        assert tab.locator(".dp-canvas").is_hidden()
        flights = tab.locator(".dp-over > path[fill=none][stroke-dasharray]")
        assert flights.count() > 2
        assert tab.locator(".dp-over > path[stroke-dasharray*=' ']").count() > 0  # X1 and X2
        before = tab.locator(".dp-over").inner_html()
        tab.keyboard.press("ArrowRight")
        assert tab.locator(".dp-over").inner_html() != before


@pytest.mark.parametrize("name", DETECTORS)
def test_screen_readers_rules(pages: dict[str, Path], chromium: Any, name: str) -> None:
    script = axe_script()
    with opened(chromium, pages[name]) as tab:
        ready(tab)
        tab.evaluate(script)
        found = tab.evaluate("axe.run()")
        wrong = [(v["impact"], v["id"], [n["html"][:80] for n in v["nodes"]]) for v in found["violations"]]
        assert wrong == []


def test_two_in_a_page_do_not_meet(double: Path, chromium: Any) -> None:
    with opened(chromium, double, reduced_motion="reduce") as tab:
        first, second = (tab.locator(".dp").nth(i) for i in (0, 1))
        for display in (first, second):
            display.locator(".dp-canvas:not([hidden])").wait_for()
        second.get_by_role("radio", name="end").check()
        assert first.get_by_role("radio", name="side").is_checked()
        places = [display.locator(".dp-place").inner_text() for display in (first, second)]
        tab.locator("#other").press("ArrowRight")  # what is elsewhere in the page is not the display's
        assert [display.locator(".dp-place").inner_text() for display in (first, second)] == places
        first.locator(".dp-stage").press("ArrowRight")
        assert first.locator(".dp-place").inner_text().startswith("2 of ")
        assert second.locator(".dp-place").inner_text() == places[1]
