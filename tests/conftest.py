"""Hypothesis tries the same examples every time: what passes once passes on every machine.

Files that others published and the package does not hold are looked for in DARKPAIR_REFERENCE, or beside the checkout.
Compiled loops stand in pytest's own cache: a fresh checkout compiles every one that its tests run, whatever the user's
own cache holds. Linear algebra runs on one core in each worker: two workers that take two each wait for each other, a matrix
of 400 rows takes ten times as long. What collecting leaves is not looked through again and again for garbage: it stays to the end. `pytest.approx` compares ratios alone
where a test names no difference: its own floor of 1e-12 lets every width pass.
"""

import gc
import os
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.shared.ratios_alone import compare_ratios_alone
from tests.shared.untraced import SOURCES_ALONE, leave_untraced

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # (NumPy reads it when it is imported, later than this)
os.environ.setdefault("DARKPAIR_REFERENCE", str(Path(__file__).parents[2] / "shared" / "data"))

settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")
compare_ratios_alone()


def pytest_configure(config: pytest.Config) -> None:
    """Name the folder of compiled loops, before workers inherit the environment."""
    cache: pytest.Cache | None = getattr(config, "cache", None)  # (-p no:cacheprovider has none)
    if cache is not None:
        os.environ.setdefault("DARKPAIR_CACHE", str(cache.mkdir("loops")))
    leave_untraced()


def pytest_runtest_setup() -> None:
    """What the tests before it have imported."""
    leave_untraced()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """What runs nothing of the package rests as a whole."""
    if item.path.name not in SOURCES_ALONE:
        return (yield)
    trace = sys.gettrace()
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(trace)  # (in this frame, as `untraced`)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect without a search for garbage; after it, search what tests make and nothing of before."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()
