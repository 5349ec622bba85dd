"""Tables of dark states for other programs: read back by the rules of each program's reader, and by the programs that are here."""

from __future__ import annotations

import ast
import math
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from darkpair.chains.descriptor import build
from darkpair.cli import main
from darkpair.cli.particles import PROGRAMS as OF_THE_COMMAND
from darkpair.gen.dark_states import DarkState, dark_states
from darkpair.gen.errors import InputError
from darkpair.gen.lifetime import Scan
from darkpair.gen.output.particle_tables import PROGRAMS, particle_table, rows_of
from darkpair.gen.provenance import describe_object
from darkpair.job.job import load_job
from darkpair.run.runner import run_job

EXAMPLES = Path(__file__).parents[2] / "examples"

PAIR = "(psi2 -> psi1 (pi0 -> gamma gamma))"
CHAINS: dict[str, Any] = {
    "scalars": lambda: build(
        f"K_L0 -> X1 {PAIR.replace('psi', 'X')}", mass={"X1": 0.0, "X2": 0.3}, ctau={"X2": 70.0}
    ),
    "a law": lambda: build(
        f"K_L0 -> X1 {PAIR.replace('psi', 'X')}",
        mass={"X1": 1e-3, "X2": 0.3},
        lifetimes={"X2": Scan(ctau=100.0)},
    ),
    "Dirac": lambda: build(
        f"B+ -> K+ psi1~ {PAIR}", mass={"psi1": 1 / 3, "psi1~": 1 / 3, "psi2": 0.5}, ctau={"psi2": 50.0}
    ),
    "one antiparticle": lambda: build("B+ -> K+ psi1~ psi2", mass={"psi1~": 0.1, "psi2": 0.4}),
    "Majorana": lambda: build(f"K_L0 -> psi1 {PAIR}", mass={"psi1": 0.04, "psi2": 0.3}, ctau={"psi2": "1 m"}),
    "three": lambda: build("B+ -> K+ (S3 -> S1 S1)", mass={"S3": 1.0, "S1": 0.1}, ctau={"S3": 2.0}),
    "a vector": lambda: build("pi0 -> gamma (A' -> e+ e-)", mass={"A'": 0.05}, ctau={"A'": 1e-7}),
    "none": lambda: build("K_L0 -> pi0 pi0"),
}


class Entry(NamedTuple):
    """What a program knows of a kind of particle; c tau where its table has it."""

    name: str
    mass: float
    spin: float
    anti: bool
    ctau: float | None = None


def pythia8(text: str) -> Iterator[tuple[int, Entry]]:
    """As xmldoc/ParticleDataScheme.xml says of ``new``; flags come after it, which sets them anew."""
    flags: dict[int, set[str]] = {}
    for line in text.splitlines():
        if not line[0].isdigit():  # (remarks begin with what is no letter and no digit)
            assert line[0] == "!"
            continue
        key, words = line.split(" = ")
        pdgid, word = key.split(":")
        if word != "new":
            assert words == "off"
            flags[int(pdgid)].add(word)
            continue
        name, anti, spin, charge, colour, mass, width, least, most, tau = words.split()
        assert (charge, colour, width, least, most) == ("0",) * 5
        flags[int(pdgid)] = set()
        for sign, own in ((1, name), (-1, anti)):
            if own != "void":
                kind = Entry(own, float(mass), (int(spin) - 1) / 2, anti != "void", float(tau))
                yield sign * int(pdgid), kind
    assert all(said == {"isResonance", "mayDecay", "tauCalc", "isVisible"} for said in flags.values())


def root(text: str) -> Iterator[tuple[int, Entry]]:
    """As TDatabasePDG::ReadPDGTable asks for them one after the other; no line is empty, for it would read on into the next."""
    entries: dict[int, tuple[int, Entry]] = {}
    for line in text.splitlines():
        assert line
        assert len(line) < 200  # (its buffer)
        if line[0] == "#":
            continue
        words = line.split()
        number, name, pdgid, anti = int(words[0]), words[1], int(words[2]), int(words[3])
        assert len(name) < 30
        if pdgid < 0:  # AddAntiParticle: all but the name is its particle's
            assert entries[anti][0] == -pdgid
            yield pdgid, entries[anti][1]._replace(name=name)
            continue
        charge, mass, width = words[6], words[7], words[8]
        assert (charge, width, len(words), words[-1]) == ("0", "0", 15, "0")
        entry = Entry(name, float(mass), (int(words[11]) - 1) / 2, bool(anti))
        entries[number] = pdgid, entry
        yield pdgid, entry


def geant4_pybind(text: str) -> Iterator[tuple[int, Entry]]:
    """As the constructor of G4ParticleDefinition takes them; lengths of arguments, stable."""
    for call in ast.walk(ast.parse(text)):
        if isinstance(call, ast.Call):
            first, mass, *others = call.args
            assert isinstance(mass, ast.BinOp)
            assert isinstance(mass.op, ast.Mult)
            assert ast.unparse(mass.right) == "GeV"
            name = ast.literal_eval(first)
            rest = [ast.literal_eval(value) for value in others]
            width, charge, twice_spin, pdgid, anti = rest[0], rest[1], rest[2], rest[11], rest[17]
            assert (width, charge, rest[3:8], rest[8]) == (0.0, 0.0, [0] * 5, "dark")
            assert rest[9:11] + rest[12:17] == [0, 0, True, -1.0, None, False, ""]
            entry = Entry(name, float(ast.literal_eval(mass.left)), twice_spin / 2, anti == -pdgid)
            assert abs(anti) == abs(pdgid)
            yield pdgid, entry


def geant4(text: str) -> Iterator[tuple[int, Entry]]:
    """The C++, whose arguments are those of the Python."""
    calls = re.findall(r"^  new (G4ParticleDefinition\(.*\));$", text, flags=re.MULTILINE)
    words = {"true": "True", "false": "False", "nullptr": "None"}
    python = [re.sub(r"\b(true|false|nullptr)\b", lambda word: words[word[0]], call) for call in calls]
    assert text.count("{") == text.count("}") == 1
    yield from geant4_pybind("\n".join(python))


def evtgen(text: str) -> Iterator[tuple[int, Entry]]:
    """As EvtPDL::readPDT asks for them one after the other."""
    rows = [line.split() for line in text.splitlines() if line[0] != "*"]
    ids = {int(row[4]) for row in rows}
    for add, _, _, name, pdgid, mass, width, widest, charge, twice_spin, ctau, lund in rows:
        assert (add, width, widest, charge, lund) == ("add", "0", "0", "0", "0")
        anti = -int(pdgid) in ids
        yield int(pdgid), Entry(name, float(mass), int(twice_spin) / 2, anti, float(ctau))


READERS: dict[str, Callable[[str], Iterator[tuple[int, Entry]]]] = {
    "pythia8": pythia8,
    "root": root,
    "geant4": geant4,
    "geant4_pybind": geant4_pybind,
    "evtgen": evtgen,
}


def provenance(name: str) -> dict[str, Any]:
    return {"chain": describe_object(CHAINS[name]())}


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("name", CHAINS)
def test_every_dark_state_is_in_every_table(name: str, program: str) -> None:
    text = particle_table(dark_states(provenance(name)), program, "a file.root")
    entries = list(READERS[program](text))
    states = {state.pdgid: state for state in dark_states(provenance(name))}
    assert len(dict(entries)) == len(entries)
    assert {abs(pdgid) for pdgid, _ in entries} == {abs(pdgid) for pdgid in states}
    assert set(states) <= {pdgid for pdgid, _ in entries}
    for pdgid, entry in entries:
        state = states.get(pdgid) or states[-pdgid]
        ctau = state.ctau if state.ctau is not None and math.isfinite(state.ctau) else 0.0
        assert (entry.mass, entry.spin) == (state.mass, state.spin)
        assert entry.ctau in (None, ctau)
        assert entry.anti == (-abs(pdgid) in states)
        if pdgid in states:
            assert entry.name == state.name
    assert ("no dark states" in text) == (not states)
    assert text.endswith("\n")
    assert text.isascii()


def test_what_has_no_table() -> None:
    """A file without a chain, which says no masses; two states of one id that differ; a program that nobody knows."""
    with pytest.raises(InputError, match="no chain is in the provenance"):
        particle_table(dark_states({}), "root", "x")
    two = [DarkState(name="X1", pdgid=51, mass=0.1), DarkState(name="S1", pdgid=51, mass=0.2)]
    with pytest.raises(InputError, match=r"X1 and S1 have id 51, .*\(0.1 and 0.2 GeV\)"):
        rows_of(two)
    laws = [DarkState(name="X1", pdgid=51, mass=0.1, law="Scan"), DarkState(name="X1", pdgid=51, mass=0.1)]
    with pytest.raises(InputError, match="other masses or lifetimes"):
        rows_of(laws)
    assert len(rows_of(two[:1] * 2)) == 1
    with pytest.raises(InputError, match="'fluka'; allowed: pythia8, root"):
        particle_table([], "fluka", "x")


def said(*words: object) -> str:
    done = CliRunner().invoke(main, ["particles", *map(str, words)])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_of_a_job_and_of_its_file(tmp_path: Path) -> None:
    """The command says the same of a job and of what it made, and writes what it prints."""
    path = tmp_path / "koto_pi0.toml.root"
    over = {"run.n": 50, "output.picture": False, "output.path": str(path)}
    run_job(load_job(EXAMPLES / "koto_pi0.toml", overrides=over))
    for program in PROGRAMS:
        text = said(EXAMPLES / "koto_pi0.toml", "--for", program)
        assert said(path, "--for", program) == text.replace(".toml", ".toml.root")
        assert said(path, "--for", program, "-o", tmp_path / "deep" / "table") == ""
        assert (tmp_path / "deep" / "table").read_text() == said(path, "--for", program)
    assert OF_THE_COMMAND == tuple(PROGRAMS) == tuple(READERS)
    for wrong in (["--for", "fluka"], []):
        done = CliRunner().invoke(main, ["particles", str(path), *wrong])
        assert (done.exit_code, done.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize("name", [name for name in CHAINS if name != "none"])
def test_pythia8_knows_them(name: str) -> None:
    pythia8mc = pytest.importorskip("pythia8mc", reason="pythia8mc is not installed")
    pythia = pythia8mc.Pythia("", False)
    text = particle_table(dark_states(provenance(name)), "pythia8", "x")
    assert all(pythia.readString(line) for line in text.splitlines())
    for word in ("Print:quiet = on", "ProcessLevel:all = off"):
        assert pythia.readString(word)
    assert pythia.init()
    data = pythia.particleData
    for pdgid, entry in pythia8(text):
        assert data.isParticle(pdgid)
        assert (data.name(pdgid), data.m0(pdgid), data.spinType(pdgid)) == (
            entry.name,
            entry.mass,
            2 * entry.spin + 1,
        )
        assert (data.tau0(pdgid), data.mWidth(pdgid)) == (entry.ctau, 0.0)
        flags = (
            data.mayDecay(pdgid),
            data.canDecay(pdgid),
            data.isVisible(pdgid),
            data.isResonance(abs(pdgid)),
        )
        assert not any(flags)
        assert data.hasAnti(abs(pdgid)) == entry.anti


def test_root_knows_them(tmp_path: Path) -> None:
    """Its own table has 51 and 52 as other particles; ours, read before it, stands, and the rest is as it was."""
    if find_spec("ROOT") is None:
        pytest.skip("ROOT is not installed")
    script = """
import sys, ROOT
db = ROOT.TDatabasePDG.Instance()
for path in sys.argv[1:2]:
    db.ReadPDGTable(path)
db.ReadPDGTable()
for pdgid in (51, 52, -52, 32, 901, 902, -321):
    p = db.GetParticle(pdgid)
    print("row", pdgid, *((p.GetName(), p.Mass(), p.Charge(), p.NDecayChannels()) if p else ("-",)))
"""

    def rows(*paths: Path) -> dict[str, list[str]]:
        words = [sys.executable, "-W", "ignore", "-c", script, *map(str, paths)]
        lines = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
        return {line.split()[1]: line.split()[2:] for line in lines if line.startswith("row")}

    path = tmp_path / "dark.txt"
    path.write_text(particle_table(dark_states(provenance("Dirac")), "root", "x"))
    before, after = rows(), rows(path)
    assert before["52"][:3] == ["pi_tech+", "110.0", "3.0"]  # a charged particle, if nobody says otherwise
    assert before["902"] == ["-"]
    assert after["52"] == ["psi1", repr(1 / 3), "0.0", "0"]
    assert after["-52"] == ["psi1~", repr(1 / 3), "-0.0", "0"]
    assert after["902"] == ["psi2", "0.5", "0.0", "0"]
    assert (after["51"], after["-321"]) == (before["51"], before["-321"])
