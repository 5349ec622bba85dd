"""500 mutated inputs of a fixed seed at every door (`tests.shared.fuzz`): each is taken, or refused in one line."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from darkpair.gen.errors import InputError
from tests.shared.fence import fenced
from tests.shared.fuzz import DOORS, faults
from tests.shared.mutations import mutated

N = 500


def test_mutated_input_is_taken_or_refused(tmp_path: Path) -> None:
    wrong = faults(20051, range(N), tmp_path)
    assert not wrong, "\n".join(f"{door}: {o.kind}: {o.value}\n  {data[:500]!r}" for door, o, data in wrong)


def test_doors_and_shares() -> None:
    assert sum(share for _, share in DOORS.values()) == 100
    data = b"a = 1\nb = 2\n" * 20
    assert mutated(data, random.Random(1)) == mutated(data, random.Random(1))
    assert len({mutated(data, random.Random(seed)) for seed in range(40)}) > 35


class _TwoLines(InputError):
    def __str__(self) -> str:
        return "a line\nand another"


def _task(what: str) -> str:
    match what:
        case "right":
            return what
        case "wrong":
            raise InputError("a line")
        case "lines":
            raise _TwoLines
        case "error":
            raise ValueError(what)
        case "noise":
            print("something")
        case "memory":
            bytearray(1 << 40)
        case "dead":
            import os

            os.abort()
        case "slow":
            import time

            time.sleep(60.0)
    return what


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        ("right", "accepted"),
        ("wrong", "refused"),
        ("lines", "lines"),
        ("error", "traceback"),
        ("noise", "noise"),
        ("memory", "memory"),
        ("dead", "died"),
        ("slow", "slow"),
    ],
)
def test_the_fence_sees_what_breaks_the_law(what: str, kind: str) -> None:
    """And the next input is handled all the same."""
    first, second = fenced(_task, [what, "right"], seconds=0.5)
    assert (first.kind, second.kind, second.value) == (kind, "accepted", "right")
