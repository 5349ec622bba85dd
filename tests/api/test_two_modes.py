"""A decay of a chain and a decay of a model have one word, and cannot be taken for each other."""

from __future__ import annotations

import pickle
from typing import Any, ClassVar

import numpy as np
import pytest

import darkpair
from darkpair import Decay, InputError, Mode, Model, ModelMode, ZPrimeScalar, build, particle
from darkpair.chains.models import Mode as OlderName

PAIR = (particle("pi+"), particle("pi-"))


def width(_: Any) -> Any:
    return np.asarray(1e-20)


def test_the_older_name_is_the_same_class() -> None:
    assert OlderName is ModelMode
    assert darkpair.Mode is Mode
    assert pickle.loads(pickle.dumps(OlderName(width, "x"))) == ModelMode(width, "x")


def test_a_chain_s_mode_is_not_made_of_a_width() -> None:
    with pytest.raises(InputError, match=r"among the daughters of a Mode; .*is a darkpair\.ModelMode"):
        Mode(width, "of PCAC")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"'pi0' is among the daughters of a Mode"):
        Mode(("pi0", "pi0"))  # type: ignore[arg-type]


def test_a_model_s_mode_is_not_made_of_daughters() -> None:
    with pytest.raises(InputError, match=r"the width of a ModelMode is \(.*is a darkpair\.Mode$"):
        ModelMode(PAIR, "of PCAC")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"the amplitude of a ModelMode is 3\.0; "):
        ModelMode(width, "of PCAC", 3.0)  # type: ignore[arg-type]


def test_a_decay_takes_modes_of_a_chain_alone() -> None:
    with pytest.raises(
        InputError, match=r"among the modes of K_S0; allowed: a list of darkpair\.Mode; a ModelMode "
    ):
        Decay(particle("K_S0"), (ModelMode(width, "x"),))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="among the modes of K_S0"):
        Decay(particle("K_S0"), Mode(PAIR))  # type: ignore[arg-type]


def test_a_table_takes_modes_of_a_model_alone() -> None:
    with pytest.raises(
        InputError, match=r"^K_L0 -> X1 X2 of Wrong is Mode\(.*allowed: a darkpair\.ModelMode"
    ):
        type("Wrong", (Model,), {"MODES": {("K_L0", "X1 X2"): Mode(PAIR)}})


def test_a_table_that_is_made_too() -> None:
    class Later(ZPrimeScalar):
        def _table(self) -> Any:
            return {("X2", "X1 pi0"): Mode(PAIR)}

    with pytest.raises(InputError, match=r"^X2 -> X1 pi0 of Later is Mode"):
        Later(m1=0.0, m2=0.3, G_X=1e-5).partial_width("X2", "X1 pi0")


def test_what_is_right_is_taken() -> None:
    class Right(Model):
        MODES: ClassVar = {("K_L0", "X1 X2"): OlderName(width, "x")}

    assert Right(m1=0.0, m2=0.3).partial_width("K_L0", "X1 X2") == 1e-20
    assert build("K_S0 -> pi+ pi-").decay.modes == (Mode(PAIR),)
