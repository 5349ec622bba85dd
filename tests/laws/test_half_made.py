"""Law: whatever a constructor refuses can be shown; a traceback with its locals, or a debugger, asks for it."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from importlib import import_module
from inspect import isabstract
from pathlib import Path
from traceback import walk_tb
from typing import Any

import pytest

import darkpair.chains
import darkpair.detectors
import darkpair.gen
import darkpair.searches
from darkpair import Belle2, FixedTarget, Koto, KotoKaon
from darkpair.gen.errors import DarkpairError

ROOMS = (darkpair.gen, darkpair.chains, darkpair.detectors, darkpair.searches)


def classes() -> Iterator[type[Any]]:
    """Every dataclass of the rooms: detectors, chains, models, sources, searches, and what they are made of."""
    for room in ROOMS:
        for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            if "make_tables" in found.name or "pythia8_mesons" in found.name:
                continue  # (scripts, with a package that tests do not have)
            for thing in vars(import_module(found.name)).values():
                if isinstance(thing, type) and thing.__module__ == found.name and is_dataclass(thing):
                    yield thing


def begun(kind: type[Any]) -> Any:
    """An object as its ``__post_init__`` gets it, of defaults and else of None, which hardly a class takes."""
    made = object.__new__(kind)
    for entry in fields(kind):
        if entry.init:
            object.__setattr__(made, entry.name, None if entry.default is MISSING else entry.default)
    return made


def test_each_is_shown_before_it_is_made() -> None:
    shown = {kind: repr(begun(kind)) for kind in classes() if not isabstract(kind)}
    assert len(shown) > 200
    assert {kind.__name__ for kind in shown} >= {"FixedTarget", "Chain", "ZPrimeScalar", "DumpMesons"}


@pytest.mark.parametrize("detector", [FixedTarget, Koto, KotoKaon, Belle2])
def test_a_refused_data_file(detector: type[Any], tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('kind = "no such kind"\n', encoding="utf-8")
    with pytest.raises(DarkpairError) as caught:
        detector(experiment=str(path))
    shown = {repr(frame.f_locals.get("self")) for frame, _ in walk_tb(caught.tb)}
    assert f"{detector.__name__}(experiment={str(path)!r})" in shown


def test_a_chain_of_nothing() -> None:
    with pytest.raises(AttributeError) as caught:
        darkpair.Chain(decay="K_L0 -> X1 X2")  # type: ignore[arg-type]
    assert "<Chain that was not made>" in {repr(entry.locals.get("self")) for entry in caught.traceback}
