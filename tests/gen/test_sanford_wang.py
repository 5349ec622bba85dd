"""pi0 of 8 GeV protons by Sanford and Wang: its integrals, its table, and what it is refused for."""

from __future__ import annotations

import math

import numpy as np
import pytest

from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.kinematics import Array
from darkpair.gen.sources import sanford_wang
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.gen.sources.meson_spectra import generators
from darkpair.gen.sources.meson_table import meson_table, momentum_angle

BEAM = 8.9  # GeV
MOMENTUM = math.sqrt(BEAM**2 - 0.93827209**2)


def integral(values: Array, theta: Array, p: Array) -> float:
    """Over solid angle and momentum, of values (p, theta)."""
    return float(np.trapezoid(np.trapezoid(values * 2.0 * math.pi * np.sin(theta), theta, axis=1), p))


def test_its_integral_is_that_of_another_code() -> None:
    """158.935 and 144.63 mb of pi+ and pi-, noted in BdNMC (sanfordwang.cpp): their mean, for its beam of 8.9 GeV/c."""
    p, theta = np.linspace(1e-3, 7.89, 1500), np.linspace(0.0, 0.5 * math.pi, 1500)
    at_p, at_theta = np.meshgrid(p, theta, indexing="ij")
    values = sanford_wang.cross_section(at_p, at_theta, beam_momentum=8.9)
    assert integral(values, theta, p) == pytest.approx(0.5 * (158.935 + 144.63), rel=2e-3)


def test_the_table_is_the_cross_section() -> None:
    """In rapidity and transverse momentum as in momentum and angle: number, and mean momentum; the grid's steps are a per cent."""
    y, pt, density = sanford_wang.grid("pi0", beam_energy=BEAM)
    assert (density >= 0.0).all()
    whole = np.trapezoid(np.trapezoid(density, pt, axis=1), y)
    p, theta = np.linspace(1e-3, 7.89, 1500), np.linspace(0.0, 0.5 * math.pi, 1500)
    at_p, at_theta = np.meshgrid(p, theta, indexing="ij")
    values = sanford_wang.cross_section(at_p, at_theta, beam_momentum=MOMENTUM)
    direct = integral(values, theta, p)
    assert whole == pytest.approx(direct, rel=0.01)
    table = meson_table("pi0", beam_energy=BEAM, generator="sanford-wang")
    momentum, _ = momentum_angle(*table.sample(np.random.default_rng(3), 200_000), 0.1349768)
    # its standard error is a third of a per cent
    assert momentum.mean() == pytest.approx(integral(at_p * values, theta, p) / direct, rel=0.02)
    assert table.multiplicity == pytest.approx(0.784, abs=0.01)
    assert table.multiplicity + table.multiplicity_error == pytest.approx(0.9)


def test_it_stands_alone_at_its_energy() -> None:
    assert generators("pi0", BEAM) == ("sanford-wang",)
    assert generators("eta", BEAM) == ()
    assert "sanford-wang" not in generators("pi0", 400.0)
    source = DumpMesons(meson="pi0", beam_energy=BEAM, generator="sanford-wang")
    assert source.table.target == "Be"
    assert source.references == ("arXiv:0806.1449",)


def test_what_it_does_not_have() -> None:
    for words, message in (
        ({"meson": "eta", "beam_energy": BEAM}, "has no eta; allowed: pi0"),
        ({"meson": "pi0", "beam_energy": 400.0}, "allowed: 6.4 to 12.3 GeV/c"),
    ):
        with pytest.raises(InputError, match=message):
            DumpMesons(generator="sanford-wang", **words)  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="target of sanford-wang"):
        DumpMesons(meson="pi0", beam_energy=BEAM, generator="sanford-wang", target="Cu")
