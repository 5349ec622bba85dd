"""Errors of the machine as the line with which a command ends: each says what happened, what is kept and what to do."""

from __future__ import annotations

import errno
import os
from typing import Any

import click
import numpy as np
import pytest

from darkpair.cli.machine import machine_line


class FullDisk:
    """What cannot be written to."""

    def write(self, text: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def flush(self) -> None:
        pass


def memory_error() -> MemoryError:
    try:
        np.empty(1 << 59)
    except MemoryError as error:
        return error
    raise AssertionError("a machine with exabytes")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "out of memory; nothing half-written is left: lower run.chunk"),
        (memory_error(), "out of memory (Unable to allocate"),
        (OSError(errno.ENOMEM, "no memory"), "out of memory"),
        (OSError(errno.ENOSPC, "full", "a.root"), "a.root: "),
        (OSError(errno.EROFS, "read only", b"b.root"), "b.root: "),
        (OSError(errno.EBADF, "bad", 7), "7: "),
        (OSError(errno.ENOSPC, "full"), "a file: "),
        (OSError("odd"), "the system says "),
    ],
)
def test_an_error_of_the_machine(error: BaseException, words: str) -> None:
    line = machine_line(error, strangers=False)
    assert line is not None
    assert line.startswith(words)
    assert "\n" not in line
    strangers = machine_line(error, strangers=True)
    assert (strangers == line) if "out of memory" in words else (strangers is None)


def test_what_is_no_error_of_the_machine() -> None:
    assert machine_line(ValueError("x"), strangers=False) is None


def test_an_output_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing more is written to it."""
    turned: list[Any] = []
    monkeypatch.setattr("os.dup2", lambda *pair: turned.append(pair))
    monkeypatch.setattr("sys.stdout", type("", (), {"fileno": lambda _: 1})())
    with pytest.raises(OSError, match="space") as refused:
        click.echo("a line", file=FullDisk())  # type: ignore[arg-type]
    line = machine_line(refused.value, strangers=False)
    assert line is not None
    assert line.startswith("the output cannot be written: ")
    assert [to for _, to in turned] == [1]
    os.close(turned[0][0])
