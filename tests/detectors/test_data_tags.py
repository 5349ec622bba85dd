"""Tables of efficiencies in a user's data file: every number of them wrong in turn is one line with its place."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from darkpair.detectors.belle2 import Belle2
from darkpair.detectors.catalogue import data_files
from darkpair.detectors.data_file import read_data
from darkpair.detectors.data_structure import checked
from darkpair.gen.errors import InputError

DATA = read_data("belle2")
WRONG: list[Any] = ["abc", float("nan"), float("inf"), -1.0e3, 1e300, True, [], {}]


@pytest.mark.parametrize("tag", DATA["tags"])
@pytest.mark.parametrize("key", ["q2", "efficiency"])
def test_a_wrong_number_of_a_tag_is_refused(tag: str, key: str) -> None:
    n = len(DATA["tags"][tag][key])
    for at in {1, n // 2}:
        for value in WRONG:
            data = copy.deepcopy(dict(DATA))
            data["tags"][tag][key][at] = value
            with pytest.raises(InputError, match=rf"\[tags\.{tag}\]: {key}.*allowed"):
                checked(data, "mine.toml")


@pytest.mark.parametrize("tag", DATA["tags"])
@pytest.mark.parametrize("key", ["q2", "efficiency"])
@pytest.mark.parametrize("value", [*WRONG, None])
def test_a_wrong_list_or_none_is_refused(tag: str, key: str, value: Any) -> None:
    data = copy.deepcopy(dict(DATA))
    if value is None:
        del data["tags"][tag][key]
    else:
        data["tags"][tag][key] = value
    with pytest.raises(InputError, match=rf"\[tags\.{tag}\]: {key} = .*allowed"):
        checked(data, "mine.toml")


@pytest.mark.parametrize("at", ["edges", "efficiency"])
def test_a_wrong_table_by_reconstructed_q2_is_refused(at: str) -> None:
    for value in WRONG:
        data = copy.deepcopy(dict(DATA))
        data["tags"]["inclusive"]["by_q2_rec"][at][1] = value
        with pytest.raises(InputError, match=rf"by_q2_rec\]: {at}.*allowed"):
            checked(data, "mine.toml")


@pytest.mark.parametrize("value", [-0.1, 1.5])
def test_a_factor_is_an_efficiency(value: float) -> None:
    data = copy.deepcopy(dict(read_data("charm")))
    data["factors"]["photons"]["value"] = value
    with pytest.raises(InputError, match=r"photons.value = .*; allowed: an efficiency, 0 to 1"):
        checked(data, "mine.toml")


def test_a_tag_is_not_taken_beside_another_tracker(tmp_path: Path) -> None:
    """It would make up for the kaons that the tracker loses; a tag of one's own, or none, is no matter."""
    path = tmp_path / "mine.toml"
    for number in ('pt_min = "1 GeV"', 'theta_min = "40 deg"', 'radius = "1 m"'):
        path.write_text(f'based_on = "belle2"\n[tracker]\n{number}\n')
        with pytest.raises(
            InputError, match=r"\[tracker\] is another than that of belle2.*allowed: \[tags\]"
        ):
            Belle2(experiment=str(path))
        path.write_text(f'based_on = "belle2"\n[tracker]\n{number}\n[selections.acceptance]\n')
        assert Belle2(experiment=str(path)).cuts.name == "acceptance"
    one = DATA["tracker"]["pt_min"]["value"]
    path.write_text(f'based_on = "belle2"\n[tracker]\npt_min = "{one} GeV"\n')
    Belle2(experiment=str(path), selection="inclusive")


@pytest.mark.parametrize("name", [name for name in data_files() if "run" in read_data(name)])
def test_a_run_has_what_can_be_counted(name: str) -> None:
    for key, entry in read_data(name)["run"].items():
        for value in (-1.0, *([] if key in ("observed", "background") else [0.0])):
            data = copy.deepcopy(dict(read_data(name)))
            data["run"][key] = {**entry, "value": value}
            with pytest.raises(InputError, match=rf"\[run\]: {key}.value = .*allowed: (above 0|0 or more)"):
                checked(data, "mine.toml")
