"""B mesons at dumps: a row by hand with an own Monte Carlo of SHiP, whose uncertainty, and which searches count them."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from darkpair.chains.models import HiggsPortalQuartic, ZPrimeScalar
from darkpair.chains.models.channels import Channel, production_rate
from darkpair.chains.models.stated import stated_chain
from darkpair.detectors.absorbers import material
from darkpair.detectors.data_file import detector_data
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.detectors.target_mesons import FLYING, mesons_at
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.kinematics import Array
from darkpair.gen.particles import particle
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.limits import Size, limit_rows
from darkpair.limits.channels import MORE, ChannelAgainstCtau
from darkpair.limits.dump_samples import counted_parents
from darkpair.scan import Acceptance
from darkpair.searches.dump_search import DumpSearch

SIZE = Size(kaons=1, etas=20_000, spectra="central", cells=(16, 12, 8), throws=(8, 8))
TINY = Size(kaons=1, etas=4_000, spectra="central", cells=(8, 6, 4), throws=(4,))

M2, CTAU = 0.5, 1000.0
M_B, M_K = particle("B+").mass, particle("K+").mass


def boosted(energy: Array, momentum: Array, frame: Array, mass: Array | float) -> tuple[Array, Array]:
    """Energy (n,) and momentum (3, n) of a particle, from the rest frame of another of that momentum (3, n) and mass."""
    whole = np.sqrt(mass**2 + (frame**2).sum(axis=0))
    along = (frame * momentum).sum(axis=0)
    return (whole * energy + along) / mass, momentum + frame * (along / (whole + mass) + energy) / mass


def isotropic(size: Array | float, n: int, rng: np.random.Generator) -> Array:
    cosine, phi = rng.uniform(-1.0, 1.0, n), rng.uniform(0.0, 2.0 * math.pi, n)
    sine = np.sqrt(1.0 - cosine**2)
    return np.asarray(size * np.stack([sine * np.cos(phi), sine * np.sin(phi), cosine]))


def pair_masses(n: int, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Mass of X1 X2 in flat phase space of B -> K X1 X2, massless X1; momenta of the pair and of X2 in the pair's frame [GeV]."""

    def momenta(m: Array) -> tuple[Array, Array]:
        whole = np.sqrt((M_B**2 - (m + M_K) ** 2) * (M_B**2 - (m - M_K) ** 2)) / (2.0 * M_B)
        return whole, (m**2 - M2**2) / (2.0 * m)

    most = np.prod(momenta(np.linspace(M2, M_B - M_K, 2000)), axis=0).max()
    m = rng.uniform(M2, M_B - M_K, 8 * n)
    m = m[rng.random(8 * n) * most * 1.001 < np.prod(momenta(m), axis=0)][:n]
    assert len(m) == n
    return (m, *momenta(m))


def accepted_by_ship(n: int, rng: np.random.Generator) -> float:
    """Part of the B+ whose X2 -> gamma gamma SHiP accepts: plain NumPy and the numbers of its file, no weights."""
    frame = DumpMesons(meson="B+").sample(n, rng).momentum[:3]
    m, outer, inner = pair_masses(n, rng)
    pair = boosted(np.hypot(outer, m), isotropic(outer, n, rng), frame, M_B)[1]
    _, heavy = boosted(np.hypot(inner, M2), isotropic(inner, n, rng), pair, m)
    p = np.sqrt((heavy**2).sum(axis=0))
    place = heavy / p * rng.exponential(1.0, n) * p / M2 * CTAU
    t = (place[2] - 33_500.0) / (94_150.0 - 33_500.0)
    inside = (place[2] > 34_500.0) & (t < 1.0)
    inside &= (np.abs(place[0]) < 645.0 + t * 1500.0) & (np.abs(place[1]) < 1495.0 + t * 1650.0)
    back = isotropic(0.5 * M2, n, rng)
    spots = []
    for sign in (1.0, -1.0):
        energy, photon = boosted(np.full(n, 0.5 * M2), sign * back, heavy, M2)
        spot = place[:2] + photon[:2] / photon[2] * (94_150.0 - place[2])
        inside &= (energy > 1.0) & (photon[2] > 0.0)
        inside &= (np.abs(spot[0]) < 2590.0) & (np.abs(spot[1]) < 3310.0)
        spots.append(spot)
    inside &= np.hypot(*(spots[0] - spots[1])) > 100.0
    return float(inside.mean())


def test_a_row_of_ship_by_hand(tmp_path: Path) -> None:
    """Protons times B+ of a proton times an own acceptance, within 4.5 errors of both: fails once in 150 000."""
    n = 300_000
    model = stated_chain("B+ -> K+ X1 (X2 -> gamma gamma)", m2=M2, ctau=CTAU)
    ((row, low, high),) = limit_rows([model], only=["ship"], size=SIZE, folder=tmp_path, workers=1)
    pairs = 0.5 * (2.63e-6 / 39.85 * 95.95 ** (1.0 / 3.0) + 1.7e-6 / 40.0 * 95.95**0.29)
    value = accepted_by_ship(n, np.random.default_rng(5))
    error = math.sqrt(value / n)
    ours = row.value / (6e20 * 0.8212 * pairs)
    every = ChannelAgainstCtau(
        experiment="ship", selection="showers", spectra=("pythia8-bottom",), events=MORE * SIZE.etas, cells=SIZE.cells, throws=SIZE.throws
    )  # fmt: skip
    chain = Channel(parent="B+", production="K+ X1 X2", modes=("gamma gamma",)).chain(model)
    made = Acceptance.of(every({"parent": "B+", "chain": chain})["pythia8-bottom"])
    own = float(made.relative_error(CTAU)) * ours
    assert ours == pytest.approx(float(made.at(CTAU)), rel=1e-9)
    assert error < 0.02 * value
    assert own < 0.03 * ours
    assert abs(ours - value) < 4.5 * math.hypot(own, error)
    # the number of pairs is known to 31 %, and the tail of the spectrum to little beside that
    assert high.value / row.value - 1.0 == pytest.approx(0.309, abs=0.01)
    assert 1.0 - low.value / row.value == pytest.approx(0.309, abs=0.01)


@pytest.mark.parametrize("search", ["charm", "ship", "na62-dump"])
def test_a_portal_of_b_mesons_alone(search: str, tmp_path: Path) -> None:
    """Above the kaons' masses a Higgs portal has B mesons alone, at dumps of 400 GeV: the sum is that of its channels."""
    model = HiggsPortalQuartic(m1=0.0, m2=1.0, lambda_12=0.1)
    rows = limit_rows([model], only=[search], size=TINY, folder=tmp_path, workers=1)
    row = rows[0][0]
    assert {name.split()[0] for name in row.channels} == {"B+", "B0"}
    if search == "ship":  # (a window farther away has too few events of so small a sample)
        assert row.value == pytest.approx(sum(row.channels.values()))


def test_who_counts() -> None:
    """B mesons beside kaons in a Higgs portal; not in a Z' beside eta, whose pairs are some hundred times as many."""
    every = ("eta", "pi0", *FLYING, "B+", "B0")
    portal = HiggsPortalQuartic(m1=0.04, m2=0.4, lambda_12=1.0)
    assert set(counted_parents("charm", every, portal, TINY.generators)) >= {"K_S0", "B+", "B0"}
    light = ZPrimeScalar(m1=0.04, m2=0.4, G_X=1e-5)
    assert set(counted_parents("ship", every, light, TINY.generators)) == {"eta", "pi0"}
    ratio = float(production_rate(light, "B+") / production_rate(light, "eta"))
    of_a_proton = mesons_at("ship", "B+", "pythia8-bottom").table.multiplicity / 0.30
    assert 1e-4 < ratio * of_a_proton < 1e-2
    heavy = ZPrimeScalar(m1=0.1, m2=1.0, G_X=1e-5)
    assert set(counted_parents("ship", every, heavy, TINY.generators)) >= {"B+", "B0"}


def test_parents_of_a_search() -> None:
    assert DumpSearch(experiment="charm").with_heavy[-2:] == ("B+", "B0")
    assert DumpSearch(experiment="charm", heavy=["B0"], long_lived=[]).with_heavy[-2:] == ("pi0", "B0")
    for name in ("nucal", "dune_nd", "faser2"):
        assert DumpSearch(experiment=name).with_heavy == DumpSearch(experiment=name).every_parent
        with pytest.raises(InputError, match=rf"heavy names B\+, and {name} has no target"):
            DumpSearch(experiment=name, heavy=["B+"])


def test_the_target_of_a_detector(tmp_path: Path) -> None:
    assert material(detector_data("ship"), "ship") == "Mo"
    assert material(detector_data("nucal"), "nucal") is None
    assert mesons_at("charm", "B+", "pythia8-bottom").table.target == "Cu"
    assert mesons_at("charm", "eta", "pythia6").table.target == "p"
    with pytest.raises(InputError, match=r"nucal: B\+ of its target, and no target"):
        mesons_at("nucal", "B+", "pythia8-bottom")
    (tmp_path / "own.toml").write_text('based_on = "charm"\ntarget = "Pb"\n')
    with pytest.raises(UnknownNameError, match="target of .* 'Pb'; known: Be, C, Fe, Cu, Mo, W"):
        FixedTarget(experiment=str(tmp_path / "own.toml"))
