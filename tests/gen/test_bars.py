"""Bars of progress: on a terminal, in a notebook, one at a time, and nowhere else."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import pytest

import darkpair
from darkpair.gen import bars
from darkpair.studies.outputs import Run

#: Widgets that are gone.
CLOSED: list[Any] = []


class Output:
    """In place of ipywidgets': rich clears it and displays in it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def clear_output(self, *, wait: bool) -> None:
        assert wait

    def close(self) -> None:
        """Take it from the page."""
        CLOSED.append(self)


class ZMQInteractiveShell:
    """What a notebook's `get_ipython` gives."""


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A notebook with ipywidgets as rich sees it, and the HTML that it is given."""
    shown: list[str] = []

    def display(thing: Any, *_: Any, **__: Any) -> None:
        if hasattr(thing, "_repr_mimebundle_"):
            shown.append(thing._repr_mimebundle_([], [])["text/plain"])

    for name in ("IPython", "IPython.display", "ipywidgets"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setattr(sys.modules["IPython.display"], "display", display, raising=False)
    monkeypatch.setattr(sys.modules["ipywidgets"], "Output", Output, raising=False)
    monkeypatch.setattr(builtins, "get_ipython", ZMQInteractiveShell, raising=False)
    monkeypatch.setattr(bars, "find_spec", lambda name: name == "ipywidgets" or None)
    return shown


@contextmanager
def terminal() -> Iterator[None]:
    """A terminal at the errors' output, as it is captured now."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.stderr, "isatty", lambda: True)
        yield


def job(folder: Path) -> darkpair.Job:
    return darkpair.Job.model_validate(
        {
            "run": {"n": 40_000, "chunk": 16384},
            "source": {"name": "gun", "parent": "K+", "momentum": 75.0},
            "chain": {"decay": "K+ -> pi+ S", "mass": {"S": 0.1}},
            "output": {"path": str(folder / "gun.root"), "picture": False},
        }
    )


def test_a_run_shows_one_in_a_notebook(notebook: list[str], tmp_path: Path) -> None:
    CLOSED.clear()
    assert darkpair.run_job(job(tmp_path)).made == 40_000
    assert any("events" in text for text in notebook)
    assert len(CLOSED) == 1


def test_it_is_told_how_many_events_are_done(
    notebook: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    done: list[tuple[str, int | None, int]] = []

    @contextmanager
    def recorded(description: str, total: int | None) -> Iterator[Any]:
        yield lambda now: done.append((description, total, now))

    monkeypatch.setattr(bars, "bar", recorded)
    darkpair.run_job(job(tmp_path))
    assert done == [("events", 40_000, n) for n in (16384, 32768, 40_000)]
    assert notebook == []


def test_who_asks_for_progress_gets_it_instead(notebook: list[str], tmp_path: Path) -> None:
    done: list[int] = []
    darkpair.run_job(job(tmp_path), progress=done.append)
    assert done[-1] == 40_000
    assert notebook == []


def test_without_ipywidgets_there_is_none(
    notebook: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bars, "find_spec", lambda _: None)
    darkpair.run_job(job(tmp_path))
    assert notebook == []


def test_a_script_shows_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On a terminal neither: what a program of somebody's prints there is its own."""
    with terminal():
        darkpair.run_job(job(tmp_path))
    assert capsys.readouterr() == ("", "")


def test_one_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal(), bars.bar("outer", 3) as outer, bars.bar("inner", 3) as inner:
        assert outer is not None
        assert inner is None
        outer(3)
    with terminal(), bars.bar("after", 2, done=1) as after:
        assert after is not None
    assert "outer" in (said := capsys.readouterr().err)
    assert "inner" not in said
    assert "after" in said


def test_a_bar_that_breaks_hides_no_other() -> None:
    with terminal(), pytest.raises(ZeroDivisionError), bars.bar("broken", 1):
        raise ZeroDivisionError
    with terminal(), bars.bar("next", 1) as shown:
        assert shown is not None


def test_items_of_a_study_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal():
        assert list(Run.track([1, 2, 3], "items")) == [1, 2, 3]
        assert list(Run.track(iter([1, 2]), "others", 2)) == [1, 2]
    said = capsys.readouterr().err
    assert "items" in said
    assert "others" in said


def test_a_console_is_shared_by_what_is_shown() -> None:
    with bars.on_console() as first:
        with bars.on_console() as second:
            assert first is second
        with bars.on_console() as third:
            assert first is third
    with bars.on_console() as other:
        assert other is not first
