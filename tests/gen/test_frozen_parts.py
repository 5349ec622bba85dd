"""What is equal, and hashed alike, by what it holds: partial functions, methods, mappings, and what has no hash."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from darkpair.gen.frozen import ByValue, FrozenMapping


@dataclass(frozen=True, kw_only=True, eq=False)
class Holder(ByValue):
    part: Any

    def method(self) -> None:
        """Something to be bound."""


def held(kind: str, number: float) -> Holder:
    """A holder of a part that is made anew."""
    array = np.array([number, 0.0])
    made = {
        "partial function": partial(np.add, array, where=array),
        "method": Holder(part=array).method,
        "mapping": {"a": array, "b": [number]},
        "array without dimensions": np.array(number),
        "array of texts": np.array([f"{number:g}", "b"]),
    }
    return Holder(part=made[kind])


@pytest.mark.parametrize(
    "kind", ["partial function", "method", "mapping", "array without dimensions", "array of texts"]
)
def test_parts_decide(kind: str) -> None:
    first, second, other = held(kind, 1.0), held(kind, 1.0), held(kind, 2.0)
    assert first == second
    assert hash(first) == hash(second)
    assert first != other
    assert hash(first) != hash(other)


def test_zero_has_no_sign() -> None:
    plus, minus = (Holder(part=np.array([0.0 * sign])) for sign in (1.0, -1.0))
    assert plus == minus
    assert hash(plus) == hash(minus)


def test_what_is_itself_is_equal_even_with_no_number() -> None:
    nothing = Holder(part=SimpleNamespace(value=float("nan"), array=np.arange(2.0)))
    assert nothing.__eq__(nothing) is True
    assert nothing.__eq__("another thing") is NotImplemented


def test_what_has_no_hash_shares_that_of_its_class() -> None:
    first, second = (Holder(part=SimpleNamespace(value=value)) for value in (1, 2))
    assert first != second
    assert hash(first) == hash(second) == hash(Holder)
    assert hash(Holder(part=1)) != hash(Holder)


def test_copies_of_a_read_only_mapping() -> None:
    mapping = FrozenMapping(a=1)
    assert copy.copy(mapping) is mapping
    again = copy.deepcopy(mapping)
    assert again == mapping
    assert type(again) is FrozenMapping


@pytest.mark.parametrize(
    "wrap",
    [lambda part: part, lambda part: {"a": part}, lambda part: [{"a": (part,)}]],
    ids=["bare", "mapping", "deep"],
)
def test_what_has_no_hash_compares_wherever_it_stands(wrap: Any) -> None:
    first, second, other = (Holder(part=wrap(SimpleNamespace(value=value))) for value in (1.0, 1.0, 2.0))
    assert first == second
    assert hash(first) == hash(second)
    assert first != other
