"""A branching ratio above 1 is no probability: whoever asks for such couplings is told."""

from __future__ import annotations

from collections import defaultdict

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from darkpair.chains.models import MODELS
from darkpair.chains.models.overfull import overfull, overfull_line
from darkpair.cli import main
from darkpair.gen.errors import DarkpairError
from tests.shared.model_points import EXAMPLES

#: Coupling of each model whose square its mesons' rates go with.
COUPLINGS = {
    "zprime-scalar": "G_X",
    "zprime-dirac": "G_X",
    "zprime-majorana": "G_X",
    "higgs-portal-quartic": "lambda_12",
    "two-higgs-doublet": "y_lambda",
    "dipole": "mu",
}


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(COUPLINGS)), st.floats(-6.0, 12.0), st.sampled_from([0.05, 0.2, 0.4]))
def test_it_is_said_exactly_where_ratios_add_up_to_more_than_1(name: str, power: float, mass: float) -> None:
    key = COUPLINGS[name]
    try:
        model = MODELS[name](
            **(EXAMPLES[name] | {"m1": 0.0, "m2": mass, key: EXAMPLES[name][key] * 10.0**power})
        )
        sums: defaultdict[str, float] = defaultdict(float)
        for parent, mode in model.modes():
            if parent not in ("X1", "X2"):
                sums[parent] += float(model.branching_ratio(parent, mode))
    except DarkpairError:  # (a coupling that the arithmetic does not carry)
        return
    beyond = {parent: total for parent, total in sums.items() if total > 1.0}
    assert overfull(model) == pytest.approx(beyond)
    assert (overfull_line(model) != "") == bool(beyond)


def test_the_worst_of_several_points() -> None:
    points = [MODELS["zprime-scalar"](m1=0.0, m2=0.2, G_X=coupling) for coupling in (1e-5, 1e4, 1e3)]
    assert overfull_line(points[0]) == ""
    assert overfull_line(*points) == overfull_line(points[1]) != overfull_line(points[2])


@pytest.mark.parametrize("words", [["rates"], ["limits"]])
def test_commands_say_it(words: list[str]) -> None:
    only = ["--only", "b-to-k-belle"] if words == ["limits"] else []
    for coupling, is_said in (("1e-5", False), ("1e3", True)):
        result = CliRunner().invoke(
            main, [*words, "zprime-scalar", "m1=0", "m2=0.2", f"G_X={coupling}", *only]
        )
        assert result.exit_code == 0
        assert ("no probabilities: decays of K_L0" in result.output) == is_said
