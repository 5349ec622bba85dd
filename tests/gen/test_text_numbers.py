"""A word that is no number is told, and each word is one number."""

from __future__ import annotations

import pytest

from darkpair.gen.sources.text_numbers import NotANumberError, numbers


@pytest.mark.parametrize(
    "text", [b"+", b"-", b"+-1", b"++1", b"1 + 2", b"1 +-2", b".", b"e5", b"1_0", b"[1]", b"1,2"]
)
def test_no_number(text: bytes) -> None:
    with pytest.raises(NotANumberError):
        numbers(text)


def test_numbers() -> None:
    assert numbers(b"+1 -2. .5 1.5D+02 1.5+102 7").tolist() == [1.0, -2.0, 0.5, 150.0, 1.5e102, 7.0]
    assert numbers(b" ").tolist() == []
