"""Numbers of a branch are read basket by basket, each once, as uproot reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot
from numpy.typing import NDArray
from uproot.models.TBasket import Model_TBasket

from darkpair.gen.output.opened import open_root
from darkpair.gen.sources.plain_lists import PlainLists

_SIZES = (70, 40, 1, 89)  # events of each basket
_N = sum(_SIZES)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path: Path = tmp_path_factory.mktemp("plain") / "lists.root"
    rng = np.random.default_rng(3)
    with uproot.recreate(path, compression=uproot.LZ4(1)) as file:
        made = None
        for n in _SIZES:
            counts = rng.integers(0, 9, n)
            total = int(counts.sum())
            lists = {
                "id": rng.integers(-5, 5, total).astype(np.int32),
                "x": rng.normal(size=total),
                "on": rng.random(total) < 0.5,
            }
            branches = {"p": ak.unflatten(ak.zip(lists), counts), "w": rng.normal(size=n).astype(np.float32)}
            made = made or file.mktree("t", {"p": branches["p"].type.content, "w": np.float32})
            made.extend(branches)
    return open_root(path, array_cache=None)["t"]


def _of(branch: Any) -> PlainLists:
    plain = PlainLists.of(branch)
    assert plain is not None
    return plain


@pytest.mark.parametrize("name", ["p_id", "p_x", "p_on", "w"])
@pytest.mark.parametrize("step", [1, 17, 64, 70, 150, _N])
def test_pieces_are_those_of_uproot(tree: Any, name: str, step: int) -> None:
    branch = tree[name]
    plain = _of(branch)
    for first in range(0, _N, step):
        last = min(first + step, _N)
        ours = ak.Array(plain.read(first, last))
        theirs = branch.array(entry_start=first, entry_stop=last)
        assert ours.type == theirs.type
        assert ours.to_list() == theirs.to_list()


def test_a_basket_is_unpacked_once(tree: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    branch, asked = tree["p_x"], Counter[int]()
    plain, basket = _of(branch), branch.basket

    def counted(number: int) -> Any:
        asked[number] += 1
        return basket(number)

    monkeypatch.setattr(branch, "basket", counted)
    for first in range(0, _N, 30):
        plain.read(first, min(first + 30, _N))
    assert asked == dict.fromkeys(range(len(_SIZES)), 1)


def test_places_come_from_the_counter_where_a_basket_has_none(
    tree: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = tree["p_x"].array(entry_start=60, entry_stop=130).to_list()
    monkeypatch.setattr(Model_TBasket, "byte_offsets", property(lambda _self: None))
    assert ak.Array(_of(tree["p_x"]).read(60, 130)).to_list() == wanted


_WRONG: dict[str, Callable[[NDArray[np.int32]], NDArray[np.int32]]] = {
    "too few": lambda places: places[:-1],
    "before the first number": lambda places: places - 8,
    "beyond the last": lambda places: np.append(places[:-1], 2 * places[-1]),
}


@pytest.mark.parametrize("how", _WRONG)
def test_baskets_that_do_not_fit_are_refused(tree: Any, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    places = _WRONG[how](tree["p_x"].basket(0).byte_offsets)
    monkeypatch.setattr(Model_TBasket, "byte_offsets", property(lambda _self: places))
    with pytest.raises(ValueError, match="basket 0 has"):
        _of(tree["p_x"]).read(0, 70)


@pytest.mark.parametrize("left", [1, 2, len(_SIZES)])
def test_baskets_that_are_missing_are_refused(tree: Any, left: int, monkeypatch: pytest.MonkeyPatch) -> None:
    begins = tree["p_x"].entry_offsets[:left]
    monkeypatch.setattr(type(tree["p_x"]), "entry_offsets", property(lambda _self: begins))
    with pytest.raises(ValueError, match=f"{left - 1} baskets hold"):
        _of(tree["p_x"]).read(0, _N)


def test_arrays_in_an_event_are_left_to_uproot(tmp_path: Path) -> None:
    path = tmp_path / "other.root"
    with uproot.recreate(path) as file:
        file.mktree("t", {"pair": np.dtype(("f8", (2,)))}).extend({"pair": np.zeros((3, 2))})
    with open_root(path, array_cache=None) as file:
        assert PlainLists.of(file["t"]["pair"]) is None
