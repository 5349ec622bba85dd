"""A stranger's search, format and study: found, listed, run by the commands, and refused in one line where they are wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from darkpair.cli import main
from darkpair.detectors.koto import Koto
from darkpair.detectors.koto_kaon import KotoKaon
from darkpair.gen.output.formats import ENDINGS, FORMATS, format_of_name
from darkpair.searches import SEARCHES
from darkpair.studies import STUDIES, Study
from darkpair.studies.outputs import Output, Run, Table

EXAMPLES = Path(__file__).parents[2] / "examples"

SEARCH = '''
from dataclasses import dataclass
from darkpair.searches import Measurement, Search

def number(value):
    return Measurement(value=value, unit="1", source="a stranger", confidence="choice")

@dataclass(frozen=True, kw_only=True)
class Kaons(Search):
    """B+ -> K+ X1 X2, all of it."""
    NEEDS = (("B+", "K+ X1 X2"),)
    measurements = (number(1e-5),)
    limit = 1e-5
    def value(self, model):
        return model.branching_ratio("B+", "K+ X1 X2")

@dataclass(frozen=True, kw_only=True)
class Old(Kaons):
    SETS = ("2020",)

@dataclass(frozen=True, kw_only=True)
class Negative(Kaons):
    SETS = ("2020",)
    def value(self, model):
        return -model.branching_ratio("B+", "K+ X1 X2")

class Dies(Negative):
    def value(self, model):
        return model.nothing_of_that_name

class Endless(Kaons):
    limit = float("inf")

class Unsourced(Kaons):
    measurements = (Measurement(value=1.0, unit="1", source="", confidence="choice"),)

class Wants(Kaons):
    def __init__(self, more):
        pass

def no_search():
    return 3
'''

FORMAT = '''
import json
from pathlib import Path
from typing import Literal
from darkpair.gen.output.target import EventWriter

class Lines(EventWriter):
    """JSON, .jsonl: an event a line."""
    ENDINGS = (".jsonl", ".flat.root")
    def __init__(self, path, *, provenance, spelling: Literal["long", "short"] = "long", indent: int | None = None):
        super().__init__(path, provenance)
        self.spelling = spelling
    def open_file(self):
        return self.partial.open("w")
    def write(self, events):
        for weights in events.weights.to_list():
            self.file.write(json.dumps(weights) + "\\n")
        self.events += len(events)
    def finish(self):
        output = {"events": self.events, "spelling": self.spelling}
        self.file.write(json.dumps(self.described() | {"output": output}) + "\\n")
    @classmethod
    def read_provenance(cls, path):
        return json.loads(Path(path).read_text().splitlines()[-1])

class Silent(Lines):
    """Says nothing of its files."""
    ENDINGS = (".silent",)
    read_provenance = EventWriter.read_provenance

class NoEnding(Lines):
    ENDINGS = ()

class Unpointed(Lines):
    ENDINGS = "jsonl"
'''

STUDY = '''
from pathlib import Path
from typing import Annotated, Literal
from darkpair.gen.parameters import Energy, Gt
from darkpair.export.files import write_rows

def mine(folder: Path, *, mass: Annotated[float, Energy, Gt(0.0)] = 0.1, shape: Literal["line", "curve"] = "line") -> list[Path]:
    """A mass and a shape."""
    return write_rows(folder, "mine", [{"mass": mass, "shape": shape}], {})

def nowhere(mass: float) -> list[Path]:
    return []

def pathless(folder: Path) -> None:
    return None
'''

POINTS = """
[darkpair.searches]
own-kaons = own_search:Kaons
own-old = own_search:Old
own-negative = own_search:Negative
own-dies = own_search:Dies
own-endless = own_search:Endless
own-unsourced = own_search:Unsourced
own-wants = own_search:Wants
own-none = own_search:no_search
koto-2021 = own_search:Kaons
[darkpair.formats]
lines = own_format:Lines
silent = own_format:Silent
no-ending = own_format:NoEnding
unpointed = own_format:Unpointed
no-writer = own_search:Kaons
[darkpair.studies]
own-study = own_study:mine
own-nowhere = own_study:nowhere
own-pathless = own_study:pathless
"""

#: Neither K_L nor eta gives this pair: nothing is generated.
POINT = ["limits", "zprime-majorana", "m1=0", "m2=600 MeV", "G_X=1 GF", "--quick"]


@pytest.fixture(autouse=True)
def installed(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package with all of them, laid out as an installer lays it out."""
    folder = tmp_path_factory.mktemp("site")
    for name, text in (("own_search", SEARCH), ("own_format", FORMAT), ("own_study", STUDY)):
        (folder / f"{name}.py").write_text(text)
    info = folder / "own-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: own\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(POINTS)
    monkeypatch.syspath_prepend(str(folder))
    registries = (SEARCHES, FORMATS, STUDIES)
    for registry in registries:
        registry.__dict__.pop("_theirs", None)
    yield
    for registry in registries:
        registry.__dict__.pop("_theirs", None)


def invoke(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def said(*words: object) -> str:
    result = invoke(*words)
    assert result.exit_code == 0, result.output
    return result.output


def refused(*words: object) -> str:
    result = invoke(*words)
    assert result.exit_code == 2, result.output
    assert len(result.output.strip().splitlines()) == 1, result.output
    assert "Traceback" not in result.output
    return result.output


def listed(kind: str) -> dict[str, tuple[str, bool]]:
    rows = json.loads(said("list", kind, "--json"))[kind]
    return {row["name"]: (row["summary"], row["broken"]) for row in rows if row["origin"] == "own"}


def test_what_cannot_be_used_is_a_line() -> None:
    searches, formats, studies = (listed(kind) for kind in ("searches", "formats", "studies"))
    assert {name for name, (_, broken) in searches.items() if not broken} == {
        "own-kaons", "own-old", "own-negative", "own-dies",
    }  # fmt: skip
    assert "limit = inf" in searches["own-endless"][0]
    assert "source" in searches["own-unsourced"][0]
    assert "a int is no search" in searches["own-none"][0]
    assert "darkpair has a search of this name" in searches["koto-2021"][0]
    assert searches["own-kaons"][0] == "B+ -> K+ X1 X2, all of it."
    assert {name for name, (_, broken) in formats.items() if broken} == {
        "no-ending",
        "unpointed",
        "no-writer",
    }
    assert "begin with a dot" in formats["unpointed"][0]
    assert {name for name, (_, broken) in studies.items() if broken} == {"own-nowhere"}


def test_a_search_is_asked(tmp_path: Path) -> None:
    words = [*POINT, "--cache", tmp_path, "--json"]
    rows = {row["constraint"]: row for row in json.loads(said(*words))}
    assert "own-kaons" in rows
    assert not {"own-old", "own-endless"} & set(rows)  # another set; broken
    ours = rows["b-to-k-red-line"]["value"]  # the same rate where X2 escapes, less than it
    assert rows["own-kaons"]["value"] > ours
    assert rows["own-kaons"]["ratio"] == rows["own-kaons"]["value"] / 1e-5
    alone = json.loads(said(*words, "--only", "own-old", "--along", "G_X"))
    assert [row["constraint"] for row in alone] == ["own-old"]
    assert "own-kaons" not in said(*words, "--without", "own-kaons")
    assert "did you mean 'own-kaons'" in refused(*words, "--without", "own-kaon")
    assert "allowed: 0 or more and finite" in refused(*words, "--only", "own-negative")
    assert "--without own-dies" in refused(*words, "--only", "own-dies")
    assert "cannot be loaded" in refused(*words, "--only", "own-endless")
    names = [word for name in rows for word in ("--only", name)] + [
        word for name in rows for word in ("--without", name)
    ]
    assert "leaves no search" in refused(*words, *names)


def job(*words: object) -> list[object]:
    return ["run", EXAMPLES / "koto_pi0.toml", "-n", 20000, "--set", "output.picture=false", *words]


def test_a_format_is_written_and_read(tmp_path: Path) -> None:
    for name, spelling in (("e.jsonl", "long"), ("E.v2.JSONL", "short"), ("e.flat.root", "long")):
        path = tmp_path / name
        more = [] if spelling == "long" else ["--set", "output.spelling=short"]
        said(*job("-o", path, *more))
        output = json.loads(said("inspect", path, "--json"))["output"]
        assert output == {"events": len(path.read_text().splitlines()) - 1, "spelling": spelling}
    assert output["events"] > 0
    assert "spelling = 'shrt'" in refused(*job("-o", path, "--set", "output.spelling=shrt"))
    assert "did you mean 'spelling'" in refused(*job("-o", path, "--set", "output.speling=short"))
    said(*job("-o", tmp_path / "e.silent"))
    assert "does not read back" in refused("inspect", tmp_path / "e.silent")
    assert "there is no file" in refused("inspect", tmp_path / "none.jsonl")
    (tmp_path / "bad.jsonl").write_text("[1]")
    assert "how many events" in refused("inspect", tmp_path / "bad.jsonl")
    (tmp_path / "bad.jsonl").write_text("nothing")
    assert "JSONDecodeError" in refused("inspect", tmp_path / "bad.jsonl")


@pytest.mark.parametrize(
    "name",
    ["x.orc", "x.csv", "x.lhef", "x", "x.", ".root", "x.root.gz", "x.hepmc", "x.hepmc3.bz2", "x.jsonl.gz"],
)
def test_an_ending_of_no_format_is_refused(name: str, tmp_path: Path) -> None:
    text = refused(*job("-o", tmp_path / name))
    assert ".root, .hepmc3, .hepmc3.gz, .lhe, .lhe.gz, .parquet, .jsonl, .flat.root or .silent" in text
    assert "refused" in refused("check", EXAMPLES / "koto_pi0.toml", "-o", tmp_path / name).replace(
        name, "refused"
    )
    assert not list(tmp_path.iterdir())


def test_endings() -> None:
    for name, endings in ENDINGS.items():
        assert endings == FORMATS[name].ENDINGS
    for path, name, stem in (
        ("a.root", "root", "a"),
        ("f.hepmc3/A.B.ROOT", "root", "A.B"),
        ("a.HepMC3.gz", "hepmc3", "a"),
        ("a.hepmc.root", "root", "a.hepmc"),
        ("a.flat.root", "lines", "a"),
    ):
        found = format_of_name(path)
        assert found is not None
        assert (found.name, found.stem(path)) == (name, stem)


def test_options_of_a_format_that_another_does_not_have(tmp_path: Path) -> None:
    assert "of the format 'lines', which has spelling" in refused(
        *job("-o", tmp_path / "x.jsonl", "--set", "output.compression=zstd")
    )
    assert "did you mean 'layout'" in refused(*job("-o", tmp_path / "x.root", "--set", "output.layot=nano"))


def test_a_study_has_its_own_options(tmp_path: Path) -> None:
    def told(*words: object) -> object:
        said("study", "own-study", "-o", tmp_path / "o", *words)
        return json.loads((tmp_path / "o" / "mine.json").read_text())["rows"]

    assert told() == [{"mass": 0.1, "shape": "line"}]
    assert told("--set", "mass=250 MeV", "--set", "shape=curve") == [{"mass": 0.25, "shape": "curve"}]
    for words, expected in (
        (["--set", "mass=5 cm"], "an energy"),
        (["--set", "mass=-1"], "above 0"),
        (["--set", "shape=circle"], "line or curve"),
        (["--set", "mas=1"], "did you mean 'mass'"),
        (["--set", "mass"], "key=value"),
        (["--quick"], "--quick would change nothing"),
        (["--inputs", "paper"], "which takes mass, shape"),
        (["--set", "folder=x"], "folder"),
        (["--set", "quick=true"], "write --quick"),
    ):
        assert expected in refused("study", "own-study", "-o", tmp_path / "o", *words)
    assert "list of the paths" in refused("study", "own-pathless", "-o", tmp_path / "o")
    assert "cannot be loaded" in refused("study", "own-nowhere", "-o", tmp_path / "o")
    assert "did you mean 'own-study'" in refused("study", "own-stud", "-o", tmp_path / "o")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("fig1", ["--set", "events=5"]),
        ("fig2", ["--inputs", "paper"]),
        ("fig2", ["--set", "events=0"]),
        ("fig9", ["--data", "today"]),
        ("koto-limits", ["--inputs", "pdg"]),
        ("fig4", ["--data", "2021"]),
        ("fig4", ["--inputs", "pgd"]),
        ("fig9", ["--set", "cuts.pt.min=140 MeV"]),
        ("fig6", ["--set", "cuts.pt.min=5 cm"]),
        ("fig6", ["--set", "cuts.ptt.min=140 MeV"]),
        ("fig6", ["--set", "charm.calorimeter.z=3 m"]),
        ("fig6", ["--set", "koto.geometry.radius=x"]),
    ],
)
def test_options_of_ours(name: str, words: list[str], tmp_path: Path) -> None:
    refused("study", name, "-o", tmp_path / "o", *words)
    assert not (tmp_path / "o").exists()


def test_a_cut_is_changed_in_a_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def look(run: Run) -> Iterator[Output]:
        assert not run.quick
        selections = [detector.cuts.cuts for detector in (Koto(selection="2015"), Koto(), KotoKaon())]
        cuts = [cut.limits(whole=True) for cuts in selections for cut in cuts if cut.name == "pt"]
        yield Table(rows=[{"pt": cut} for cut in cuts])

    study = Study(look, "of a test", name="look", detectors=("charm", "koto"))
    monkeypatch.setitem(STUDIES.ours, "look", study)

    def pt_cuts(*words: object) -> tuple[list[str], object]:
        said("study", "look", "-o", tmp_path / "o", *words)
        table = json.loads((tmp_path / "o" / "look.json").read_text())
        return [row["pt"] for row in table["rows"]], table["provenance"].get("changes")

    plain, none = pt_cuts()
    assert none is None
    for key in ("cuts.pt.min", "koto.cuts.pt.min"):
        changed, changes = pt_cuts("--set", f"{key}=210 MeV")
        assert [cut.startswith("pt >= 0.21 ") for cut in changed] == [True, True, False]
        assert changed[2] == plain[2]
        assert changes == {"koto.toml": {"cuts.pt.min": "210 MeV"}}
    assert pt_cuts() == (plain, None)
