"""A sample at a target says that its mesons are of protons on protons where nobody asked for that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from darkpair.gen.sources.bmpt import TARGETS
from darkpair.job.job import load_job
from darkpair.report.run import sample_lines
from darkpair.report.targets import target_lines
from darkpair.run.part import provenance

CHARM = Path(__file__).parents[2] / "examples" / "charm.toml"
MATERIALS = {"charm": "copper", "nucal": "iron", "ship": "molybdenum", "dune_nd": "carbon"}


def lines(**settings: Any) -> list[str]:
    given = {"source.aim": False} | {key.replace("__", "."): value for key, value in settings.items()}
    job = load_job(CHARM, overrides=given)
    every = sample_lines(provenance(job, job.pipeline()))
    return [line for line in every if line.startswith("target ")]


def test_the_default_is_said() -> None:
    (line,) = lines()
    assert line.startswith(
        "target                 mesons of protons on protons, the default; charm has protons on copper"
    )
    assert "source.target" in line


def test_an_aimed_source_says_it_too() -> None:
    job = load_job(CHARM, overrides={"source.aim": False})
    said = provenance(job, job.pipeline())
    aimed = said | {"source": {"type": "Aimed", "source": said["source"]}}
    assert lines() == [line for line in sample_lines(aimed) if line.startswith("target ")]


@pytest.mark.parametrize(
    "settings",
    [
        {"source__target": "p"},
        {"source__generator": "bmpt", "source__target": "Cu"},
        {"source__generator": "bmpt"},
    ],
)
def test_who_gave_a_target_or_has_a_nucleus_is_not_told(settings: dict[str, str]) -> None:
    assert lines(**settings) == []


@pytest.mark.parametrize("name", MATERIALS)
def test_of_each_experiment_at_a_target(name: str) -> None:
    (line,) = target_lines({"target": "p"}, {"experiment": name}, {"source": {}})
    assert f"{name} has protons on {MATERIALS[name]} " in line


@pytest.mark.parametrize(
    ("source", "detector"),
    [
        ({"target": "collider"}, {"experiment": "faser2"}),
        ({"target": "p"}, {"experiment": "faser2"}),
        ({"target": "p"}, {"experiment": "own.toml", "data": {"title": "ours"}}),
        ({"target": "p"}, {}),
        ({}, {"experiment": "charm"}),
    ],
)
def test_nothing_else_is_told(source: dict[str, Any], detector: dict[str, Any]) -> None:
    assert not list(target_lines(source, detector, {"source": {}}))


@pytest.mark.parametrize("element", sorted(TARGETS))
def test_ones_own_file_says_it_by_its_key(element: str) -> None:
    """`target = "Fe"` of a file whose title says nothing of it, and of one that is based on another."""
    own = {"experiment": "own.toml", "data": {"title": "A hall of mine", "target": element}}
    (line,) = target_lines({"target": "p"}, own, {"source": {}})
    assert f"own.toml has protons on {element} " in line
    assert not list(target_lines({"target": "p"}, own, {"source": {"target": "p"}}))


def test_there_is_a_way_to_each() -> None:
    assert {"Cu", "Fe", "Mo", "C"} <= set(TARGETS)
