"""Small HepMC texts, and what may happen to them."""

from __future__ import annotations

import random

__all__ = ["ASCIIV3", "GENEVENT", "mutated"]

ASCIIV3 = """HepMC::Version 3.02.05
HepMC::Asciiv3-START_EVENT_LISTING
W a\\|b
T tool\\|1\\|text
A run text
E 1 3 7 @ 1 2 3 4
U GEV MM
W 1 2
A 0 x 1
A -1 y 2
P 1 0 2212 0 0 100.5 100.9 0.938272 4
P 2 0 2212 0 0 -100.5 100.9 0.938272 4
V -1 0 [1,2] @ 1 2 3 4
P 3 -1 521 0 0 5.0 5.5 5.28 2
P 4 -1 2112 0 0 10.0 10.044 0.9396 1
P 5 3 521 1 2 3 4 5.28 2
V -3 1 [5]
P 6 -3 211 -1e-3 2 nan 3 0.13 1
P 7 -3 22 0 0 5.0 5.0 0 1
E 2 0 1
U GEV MM
W 1 2
P 1 0 521 0 0 1 2 5.28 1
E 3 0 0
U GEV MM
HepMC::Asciiv3-END_EVENT_LISTING
"""

GENEVENT = """HepMC::Version 2.06.09
HepMC::IO_GenEvent-START_EVENT_LISTING
E 7 -1 -1.0 0.1 0.2 20 -3 3 1 2 1 55 2 1.0 2.0
N 2 "0" "b c"
U GEV MM
C 1.0 2.0
H 0 0 0 0 0 0 0 0 0 0 0 0 0
F 0 0 0 0 0 0 0 0 0
V -1 0 0 0 0 0 2 2 1 1.0
P 10001 2212 0 0 10 10.04 0.938 4 0 0 -1 0
P 10002 2212 0 0 -10 10.04 0.938 4 0 0 -1 0
P 10003 521 0 0 5 5.03 5.28 2 0 0 -2 0
P 10004 22 1 2 3 5 0 1 0 0 0 1 1 501
V -2 0 1 2 3 4 0 1 0
P 10005 -521 0 0 4 7 5.28 2 0 0 -3 2 1 501 2 502
V -3 0 1.5 2.5 3.5 4.5 0 2 0
P 10006 211 0 0 1 1.2 0.139 1 0 0 0 0
P 10007 -211 0 0 1 1.2 0.139 1 0 0 0 0
E 8 -1 -1.0 0.1 0.2 20 0 1 0 0 0 0
U GEV MM
V -1 0 0 0 0 0 1 1 0
P 1 521 0 0 10 11 5.28 4 0 0 -1 0
P 2 511 0 0 5 5.03 5.28 1 0 0 0 0
HepMC::IO_GenEvent-END_EVENT_LISTING
"""

_WORDS = (
    *(
        "0",
        "-1",
        "-2",
        "-3",
        "1",
        "2",
        "3",
        "4",
        "5",
        "99",
        "-99",
        "-2000000000",
        "99999999999",
        "nan",
        "inf",
    ),
    *("1e400", "x", "", "1.5", "521", "[1,3]", "[]", "[2]", "[3,3]", "@"),
)


def mutated(text: str, rng: random.Random) -> bytes:
    """The text with one to three faults: a byte, a line, a word, what is inserted, or an early end."""
    out = text.encode()
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        kind, at, lines = rng.randrange(7), rng.randrange(len(out)), out.split(b"\n")
        line, other = rng.randrange(len(lines)), rng.randrange(len(lines))
        if kind == 0:
            out = out[:at] + bytes([rng.randrange(256)]) + out[at + 1 :]
        elif kind == 1:
            out = out[: max(at, 1)]
        elif kind == 2:
            out = out[:at] + rng.choice([b"\n", b"\r", b"\t", b"\0", b"#", b"HepMC::Version 3\n"]) + out[at:]
        elif kind == 3:
            out = b"\n".join(lines[:line] + lines[line + 1 :]) or b"\n"
        elif kind == 4:
            out = b"\n".join([*lines[:line], lines[other], *lines[line:]])
        else:
            words = lines[line].split(b" ")
            words[rng.randrange(len(words))] = rng.choice(_WORDS).encode()
            lines[line] = b" ".join(words)
            out = b"\n".join(lines)
    return out
