"""A registry knows names without importing; what is broken, doubled or ends the program is a line and stops nobody."""

from __future__ import annotations

import importlib
import sys
from importlib.metadata import Distribution, EntryPoint
from pathlib import Path
from typing import Any

import pytest

from darkpair.detectors.catalogue import data_files
from darkpair.detectors.data_file import read_data
from darkpair.gen import registry as module
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.registry import Entry, Registry, summary_of
from darkpair.plugins import REGISTRIES


def points(folder: Path, **packages: dict[str, str]) -> list[EntryPoint]:
    """Entry points of some packages, each a table of name to target."""
    made: list[EntryPoint] = []
    for name, table in packages.items():
        info = folder / f"{name}-1.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        lines = "".join(f"{key} = {target}\n" for key, target in table.items())
        (info / "entry_points.txt").write_text(f"[darkpair.toys]\n{lines}")
        made += Distribution.at(info).entry_points
    return made


@pytest.fixture
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    (tmp_path / "toy_good.py").write_text(
        'def good(x=1):\n    """A good one."""\n    return x\n\n\nNUMBER = 3\n'
    )
    (tmp_path / "toy_exits.py").write_text("raise SystemExit(3)\n")
    (tmp_path / "toy_raises.py").write_text("raise BaseException('deep\\ntrouble')\n")
    table = points(
        tmp_path,
        alpha={
            "good": "toy_good:good",
            "twice": "toy_good:good",
            "exits": "toy_exits:x",
            "ours": "toy_good:good",
        },
        beta={
            "twice": "toy_good:good",
            "raises": "toy_raises:x",
            "lacks": "toy_good:bad",
            "number": "toy_good:NUMBER",
        },
        gamma={"gone": "no_such_module:x"},
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(module, "entry_points", lambda group: [p for p in table if p.group == group])
    return Registry("toys", {"ours": Entry("json:dumps", "Ours.")})


def test_names_import_nothing(toys: Registry) -> None:
    before = set(sys.modules)
    assert toys.names() == ["ours", "good", "twice", "exits", "raises", "lacks", "number", "gone"]
    assert "good" in toys
    assert "bad" not in toys
    assert not {name for name in set(sys.modules) - before if name.startswith("toy_")}


def test_each_trouble_is_a_line(toys: Registry) -> None:
    lines = [(p.name, p.origin, p.broken) for p in toys.plugins]
    assert lines == [
        ("ours", "darkpair", False),
        ("good", "alpha", False),
        ("twice", "alpha", True),
        ("twice", "beta", True),
        ("exits", "alpha", True),
        ("ours", "alpha", True),
        ("raises", "beta", True),
        ("lacks", "beta", True),
        ("number", "beta", True),
        ("gone", "gamma", True),
    ]
    assert all("\n" not in p.summary for p in toys.plugins)
    assert toys.factory("good")() == 1
    assert toys["ours"] is sys.modules["json"].dumps


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("twice", "is registered 2 times, by alpha and beta"),
        ("exits", "SystemExit: 3"),
        ("raises", "deep trouble"),
        ("lacks", "no attribute"),
        ("number", "toy_good:NUMBER is a int, which makes nothing"),
        ("gone", "No module named"),
    ],
)
def test_a_broken_one_is_refused_when_it_is_wanted(toys: Registry, name: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        toys.factory(name)


def test_an_unknown_name_has_a_hint(toys: Registry) -> None:
    with pytest.raises(UnknownNameError, match="unknown toy 'goood' .did you mean 'good'"):
        toys.make("goood")


def test_parameters_are_checked(toys: Registry) -> None:
    assert toys.make("good", {"x": 3}) == 3
    with pytest.raises(UnknownNameError, match="unknown key of .here. 'y'"):
        toys.make("good", {"y": 3}, where="here")


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, r in REGISTRIES.items() for name in r.ours]
)
def test_our_tables_are_true(kind: str, name: str) -> None:
    """The summary that stands in a table is the docstring's first line; of a study its module's."""
    registry: Any = REGISTRIES[kind]
    factory = registry.factory(name)
    if kind == "studies":
        module = importlib.import_module(registry.ours[name].target.partition(":")[0])
        first = str(module.__doc__).partition("\n")[0]
        assert first == f"Study ``{name}``: {registry.ours[name].summary}"
    elif kind == "detectors" and name in data_files():
        assert registry.ours[name].summary == read_data(name)["title"]
    else:
        line = summary_of(factory).removesuffix(".")
        assert registry.ours[name].summary.removesuffix(".") in (line, line[:1].lower() + line[1:])
