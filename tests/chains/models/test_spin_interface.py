"""`Model.spin`: a number where one says all, and what nobody derived is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest

from darkpair.chains.models import Dipole, Mode, Model, ZPrimeDirac, ZPrimeMajorana, ZPrimeScalar, combine
from darkpair.gen.errors import InputError, UnknownNameError

GF = 1.166e-5
WIDTH = Mode(lambda _: np.asarray(1e-20), "none")


class Stranger(Model):
    """Fermions, and nothing of their spin."""

    FERMIONS = True
    MODES: ClassVar = {("K_L0", "X1 X2"): WIDTH, ("X2", "X1 pi0"): WIDTH}


class Silent(Stranger):
    """Fermions that say that they are not polarised."""

    def polariser(self, parent: str, production: str) -> None:
        return None


def test_spin() -> None:
    dirac = ZPrimeDirac(m1=0.05, m2=0.35, G_X=GF, c_V=1.0, c_A=1.0)
    spin = dirac.spin("K_L0", "X1 X2", "X1 pi0")
    assert spin.axis == "flight"
    assert spin.polarisation == pytest.approx(-0.852, abs=5e-4)
    assert spin.asymmetry == pytest.approx(-0.9986, abs=5e-5)
    assert spin.slope == pytest.approx(0.851, abs=5e-4)
    assert 0.0 < dirac.spin("eta", "X1 X2", "X1 pi0").slope < 1.0
    for other in (
        replace(dirac, c_V=0.0),
        replace(dirac, c_A=0.0),
        replace(dirac, c_V=1j),
        ZPrimeMajorana(m1=0.05, m2=0.35, G_X=GF, c_V=1.0),
        ZPrimeScalar(m1=0.05, m2=0.35, G_X=GF),
    ):
        spin = other.spin("K_L0", "X1 X2", "X1 pi0")
        assert (spin.axis, spin.slope) == ("none", 0.0)
        assert other.spin("B+", "K+ X1 X2", "X1 e+ e-").axis == "none"
    for where in (("K_L0", "X1 X2", "X1 e+ e-"), ("B+", "K+ X1 X2", "X1 pi0")):
        spin = dirac.spin(*where)
        assert (spin.axis, spin.slope) == ("event", None)
    with pytest.raises(UnknownNameError):
        dirac.spin("K_L0", "X1 X2", "X1 gamma")
    with pytest.raises(UnknownNameError):
        dirac.spin("K_L0", "pi+ X1 X2", "X1 pi0")
    pair = replace(dirac, c_A22=1.0, m2=0.22, m1=0.02).spin("K_L0", "X2 X2", "X1 pi0")
    assert (pair.axis, pair.polarisation) == ("sister", 0.0)
    assert pair.slope == pytest.approx(0.987, abs=5e-4)
    arrays = replace(dirac, c_V=np.array([0.5, 1.0]), m2=np.array([[0.3], [0.35]]))
    assert arrays.spin("K_L0", "X1 X2", "X1 pi0").slope.shape == (2, 2)


def test_what_nobody_derived_is_refused_whatever_the_order() -> None:
    dirac = ZPrimeDirac(m1=0.05, m2=0.35, G_X=GF, c_V=1.0, c_A=1.0)
    dipole = Dipole(m1=0.05, m2=0.35, mu=1e-6, d=1e-6)
    stranger = Stranger(m1=0.05, m2=0.35)
    text = "Stranger does not say how it polarises X2"
    for model in (combine(stranger, dipole), combine(dipole, stranger)):
        with pytest.raises(InputError, match=text) as error:
            model.spin("K_L0", "X1 X2", "X1 gamma")
        assert "\n" not in str(error.value)
        with pytest.raises(InputError, match=text):
            model.chain("K_L0", "X1 X2")
    # an unpolarised X2 needs nobody to say how its decay analyses it, and the other way round
    plain = replace(dipole, d=0.0)
    assert combine(stranger, plain).spin("K_L0", "X1 X2", "X1 gamma").axis == "none"
    assert combine(plain, stranger).chain("K_L0", "X1 X2", modes=["X1 gamma"]).topologies
    assert Silent(m1=0.05, m2=0.35).spin("K_L0", "X1 X2", "X1 pi0").axis == "none"
    assert dirac.spin("K_L0", "X1 X2", "X1 pi0").axis == "flight"
