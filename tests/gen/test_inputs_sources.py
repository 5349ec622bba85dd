"""Every number of every data file: where it comes from, and for one that says it was read, the place in the source."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

#: What a number may be: read again at its place; computed from such; ours; printed by the paper; recalled.
CONFIDENCES = {"read", "derived", "choice", "print", "memory"}

#: Folders with data files, below the package.
FOLDERS = ("gen/data", "chains", "detectors/data", "searches")

#: Words that name a place: a part of a text, a file, or where in one.
_PLACES = (
    "abstract", "section", "sections", "table", "tables", "eq.", "eqs.", "fig.", "figs.", "figure", "page", "p.", "appendix",
    "caption", "footnote", "title", "chapter", "summary", "review", "listing", "datablock", "node", "function", "notebook",
)  # fmt: skip


def data_files() -> dict[str, Path]:
    """Every TOML file of the package by its place in it."""
    found: dict[str, Path] = {}
    for folder in FOLDERS:
        top, _, below = folder.partition("/")
        root = Path(str(files(f"darkpair.{top}"))) / below
        for path in sorted(root.rglob("*.toml")):
            found[f"{top}/{path.relative_to(Path(str(files(f'darkpair.{top}'))))}"] = path
    return found


DATA = data_files()


def numbers(
    entry: Any, where: str, above: Mapping[str, Any] | None = None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Entries that say where they come from, with what the table above them says for all."""
    if isinstance(entry, dict):
        known = {k: v for k, v in (above or {}).items() if k in ("confidence", "place", "searched", "source")}
        own = {k: v for k, v in entry.items() if not isinstance(v, dict)}
        if "confidence" in own or ("source" in own and ("value" in own or "confidence" in known)):
            # (a place goes with its source: an entry with a source of its own needs a place of its own)
            taken = {k: v for k, v in known.items() if k == "confidence" or "source" not in own}
            yield where, taken | own
            known |= {k: v for k, v in own.items() if k in ("confidence", "place", "searched", "source")}
        for key, value in entry.items():
            yield from numbers(value, f"{where}.{key}", known)
    elif isinstance(entry, list):
        for position, value in enumerate(entry):
            name = value.get("name", position) if isinstance(value, dict) else position
            yield from numbers(value, f"{where}.{name}", above)


def every() -> list[tuple[str, dict[str, Any]]]:
    """All of them."""
    return [
        found
        for name, path in DATA.items()
        for found in numbers(tomllib.loads(path.read_text("utf-8")), name)
    ]


def names_a_place(place: str) -> bool:
    """Whether a text says where: a part of a publication, or a file with what in it."""
    words = place.lower().replace(",", " ").replace(";", " ").replace("(", " ").split()
    in_a_file = any("." in word.strip(".") and not word[0].isdigit() for word in words)
    return in_a_file or any(word in _PLACES or word.rstrip("s") in _PLACES for word in words)


def test_all_data_files_are_there() -> None:
    assert {
        "detectors/data/koto.toml",
        "gen/data/mesons/multiplicities.toml",
        "chains/data/decays.toml",
    } <= set(DATA)
    assert {"chains/models/data/inputs.toml", "searches/measurements.toml"} <= set(DATA)
    assert len(every()) > 300


@pytest.mark.parametrize("name", DATA)
def test_every_number_says_how_it_is_known(name: str) -> None:
    found = list(numbers(tomllib.loads(DATA[name].read_text("utf-8")), name))
    assert found
    wrong = [where for where, n in found if n.get("confidence") not in CONFIDENCES or not n.get("source")]
    assert not wrong


@pytest.mark.parametrize("name", DATA)
def test_every_number_that_was_read_names_its_place(name: str) -> None:
    found = numbers(tomllib.loads(DATA[name].read_text("utf-8")), name)
    read = [(where, n) for where, n in found if n["confidence"] == "read"]
    assert not [where for where, n in read if not str(n.get("place", "")).strip()], "read, and no place"
    assert not [(where, n["place"]) for where, n in read if not names_a_place(str(n.get("place", "")))]


@pytest.mark.parametrize("name", DATA)
def test_a_place_is_of_what_was_read_and_a_search_of_what_was_not(name: str) -> None:
    found = list(numbers(tomllib.loads(DATA[name].read_text("utf-8")), name))
    assert not [where for where, n in found if n["confidence"] == "memory" and n.get("place")]
    assert not [where for where, n in found if n["confidence"] == "read" and n.get("searched")]
    assert not [where for where, n in found if n["confidence"] != "memory" and "recalled" in n["source"]]


def test_no_number_is_overlooked() -> None:
    """What has a value and a unit has a source and a confidence too: nothing stands beside the rule."""

    def bare(entry: Any, where: str) -> Iterator[str]:
        if isinstance(entry, dict):
            if "value" in entry and "unit" in entry and not (entry.get("source") and entry.get("confidence")):
                yield where
            for key, value in entry.items():
                yield from bare(value, f"{where}.{key}")
        elif isinstance(entry, list):
            for position, value in enumerate(entry):
                yield from bare(value, f"{where}.{position}")

    assert not [w for name, path in DATA.items() for w in bare(tomllib.loads(path.read_text("utf-8")), name)]


@pytest.mark.parametrize(
    ("place", "is_one"),
    [
        ("table 3", True),
        ("eq. 12", True),
        ("abstract", True),
        ("ALP_decay/src/ExpParameters.C, constructor, case 10", True),
        ("fig. 4", True),
        ("somewhere", False),
        ("PDG", False),
        ("2020", False),
        ("3.14", False),
    ],
)
def test_what_a_place_is(place: str, is_one: bool) -> None:
    assert names_a_place(place) == is_one


def test_the_rule_sees_what_stands_in_tables_and_lists() -> None:
    text = """
    [a]
    confidence = "read"
    x = { value = 1.0, unit = "", source = "one" }
    [[cuts]]
    name = "c"
    min = 1.0
    source = "two"
    confidence = "read"
    place = "table 1"
    [s.c]
    max = 2.0
    source = "three"
    confidence = "read"
    """
    found = dict(numbers(tomllib.loads(text), "f"))
    lacking = {where for where, n in found.items() if n["confidence"] == "read" and "place" not in n}
    assert {"f.a.x", "f.s.c"} <= lacking
    assert "f.cuts.c" not in lacking
