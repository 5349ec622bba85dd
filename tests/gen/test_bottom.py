"""B mesons of a target: their number by hand and beside SHiP's own, their spectrum beside its sample, and what is not there."""

from __future__ import annotations

import numpy as np
import pytest

from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.particles import particle
from darkpair.gen.sources.bottom import BOTTOM, SPECTRUM, bottom_multiplicity, pairs, published
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.gen.sources.meson_files import about, counts, stored
from darkpair.gen.sources.meson_spectra import generators
from darkpair.gen.sources.meson_table import meson_table

MO = 95.95
ALPINIST, SHIP = 2.63e-6 / 39.85 * MO ** (1.0 / 3.0), 1.7e-6 / 40.0 * MO**0.29


def test_pairs_by_hand() -> None:
    """The mean of both; half their distance, which is more than the 29 % that one of them states, and on protons less."""
    value, error = pairs(400.0, "Mo")
    assert value == pytest.approx(0.5 * (ALPINIST + SHIP), rel=1e-9)
    assert error == pytest.approx(0.5 * (ALPINIST - SHIP), rel=1e-9)
    on_protons, stated = pairs(400.0)
    assert on_protons == pytest.approx(0.5 * (2.63 / 39.85 + 1.7 / 40.0) * 1e-6, rel=1e-9)
    assert stated == pytest.approx(0.76 / 2.63 * on_protons, rel=1e-9)
    assert all(number.confidence == "read" and number.place for number in published())


def test_ships_own_number_of_pairs() -> None:
    """1.6e-7 for each proton on molybdenum, as SHiP has it without cascades (arXiv:1811.00930, table 1); ours is beside it."""
    own = next(number for number in published() if "SHiP" in number.source)
    assert own.pairs(MO) == pytest.approx(1.6e-7, rel=0.01)
    value, error = pairs(400.0, "Mo")
    assert abs(value - 1.6e-7) < 1.01 * error


def test_growth_with_the_mass_number() -> None:
    """From copper to tungsten between A^0.29 and A^(1/3), as b quarks grow by A and what stops a proton by some A^0.7."""
    ratio = pairs(400.0, "W")[0] / pairs(400.0, "Cu")[0]
    assert (183.84 / 63.546) ** 0.29 < ratio < (183.84 / 63.546) ** (1.0 / 3.0)


@pytest.mark.parametrize("name", BOTTOM)
def test_the_table_is_its_sample(name: str) -> None:
    """Means of 200 000 draws beside those of PYTHIA's own mesons: to 1 % in energy and pT, 5 % in the part inside 10 mrad."""
    source = DumpMesons(meson=name, target="Mo")
    drawn = source.sample(200_000, np.random.default_rng(7)).momentum
    own = about(SPECTRUM)["mesons"][name]
    pt = np.hypot(drawn[0], drawn[1])
    assert drawn[3].mean() == pytest.approx(own["mean_energy"], rel=0.01)
    assert pt.mean() == pytest.approx(own["mean_pt"], rel=0.01)
    assert np.mean(np.arctan2(pt, drawn[2]) < 0.010) == pytest.approx(own["inside_10_mrad"], rel=0.05)
    assert source.pdgid == particle(name).pdgid
    assert counts(SPECTRUM, name).sum() == own["counted"] - own["beyond_grid"]


def test_sums_of_a_pair() -> None:
    """Both b of a pair end as something: B+ and B0 are less than two; their energy is less than the beam's, and they go either way alike.

    A neutron is not a proton: the mean rapidity may be off the middle by some hundredths, beside a statistical error of .002.
    """
    each = about(SPECTRUM)["per_pair"]
    assert 1.5 < sum(each.values()) < 2.0
    assert each["B0"] == pytest.approx(each["B+"], rel=0.03)
    energy = sum(each[name] * about(SPECTRUM)["mesons"][name]["mean_energy"] for name in BOTTOM)
    assert 0.2 * 400.0 < energy < 0.5 * 400.0
    table = meson_table("B+", beam_energy=400.0, generator="pythia8-bottom")
    y, _ = table.sample(np.random.default_rng(2), 200_000)
    assert abs(y.mean() - about(SPECTRUM)["centre"]) < 0.05
    assert abs(y.std() - 0.5) < 0.15


def test_what_the_number_is_on() -> None:
    """The spectrum is that of nucleons, whatever is hit; the number is the target's, B+ and B- together."""
    light, heavy = (DumpMesons(meson="B0", target=target).table for target in ("p", "Mo"))
    assert np.array_equal(light.values, heavy.values)
    assert heavy.multiplicity / light.multiplicity == pytest.approx(
        pairs(400.0, "Mo")[0] / pairs(400.0)[0], rel=1e-12
    )
    assert (heavy.multiplicity, heavy.multiplicity_error) == bottom_multiplicity("B0", 400.0, "Mo")
    assert DumpMesons(meson="B+").generator == "pythia8-bottom"
    assert {"ALPINIST", "SensCalc"} <= set(DumpMesons(meson="B+").references)


def test_tables_of_the_others_are_as_they_were() -> None:
    assert SPECTRUM not in stored()
    assert "pythia8-bottom" not in generators("eta", 400.0, None)
    assert generators("B+", 400.0, None) == generators("B0", 400.0, "Mo") == ("pythia8-bottom",)
    assert generators("B+", 120.0, None) == generators("B+", 6800.0, "collider") == ()


def test_what_is_not_there() -> None:
    with pytest.raises(InputError, match="no B mesons of a beam of 120 GeV; allowed: 400 GeV"):
        DumpMesons(meson="B+", beam_energy=120.0)
    with pytest.raises(UnknownNameError, match="unknown target of B mesons 'Pb'; known: p, Be"):
        DumpMesons(meson="B+", target="Pb")
    with pytest.raises(UnknownNameError, match="'B0'; known: pi0, .*; B mesons are of pythia8-bottom alone"):
        DumpMesons(meson="B0", generator="pythia6")
    with pytest.raises(UnknownNameError, match="unknown generator of mesons 'pythia8-bottom'"):
        DumpMesons(meson="eta", generator="pythia8-bottom")
