"""Changes of bytes, words, lines, values and pieces of whole input, as transfers, editors and people make them."""

from __future__ import annotations

import random
from collections.abc import Callable

__all__ = ["mutated", "value_changed", "word_put_in"]

#: Words that have ended a reader somewhere.
NASTY = [
    *(
        b"nan",
        b"-inf",
        b"1e400",
        b"-1",
        b"0",
        b"1e-320",
        b"2147483648",
        b"-2000000000",
        b"99999999999999999999",
        b"0x1p3",
    ),
    *(
        b"9" * 4301,
        b"1_000",
        "\u0661".encode(),
        b"\xff\xfe",
        b"\0",
        b"",
        b"[" * 3000,
        b"]",
        b"{",
        b"<event>",
        b"</event>",
        b"E",
        b"P",
    ),
    *(
        b"-> (",
        b"\r",
        b"\t",
        b"'",
        b'"',
        b'"""',
        b"true",
        b"[[a]]",
        b"a.b.c",
        b"\\",
        b"%s",
        b"x" * 70000,
        b"1 GeV",
        b"5 kg",
        b"(" * 300,
    ),
]

#: Values of TOML that are whole and wrong almost everywhere.
VALUES = [
    *(
        b"nan",
        b"inf",
        b"-1",
        b"0",
        b"1e400",
        b"2",
        b"true",
        b'""',
        b'"x"',
        b"[]",
        b"[1, 2]",
        b"{}",
        b"{ a = 1 }",
        b"1979-05-27",
        b'"5 kg"',
    ),
    *(
        b'"-1 GeV"',
        b'"1e400 cm"',
        b"[[[[]]]]",
        b"[nan, 1.0]",
        b"9" * 400,
        b'"K_L0"',
        b'"K_L0 -> X1 X2"',
        b"[" * 90 + b"]" * 90,
        b'"\\u0000"',
    ),
]
#: Words of decays and of the command line.
WORDS = [
    b"K_L0",
    b"X1",
    b"X2",
    b"gamma",
    b"->",
    b"|",
    b"[",
    b"]",
    b"(",
    b")",
    b"[.5]",
    b"nu",
    b"B+",
    b"e+",
    b"--set",
    b"run.n=0",
    b"--json",
    b"-o",
    b"-h",
]


def mutated(
    data: bytes, rng: random.Random, special: Callable[[bytes, random.Random], bytes] | None = None
) -> bytes:
    """Data with one to six changes of bytes, words, lines, or pieces, or half of the time of a special kind."""
    for _ in range(rng.choice((1, 1, 1, 1, 2, 3, 6))):
        if special is not None and rng.random() < 0.8:
            data = special(data, rng)
            continue
        if not data:
            return rng.choice(NASTY)
        at, size = rng.randrange(len(data)), rng.choice((1, 1, 4, 40, 400))
        match rng.randrange(9):
            case 0:
                data = data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
            case 1:
                data = data[:at] + data[at + size :]
            case 2:
                data = data[:at] + data[at : at + size] * rng.choice((2, 2, 50)) + data[at + size :]
            case 3:
                data = data[:at]
            case 4 | 5:
                data = _word(data, rng)
            case 6 | 7:
                data = _line(data, rng)
            case 8:
                other = rng.randrange(len(data))
                data = data[:at] + data[other : other + size] + data[at:]
    return data


def _word(data: bytes, rng: random.Random) -> bytes:
    words = data.split(b" ")
    at = rng.randrange(len(words))
    words[at] = rng.choice([*NASTY, words[rng.randrange(len(words))]])
    return b" ".join(words)


def value_changed(data: bytes, rng: random.Random) -> bytes:
    """Text of TOML with a value in it replaced by one of `VALUES` or another line's."""
    lines = data.split(b"\n")
    at = [i for i, line in enumerate(lines) if b"=" in line and not line.lstrip().startswith(b"#")]
    if not at:
        return data
    key = rng.choice(at)
    theirs = lines[rng.choice(at)].partition(b"=")[2]
    lines[key] = lines[key].partition(b"=")[0] + b"= " + rng.choice([*VALUES, theirs, theirs, theirs, theirs])
    return b"\n".join(lines)


def word_put_in(data: bytes, rng: random.Random) -> bytes:
    """Words with one of `WORDS` put in, or put in the place of another."""
    words = data.split(b" ")
    at = rng.randrange(len(words) + 1)
    words[at : at + rng.randrange(2)] = [rng.choice(WORDS)]
    return b" ".join(words)


def _line(data: bytes, rng: random.Random) -> bytes:
    lines = data.split(b"\n")
    at, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    match rng.randrange(4):
        case 0:
            del lines[at]
        case 1:
            lines.insert(other, lines[at])
        case 2:
            lines[at], lines[other] = lines[other], lines[at]
        case 3:
            lines[at] = b" ".join(lines[at].split(b" ")[: rng.randrange(1, 5)])
    return b"\n".join(lines)
