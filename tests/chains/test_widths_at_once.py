"""Widths whose nodes are asked together are those of node after node, of every model; and what a model remembers is what it says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from darkpair.chains import widths
from darkpair.chains.models import MODELS
from darkpair.chains.models.channels import channels_of, visible_modes
from darkpair.chains.models.remembered import once_a_model, remembered
from tests.shared.model_points import EXAMPLES

#: Masses [GeV] and what multiplies the first coupling of each model.
MASSES = [(0.0, 0.25), (0.03, 0.3), (0.2, 0.44), (0.1, 1.3)]
FACTORS = {"one": 1.0, "line": np.geomspace(0.1, 10.0, 5), "plane": np.geomspace(0.1, 10.0, 6).reshape(2, 3)}


def model_of(name: str, m1: float, m2: float, factor: Any = 1.0) -> Any:
    """A model whose first coupling is a number or an array."""
    given = dict(EXAMPLES[name])
    model: Any = MODELS.factory(name)(m1=m1, m2=m2, **given)
    if given and np.ndim(factor):
        first = next(iter(given))
        model = replace(model, **{first: given[first] * factor})
    return model


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("shape", FACTORS)
def test_nodes_together_give_the_widths_of_node_after_node(
    name: str, shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the last digits: Python's power of a number may be another in the last bit than that of an array."""

    def every() -> dict[Any, Any]:
        out = {}
        for m1, m2 in MASSES:
            model = model_of(name, m1, m2, FACTORS[shape])
            for mode in model.modes():
                out[m1, m2, *mode] = model.partial_width(*mode)
        return out

    together = every()
    monkeypatch.setattr(widths, "_FEW", 0)
    monkeypatch.setattr(widths, "_AT_ONCE", 1)
    for key, alone in every().items():
        assert together[key].shape == alone.shape, key
        assert np.allclose(together[key], alone, rtol=1e-13, atol=0.0), key


def test_many_couplings_are_not_asked_together() -> None:
    asked: list[tuple[int, ...]] = []

    def averaged(q2: Any) -> Any:
        asked.append(np.shape(q2))
        return q2 * np.ones(5000)

    many = widths.three_body_width(1.0, 0.1, 0.1, 0.2, averaged, elementwise=True)
    assert many.shape == (5000,)
    assert set(asked) == {()}
    one = widths.three_body_width(1.0, 0.1, 0.1, 0.2, lambda q2: q2, elementwise=True)
    assert np.array_equal(many, np.full(5000, one))


class Asked:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.times = 0

    @once_a_model()
    def width(self, model: Any, mode: str) -> Any:
        self.times += 1
        return model.partial_width("X2", mode)


def test_a_model_that_remembers_is_asked_once_by_each() -> None:
    first, second = Asked(), Asked()
    plain, kept = model_of("zprime-scalar", 0.03, 0.3), remembered(model_of("zprime-scalar", 0.03, 0.3))
    mode = "X1 pi0"
    for asked in (first, second):
        assert [float(asked.width(model, mode)) for model in (plain, kept, plain, kept)] == [
            float(plain.partial_width("X2", mode))
        ] * 4
        assert asked.times == 3  # (twice of the plain one, which remembers nothing)
    other = remembered(model_of("zprime-scalar", 0.03, 0.35))
    assert first.width(other, mode) != first.width(kept, mode)


@pytest.mark.parametrize("name", EXAMPLES)
def test_rates_of_channels_are_the_same_remembered(name: str) -> None:
    plain = model_of(name, 0.03, 0.3, FACTORS["line"])
    kept = remembered(model_of(name, 0.03, 0.3, FACTORS["line"]))
    seen = visible_modes(plain)
    parents = [parent for parent in ("K_L0", "eta", "pi0", "B+") if plain.modes(parent)]
    for channel in channels_of(plain, parents, seen):
        for modes in (seen, ()):
            for _ in range(2):
                assert np.array_equal(channel.rate(kept, modes), channel.rate(plain, modes)), (channel, modes)
