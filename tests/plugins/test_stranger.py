"""A third party's package, one of each kind of extension: installed, it is reached by every command, and passes the kit."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import darkpair
from tests.shared.installed import lay_out
from tests.shared.the_stranger import NAMES, PAGES, STRANGER, blocks

#: Another package with a name that the stranger has too.
TWIN = """
[project]
name = "twin"
version = "1.0"
[project.entry-points."darkpair.chains"]
stranger_doubled = "stranger.chain:kaon"
"""

JOB = """
[run]
n = 20000
[source]
name = "stranger_phi"
[chain]
name = "stranger_kaon"
mass = { X1 = 0.0, X2 = "300 MeV" }
ctau = { X2 = "5 cm" }
[detector]
name = "stranger_chamber"
radius = "1.5 m"
[output]
path = "out.csv"
digits = 12
"""

#: One stranger's beside ours: model and format; matrix element; aimed source before a detector of ours.
OTHERS = {
    "model": """
[run]
n = 20000
[source]
name = "koto_kl"
[chain]
model = "stranger_pseudoscalar"
parameters = { m1 = 0.0, m2 = "430 MeV", Lambda_sd = "1e8 TeV", Lambda_u = "1e5 GeV" }
[detector]
name = "koto"
[output]
path = "model.root"
picture = true
""",
    "element": """
[run]
n = 2000
[source]
name = "stranger_phi"
energy = "1020 MeV"
[chain]
decay = "K_L0 -> S gamma gamma"
mass = { S = "50 MeV" }
[chain.matrix_elements."K_L0 -> S gamma gamma"]
name = "stranger_photons"
width = "2 MeV"
[output]
path = "element.root"
picture = true
""",
    "aimed": """
[run]
n = 20000
[source]
name = "stranger_cloud"
slope = "250 MeV"
aim = true
[chain]
decay = "eta -> X1 (X2 -> X1 (pi0 -> gamma gamma))"
mass = { X1 = 0.0, X2 = "400 MeV" }
ctau = { X2 = "1 km" }
lifetime = { X2 = "forced" }
[detector]
name = "charm"
[output]
path = "aimed.csv"
""",
}

MODEL = ["stranger_pseudoscalar", "m1=0", "m2=430 MeV", "Lambda_sd=1e8 TeV", "Lambda_u=1e5 GeV"]
OURS = ["zprime-scalar", "m1=0", "m2=430 MeV", "G_X=1 GF"]
#: Neither KOTO nor a dump has to be simulated for these.
FEW = ["--quick", "--cache", "cache"]

COMMANDS: dict[str, list[str]] = {
    "list": ["list"],
    "json": ["list", "--json"],
    "keys": ["list", "keys", "--json"],
    "show": ["list", "models", "--show", "stranger_pseudoscalar"],
    "schema": ["schema"],
    "doctor": ["doctor", "--json"],
    "check": ["check", "job.toml"],
    "run": ["run", "job.toml", "--set", "chain.parameters.lepton=mu"],
    "renamed": ["check", "aimed.toml", "--set", "chain.name=stranger_kaon", "--set", "chain.parameters.lepton=mu",
                "--set", "chain.mass.X2=300 MeV", "--set", "source.name=stranger_phi", "--set", "source.aim=false", "--set", "chain.lifetime.X2=exponential", "--set", "detector.name=stranger_chamber"],
    "inspect": ["inspect", "out.csv"],
    "inspect json": ["inspect", "out.csv", "--json"],
    "model": ["run", "model.toml"],
    "inspect model": ["inspect", "model.root"],
    "element": ["run", "element.toml"],
    "aimed": ["run", "aimed.toml"],
    "inspect aimed": ["inspect", "aimed.csv", "--json"],
    "check aimed": ["check", "aimed.toml"],
    "rates": ["rates", *MODEL],
    "theirs under both": ["limits", *MODEL, "--only", "stranger_unseen", "--only", "koto-2015", "--along", "Lambda_sd", *FEW, "--json"],
    "ours under theirs": ["limits", *OURS, "--only", "stranger_unseen", "--along", "G_X", *FEW, "--json"],
    "table": ["limits", *MODEL, "--only", "stranger_unseen", *FEW, "-o", "limits"],
    "all": ["limits", *MODEL, *FEW, "--json"],
    "study": ["study", "stranger_lengths", "--set", "momentum=2000 MeV", "--set", "picture=true", "-o", "lengths"],
    "new": ["new", "chain", "my_chain"],
}  # fmt: skip

#: Wrong parameters: the command, and words of its one line.
WRONG: list[tuple[list[str], str]] = [
    (["run", "job.toml", "--set", "chain.name=stranger_missing"], "cannot be loaded"),
    (["run", "job.toml", "--set", "chain.name=stranger_exits"], "cannot be loaded: SystemExit: 3"),
    (["run", "job.toml", "--set", "chain.name=stranger_doubled"], "registered 2 times, by stranger and twin"),
    (["run", "job.toml", "--set", "chain.name=stranger_koan"], "did you mean 'stranger_kaon'"),
    (["check", "job.toml", "--set", "chain.name=stranger_exits"], "cannot be loaded"),
    (["run", "job.toml", "--set", "chain.parameters.lepton=tau"], "chain.parameters.lepton = 'tau'; allowed: e or mu"),
    (["run", "job.toml", "--set", "chain.parameters.leptn=e"], "did you mean 'lepton'"),
    (["run", "element.toml", "--set", "chain.parameters.lepton=e"], "allowed: beside chain.model or name; leave it out"),
    (["run", "job.toml", "--set", "source.energy=5 cm"], "source.energy = '5 cm' is a length"),
    (["run", "job.toml", "--set", "source.energy=900 MeV"], "above 0.995222 GeV"),
    (["run", "job.toml", "--set", "source.enrgy=1"], "did you mean 'energy'"),
    (["run", "job.toml", "--set", "detector.radius=-1"], "detector.radius = -1; allowed: a length above 0"),
    (["run", "job.toml", "--set", "detector.pt_min=1 mm"], "detector.pt_min = '1 mm' is a length"),
    (["run", "job.toml", "--set", "output.digits=3"], "of 4 or more"),
    (["run", "job.toml", "--set", "output.digts=5"], "did you mean 'digits'"),
    (["run", "job.toml", "-o", "x.cvs"], "did you mean '.csv'"),
    (["run", "job.toml", "--set", "source.aim=true"], "has no y_range"),
    (["run", "job.toml", "--set", "chain.lifetime.X2=forced"], "Chamber says no region; take another one, or lifetime = exponential"),
    (["run", "aimed.toml", "--set", "source.slope=0"], "source.slope = 0"),
    (["run", "element.toml", "--set", 'chain.matrix_elements.K_L0 -> S gamma gamma={name="stranger_photons", pole="1 m"}'], "is a length"),
    (["run", "element.toml", "--set", 'chain.matrix_elements.K_L0 -> S gamma gamma={name="stranger_photon"}'], "did you mean 'stranger_photons'"),
    (["run", "model.toml", "--set", "chain.parameters.Lambda_u=5 cm"], "Lambda_u = '5 cm' is a length"),
    (["rates", *MODEL[:3], "Lambda_sd=1"], "Lambda_u"),
    (["rates", *MODEL, "Lambda_u=0"], "Lambda_u"),
    (["limits", *MODEL, "--only", "stranger_unsen", *FEW], "did you mean 'stranger_unseen'"),
    (["limits", *MODEL, "--only", "stranger_unseen", "--along", "Lambda_s", *FEW], "did you mean 'Lambda_sd'"),
    (["study", "stranger_lengths", "--set", "momentum=1 cm", "-o", "no"], "momentum = '1 cm' is a length"),
    (["study", "stranger_lengths", "--set", "pictur=true", "-o", "no"], "did you mean 'picture'"),
    (["study", "stranger_lengths", "--quick", "-o", "no"], "--quick would change nothing"),
    (["new", "chain", "stranger_kaon"], "there is a chain 'stranger_kaon' already"),
]  # fmt: skip

#: Jobs that pages show in part, with what they leave out.
REST = """
[run]
n = 2000
[source]
name = "stranger_phi"
[output]
path = "page.csv"
"""

#: Commands that end with status 1 because something of the stranger's is broken on purpose.
BROKEN = {"doctor"}

SCRIPT = """
import json, sys
sys.path.insert(0, "site")
from click.testing import CliRunner
from darkpair.cli import main

def invoke(words):
    done = CliRunner().invoke(main, words)
    return [done.exit_code, done.stdout, done.stderr, repr(done.exception)]

commands, wrong = json.loads(sys.stdin.read())
told = {name: invoke(words) for name, words in commands.items()}, [invoke(words) for words in wrong]
open("told.json", "w").write(json.dumps(told))
"""

KIT = """
import sys
sys.path.insert(0, "site")
import awkward as ak
import numpy as np
from stranger.aimed_source import Cloud
from stranger.chain import kaon
from stranger.detector import Chamber
from stranger.format import COLUMNS, FourVectors
from stranger.matrix_element import TwoPhotons
from stranger.model import CONDENSATE, Pseudoscalar
from stranger.search import UnseenKaons
from stranger.source import Phi
from darkpair import Streams, ZPrimeScalar, build
from darkpair.testing import *

def read(path):
    rows = np.loadtxt(path, delimiter=",", skiprows=1)
    columns = {name: rows[:, i].astype(int if i < 3 else float) for i, name in enumerate(COLUMNS, 1)}
    return ak.Array({"particles": ak.unflatten(ak.Array(columns), np.bincount(rows[:, 0].astype(int)))})

chain = kaon(mass={"X1": 0.0, "X2": 0.3})
check_chain(chain)
check_source(Phi())
check_source(Cloud())
check_detector(Chamber(), chain.batch(Phi().sample(16384, Streams(1).rng("source")), Streams(3)))
point = Pseudoscalar(m1=0.0, m2=0.43, Lambda_sd="1e8 TeV", Lambda_u="1e6 GeV")
amplitude = 0.5**0.5 * 0.1302 * 0.497611**2 / (0.098 * 1e6)
momentum = (0.43**2 - 0.1349768**2) / (2 * 0.43)
check_model(point, widths={("X2", "X1 pi0"): amplitude**2 * momentum / (8 * np.pi * 0.43**2)})
check_search(UnseenKaons(), point, ZPrimeScalar(m1=0.0, m2=0.43, G_X=1e-5), limit=6.3e-4)
check_writer(FourVectors, read=read)
decay = "K_L0 -> S gamma gamma"
check_chain(build(decay, mass={"S": 0.05}, matrix_elements={decay: TwoPhotons(mass=0.497611, masses=(0.05, 0, 0))}))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the installed stranger, its twin, and jobs."""
    folder = tmp_path_factory.mktemp("stranger")
    shutil.copytree(STRANGER / "src" / "stranger", folder / "site" / "stranger")
    lay_out((STRANGER / "pyproject.toml").read_text(), folder / "site")
    lay_out(TWIN, folder / "site")
    for name, text in {"job": JOB, **OTHERS}.items():
        (folder / f"{name}.toml").write_text(text)
    return folder


def python(folder: Path, code: str, given: str = "") -> None:
    place = str(Path(darkpair.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": place, "MPLBACKEND": "agg"},
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def told(folder: Path) -> Any:
    """Exit status, stdout, stderr and exception of every command; of the right ones by name, and of the wrong ones."""
    pages: dict[str, list[str]] = {}
    for page in PAGES:
        for i, text in enumerate(text for text in blocks(page, "toml") if "[chain]" in text):
            (folder / f"{page.stem}{i}.toml").write_text(text + REST)
            pages[f"{page.stem} job {i}"] = ["run", f"{page.stem}{i}.toml"]
        for line in "".join(blocks(page, "bash")).splitlines():
            words = shlex.split(line)[1:]
            pages[f"{page.stem}: {line}"] = [*words, *FEW] if words[0] == "limits" else words
    python(folder, SCRIPT, json.dumps([COMMANDS | pages, [words for words, _ in WRONG]]))
    said = json.loads((folder / "told.json").read_text())
    return [*said, pages]


@pytest.mark.parametrize("name", COMMANDS)
def test_commands(name: str, told: Any) -> None:
    status, out, err, error = told[0][name]
    assert status == int(name in BROKEN), f"{COMMANDS[name]}\n{out}\n{err}\n{error}"


@pytest.mark.parametrize(
    "i", range(len(WRONG)), ids=[f"{words[0]} {words[-1][-30:]} {i}" for i, (words, _) in enumerate(WRONG)]
)
def test_wrong_is_one_line(i: int, told: Any) -> None:
    status, out, err, error = told[1][i]
    assert status == 2, f"{out}\n{err}\n{error}"
    assert len(err.splitlines()) == 1, err
    assert not out
    assert WRONG[i][1] in err


@pytest.mark.parametrize("kind", NAMES)
def test_listed(kind: str, told: Any) -> None:
    rows = {row["name"]: row for row in json.loads(told[0]["json"][1])[kind]}
    for name in NAMES[kind]:
        assert (rows[name]["origin"], rows[name]["broken"]) == ("stranger", False)
        assert rows[name]["summary"].endswith(".")
        assert name in told[0]["list"][1]


def test_broken_is_a_line(told: Any) -> None:
    rows = [row for row in json.loads(told[0]["json"][1])["chains"] if row["broken"]]
    assert {row["name"] for row in rows} == {"stranger_missing", "stranger_exits", "stranger_doubled"}
    found = {row["name"]: row for row in json.loads(told[0]["doctor"][1]) if row["part"] == "plug-ins"}
    for row in rows:
        assert found[f"chains: {row['name']}"]["state"] == "broken"
    for kind, names in NAMES.items():
        for name in names:
            assert found[f"{kind}: {name}"]["state"] == "ok"


def test_keys_and_schema(told: Any) -> None:
    keys = json.dumps(json.loads(told[0]["keys"][1]))
    schema = told[0]["schema"][1]
    for word in (
        "stranger_phi",
        "energy",
        "stranger_chamber",
        "pt_min",
        "Lambda_sd",
        "digits",
        "pole",
        "lepton",
    ):
        assert word in keys, word
    for word in (
        "stranger_phi",
        "stranger_chamber",
        "stranger_kaon",
        "stranger_pseudoscalar",
        "digits",
        "stranger_photons",
    ):
        assert word in schema, word


def test_runs(told: Any, folder: Path) -> None:
    said = json.loads(told[0]["inspect json"][1])
    assert said["source"] == {"type": "Phi", "energy": darkpair.particle("phi").mass}
    assert said["detector"]["radius"] == 1500.0
    assert "mu+" in said["chain"]["decay"]
    assert 0 < said["result"]["accepted"] == said["output"]["events"] < 20000
    assert "expected" not in said["result"]
    assert (folder / "model.png").is_file()
    aimed = json.loads(told[0]["inspect aimed"][1])
    assert aimed["source"]["source"] == {"type": "Cloud", "middle": 3.37, "width": 1.2, "slope": 0.25}
    assert 0.0 < aimed["result"]["acceptance_error"] < 0.3 * aimed["result"]["acceptance"]


def test_limits(told: Any) -> None:
    theirs = {row["constraint"]: row for row in json.loads(told[0]["theirs under both"][1])}
    assert set(theirs) == {"stranger_unseen", "koto-2015"}
    assert all(row["value"] > 0.0 for row in theirs.values())
    (ours,) = json.loads(told[0]["ours under theirs"][1])
    assert (ours["constraint"], ours["limit"]) == ("stranger_unseen", 6.3e-4)
    assert ours["G_X low"] is not None
    assert {"stranger_unseen", "koto-2021"} <= {row["constraint"] for row in json.loads(told[0]["all"][1])}


def test_study(told: Any, folder: Path) -> None:
    assert "lengths.csv" in told[0]["study"][1]
    assert json.loads((folder / "lengths" / "lengths.json").read_text())["provenance"]["momentum"] == 2.0
    assert (folder / "lengths" / "lengths.png").is_file()


def test_conformance(folder: Path) -> None:
    python(folder, KIT)
