"""Points of a model that mean nothing are refused with the numbers given and what to give instead."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from darkpair.chains.models import Dipole, ZPrimeDirac, ZPrimeMajorana
from darkpair.chains.models.combined import Combined
from darkpair.chains.models.higgs_portal import HiggsPortalQuartic
from darkpair.chains.models.rates import rate_table
from darkpair.gen.errors import InputError, UnknownNameError

MASSES: dict[str, Any] = {"m1": 0.1, "m2": 0.4}
ZPRIME: dict[str, Any] = MASSES | {"G_X": 1e-6}

REFUSED: dict[str, tuple[Any, str]] = {
    "heavier X1": (lambda: Dipole(m1=0.4, m2=0.1, mu=1e-3), r"m1 = 0.4, m2 = 0.1 GeV; allowed: m1 <= m2; exchange X1 and X2"),
    "one of two masses": (lambda: Dipole(m1=0.2, m2=np.array([0.3, 0.1]), mu=1e-3), "allowed: m1 <= m2"),
    "phase of a Majorana dipole": (lambda: Dipole(**MASSES, mu=1e-3j, majorana=True), r"mu = 0.001j, d = 0.0 GeV\^-1; allowed for Majorana: real sizes"),
    "phase of a Majorana current": (lambda: ZPrimeMajorana(**ZPRIME, c_V=1.0j), "c_V = 1j; allowed: real sizes"),
    "three X1 of no strength": (lambda: ZPrimeDirac(**ZPRIME, c_A11=0.5), "c_A11 = 0.5 opens X2 -> X1 X1 X1, whose rate needs g_X_over_eps_Z"),
    "other masses beside": (lambda: Combined(**MASSES, parts=(Dipole(m1=0.1, m2=0.3, mu=1e-3),)), "Dipole has other masses of X1, X2 than m1 = 0.1, m2 = 0.4 GeV"),
    "no strength to scale": (lambda: HiggsPortalQuartic(**MASSES, lambda_12=0.0).saturating(), "lambda_12 = 0.0: h -> X1 X2 is closed; give any positive value"),
    "several points of a table": (lambda: rate_table(Dipole(m1=0.1, m2=np.array([0.2, 0.3]), mu=1e-3)), r"are an array of shape \(2,\); give one point"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_point_that_means_nothing_is_one_line(name: str) -> None:
    make, line = REFUSED[name]
    with pytest.raises(InputError, match=line) as refusal:
        make()
    assert "\n" not in str(refusal.value)


def test_names_that_a_model_has_not() -> None:
    model = ZPrimeDirac(**ZPRIME)
    with pytest.raises(UnknownNameError, match="parent of ZPrimeDirac.*'B'"):
        model.partial_width("B", "K+ X1 X2")
    with pytest.raises(UnknownNameError, match="mode of X2"):
        model.partial_width("X2", "X1 pi")
