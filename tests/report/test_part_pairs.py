"""A chain of two dark states says what it leaves out of those events in which one of them is seen: by a chain that has them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from darkpair.chains.chain import Chain
from darkpair.chains.descriptor import build
from darkpair.chains.models import ZPrimeDirac
from darkpair.report.part_pairs import part_pair_lines
from darkpair.report.run import sample_lines

MASS = {"X1": 0.005, "X2": 0.25}
SHARES = (1e-4, 0.2, 0.5, 0.9)


def pair(first: str, second: str) -> Chain:
    return build(f"eta -> (X2 -> {first}) (X2 -> {second})", mass=MASS, ctau={"X2": 1.0})


def left(chain: Chain) -> float:
    """What the line says; 0 where there is none."""
    lines = list(part_pair_lines(chain.provenance()))
    assert all(line.startswith("one of a pair          ") for line in lines)
    return float(lines[0].split()[4]) if lines else 0.0


@pytest.mark.parametrize(("first", "second"), list(itertools.product(SHARES, SHARES)))
def test_what_is_listed_and_left_is_all_that_shows(first: float, second: float) -> None:
    """The chain with everything else made invisible has as much visible as what is generated, and the line, together."""
    part = pair(f"X1 mu+ mu- [{first}]", f"X1 gamma [{second}]")
    whole = pair(
        f"X1 mu+ mu- [{first}] | X1 nu nubar [{1 - first}]",
        f"X1 gamma [{second}] | X1 nu nubar [{1 - second}]",
    )
    together = part.generated_branching_ratio + left(part)
    assert np.isclose(together, whole.visible_branching_ratio, rtol=1e-4)  # (the line has five digits)
    assert left(whole) == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "eta -> X1 (X2 -> X1 mu+ mu- [0.1])",
        "eta -> (pi0 -> gamma gamma [0.9]) (pi0 -> gamma gamma [0.9]) (X2 -> X1 gamma)",
        "K_L0 -> (pi0 -> gamma gamma [0.9]) X1 (X2 -> X1 gamma [0.1])",
    ],
)
def test_one_dark_state_leaves_no_pair(text: str) -> None:
    assert left(build(text, mass=MASS, ctau={"X2": 1.0})) == 0.0


def test_a_model_of_which_one_rare_mode_is_asked() -> None:
    """psi2 and psi2~ are two: of a mode of probability p, 2 p (1 - p) of the pairs have it once."""
    model = ZPrimeDirac(m1=0.005, m2=0.26, G_X=3.5e-6, c_A=1.0, c_A22=1.0)
    p = float(model.branching_ratio("X2", "X1 mu+ mu-"))
    chain = model.chain("eta", "X2 X2", modes=["X1 mu+ mu-"])
    assert np.isclose(left(chain), 2.0 * p * (1.0 - p), rtol=1e-4)
    assert any(line.startswith("one of a pair") for line in sample_lines({"chain": chain.provenance()}))


def test_a_strangers_chain_is_left_alone() -> None:
    assert list(part_pair_lines({"decay": "((", "particles": {}})) == []
    assert list(part_pair_lines({})) == []
