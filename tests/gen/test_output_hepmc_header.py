"""HepMC3 files as others ask for them: NuHepMC's rules one by one, and Delphes' reader, restated from what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import awkward as ak
import pytest

from darkpair.chains.chain_set import ChainSet, build_chains
from darkpair.chains.descriptor import build
from darkpair.gen.constants import HBAR_C
from darkpair.gen.lifetime import Scan
from darkpair.gen.output.hepmc import HepMCWriter
from darkpair.gen.output.reader import read_provenance
from darkpair.gen.particles import DARK_SPINS
from darkpair.gen.pipeline import Pipeline
from darkpair.gen.sources.gun import Gun
from darkpair.gen.sources.koto_kl import KotoKL
from tests.shared.event_files import b_event, opened, write_nano

pyhepmc = pytest.importorskip("pyhepmc", reason="pyhepmc is not installed")

PAIR = "X1 (X2 -> X1 (pi0 -> gamma gamma))"


def pipelines(folder: Path) -> Iterator[tuple[str, Pipeline]]:
    """Samples with one process and with several, of one parent's kind and of several, of a file."""
    mass = {"X1": 0.0, "X2": 0.3}
    yield (
        "koto",
        Pipeline(source=KotoKL(), chain=build(f"K_L0 -> {PAIR}", mass=mass, ctau={"X2": 70.0}), seed=1),
    )
    scan = build(f"K_L0 -> {PAIR}", mass=mass, lifetimes={"X2": Scan(ctau=100.0)})
    yield "scan", Pipeline(source=KotoKL(), chain=scan, seed=1)
    unweighted = build(f"K_L0 -> {PAIR}", mass=mass, lifetimes={"X2": Scan()})
    yield "unweighted", Pipeline(source=KotoKL(), chain=unweighted, seed=1)
    two = build("K_L0 -> pi0 pi0 [0.3] | (pi0 -> gamma gamma) (pi0 -> e+ e- gamma) gamma [0.7]")
    yield "mixture", Pipeline(source=Gun(parent="K_L0", momentum=3.0), chain=two, seed=1)
    dirac = build("B+ -> K+ psi1~ psi2", mass={"psi1~": 0.1, "psi2": 0.4})
    yield "dirac", Pipeline(source=Gun(parent="B+", momentum=3.0), chain=dirac, seed=1)
    rows = [b_event(), b_event(-511), b_event(531), b_event(511)] * 10
    source = opened(write_nano(folder / "events.root", rows))
    decays = ["B0 -> K0 X1 (X2 -> X1 gamma)", "B+ -> K+ X1 (X2 -> X1 (pi0 -> gamma gamma))"]
    chains = build_chains(decays, mass={"X1": 0.1, "X2": 0.4}, ctau={"X2": 50.0})
    yield "file", Pipeline(source=source, chain=ChainSet.covering(chains, source.masses), seed=3)


#: Keys of each kind: of arXiv, of a DOI, of an entry with one, and of one without.
CITED = ["darkpair", "arXiv:2005.07102", "doi:10.17182/hepdata.166082", "uproot"]


class File:
    """A file of a pipeline, with what pyhepmc reads of it."""

    def __init__(self, pipeline: Pipeline, path: Path) -> None:
        self.path = path
        self.chunk = pipeline.chunk(0, 1, getattr(pipeline.source, "n_parents", 200))
        said = {"seed": 1, "source": pipeline.source, "chain": pipeline.chain, "job": {"compiled": None}}
        with HepMCWriter(path, provenance=said | {"references": {"generator": CITED}}) as file:
            file.add(self.chunk)
            file.provenance["result"] = {"generated": 200}
        with pyhepmc.open(path) as opened_file:
            self.events = list(opened_file)
        self.run = self.events[0].run_info

    def said(self, name: str) -> str:
        return str(self.run.attributes[name])

    def numbers(self, name: str) -> list[int]:
        return [int(word) for word in self.said(f"NuHepMC.{name}").split()]

    def used(self, name: str) -> set[int]:
        return {int(str(event.attributes[name])) for event in self.events}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, File]:
    folder = tmp_path_factory.mktemp("header")
    return {name: File(pipeline, folder / f"{name}.hepmc3") for name, pipeline in pipelines(folder)}


def listed(file: File, ids: str, info: str, *keys: str) -> bool:
    """Whether each number has the texts that it has to have, and each name is one's own."""
    names = [file.said(f"NuHepMC.{info}[{number}].Name") for number in file.numbers(ids)]
    texts = [file.said(f"NuHepMC.{info}[{n}].{key}") for n in file.numbers(ids) for key in keys]
    return all(names) and all(texts) and len(set(names)) == len(names)


#: What NuHepMC 1.0.0 asks for and is true of ours (README.md of github.com/NuHepMC/Spec, arXiv:2310.13211).
KEPT: Mapping[str, Callable[[File], bool]] = {
    "G.R.1 run": lambda file: file.run is not None,
    "G.R.3 tools": lambda file: all(tool.name and tool.version for tool in file.run.tools),
    "G.R.4 conventions": lambda file: (
        set(file.said("NuHepMC.Conventions").split()) <= {"G.C.3", "G.C.5", "G.S.2"}
    ),
    "G.R.7 CV": lambda file: file.run.weight_names[0] == "CV",
    "G.R.8 processes": lambda file: listed(file, "ProcessIDs", "ProcessInfo", "Description"),
    "G.R.9 vertices": lambda file: listed(file, "VertexStatusIDs", "VertexStatusInfo", "Description"),
    "G.R.10 particles": lambda file: listed(file, "ParticleStatusIDs", "ParticleStatusInfo", "Description"),
    "G.R.11 numbers": lambda file: listed(file, "AdditionalParticleNumbers", "AdditionalParticleNumber"),
    "G.R.11 all": lambda file: (
        {p.pid for e in file.events for p in e.particles if abs(p.pid) in DARK_SPINS}
        <= set(file.numbers("AdditionalParticleNumbers"))
    ),
    "G.C.3 citations": lambda file: file.said("NuHepMC.Citations.Generator.arXiv") == "2005.07102",
    "G.C.3 DOI": lambda file: (
        file.said("NuHepMC.Citations.Generator.DOI") == "10.17182/hepdata.166082 10.5281/zenodo.4340632"
    ),
    "G.C.5 descriptions": lambda file: listed(
        file, "AdditionalParticleNumbers", "AdditionalParticleInfo", "Description"
    ),
    "E.R.3 process": lambda file: file.used("signal_process_id") <= set(file.numbers("ProcessIDs")),
    "E.R.4 units": lambda file: {str(e.momentum_unit) for e in file.events} == {"MomentumUnit.GEV"},
    "E.R.6 primary": lambda file: all(
        sum(v.status == 1 for v in e.vertices) == 1 and all(v.status for v in e.vertices) for e in file.events
    ),
    "V.R.1 codes": lambda file: (
        {v.status for e in file.events for v in e.vertices} <= set(file.numbers("VertexStatusIDs"))
    ),
}


@pytest.mark.parametrize("name", ["koto", "scan", "mixture", "dirac", "file"])
def test_what_nuhepmc_asks_for(name: str, files: dict[str, File]) -> None:
    file = files[name]
    assert [rule for rule, kept in KEPT.items() if not kept(file)] == []
    codes = {p.status for e in file.events for p in e.particles}
    assert ("G.S.2" in file.said("NuHepMC.Conventions")) == (name != "file")
    if name != "file":  # P.R.1, E.R.2; a file has its own codes, and events with several parents
        assert codes <= set(file.numbers("ParticleStatusIDs"))
        assert len({e.event_number for e in file.events}) == len(file.events)


def test_what_is_not_true_is_not_said(files: dict[str, File]) -> None:
    """A decay has no cross section and no target: the file does not call itself NuHepMC's."""
    for file in files.values():
        names = set(file.run.attributes)
        assert not any(
            name.startswith(("NuHepMC.Version", "NuHepMC.Units", "NuHepMC.Exposure")) for name in names
        )
        assert all(event.cross_section is None for event in file.events)
        assert "no cross section" in file.said("darkpair.normalisation")
        assert file.said("darkpair.generated") == "200"


def test_processes_are_the_first_decays(files: dict[str, File]) -> None:
    assert files["koto"].said("NuHepMC.ProcessInfo[1].Name") == "K_L0 -> X1 X2"
    file = files["mixture"]
    names = {n: file.said(f"NuHepMC.ProcessInfo[{n}].Name") for n in file.numbers("ProcessIDs")}
    assert names == {1: "K_L0 -> pi0 pi0", 2: "K_L0 -> pi0 pi0 gamma", 0: "unlisted"}
    for event in file.events:
        sizes = {1: 2, 2: 3}[int(str(event.attributes["signal_process_id"]))]
        (primary,) = [v for v in event.vertices if v.status == 1]
        assert len(primary.particles_out) == sizes
    file = files["file"]
    assert 0 not in file.used("signal_process_id")
    parents = {
        int(str(event.attributes["signal_process_id"])): v.particles_in[0].pid
        for event in file.events
        for v in event.vertices
        if v.status == 1
    }
    for number, pdgid in parents.items():
        name = file.said(f"NuHepMC.ProcessInfo[{number}].Name")
        assert name.split(" -> ")[0] == {511: "B0", -511: "anti-B0", 521: "B+", -521: "B-"}[pdgid]


def test_dark_states_say_what_they_are(files: dict[str, File]) -> None:
    """Mass, width, spin and charge; the width is that of the weighted sample, and a scan weighted to none has none."""
    key = "NuHepMC.AdditionalParticleNumber[901].darkpair."
    file = files["koto"]
    assert float(file.said(f"{key}Mass")) == 0.3
    assert float(file.said(f"{key}Width")) == HBAR_C / 70.0
    assert (file.said(f"{key}Spin"), file.said(f"{key}Charge")) == ("0", "0")
    assert float(files["scan"].said(f"{key}Width")) == HBAR_C / 100.0
    assert not {f"{key}Width", f"{key}CTau"} & set(files["unweighted"].run.attributes)
    assert set(files["dirac"].numbers("AdditionalParticleNumbers")) == {-52, 902}
    assert files["dirac"].said("NuHepMC.AdditionalParticleNumber[-52].darkpair.Spin") == "0.5"


def delphes(path: Path) -> list[int]:
    """Numbers of particles of the events that Delphes' reader takes from a file: it stops where it cannot read a line."""
    events: list[int] = []
    vertices, particles, seen, count = -2, -1, set[int](), 0
    for line in pieces(path.read_bytes().decode()):
        key, rest = line[:1], line[1:]
        if key == "E":
            _, vertices, particles = map(int, rest.split()[:3])
            seen, count = set(), 0
        for word in WORDS if key == "A" else ():
            _, match, behind = rest.partition(word)
            if match:
                try:
                    float(behind.split()[0])
                except (ValueError, IndexError):
                    return events
                break
        if key in ("V", "P") and (key == "V" or particles > 0):
            number = int(rest.split()[0 if key == "V" else 1])
            vertices -= number not in seen
            seen.add(number)
            if key == "P":
                particles, count = particles - 1, count + 1
        if (vertices, particles) == (-1, 0):
            events.append(count)
            vertices, particles = -2, -1
    return events


#: As its ReadBlock asks for them, in this order (delphes/delphes, classes/DelphesHepMC3Reader.cc), with a buffer of 16384.
WORDS = ("mpi", "signal_process_id", "event_scale", "alphaQCD", "alphaQED", "GenCrossSection", "GenPdfInfo")


def pieces(text: str) -> Iterator[str]:
    """Lines as C's fgets gives them."""
    for line in text.splitlines(keepends=True):
        yield from (line[i : i + 16383] for i in range(0, len(line), 16383))


@pytest.mark.parametrize("long", [False, True])
def test_delphes_reads_every_event(long: bool, files: dict[str, File], tmp_path: Path) -> None:
    for file in files.values():
        assert delphes(file.path) == [len(event.particles) for event in file.events]
    said = {"job": {"compiled": "GenPdfInfo", "event_scale": "E A V P U W " * 9000 if long else ""}}
    for start in range(3):  # (whatever letter a piece begins with)
        path = tmp_path / "e.hepmc3"
        with HepMCWriter(path, provenance=said | {"x": "x" * start}) as writer:
            writer.add(files["koto"].chunk)
        assert read_provenance(path)["job"] == said["job"]
        assert len(delphes(path)) == 200


def test_records_of_one_s_own_have_a_header_too(files: dict[str, File], tmp_path: Path) -> None:
    """Without a chain in the provenance: every dark state by its name, and no process that has one."""
    record: ak.Array = files["koto"].chunk.record()
    with HepMCWriter(tmp_path / "e.hepmc3", provenance={}) as file:
        file.write(record)
    with pyhepmc.open(tmp_path / "e.hepmc3") as opened_file:
        events = list(opened_file)
    attributes = events[0].run_info.attributes
    assert str(attributes["NuHepMC.ProcessIDs"]) == "0"
    assert "901" in str(attributes["NuHepMC.AdditionalParticleNumbers"]).split()
    assert "NuHepMC.AdditionalParticleNumber[901].darkpair.Mass" not in attributes
