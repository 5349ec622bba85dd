"""What goes wrong in uproot is said of the file in one line, whatever it was."""

from __future__ import annotations

import errno
import os
from typing import Any

import awkward as ak
import numpy as np
import pytest

from darkpair.gen.errors import InputError
from darkpair.gen.sources.root_trouble import root_trouble
from darkpair.gen.sources.tree_columns import _leaves, _shifted, _unwrapped


class UnknownInterpretation(Exception):
    """As uproot's."""


class DeserializationError(Exception):
    """As uproot's."""


class Silent(Exception):
    """One that cannot be shown."""

    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Silent(), "cannot be read (Silent); it is damaged"),
        (ImportError("no", name="qqq"), "needs a module that is not installed ('no'); install it"),
        (ModuleNotFoundError("No module named 'cramjam'", name="cramjam"), "pip install cramjam"),
        (UnknownInterpretation("x"), "bytes uproot cannot read"),
        (ValueError("unsupported compression algorithm: b'CS'"), "before 2005"),
        (NotImplementedError("what\nis this"), "uproot cannot read ('what is this')"),
        (DeserializationError("in class"), "objects that uproot cannot take apart"),
        (DeserializationError("expected 3 bytes"), "cannot be read (DeserializationError)"),
        (MemoryError(), "more numbers than there is memory"),
        (FileNotFoundError(errno.ENOENT, "gone"), "is not there any more"),
        (OSError(errno.EIO, os.strerror(errno.EIO)), "cannot be read (Input/output error)"),
        (OSError("short"), "cannot be read (OSError); it is damaged"),
    ],
    ids=range(12),
)
def test_every_trouble_is_one_line(error: BaseException, words: str) -> None:
    with pytest.raises(InputError) as refused, root_trouble("'a.root'"):
        raise error
    assert str(refused.value).startswith("'a.root' ")
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(2), InputError("ours")])
def test_what_is_no_trouble_goes_on(error: BaseException) -> None:
    with pytest.raises(type(error)) as passed, root_trouble("'a.root'", "damaged"):
        raise error
    assert passed.value is error


def _numbers(array: Any) -> tuple[list[list[int]], list[float]]:
    offsets, numbers = _unwrapped(array.layout, "branch 'x'")
    return [each.tolist() for each in offsets], numbers.tolist()


def test_layouts_of_every_kind_become_numbers() -> None:
    lists = ak.Array([[1.0, 2.0], [], [3.0]])
    assert _numbers(lists) == ([[0, 2, 2, 3]], [1.0, 2.0, 3.0])
    assert _numbers(ak.mask(lists, np.ones(3, dtype=bool))) == _numbers(lists)
    assert _numbers(ak.Array(lists.layout[[2, 0, 1]])) == ([[0, 1, 3, 3]], [3.0, 1.0, 2.0])
    indexed = ak.contents.IndexedArray(ak.index.Index64([1, 0]), ak.contents.NumpyArray(np.array([5.0, 6.0])))
    assert _numbers(ak.Array(indexed)) == ([], [6.0, 5.0])
    assert _numbers(ak.Array(ak.contents.NumpyArray(np.ones((2, 3))))) == ([[0, 3, 6]], [1.0] * 6)
    assert _numbers(ak.Array([[], []])) == ([[0, 0, 0]], [])
    with pytest.raises(InputError, match="branch 'x' has no value in some event; map another branch"):
        _numbers(ak.Array([1.0, None]))
    with pytest.raises(InputError, match="branch 'x' holds text"):
        _numbers(ak.Array(["a", "b"]))
    with pytest.raises(
        InputError, match="branch 'x' holds structures of a, of which a member is named as in branch.a"
    ):
        _numbers(ak.Array([{"a": 1}]))


def test_members_and_what_is_added() -> None:
    nested = ak.Array([[{"p": {"x": 1.0, "y": 2.0}, "id": 3}]])
    assert list(_leaves(nested.layout.form)) == ["p.x", "p.y", "id"]
    assert _shifted(np.array([3, 1], dtype=np.int16), -1, "x").tolist() == [2, 0]
    assert _shifted(np.array([0.5], dtype=np.float32), 1, "x").dtype == np.float64
    with pytest.raises(InputError, match="x holds bool, to which nothing is added; leave -1 out"):
        _shifted(np.array([True]), -1, "x")
