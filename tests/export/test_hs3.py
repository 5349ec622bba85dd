"""HS3 of our workspaces: every name refers to something, and errors are relative; RooFit reads it in tests/clients."""

from __future__ import annotations

import pytest

from darkpair.export.hs3 import hs3_workspace
from darkpair.export.workspace import counting_workspace, koto_counting
from darkpair.gen.errors import InputError
from darkpair.statistics import Counting

EXPERIMENT = Counting(observed=3, background=1.25, background_error=0.25, efficiency_error=0.1)


def test_the_same_numbers() -> None:
    workspace = hs3_workspace(counting_workspace(EXPERIMENT, signal=2.5, name="koto", largest=7.0))
    (distribution,), (data,) = workspace["distributions"], workspace["data"]
    signal, background = distribution["samples"]
    assert (signal["data"]["contents"], background["data"]["contents"]) == ([2.5], [1.25])
    assert data["contents"] == [3.0]
    assert data["axes"] == distribution["axes"]
    assert [modifier["type"] for modifier in signal["modifiers"]] == ["normfactor", "normsys"]
    assert signal["modifiers"][1]["data"]["hi"] == 1.1
    assert background["modifiers"][0]["data"] == {"vals": [0.2]}  # 0.25 of 1.25
    axes = {axis.pop("name"): axis for axis in workspace["domains"][0]["axes"]}
    assert axes["mu"] == {"min": 0.0, "max": 7.0}
    assert axes["alpha_efficiency"]["min"] < 0.0
    values = {entry["name"]: entry["value"] for entry in workspace["parameter_points"][0]["parameters"]}
    assert values == {"mu": 1.0, "alpha_efficiency": 0.0, "gamma_background_bin_0": 1.0}


@pytest.mark.parametrize("subtract", [True, False])
@pytest.mark.parametrize("run", ["2015", "2016-18", "2021"])
def test_every_name_refers_to_something(run: str, *, subtract: bool) -> None:
    workspace = hs3_workspace(counting_workspace(koto_counting(run, subtract=subtract)))
    (likelihood,), (analysis,) = workspace["likelihoods"], workspace["analyses"]
    assert likelihood["distributions"] == [entry["name"] for entry in workspace["distributions"]]
    assert likelihood["data"] == [entry["name"] for entry in workspace["data"]]
    assert analysis["likelihood"] == likelihood["name"]
    assert analysis["domains"] == [entry["name"] for entry in workspace["domains"]]
    assert analysis["init"] == workspace["parameter_points"][0]["name"]
    ranges = {axis["name"] for axis in workspace["domains"][0]["axes"]}
    used = {
        name
        for sample in workspace["distributions"][0]["samples"]
        for modifier in sample["modifiers"]
        for name in modifier.get("parameters", [modifier.get("parameter")])
    }
    assert set(analysis["parameters_of_interest"]) <= used == ranges


def test_what_it_cannot_say() -> None:
    workspace = counting_workspace(EXPERIMENT)
    workspace["channels"][0]["samples"][1]["modifiers"][0]["type"] = "staterror"
    with pytest.raises(
        InputError, match="'background' is of the type 'staterror'; allowed: normfactor, normsys, shapesys"
    ):
        hs3_workspace(workspace)
