"""Spectra and meson tables of a user's files: round trips of built-in ones, draws by the density, one line for every fault.

Statistical tests: fixed seeds, failure rate 1e-6 each.
"""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import hist
import numpy as np
import pytest
import uproot
from scipy import integrate, stats

from darkpair.gen.errors import DarkpairError, InputError
from darkpair.gen.kinematics import Array
from darkpair.gen.particles import particle
from darkpair.gen.sources import SOURCES
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.gen.sources.gun import Gun
from darkpair.gen.sources.koto_kl import P_RANGE, SPECTRA, KotoKL, momentum_spectrum
from darkpair.gen.sources.meson_files import COLLIDER, about, stored
from darkpair.gen.sources.meson_table import meson_table
from darkpair.gen.sources.upsilon4s import MACHINES, Upsilon4S
from darkpair.gen.streams import Streams
from darkpair.testing import check_source

RATE = 1e-6
N = 50_000


def write(path: Path, names: str, *columns: Any) -> str:
    rows = zip(*(np.ravel(column).tolist() for column in columns), strict=True)
    path.write_text("\n".join([names, *(",".join(map(repr, row)) for row in rows)]) + "\n", encoding="utf-8")
    return str(path)


def root(path: Path, **histograms: Any) -> str:
    with uproot.recreate(path) as file:
        for name, histogram in histograms.items():
            file[name] = histogram
    return str(path)


def momenta(source: Any, n: int, seed: int) -> Array:
    out: Array = np.sqrt((source.sample(n, Streams(seed).rng("source")).momentum[:3] ** 2).sum(axis=0))
    return out


def chi_square(counts: Array, expected: Array) -> float:
    """Probability of counts in cells whose expectations are given; those of less than ten together."""
    few = expected < 10.0
    assert (counts[expected == 0.0] == 0).all()
    pairs = [*zip(counts[~few], expected[~few], strict=True), (counts[few].sum(), expected[few].sum())]
    chi2 = sum((n - e) ** 2 / e for n, e in pairs if e > 0.0)
    return float(stats.chi2.sf(chi2, max(len([e for _, e in pairs if e > 0.0]) - 1, 1)))


@pytest.mark.parametrize("name", SPECTRA)
@pytest.mark.parametrize(("unit", "scale"), [("GeV", 1.0), ("MeV/c", 1e3)])
def test_a_built_in_spectrum_comes_back(name: str, unit: str, scale: float, tmp_path: Path) -> None:
    p = np.linspace(*P_RANGE, 400)
    path = write(tmp_path / "kl.csv", f"p [{unit}],dN/dp", scale * p, momentum_spectrum(p, name))
    ours, theirs = KotoKL(spectrum=name), KotoKL(spectrum=path)
    assert theirs.decay_probability == pytest.approx(ours.decay_probability, rel=2e-4)
    assert stats.ks_2samp(momenta(ours, N, 1), momenta(theirs, N, 2)).pvalue > RATE
    told = theirs.provenance()
    assert (told["spectrum"], told["spectrum_file"]["path"]) == (path, path)
    assert KotoKL(spectrum=path) == theirs == pickle.loads(pickle.dumps(theirs))
    assert len({theirs, KotoKL(spectrum=path)}) == 1


@pytest.mark.parametrize(
    "contents",
    [
        [3.0, 1.0, 0.0, 0.0, 2.0, 8.0],
        [0.0, 0.0, 1.0, 0.0, 0.0, 0.0],
        [1e-3, 1e6, 1.0, 1e6, 1e-3, 1.0],
    ],
)
def test_a_histogram_is_constant_in_its_bins(contents: list[float], tmp_path: Path) -> None:
    """Bins of widths from 1e-4 to some GeV, empty ones, neighbours of ratios of 1e9: chi-square, and the decay law by an integral."""
    edges = [0.1, 0.4, 0.41, 1.0, 1.0001, 3.0, 9.0]
    histogram = hist.Hist.new.Var(edges, label="p_{K_{L}} (GeV/c)").Double()
    histogram.view(flow=True)[...] = [1.0, *contents, 3.0]
    path = root(tmp_path / "f.root", kl=histogram)
    source = KotoKL(spectrum=f"{path}:kl", decay="free")
    counts, _ = np.histogram(momenta(source, N, 3), edges)
    assert counts.sum() == N
    assert chi_square(counts, N * np.array(contents) / sum(contents)) > RATE
    kaon = particle("K_L0")

    def decaying(p: float) -> float:
        return float(
            np.exp(-3000.0 * kaon.mass / p / kaon.ctau) - np.exp(-7148.0 * kaon.mass / p / kaon.ctau)
        )

    share = sum(
        content * integrate.quad(decaying, low, high, epsabs=0.0)[0] / (high - low)
        for content, low, high in zip(contents, edges[:-1], edges[1:], strict=True)
    ) / sum(contents)
    region = KotoKL(spectrum=f"{path}:kl")
    assert region.decay_probability == pytest.approx(share, rel=1e-6)
    assert region.provenance()["spectrum_file"]["outside"] == pytest.approx(4.0 / (4.0 + sum(contents)))
    check_source(region)


def test_a_gun_has_momenta_and_angles_of_files(tmp_path: Path) -> None:
    spectrum = write(tmp_path / "p.csv", "# mine\nmomentum [MeV],density", [500.0, 1500.0], [0.0, 2.0])
    angle = write(tmp_path / "a.csv", "theta [mrad],density", [0.0, 10.0], [0.0, 1.0])
    gun = Gun(parent="K+", spectrum=spectrum, angle=angle)
    check_source(gun)
    made = gun.sample(N, Streams(4).rng("source")).momentum
    p = np.sqrt((made[:3] ** 2).sum(axis=0))
    assert stats.kstest(p, lambda x: (x - 0.5) ** 2).pvalue > RATE
    theta = np.arctan2(np.hypot(made[0], made[1]), made[2])
    assert stats.kstest(theta, lambda x: (x / 0.01) ** 2).pvalue > RATE
    with pytest.raises(InputError, match="cone"):
        Gun(angle=angle, cone=0.1)


def tables() -> list[Any]:
    return [key for key in stored() if about(key)["multiplicity"].get("eta")]


@pytest.mark.parametrize("key", tables(), ids=lambda key: key.filename)
def test_a_shipped_table_comes_back(key: Any, tmp_path: Path) -> None:
    """From a CSV file the same draws; from a TH2 the integrals of its bins."""
    table = meson_table("eta", beam_energy=key.beam_energy, generator=key.generator, target=key.target)
    y, pt = np.meshgrid(table.y_nodes, table.pt_nodes, indexing="ij")
    order = np.random.default_rng(1).permutation(y.size)
    path = write(tmp_path / "t.csv", "y,pT [GeV],density", *(a.ravel()[order] for a in (y, pt, table.values)))
    ours = DumpMesons(beam_energy=key.beam_energy, generator=key.generator, target=key.target)
    theirs = DumpMesons(beam_energy=key.beam_energy, table_file=path, target=key.target)
    assert np.allclose(
        ours.sample(4096, Streams(1).rng("source")).momentum,
        theirs.sample(4096, Streams(1).rng("source")).momentum,
        rtol=1e-12,
    )
    assert theirs.reachable_share == pytest.approx(ours.reachable_share, rel=1e-12)
    histogram: Any = hist.Hist(
        hist.axis.Variable(table.pt_nodes, label="p_{T} [GeV/c]"),
        hist.axis.Variable(table.y_nodes, label="y"),
    )
    histogram.view()[...] = table.cell_integrals.T
    binned = DumpMesons(table_file=f"{root(tmp_path / 't.root', m=histogram)}:m")
    drawn = binned.draw(Streams(2).rng("source"), N)
    counts, _, _ = np.histogram2d(*drawn[:2], bins=(table.y_nodes, table.pt_nodes))
    assert chi_square(counts.ravel(), N * table.cell_integrals.ravel()) > RATE
    assert binned.table.target != COLLIDER


def test_momentum_and_angle_are_rapidity_and_transverse_momentum(tmp_path: Path) -> None:
    """One density in other variables: draws, Jacobian, ranges; and the kit's aim."""
    p, theta = (a.ravel() for a in np.meshgrid(np.linspace(1.0, 60.0, 30), np.linspace(0.0, 90.0, 31)))
    values = p * np.exp(-p / 9.0) * theta * np.exp(-((theta * p / 300.0) ** 2))
    path = write(tmp_path / "p.csv", "p [GeV],theta [mrad],density", p, theta, values)
    source = DumpMesons(meson="D+", table_file=path)
    check_source(source)
    y, pt, _ = source.draw(Streams(5).rng("source"), N)
    edges = [np.linspace(*ends, 9) for ends in (source.y_range, source.pt_range)]
    counts, _, _ = np.histogram2d(y, pt, bins=edges)
    assert counts.sum() == N
    fine = [np.linspace(*ends, 8 * 60 + 1) for ends in (source.y_range, source.pt_range)]
    middle = [0.5 * (a[1:] + a[:-1]) for a in fine]
    density = source.density(*(a.ravel() for a in np.meshgrid(*middle, indexing="ij"))).reshape(8, 60, 8, 60)
    integrals = density.sum(axis=(1, 3)) * np.diff(fine[0])[0] * np.diff(fine[1])[0]
    assert integrals.sum() == pytest.approx(1.0, abs=2e-3)
    well = (
        N * integrals.ravel() > 200.0
    )  # (the midpoints of cells that the table's end crosses are worth a per cent)
    off = (counts.ravel()[well] / (N * integrals.ravel()[well]) - 1.0) * np.sqrt(counts.ravel()[well])
    assert np.abs(off).max() < 6.0


def test_beams_of_ones_own_are_the_machines() -> None:
    for name, beams in MACHINES.items():
        words = {
            key: f"{1e3 * getattr(beams, key)!r} {unit}"
            for key, unit in (
                ("electron", "MeV"),
                ("positron", "MeV"),
                ("electron_angle", "mrad"),
                ("positron_angle", "mrad"),
            )
        }
        spreads = {key: getattr(beams, key) for key in ("electron_spread", "positron_spread")}
        own = SOURCES.make("upsilon4s", {"machine": words | spreads})
        made = [s.sample(64, Streams(1).rng("source")).momentum for s in (own, Upsilon4S(machine=name))]
        assert np.allclose(made[0], made[1], rtol=1e-12, atol=1e-12)
    with pytest.raises(InputError, match=r"collide at 18 GeV; allowed: within 0.1 GeV"):
        Upsilon4S(machine=replace(beams, electron=9.0, positron=9.0))


GOOD_1 = "p [GeV],density\n0.5,1\n1,2\n"
BAD_1 = {
    "no_file.csv": None,
    "empty.csv": "",
    "numbers.csv": "0.5,1\n1,2\n",
    "no_unit.csv": "p,density\n0.5,1\n1,2\n",
    "length.csv": "p [cm],density\n0.5,1\n1,2\n",
    "energy.csv": "E [GeV],density\n0.5,1\n1,2\n",
    "pt.csv": "pT [GeV],density\n0.5,1\n1,2\n",
    "perp.csv": "p_perp [GeV],density\n0.5,1\n1,2\n",
    "transverse.csv": "momentum_T [GeV],density\n0.5,1\n1,2\n",
    "pz.csv": "p_z [GeV],density\n0.5,1\n1,2\n",
    "counts.csv": "p [GeV],counts\n0.5,1\n1,2\n",
    "three.csv": "p [GeV],density,error\n0.5,1,1\n1,2,1\n",
    "word.csv": "p [GeV],density\n0.5,one\n1,2\n",
    "gap.csv": "p [GeV],density\n0.5\n1,2\n",
    "nan.csv": "p [GeV],density\n0.5,nan\n1,2\n",
    "infinite.csv": "p [GeV],density\n0.5,inf\n1,2\n",
    "huge.csv": f"p [GeV],density\n0.5,{'9' * 400}\n1,2\n",
    "negative.csv": "p [GeV],density\n0.5,-1\n1,2\n",
    "zero.csv": "p [GeV],density\n0.5,0\n1,0\n",
    "falling.csv": "p [GeV],density\n1,1\n0.5,2\n",
    "twice.csv": "p [GeV],density\n1,1\n1,2\n",
    "below.csv": "p [GeV],density\n-1,1\n1,2\n",
    "one.csv": "p [GeV],density\n1,1\n",
    "latin.csv": b"p [GeV],density\n1,\xff\n",
    "wide.csv": f"p [GeV],density\n0.5,1\n1,{'1' * 140_000}\n",
    "open.csv": 'p [GeV],density\n0.5,"1\n1,2\n2,1\n',
    "quoted.csv": 'p [GeV],density\n0.5,"1\n1",2\n2,1\n',
    "most.csv": "p [GeV],density\n0.5,1e308\n1,1e308\n",
    "least.csv": "p [GeV],density\n0.5,0\n1,5e-324\n",
    "root.csv": b"root\x00\x01\xfe",
    "mine.root:kl": None,
    "text.root:kl": "p [GeV],density\n",
}
BAD_2 = {
    "columns.csv": GOOD_1,
    "no_unit.csv": "y,pT,density\n0,0,1\n0,1,1\n1,0,1\n1,1,1\n",
    "pairs.csv": "y,theta [mrad],density\n0,0,1\n0,1,1\n1,0,1\n1,1,1\n",
    "hole.csv": "y,pT [GeV],density\n0,0,1\n0,1,1\n1,0,1\n",
    "doubled.csv": "y,pT [GeV],density\n0,0,1\n0,1,1\n1,0,1\n1,0,1\n",
    "below.csv": "y,pT [GeV],density\n0,-1,1\n0,1,1\n1,-1,1\n1,1,1\n",
    "wide.csv": "p [GeV],theta [deg],density\n1,0,1\n1,200,1\n2,0,1\n2,200,1\n",
    "zero.csv": "y,pT [GeV],density\n0,0,0\n0,1,0\n1,0,0\n1,1,0\n",
    "rapidity.csv": "y [GeV],pT [GeV],density\n0,0,1\n0,1,1\n1,0,1\n1,1,1\n",
}


def refused(make: Any, path: Path, text: str | bytes | None) -> str:
    file = Path(str(path).partition(".root:")[0] + ".root") if ".root:" in str(path) else path
    if isinstance(text, bytes):
        file.write_bytes(text)
    elif text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(DarkpairError) as raised:
        make(str(path))
    line = str(raised.value)
    assert len(line.splitlines()) == 1
    assert file.name in line
    assert "allowed" in line or "known" in line or "give" in line, line
    return line


@pytest.mark.parametrize("name", BAD_1)
def test_a_bad_spectrum_is_one_line(name: str, tmp_path: Path) -> None:
    """With the same words as a spectrum of K_L, of a gun and through a job's table."""
    for make in (
        lambda path: KotoKL(spectrum=path),
        lambda path: Gun(spectrum=path),
        lambda path: SOURCES.make("koto_kl", {"spectrum": path}, where="source"),
    ):
        refused(make, tmp_path / name, BAD_1[name])


@pytest.mark.parametrize("power", [-320, -200, -1, 200, 320])
def test_a_spectrum_is_one_whatever_its_densities_are_multiples_of(power: int, tmp_path: Path) -> None:
    """Powers of two, so that every bit is the same: sums of large ones overflowed, and momenta were no numbers."""
    p, density = np.linspace(0.5, 3.0, 20), np.linspace(1.0, 4.0, 20) ** 2
    names = "p [GeV],density"
    draws = [
        Gun(parent="K_L0", spectrum=write(tmp_path / f"{k}.csv", names, p, np.ldexp(density, k)))
        .sample(500, np.random.default_rng(3))
        .momentum
        for k in (0, power)
    ]
    assert np.all(np.isfinite(draws[0]))
    np.testing.assert_array_equal(draws[0], draws[1])


@pytest.mark.parametrize("name", BAD_2)
def test_a_bad_table_is_one_line(name: str, tmp_path: Path) -> None:
    refused(lambda path: DumpMesons(table_file=path), tmp_path / name, BAD_2[name])


def test_histograms_that_are_none_are_one_line(tmp_path: Path) -> None:
    one = hist.Hist.new.Reg(3, 0.1, 3.0, label="p").Double().fill([1.0, 2.0])
    two = (
        hist.Hist.new.Reg(3, 0.0, 3.0, label="y")
        .Reg(3, 0.0, 2.0, label="pT [GeV]")
        .Double()
        .fill([1.0], [1.0])
    )
    path = root(tmp_path / "f.root", one=one, two=two)
    for word, message in (
        ("", "names no histogram; write"),
        (":on", "did you mean 'one'"),
        (":two", "a TH2D; allowed: a TH1"),
        (":one", "has no unit"),
    ):
        with pytest.raises(DarkpairError, match=message):
            KotoKL(spectrum=path + word)
    assert KotoKL(spectrum=f"{path}:one", spectrum_unit="GeV").p_max == 3.0
    with pytest.raises(InputError, match="in MeV, and spectrum_unit = 'GeV'"):
        KotoKL(
            spectrum=write(tmp_path / "m.csv", "p [MeV],density", [1.0, 2e3], [1.0, 1.0]), spectrum_unit="GeV"
        )
    with pytest.raises(InputError, match="a TH1D; allowed: a TH2"):
        DumpMesons(table_file=f"{path}:one")
    DumpMesons(table_file=f"{path}:two")


def test_a_file_that_changes_is_another_spectrum(tmp_path: Path) -> None:
    path = tmp_path / "kl.csv"
    before = KotoKL(spectrum=write(path, "p [GeV],density", [0.5, 1.0], [1.0, 2.0]))
    after = KotoKL(spectrum=write(path, "p [GeV],density", [0.5, 1.0], [1.0, 3.0]))
    assert before != after
    assert before.provenance()["spectrum_file"]["digest"] != after.provenance()["spectrum_file"]["digest"]
