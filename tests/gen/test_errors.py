"""What a message repeats of a value is one short line, whatever the value is."""

from __future__ import annotations

import doctest
import pickle
from typing import Any

import numpy as np
import pytest

from darkpair.gen import errors
from darkpair.gen.errors import DarkpairError, InputError, UnknownNameError, nearest, shown


class _Mute:
    def __repr__(self) -> str:
        raise OSError("no words")


def _nested(depth: int) -> list[Any]:
    return [_nested(depth - 1)] if depth else []


def test_shown() -> None:
    # (a loop: pytest cannot spell these as parameters)
    cases: list[tuple[object, str]] = [
        ("430 MeV", "'430 MeV'"),
        (0.43, "0.43"),
        (None, "None"),
        (10**5000, "a whole number of some 5001 digits"),
        (-(10**5000), "a whole number of some 5001 digits"),
        ([10**5000], "a list that cannot be shown"),
        (_Mute(), "a _Mute that cannot be shown"),
        (np.zeros((2, 2)), "array([[0., 0.], [0., 0.]])"),
        ("a\nb", r"'a\nb'"),
    ]
    for value, text in cases:
        assert shown(value) == text


@pytest.mark.parametrize(
    "value", ["x" * 2000, list(range(10000)), {"a": "b" * 500}, np.arange(999.0), _nested(300)]
)
def test_short_and_both_ends(value: object) -> None:
    text = shown(value)
    whole = " ".join(repr(value).split())
    assert len(text) <= 110
    assert text[:30] == whole[:30]
    assert whole[-30:] in text


def test_unknown_names_are_short() -> None:
    error = UnknownNameError("chain", "x" * 10**6, ["a", "b"])
    assert len(str(error)) < 200
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert nearest("x" * 10**6, ["x"]) == ""
    assert nearest("kl_x1x2", ["kl_x1x2_pi0"]) == " (did you mean 'kl_x1x2_pi0'?)"


def test_examples() -> None:
    assert doctest.testmod(errors).failed == 0


@pytest.mark.parametrize("raw", ["a\nb", "a\r\x00b", "\x1b[2J", "\u2028", "\x85"])
def test_a_message_is_one_line_whatever_it_repeats(raw: str) -> None:
    for error in (InputError(f"{raw} is no tree"), UnknownNameError("tree", "x", [raw]), DarkpairError(raw)):
        again = pickle.loads(pickle.dumps(error))
        for text in (str(error), str(again)):
            assert len(text.splitlines()) == 1
            assert text.isprintable()
