"""What is left untraced is traced neither before nor after it, and gives what it gave; the trace function comes back."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import pytest

from tests.shared import untraced as room
from tests.shared.untraced import leave_untraced, untraced

NAMES = ("inner", "Figure.savefig", "of_another_version", "Axes.of_another_version")


def inner(number: int) -> int:
    """Somebody's work."""
    if number < 0:
        raise ValueError("too small")
    return number + 1


def outer(number: int) -> int:
    """Traced around it."""
    return untraced(inner)(number)


@pytest.fixture
def seen() -> Iterator[list[str]]:
    """Names of the functions that were traced."""
    names: list[str] = []

    def trace(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            names.append(frame.f_code.co_name)

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield names
    finally:
        sys.settrace(before)


def test_around_it_all_is_traced(seen: list[str]) -> None:
    assert outer(1) == 2
    assert inner(2) == 3
    assert seen.count("outer") == seen.count("inner") == 1
    assert seen.index("outer") < seen.index("inner")


def test_after_an_error_too(seen: list[str]) -> None:
    with pytest.raises(ValueError, match="too small"):
        outer(-1)
    assert "inner" not in seen
    assert inner(2) == 3
    assert "inner" in seen


def test_without_a_trace_function() -> None:
    before = sys.gettrace()
    sys.settrace(None)
    try:
        assert outer(1) == 2
        assert sys.gettrace() is None
    finally:
        sys.settrace(before)


def test_each_is_wrapped_once_when_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("somebody_s")
    monkeypatch.setattr(room, "_WORK", tuple(("somebody_s", name) for name in NAMES))
    leave_untraced()  # (not imported)
    monkeypatch.setitem(sys.modules, "somebody_s", module)
    figure = type("Figure", (), {"savefig": lambda _, number: inner(number)})
    vars(module).update(inner=inner, Figure=figure)
    leave_untraced()
    wrapped, method = vars(module)["inner"], vars(figure)["savefig"]
    assert wrapped is not inner
    assert wrapped(1) == figure().savefig(1) == 2
    leave_untraced()
    assert vars(module)["inner"] is wrapped
    assert vars(figure)["savefig"] is method
    assert hasattr(method, room._MARK)
    assert not {"of_another_version", "Axes"} & set(vars(module))


def test_this_suite_s_texts_are() -> None:
    """As the conftest has it: what there is of the list, is."""
    for place, name in room._WORK:
        function = getattr(*room._owner(place, name), None)
        assert function is None or hasattr(function, room._MARK)


#: Its lines are counted before, between and after what is left out, in who calls and in who calls that.
COUNTED = """
from tests.shared.untraced import untraced

def work():
    return 1

def inner():
    left = untraced(work)
    left()
    left()
    return 2

def outer():
    inner()
    return 3

outer()
last = 4
"""

LOOK = """
import sys
import coverage
counted = coverage.Coverage(data_file=None, branch=True, include=[sys.argv[1]], config_file=False)
counted.start()
exec(compile(open(sys.argv[1]).read(), sys.argv[1], "exec"), {})
counted.stop()
print(sorted(counted.get_data().lines(sys.argv[1])))
"""


def test_coverage_counts_on(tmp_path: Path) -> None:
    pytest.importorskip("coverage")
    path = tmp_path / "counted.py"
    path.write_text(COUNTED, encoding="utf-8")
    root = str(Path(__file__).parents[1])
    around = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "PYTEST"))}
    words = [sys.executable, "-c", LOOK, str(path)]
    ended = subprocess.run(
        words, env=around | {"PYTHONPATH": root}, capture_output=True, text=True, check=False
    )
    lines = COUNTED.splitlines()
    every = [i for i, line in enumerate(lines, 1) if line and line != "    return 1"]
    assert ended.stdout == f"{every}\n", ended.stdout + ended.stderr
