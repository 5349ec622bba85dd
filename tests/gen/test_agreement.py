"""A source and a detector that do not belong together are refused, with both their names."""

from __future__ import annotations

import re

import pytest

from darkpair import Pipeline, build
from darkpair.detectors.belle2 import Belle2
from darkpair.detectors.koto import Koto
from darkpair.gen.errors import InputError
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.gen.sources.gun import Gun
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.sources.upsilon4s import Upsilon4S

DARK = {"X1": 0.1, "X2": 0.4}
B_DECAY = "B+ -> K+ X1 (X2 -> X1 (pi0 -> gamma gamma))"


def test_a_source_of_another_machine() -> None:
    chain = build("eta -> X1 (X2 -> X1 (pi0 -> gamma gamma))", mass=DARK | {"X2": 0.3})
    line = "the source is dump_mesons, and Koto stands at another machine: it expects koto_kl; take that, or "
    with pytest.raises(InputError, match=f"^{line}"):
        Pipeline(source=DumpMesons(), chain=chain, detector=Koto())


def test_a_b_factory_of_another_name() -> None:
    chain = build(B_DECAY, mass=DARK)
    line = "the source is the machine 'babar', and Belle2 stands at 'belle2'; take source.machine = 'belle2', or "
    with pytest.raises(InputError, match=f"^{line}"):
        Pipeline(source=Upsilon4S(machine="babar"), chain=chain, detector=Belle2())
    Pipeline(source=Upsilon4S(machine="belle2"), chain=chain, detector=Belle2())


def test_a_gun_of_what_the_detector_never_sees() -> None:
    chain = build(B_DECAY, mass=DARK)
    line = "the source supplies PDG id 521, and Koto can accept no event of it; allowed: K_L0, which is what koto_kl makes"
    with pytest.raises(InputError, match=f"^{re.escape(line)}"):
        Pipeline(source=Gun(parent="B+"), chain=chain, detector=Koto())


def test_a_beam_beside_the_box_is_meant() -> None:
    """K_L that decay in a part of the box alone are refused; upstream of all of it they are what X2 carries in."""
    chain = build("K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))", mass=DARK | {"X2": 0.3}, ctau={"X2": 1000.0})
    low, high = Koto().vertex_range or (0.0, 0.0)
    with pytest.raises(InputError, match=f"z_max = {high - 1:g} mm: what decays beyond would be missing"):
        Pipeline(source=KotoKL(z_max=high - 1.0), chain=chain, detector=Koto())
    Pipeline(source=KotoKL(z_min=low - 1000.0, z_max=low), chain=chain, detector=Koto())
