"""A stranger's search is taken or refused in one line: its description, its values, and names of measurements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from darkpair.chains.models import ZPrimeDirac
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.searches import SEARCHES, Measurement, Search
from darkpair.searches.border import checked_value, require_search
from darkpair.searches.measurements import measurement, regions
from darkpair.searches.search_file import DumpSearch

NUMBER = Measurement(value=1e-5, unit="1", source="a stranger", confidence="choice")
MODEL = ZPrimeDirac(m1=0.04, m2=np.array([0.3, 0.4]), G_X=1e-5)


@dataclass(frozen=True, kw_only=True)
class Own(Search):
    """A search whose answers are given by hand."""

    limit: Any = 1e-5
    measurements: Any = (NUMBER,)
    kind: Any = "excluded"
    sets: Any = ("today",)
    unit: Any = "1"
    answer: Any = 0.5

    def value(self, model: Any) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_what_is_whole_is_taken_as_it_is() -> None:
    for search in (Own(), Own(limit=1), SEARCHES["pi0-invisible"]()):
        assert require_search(search) is search


def test_a_search_at_a_dump_was_checked_when_it_was_read() -> None:
    dump = object.__new__(DumpSearch)
    assert require_search(dump) is dump


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        *(
            ({"limit": limit}, "limit = .*; allowed: a finite number above 0")
            for limit in (True, "1", 0.0, -1.0)
        ),
        ({"limit": float("inf")}, "limit = inf; allowed"),
        ({"limit": float("nan")}, "limit = nan; allowed"),
        ({"measurements": ()}, "measurements is empty or no tuple"),
        ({"measurements": [NUMBER]}, "measurements is empty or no tuple"),
        ({"measurements": (1e-5,)}, r"measurement 1e-05; allowed: a Measurement with unit, source"),
        *(
            (
                {"measurements": (NUMBER, Measurement(**{**vars(NUMBER), **part}))},
                "allowed: a Measurement with unit",
            )
            for part in ({"unit": ""}, {"source": ""}, {"confidence": "sure"})
        ),
        ({"kind": "dots"}, "kind = 'dots'; allowed: excluded, line, band"),
        *(({"sets": sets}, "sets = .*; allowed: a tuple of") for sets in (["today"], (), ("today", "2090"))),
        *(({"unit": unit}, "unit = .*; allowed: a text, '1' for a pure number") for unit in ("", 1)),
    ],
)
def test_a_wrong_description_is_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words) as refused:
        require_search(Own(**wrong))
    assert "\n" not in str(refused.value)


def test_another_thing_is_no_search() -> None:
    with pytest.raises(
        InputError, match="a dict is no search; allowed: a subclass of darkpair.searches.Search"
    ):
        require_search({})


@pytest.mark.parametrize("answer", [0.5, 2, [0.0, float("nan")], np.array([1, 3], dtype=np.uint8)])
def test_right_values_are_taken(answer: Any) -> None:
    value = checked_value("own", Own(answer=answer), MODEL, (2,))
    assert value.shape == (2,)
    assert value.dtype == np.float64
    np.testing.assert_array_equal(value, np.broadcast_to(answer, 2))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            ValueError("no grid"),
            "the search 'own' failed with ValueError: no grid; leave it out, with --without own",
        ),
        ("many", "the search 'own' gives values of type <U4; allowed: real numbers"),
        ([True, False], "values of type bool"),
        ([1j, 0j], "values of type complex128"),
        ([1.0, 2.0, 3.0], r"values of shape \(3,\); allowed: that of the model's points, \(2,\)"),
        ([0.5, -2.0], "gives -2 1; allowed: 0 or more and finite"),
        ([np.nan, np.inf], "gives inf 1; allowed: 0 or more and finite"),
    ],
)
def test_wrong_values_are_refused(answer: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        checked_value("own", Own(answer=answer), MODEL, (2,))


def test_errors_of_the_house_keep_their_words() -> None:
    error = UnknownNameError("mode", "x", ["y"])
    with pytest.raises(UnknownNameError) as raised:
        checked_value("own", Own(answer=error), MODEL, (2,))
    assert raised.value is error


def test_names_of_measurements() -> None:
    assert measurement("pi0_to_invisible", "na62").unit == "1"
    with pytest.raises(UnknownNameError, match=r"topic of measurements.*pi0_to_nothing.*pi0_to_invisible"):
        measurement("pi0_to_nothing", "na62")
    with pytest.raises(UnknownNameError, match=r"measurement of pi0_to_invisible.*na6.*na62"):
        measurement("pi0_to_invisible", "na6")


def test_names_of_regions() -> None:
    low, high = regions("k_to_pi_nunu", "na62")
    assert 0.0 <= low[0] < low[1] < high[0] < high[1]
    with pytest.raises(UnknownNameError, match=r"regions of k_to_pi_nunu.*na48.*na62"):
        regions("k_to_pi_nunu", "na48")
