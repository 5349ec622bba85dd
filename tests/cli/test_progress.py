"""The bar of a run: on a terminal alone, and with the line of what was held back before."""

from __future__ import annotations

import sys

import pytest

from darkpair.cli import run
from darkpair.cli.terminal import hold


def test_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    hold("darkpair: held back")
    with run._progress(1000) as show:
        assert show is not None
        show(250)
        show(1000)
    assert "darkpair: held back" in capsys.readouterr().err


def test_no_bar_elsewhere() -> None:
    with run._progress(1000) as show:
        assert show is None
