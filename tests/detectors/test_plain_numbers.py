"""Numbers that stand plainly in a user's data file: they are taken, and called unsourced; the package's own files have none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from darkpair import InputError, Streams
from darkpair.detectors.catalogue import data_files
from darkpair.detectors.data_cuts import selections
from darkpair.detectors.data_file import detector_data, read_data
from darkpair.detectors.data_structure import checked
from darkpair.detectors.koto import Koto
from darkpair.detectors.selection import CONFIDENCES, UNSOURCED
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.provenance import describe
from tests.shared.own_files import based, truth

PLAIN = """
[[cuts]]
name = "slow"
variable = "pt"
max = "250 MeV"
[[cuts]]
name = "balance"
variable = "energy_ratio"
min = 0.2
[[cuts]]
name = "rising"
variable = "pt"
min = { against = "z_vtx", points = [["3 m", "130 MeV"], ["5 m", "150 MeV"]] }
"""


def cutflow(made: Koto) -> Cutflow:
    events = truth("koto")
    return made.select(made.observe(events, Streams(1).rng("detector")), events.weight).cutflow


def test_a_plain_cut_is_unsourced(tmp_path: Path) -> None:
    """It cuts as one that says all, and the word stands where its limits are listed."""
    path = based(tmp_path, "koto", PLAIN)
    plain = Koto(experiment=path, selection="2015")
    rest = '\nsource = "s"\nconfidence = "read"'
    whole = PLAIN.replace('"250 MeV"', f'0.25\nunit = "GeV"{rest}').replace(
        "0.2\n", f'0.2\nunit = ""{rest}\n'
    )
    said = Koto(
        experiment=based(tmp_path, "koto", f'{whole}unit = "GeV"{rest}\n', file="said.toml"), selection="2015"
    )
    assert cutflow(plain) == cutflow(said)
    own = {cut.name: cut for cut in plain.cuts.cuts if cut.name in ("slow", "balance", "rising")}
    assert {cut.confidence for cut in own.values()} == {UNSOURCED}
    assert [own[name].unit for name in ("slow", "balance", "rising")] == ["GeV", "", "GeV"]
    assert own["slow"].high == 0.25
    (line,) = [line for line in plain.table().text().splitlines() if line.startswith("  slow ")]
    assert UNSOURCED in " ".join(plain.table().text().split())
    assert "pt <= 0.25 GeV" in line
    assert UNSOURCED in json.dumps(describe(plain))
    assert all(cut.confidence != UNSOURCED for cut in said.cuts.cuts)


def test_a_plain_number_is_unsourced(tmp_path: Path) -> None:
    data = detector_data(based(tmp_path, "koto", "[geometry]\nradius = '95 cm'\n"))
    assert data["geometry"]["radius"]["value"] == 950.0
    assert data["geometry"]["radius"]["confidence"] == UNSOURCED
    assert data["geometry"]["z_calorimeter"]["confidence"] in CONFIDENCES


@pytest.mark.parametrize("name", data_files())
def test_no_number_of_ours_is_unsourced(name: str) -> None:
    """Every number, and every limit of every selection, says where it is from and how it is known."""

    def words(entry: Any) -> Iterator[Any]:
        if isinstance(entry, dict):
            if "min" in entry or "max" in entry or "value" in entry:
                yield entry.get("confidence", "read" if "name" not in entry else None)
            for value in entry.values():
                yield from words(value)
        elif isinstance(entry, list):
            for value in entry:
                yield from words(value)

    data = read_data(name)
    assert checked(data, name) == data  # (nothing is filled in)
    assert set(words(data)) <= set(CONFIDENCES)
    for make in selections(data).values() if "selections" in data else ():
        assert all(cut.source and cut.confidence in CONFIDENCES for cut in make().cuts)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PLAIN.replace('"250 MeV"', "0.25"), 'slow: max = 0.25 without a unit; allowed: a text with one, as in "0.25 GeV"'),
        (PLAIN.replace("MeV", "mm"), "slow: max = '250 mm' is a length"),
        (PLAIN.replace("max", "source = 's'\nmax"), "cut 'slow' has a source and no confidence; give both, or neither, and it is unsourced"),
        (PLAIN.replace("max", "confidence = 'read'\nmax"), "cut 'slow' has a confidence and no source; give both"),
        (PLAIN.replace("max", "source = ''\nconfidence = 'unsourced'\nmax"), "confidence = 'unsourced'; allowed: read, derived"),
    ],
)  # fmt: skip
def test_a_wrong_plain_cut_is_one_line(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refusal:
        Koto(experiment=based(tmp_path, "koto", text))
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)
