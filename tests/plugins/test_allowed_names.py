"""`darkpair list keys` says which names a text may be: each is taken where it stands, and another one is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from darkpair.cli import main
from darkpair.gen.errors import DarkpairError, InputError, UnknownNameError
from darkpair.gen.kind_number import Number
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.job.job import job_of
from darkpair.plugins import REGISTRIES
from darkpair.plugins.schema import Key, job_keys

NAMED = {
    "detectors": [row for row in job_keys("detectors") if row.names],
    "sources": [row for row in job_keys("sources") if row.names],
}


def the_rest(row: Key) -> dict[str, Any]:
    """What a detector needs beside a key."""
    return (
        {"experiment": "charm"} if row.owner == "fixed_target" and not row.key.endswith("experiment") else {}
    )


@pytest.mark.parametrize("row", NAMED["detectors"], ids=lambda row: f"{row.owner}.{row.key}")
def test_a_detector_takes_what_is_listed(row: Key) -> None:
    key, registry = row.key.partition(".")[2], REGISTRIES["detectors"]
    several = row.words.startswith("a list")
    refused = []
    for name in row.names:
        try:
            registry.make(row.owner, the_rest(row) | {key: [name] if several else name}, where="detector")
        except UnknownNameError as error:  # (a cut of another selection)
            refused.append(error)
    assert len(refused) < len(row.names)
    assert key == "without" or not refused
    with pytest.raises(DarkpairError):
        registry.make(row.owner, the_rest(row) | {key: ["?"] if several else "?"}, where="detector")


def test_a_source_takes_what_is_listed() -> None:
    names = {row.key.partition(".")[2]: row.names for row in NAMED["sources"] if row.owner == "dump_mesons"}
    assert set(names) == {"meson", "generator", "target"}
    for meson in names["meson"]:
        assert DumpMesons(meson=meson).pdgid
    for generator in names["generator"]:
        assert DumpMesons(generator=generator).generator == generator
    assert DumpMesons(generator="bmpt", target="Mo").target in names["target"]


def test_a_chain_of_a_model_takes_what_is_listed() -> None:
    names = {row.key: row.names for row in job_keys() if row.owner == "" and row.names}
    assert set(names["chain.model"]) == set(REGISTRIES["models"])
    modes = {key for name in REGISTRIES["models"].ours for key in REGISTRIES["models"].factory(name).MODES}
    assert {mode for parent, mode in modes if parent == "X2"} == set(names["chain.modes"])
    assert {parent for parent, _ in modes} - set(names["chain.parent"]) == {"X2", "h"}
    assert set(names["chain.production"]) == {
        mode for parent, mode in modes if parent in names["chain.parent"]
    }


def test_names_are_shown() -> None:
    shown = CliRunner().invoke(main, ["list", "keys", "--show", "ship"], env={"COLUMNS": "300"}).output
    assert "a text; there are showers, muons, eventcalc" in " ".join(shown.split())
    rows = json.loads(CliRunner().invoke(main, ["list", "keys", "--show", "ship", "--json"]).output)
    (row,) = [row for row in rows if row["key"] == "detector.selection"]
    assert row["names"] == ["showers", "muons", "eventcalc"]


def test_which_sources_can_be_aimed() -> None:
    """A source has the key where a job with it is not refused for want of a density."""
    aimed = {row.owner for row in job_keys("sources") if row.key == "source.aim" and row.owner}
    assert {"koto_kl", "dump_mesons", "gun"} <= aimed
    assert "upsilon4s" not in aimed
    job = job_of(
        {
            "source": {"name": "upsilon4s", "aim": True},
            "chain": {"decay": "B+ -> K+ X1 X2", "mass": {"X1": 0.1, "X2": 0.4}},
            "output": {"path": "x.root"},
        },
        where="here",
    )
    with pytest.raises(InputError, match=r"source\.aim = true does not pay"):
        job.pipeline()


def test_ends_of_whole_numbers_can_be_typed() -> None:
    assert (
        Number(whole=True, least=1, most=2**46).words
        == "a whole number of 1 or more and of 70368744177664 or less"
    )
    assert Number(most=2.0**46).words == "a number of 7.03687e+13 or less"
    (row,) = [row for row in job_keys() if row.key == "run.number"]
    assert row.words.endswith("4294967295 or less")
