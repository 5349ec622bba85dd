"""Work of others' code that takes its time and runs nothing of the package: coverage has nothing to count in it.

Coverage up to Python 3.13 is told of each line that runs, of whomever, which makes such work take twice as long.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

__all__ = ["SOURCES_ALONE", "leave_untraced", "untraced"]

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")

#: Texts of tests written anew, texts searched for numbers, loops compiled, figures drawn: modules, and their names. Where
#: another version of these packages has no such name, it is traced.
_WORK: Final = (
    ("_pytest.assertion.rewrite", "rewrite_asserts"),
    ("hypothesis.internal.conjecture.providers", "constants_from_module"),
    ("numba.core.compiler", "compile_extra"),
    ("matplotlib.figure", "Figure.savefig"),
    ("matplotlib.layout_engine", "ConstrainedLayoutEngine.execute"),
)

#: Files of tests that read sources and run nothing of the package.
SOURCES_ALONE: Final = {"test_house.py", "test_import_rules.py", "test_one_door.py"}

_MARK: Final = "_darkpair_untraced"


def untraced(function: Callable[_Given, _Result]) -> Callable[_Given, _Result]:
    """The function, without the trace function of its caller while it runs."""

    @wraps(function)
    def run(*args: _Given.args, **keys: _Given.kwargs) -> _Result:
        trace = sys.gettrace()
        sys.settrace(None)
        try:
            return function(*args, **keys)
        finally:
            sys.settrace(trace)  # (in the frame that took it away: coverage counts calls and returns of each)

    setattr(run, _MARK, True)
    return run


def leave_untraced() -> None:
    """Have no such work traced from now on, of the modules that are imported by now."""
    for place, name in _WORK:
        owner, last = _owner(place, name)
        function = getattr(owner, last, None)
        if function is not None and not hasattr(function, _MARK):
            setattr(owner, last, untraced(function))


def _owner(place: str, name: str) -> tuple[Any, str]:
    """Module or class that has a function, None where there is none by now, and its name there."""
    *within, last = name.split(".")
    owner: Any = sys.modules.get(place)
    for part in within:
        owner = getattr(owner, part, None)
    return owner, last
