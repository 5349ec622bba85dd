"""Parents of HepMC files: units, vertices, mothers, and files that break off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest

from darkpair.chains.chain_set import ChainSet, build_chains
from darkpair.gen.errors import InputError
from darkpair.gen.sources.event_file import EventFile
from darkpair.gen.streams import Streams

pyhepmc = pytest.importorskip("pyhepmc", reason="pyhepmc is not installed")

B_MASS = 5.28


def event(number: int, momentum: str, length: str) -> Any:
    """A beam, a B (copied once) with its two pions, and a photon."""
    energy, mm = 1e3 if momentum == "MEV" else 1.0, 0.1 if length == "CM" else 1.0
    made = pyhepmc.GenEvent(getattr(pyhepmc.Units, momentum), getattr(pyhepmc.Units, length))
    made.event_number = number

    def particle(p: tuple[float, float, float], mass: float, pdgid: int, status: int) -> Any:
        e = float(np.sqrt(np.dot(p, p) + mass * mass))
        out = pyhepmc.GenParticle((*(x * energy for x in p), e * energy), pdgid, status)
        out.generated_mass = mass * energy
        return out

    def vertex(at: tuple[float, ...], into: Any, *out: Any) -> None:
        v = pyhepmc.GenVertex(tuple(x * mm for x in at))
        v.add_particle_in(into)
        for one in out:
            v.add_particle_out(one)
        made.add_vertex(v)

    beam = particle((0.0, 0.0, 50.0), 0.938, 2212, 4)
    first = particle((1.0, 2.0, 10.0 + number), B_MASS, 521, 2)
    last = particle((1.0, 2.0, 9.0 + number), B_MASS, 521, 2)
    pions = [particle((0.5, 1.0, 5.0), 0.13957, k, 1) for k in (211, -211)]
    vertex((0.1, 0.2, -0.3, 0.4), beam, first, particle((3.0, 0.0, 4.0), 0.0, 22, 1))
    vertex((1.0, 2.0, 3.0, 4.0), first, last)
    vertex((5.0, 6.0, 7.0, 8.0), last, *pions)
    made.weights = [2.0 + number % 2]
    return made


def written(path: Path, n: int = 3, momentum: str = "GEV", length: str = "MM", **settings: Any) -> Path:
    with pyhepmc.open(path, "w", precision=16, **settings) as file:
        for number in range(n):
            file.write(event(number, momentum, length))
    return path


def record(source: EventFile, block: int = 0) -> ak.Array:
    chains = build_chains(["B+ -> K+ X1 X2"], mass={"X1": 0.1, "X2": 0.4})
    made = ChainSet.covering(chains, source.masses)
    return made.batch(source.block(block), Streams(1, block)).record()


@pytest.mark.parametrize("length", ["MM", "CM"])
@pytest.mark.parametrize("momentum", ["GEV", "MEV"])
def test_every_unit_is_ours_in_the_end(tmp_path: Path, momentum: str, length: str) -> None:
    source = EventFile(path=str(written(tmp_path / "e.hepmc", 3, momentum, length)), parents=("B+",))
    events = record(source)
    particles = events.particles
    assert particles.pdgid[1].to_list() == [2212, 521, 22, 521, 211, -211, 321, 51, 901]
    assert particles.mother[1].to_list() == [-1, 0, 0, 1, 3, 3, 3, 3, 3]
    assert particles.replaced[1].to_list() == [False] * 4 + [True] * 2 + [False] * 3
    assert particles.status[1].to_list() == [4, 2, 1, 2, 1, 1, 1, 1, 1]
    assert particles.pz[:, 3].to_list() == pytest.approx([9.0, 10.0, 11.0], rel=1e-14)
    assert particles.E[0, 2] == pytest.approx(5.0, rel=1e-14)
    assert particles.nominal_mass[0, 1] == pytest.approx(B_MASS, rel=1e-14)
    for name, expected in zip(
        ("vx", "vy", "vz", "vt"), ((0.1, 1.0), (0.2, 2.0), (-0.3, 3.0), (0.4, 4.0)), strict=True
    ):
        got = particles[name][0, :4]
        assert got[1:].to_list() == pytest.approx([expected[0], expected[0], expected[1]], rel=1e-14)
    assert events.original.has_vertex.to_list() == [True] * 3
    assert events.original.weight.to_list() == [2.0, 3.0, 2.0]
    assert events.original.event.to_list() == [0, 1, 2]
    b = particles[:, 3]
    for name in ("px", "py", "pz", "E"):
        assert ak.all(abs(ak.sum(particles[name][:, 6:], axis=1) - b[name]) < 1e-9 * b.E)


def test_gev_and_mm_are_kept_bit_by_bit(tmp_path: Path) -> None:
    path = written(tmp_path / "e.hepmc")
    got = record(EventFile(path=str(path), parents=("B+",)))
    with pyhepmc.open(path) as file:
        for i, one in enumerate(file):
            for name, values in (("px", one.numpy.particles.px), ("E", one.numpy.particles.e)):
                others = [0, 1, 2, 4, 5]
                assert np.asarray(got.particles[name][i])[others].tobytes() == values[others].tobytes()


def test_the_old_text_is_read_too(tmp_path: Path) -> None:
    new = EventFile(path=str(written(tmp_path / "a.hepmc")), parents=("B+",))
    old = EventFile(path=str(written(tmp_path / "b.hepmc", format="hepmc2")), parents=("B+",))
    assert old.block(0).momentum == pytest.approx(new.block(0).momentum, rel=1e-12)
    assert record(old).particles.replaced[0].to_list() == record(new).particles.replaced[0].to_list()


def test_any_event_of_a_long_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of the text begin and end anywhere; events are reached from the remembered places."""
    path = str(written(tmp_path / "e.hepmc", 300))
    from darkpair.gen.sources import hepmc_reader

    whole = hepmc_reader.HepMCReader(path)
    monkeypatch.setattr(hepmc_reader, "_CHUNK", 777)
    pieces = hepmc_reader.HepMCReader(path)
    assert (pieces.entries, pieces._places) == (whole.entries, whole._places) == (300, whole._places)
    for first, last in ((0, 300), (63, 65), (128, 192), (299, 300), (5, 6)):
        _, _, events = whole.read(first, last, ["event"])
        assert events["event"].tolist() == list(range(first, last))


@pytest.mark.parametrize("where", [0.3, 0.7, 0.98])
def test_a_file_that_breaks_off_is_one_line(tmp_path: Path, where: float) -> None:
    whole = written(tmp_path / "e.hepmc").read_bytes()
    (tmp_path / "cut.hepmc").write_bytes(whole[: int(where * len(whole))])
    with pytest.raises(InputError, match=r"cut.hepmc.*cut short") as refusal:
        EventFile(path=str(tmp_path / "cut.hepmc"), parents=("B+",))
    assert "\n" not in str(refusal.value)


def test_damage_in_the_middle_is_one_line(tmp_path: Path) -> None:
    text = written(tmp_path / "e.hepmc").read_text()
    (tmp_path / "bad.hepmc").write_text(text.replace("P 3 ", "P x ", 1))
    with pytest.raises(InputError, match=r"bad.hepmc.*damaged") as refusal:
        EventFile(path=str(tmp_path / "bad.hepmc"), parents=("B+",))
    assert "\n" not in str(refusal.value)


def test_it_has_no_branches(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no branches"):
        EventFile(path=str(written(tmp_path / "e.hepmc")), parents=("B+",), branches={"pt": "x"})
