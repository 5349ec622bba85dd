"""``python -m darkpair``: the command when it is run, nothing when it is imported."""

from __future__ import annotations

import importlib

import pytest

from darkpair.cli import main


def test_importing_runs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    module = importlib.import_module("darkpair.__main__")
    assert module.main is main
    assert capsys.readouterr() == ("", "")
