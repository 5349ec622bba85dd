"""What the doctor says of packages that are old, broken or missing, and of a folder that is closed."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any

import pytest

from darkpair.plugins import doctor


def test_a_package_that_cannot_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> Any:
        raise OSError(f"{name}: no such library")

    monkeypatch.setattr(doctor, "import_module", fail)
    finding = doctor._package("packages", "numpy", "1.0", missing="broken", cure="install it")
    assert (finding.state, finding.name) == ("broken", "numpy")
    assert "no such library" in finding.text


def test_ctrl_c_is_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_: str) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(doctor, "import_module", stop)
    with pytest.raises(KeyboardInterrupt):
        doctor._package("packages", "numpy", "1.0", missing="broken", cure="install it")


def test_a_package_that_is_old() -> None:
    finding = doctor._package("packages", "numpy", "1000.0", missing="broken", cure="pip install numpy")
    assert finding.state == "broken"
    assert "needed: 1000.0 or later; pip install numpy" in finding.text


@pytest.mark.parametrize(
    ("njit", "state", "words"),
    [
        (lambda f: f, "ok", "numba compiles"),
        (lambda _: lambda a, b: a - b, "broken", "numba says 1 + 2 = -1.0"),
        (None, "broken", "TypeError"),
    ],
)
def test_numba_by_what_it_does(monkeypatch: pytest.MonkeyPatch, njit: Any, state: str, words: str) -> None:
    monkeypatch.setattr(doctor, "import_module", lambda _: SimpleNamespace(njit=njit))
    finding = doctor._numba()
    assert finding.state == state
    assert words in finding.text


def test_no_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> Any:
        raise ImportError

    monkeypatch.setattr(doctor, "import_module", missing)
    assert doctor._numba().state == "missing"
    assert importlib.import_module("numpy") is not None
