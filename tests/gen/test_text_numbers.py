"""Numbers of texts: every spelling to the last bit, by both ways in, and what is none is said."""

from __future__ import annotations

import numpy as np
import pytest

from darkpair.gen.sources.text_numbers import NotANumberError, counted, numbers

SPELLINGS = ["{:.16e}", "{:+.9E}", "{!r}", "{:.3f}", "{:.0f}.", "{:.0f}", "{:+.0f}"]


def test_every_spelling_to_the_last_bit() -> None:
    rng = np.random.default_rng(1)
    values = np.concatenate([rng.normal(size=60) * 10.0 ** rng.integers(-30, 30, 60), [0.0, -0.0, -0.3, 0.3]])
    for spelling in [*SPELLINGS, *(f"{s} {t}" for s in SPELLINGS for t in SPELLINGS)]:
        words = [word for x in values for word in spelling.format(*[float(x)] * 2).split()]
        expected = np.array([float(word) for word in words])
        text = "\n".join(words).encode()
        assert numbers(text).tobytes() == expected.tobytes(), spelling
        read = counted(text, np.float64, len(words))
        assert read is not None
        assert read.tobytes() == expected.tobytes(), spelling


def test_whole_numbers() -> None:
    values = np.random.default_rng(2).integers(-(2**62), 2**62, 50)
    read = counted(b" ".join(b"%d" % x for x in values), np.int64, 50)
    assert read is not None
    assert read.tolist() == values.tolist()


@pytest.mark.parametrize("word", [b"1_0", b"0x10", b"1,2", b"1e", b"x", b"1.5.2", b"--1"])
def test_what_is_no_number(word: bytes) -> None:
    assert counted(b"1 " + word, np.float64, 2) is None
    assert counted(b"1 " + word, np.int64, 2) is None
    with pytest.raises(NotANumberError):
        numbers(b"1 " + word)


def test_fortran_is_read_where_a_format_may_be_of_fortran() -> None:
    assert numbers(b"1.5D+02 1.5-102 2d0").tolist() == [150.0, 1.5e-102, 2.0]
    assert counted(b"1.5D+02", np.float64, 1) is None
    assert counted(b"1.5", np.int64, 1) is None
    assert counted(b"1 2", np.float64, 3) is None


@pytest.mark.parametrize(
    "text", [b"+", b"-", b"+-1", b"++1", b"1 + 2", b"1 +-2", b".", b"e5", b"1_0", b"[1]", b"1,2"]
)
def test_a_sign_alone_or_two_are_no_number(text: bytes) -> None:
    assert counted(text, np.float64, len(text.split())) is None
    with pytest.raises(NotANumberError):
        numbers(text)
