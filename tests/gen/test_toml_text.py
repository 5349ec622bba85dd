"""Plain values as TOML: what is written is read back as it was."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from darkpair.gen.toml_text import parse_toml, toml_of

NUMBERS = st.integers(-(2**62), 2**62) | st.floats(allow_nan=False) | st.booleans()
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    NUMBERS | TEXTS | st.just("\x7f\x00\"'\\"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(TEXTS, st.dictionaries(TEXTS, VALUES, max_size=4), max_size=3))
def test_tables_are_read_back(data: dict[str, Any]) -> None:
    assert parse_toml(toml_of(data), "text", plain=False) == data


def test_none_is_left_out_and_infinity_is_written() -> None:
    data = {"run": {"n": None, "x": math.inf, "t": {"a": None, "b": 1}}}
    assert parse_toml(toml_of(data), "text") == {"run": {"x": math.inf, "t": {"b": 1}}}
