"""Arrays that Python's users hand over: of whatever kind of number a model is the same, and one that hides something is refused."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkpair import DarkpairError, Gun, InputError, Pipeline, Streams, ZPrimeScalar, build, combine, particle
from darkpair.chains.models import MODELS, Model
from darkpair.gen.errors import UnknownNameError
from darkpair.limits import Size, excluded_ratios, limit_rows
from darkpair.run.merge import merge
from tests.shared.model_points import EXAMPLES

#: Kinds of numbers in which the numbers below are exact.
KINDS = ("int8", "uint8", "int16", ">i4", "uint32", "int64", "float16", "float32", ">f8", "longdouble")

#: Masses [GeV] and sizes that each of them holds.
MASSES = {"m1": [1, 0, 1], "m2": [2, 4, 8]}


def _model(name: str, **given_too: Any) -> Model:
    made: Model = MODELS[name](**(EXAMPLES[name] | given_too))
    return made


def _numbers(name: str) -> list[str]:
    """Parameters of a model that numbers are given for."""
    own = _model(name, m1=1.0, m2=2.0)
    return [
        e.name for e in fields(own) if isinstance(getattr(own, e.name), float) and e.name in EXAMPLES[name]
    ]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(EXAMPLES)), st.sampled_from(KINDS), st.data())
def test_a_model_is_the_same_in_every_kind_of_number(name: str, kind: str, data: st.DataObject) -> None:
    """To the bit: an array of small integers overflowed where a mass was squared, and float32 was half as precise."""
    moved = data.draw(st.sampled_from([None, *_numbers(name)]))
    values: dict[str, list[int]] = MASSES | ({} if moved is None else {moved: [100, 100, 100]})
    plain = {key: np.array(numbers, dtype=np.float64) for key, numbers in values.items()}
    other = {key: np.array(numbers).astype(kind) for key, numbers in values.items()}
    try:
        expected = _model(name, **plain)
        asked = [(mode, expected.partial_width(*mode)) for mode in expected.modes()]
    except DarkpairError:  # (a heavy mediator, a coupling too large)
        return
    made = _model(name, **other)
    for mode, width in asked:
        got = made.partial_width(*mode)
        assert got.dtype == np.float64
        np.testing.assert_array_equal(got, width)


class Quantity(np.ndarray[Any, Any]):
    """An array of somebody's who keeps a unit beside it."""

    unit = "MeV"


def _masked(hidden: bool) -> Any:
    return np.ma.MaskedArray([0.2, 0.43], mask=[False, hidden])


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_an_array_hides_is_not_lost(name: str) -> None:
    for key, made in (("m1", _masked(True)), ("m2", np.array([430.0]).view(Quantity)), ("m1", np.ma.masked)):
        values = {"m1": 0.0, "m2": 0.43} | {key: made}
        with pytest.raises(InputError, match=f"{key}: a {type(made).__name__} that h"):
            _model(name, **values)
    for whole in (_masked(False), np.array([0.2, 0.43]).view(np.recarray)):
        made = _model(name, m1=0.0, m2=whole)
        assert type(made.m2) is np.ndarray


@pytest.mark.parametrize("name", EXAMPLES)
def test_arrays_of_different_points_are_refused(name: str) -> None:
    two, three = np.array([0.2, 0.3]), np.array([0.0, 0.01, 0.02])
    with pytest.raises(InputError, match=r"m1 of shape \(3,\), m2 of shape \(2,\)"):
        _model(name, m1=three, m2=two)
    assert _model(name, m1=three[:, np.newaxis], m2=two).ctau("X2").shape == (3, 2)
    heavy = np.array([[0.2, 0.3], [0.2, 0.1]])
    with pytest.raises(InputError, match=r"m1 = 0.15, m2 = 0.1 GeV at \[1, 1\]; allowed: m1 <= m2"):
        _model(name, m1=0.15, m2=heavy)


def test_parts_of_different_points_are_refused() -> None:
    two_sizes = [_model("zprime-dirac", m1=0.0, m2=np.linspace(0.2, 0.3, n)) for n in (2, 3)]
    dipole = _model("dipole", m1=0.0, m2=np.linspace(0.2, 0.3, 2))
    assert combine(two_sizes[0], dipole).ctau("X2").shape == (2,)
    with pytest.raises(InputError, match="belong to different points"):
        combine(two_sizes[1], dipole)
    for wrong in ([two_sizes[0]], "zprime-scalar", None):
        with pytest.raises(InputError, match="allowed: models, one by one"):
            combine(wrong)  # type: ignore[arg-type]


POINT = ZPrimeScalar(m1=0.0, m2=0.43, G_X=1e-5)
FAST: dict[str, Any] = {"only": ["b-to-k-belle"]}
NONE: tuple[Any, ...] = (None, 5, [], ["K_L0"], np.array([22]))


@pytest.mark.parametrize("wrong", [POINT, "zprime-scalar", None, [None], ["zprime-scalar"], 5])
def test_models_of_limits(wrong: Any) -> None:
    for ask, word in ((limit_rows, "models"), (excluded_ratios, "chains")):
        with pytest.raises(InputError, match=f"{word} (=|has) "):
            ask(wrong, **FAST)


def test_a_point_is_one_in_every_parameter() -> None:
    for key in ("m1", "m2", "G_X", "m_Zprime", "invisible_width"):
        value = {"m_Zprime": 10.0, "invisible_width": 1e-15}.get(key, getattr(POINT, key))
        given_all: dict[str, Any] = {"m1": 0.0, "m2": 0.43, "G_X": 1e-5} | {key: np.array([value])}
        model = ZPrimeScalar(**given_all)
        with pytest.raises(InputError, match=rf"{key} is an array of shape \(1,\); allowed: one point"):
            limit_rows([model], **FAST)


def test_names_and_sizes_of_limits() -> None:
    expected = limit_rows([POINT], **FAST)
    assert limit_rows([POINT], only="b-to-k-belle") == expected
    for key in ("only", "without"):
        for wrong in (5, [None], None):
            names: dict[str, Any] = {key: wrong}
            with pytest.raises(InputError, match=f"{key} = .*allowed: names of searches"):
                limit_rows([POINT], **names)
    with pytest.raises(InputError, match="size = 'quick'; allowed: a darkpair.limits.Size"):
        limit_rows([POINT], size="quick", **FAST)  # type: ignore[arg-type]
    sizes: list[dict[str, Any]] = [
        {"kaons": 0},
        {"etas": -1},
        {"spectra": "some"},
        {"cells": (1, 2)},
        {"throws": (0,)},
    ]
    for own in sizes:
        with pytest.raises(InputError, match=next(iter(own))):
            Size(**own)


def test_a_parameter_that_cannot_go_so_far_says_where_it_was_searched() -> None:
    for key in ("m1", "m2"):
        with pytest.raises(InputError, match=rf"along {key} = .* is searched, .*name a coupling") as caught:
            limit_rows([ZPrimeScalar(m1=0.2, m2=0.43, G_X=1e-5)], along=key, **FAST)
        assert len(str(caught.value)) < 320


@pytest.mark.parametrize(
    "wrong", [None, "1", "abc", -1, 1.5, float("nan"), 2**64, [1], np.array([1]), (1, 2)]
)
def test_seeds_and_numbers_of_events(wrong: Any) -> None:
    made: dict[str, Any] = {
        "source": Gun(parent="K_L0", momentum=1.5),
        "chain": build("K_L0 -> X1 X2", mass={"X1": 0.0, "X2": 0.43}),
    }
    for what in (lambda: Pipeline(seed=wrong, **made), lambda: Streams(wrong)):
        with pytest.raises(InputError, match=r"seed = .*; allowed: an integer from 0 to 2\*\*64 - 1"):
            what()
    with pytest.raises(InputError, match=r"n = .* events; allowed: a whole number|run.n is missing"):
        Pipeline(**made).events(wrong)


@pytest.mark.parametrize("wrong", NONE)
def test_names_of_another_kind(wrong: Any) -> None:
    """What is no text is no name: the message is a line, and not a failure to make it."""
    for ask in (
        particle,
        lambda name: POINT.branching_ratio(name, "X1 X2"),
        lambda name: POINT.mode("X2", name),
    ):
        with pytest.raises((InputError, UnknownNameError, TypeError)) as caught:
            ask(wrong)
        assert "\n" not in str(caught.value)


def test_no_parts() -> None:
    with pytest.raises(InputError, match="no parts to join"):
        merge("out.root", [])
