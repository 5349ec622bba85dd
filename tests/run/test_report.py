"""`darkpair report`: of every format and detector, what it refuses, and that nothing half-written is left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uproot
from click.testing import CliRunner

import darkpair.run.report as module
from darkpair import InputError, read_provenance, write_report
from darkpair.cli import main
from darkpair.gen.toml_text import parse_toml
from darkpair.job.job import job_of
from darkpair.run.runner import run_job
from tests.shared.report_pages import Page, parsed
from tests.shared.small_events import toy_events, write_nano

pytest.importorskip("matplotlib", reason="a report has pictures, which matplotlib draws")

KAON: dict[str, Any] = {
    "source": {"name": "koto_kl"},
    "chain": {
        "decay": "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))",
        "mass": {"X1": 0.0, "X2": 0.43},
        "ctau": {"X2": 0.0},
    },
}
BEAUTY: dict[str, Any] = {
    "source": {"name": "upsilon4s"},
    "chain": {"decay": "B+ -> K+ X1 (X2 -> X1 gamma)", "mass": {"X1": 0.1, "X2": 1.0}, "ctau": {"X2": 300.0}},
}
DUMP: dict[str, Any] = {
    "chain": {
        "decay": "eta -> X1 (X2 -> X1 gamma)",
        "mass": {"X1": 0.02, "X2": 0.3},
        "ctau": {"X2": "10 m"},
        "lifetime": {"X2": "forced"},
    },
}


def dump(energy: str) -> dict[str, Any]:
    return DUMP | {"source": {"name": "dump_mesons", "meson": "eta", "beam_energy": energy}}


DETECTORS: dict[str, dict[str, Any]] = {
    "koto": KAON,
    "koto_kaon": KAON | {"chain": {"decay": "K_L0 -> (pi0 -> gamma gamma) (pi0 -> gamma gamma)"}},
    "belle": BEAUTY | {"source": {"name": "upsilon4s", "machine": "belle"}},
    "belle2": BEAUTY,
    "charm": dump("400 GeV"),
    "nucal": dump("70 GeV"),
    "ship": dump("400 GeV"),
    "dune_nd": dump("120 GeV"),
    "faser2": dump("6.8 TeV"),
}


def made(folder: Path, name: str, table: dict[str, Any], n: int = 400, **output: Any) -> Path:
    job = table | {
        "run": {"n": n, "seed": 5},
        "output": {"path": f"{folder}/{name}", "picture": False} | output,
    }
    run_job(job_of(job, where="here"))
    return folder / name


def page_of(path: Path) -> Page:
    return parsed(write_report(path).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def koto(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("koto"), "koto.root", KAON | {"detector": {"name": "koto"}}, 1500)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures that nobody draws, which takes most of a page's time."""
    monkeypatch.setattr("darkpair.report.html.plots.drawn", lambda *_: b'<svg viewBox="0 0 1 1"><g/></svg>')


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("name", DETECTORS)
def test_every_detector(tmp_path: Path, name: str) -> None:
    path = made(tmp_path, "out.root", DETECTORS[name] | {"detector": {"name": name}}, events="all")
    shown = page_of(path)
    assert not [note for note in shown.notes if "cannot be shown" in note]
    says = [own["aria-label"] for own in shown.of("svg") if own.get("class") == "plot"]
    places = [text for text in says if text.startswith("Places of ")]
    assert places
    assert all("no outline" not in text for text in places)
    assert ("calorimeter" in places[0]) == (not name.startswith("belle"))
    assert [text for text in says if text.startswith("Histogram of ")]
    verdicts = {row["verdict"] for row in shown.table("Conservation of four-momentum")}
    assert verdicts == {"holds"}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("name", "output"),
    [
        ("out.root", {"layout": "nano"}),
        ("out.root", {"layout": "flat"}),
        ("out.root", {"kind": "rntuple"}),
        ("out.hepmc3.gz", {}),
        ("out.lhe", {}),
        ("out.parquet", {}),
        ("out.parquet", {"layout": "flat"}),
        ("out/", {}),
    ],
    ids=str,
)
def test_every_format(tmp_path: Path, name: str, output: dict[str, str]) -> None:
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow")
    path = made(tmp_path, name, KAON | {"detector": {"name": "koto"}}, 1500, **output)
    report = write_report(path)
    assert report == (path / "out.report.html" if path.is_dir() else tmp_path / "out.report.html")
    shown = parsed(report.read_text(encoding="utf-8"))
    text = name.endswith((".gz", ".lhe"))
    assert [note for note in shown.notes if "does not keep histograms" in note] != [] or not text
    assert [note for note in shown.notes if "does not hold where" in note] != [] or name != "out.lhe"
    assert len(shown.notes) == text + (name == "out.lhe")
    assert {row["verdict"] for row in shown.table("Conservation of four-momentum")} == {"holds"}
    wanted = {"energy follows from the mass"} if output.get("layout") == "nano" else {"holds"}
    assert {row["verdict"] for row in shown.table("Mass shells")} == wanted


@pytest.mark.usefixtures("quick")
def test_a_chain_s_job_makes_the_same_sample(koto: Path) -> None:
    again = job_of(parse_toml(page_of(koto).codes[0], "page"), where="page")
    assert again.pipeline().digest == read_provenance(koto)["sample"]["digest"]


@pytest.mark.usefixtures("quick")
def test_without_a_detector(tmp_path: Path) -> None:
    shown = page_of(made(tmp_path, "out.root", KAON, 50))
    assert shown.notes == ["The file has no histograms: the job had neither a detector nor a picture."]
    assert any(own.get("aria-label", "").endswith(" m") for own in shown.of("svg"))


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("name", ["out.root", "out.hepmc3"])
def test_of_an_event_file(tmp_path: Path, name: str) -> None:
    """Its own vertices need not close: they are not looked at, and of a format that does not say which those are none is."""
    write_nano(tmp_path / "b.root", toy_events(60))
    table = {
        "source": {"name": "event_file", "path": str(tmp_path / "b.root"), "parents": ["K_L0"]},
        "chain": {"decay": "K_L0 -> (pi0 -> gamma gamma) (pi0 -> gamma gamma)"},
        "output": {"path": str(tmp_path / name), "picture": False},
    }
    run_job(job_of(table, where="here"))
    shown = page_of(tmp_path / name)
    if name.endswith(".root"):
        rows = shown.table("Conservation of four-momentum")
        assert [(row["decay of"], row["verdict"]) for row in rows] == [("K_L0", "holds"), ("pi0", "holds")]
    else:
        assert any("does not say which vertices are the chain's" in note for note in shown.notes)
        assert not [caption for caption in shown.tables if caption.startswith("Conservation")]


@pytest.mark.usefixtures("quick")
def test_of_no_accepted_event(tmp_path: Path) -> None:
    table = KAON | {"detector": {"name": "koto", "cuts": {"pt": {"min": "249 MeV"}}}}
    shown = page_of(made(tmp_path, "out.root", table, 50))
    assert "There is no event in the file." in shown.notes
    assert not [note for note in shown.notes if "cannot be shown" in note]


@pytest.mark.parametrize("words", [[], ["-o", "own.html"]], ids=["beside", "elsewhere"])
def test_the_command(koto: Path, words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["report", str(koto), *words])
    path = Path(words[1]) if words else koto.with_name("koto.report.html")
    assert (done.exit_code, done.output) == (0, f"report                 {path}\n")
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>\n<html")
    assert {entry.name for entry in path.parent.iterdir()} <= {"own.html", "koto.root", "koto.report.html"}


def refused(tmp_path: Path, koto: Path) -> Iterator[tuple[list[str], str]]:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.root").write_text("no ROOT file", encoding="utf-8")
    (tmp_path / "cut.root").write_bytes(koto.read_bytes()[:3000])
    with uproot.recreate(tmp_path / "foreign.root") as file:
        file.mktree("Events", {"x": "int32"})
    yield ["absent.root"], "there is no file"
    yield ["text.root"], "cannot be read as a ROOT file"
    yield ["cut.root"], "is cut short"
    yield ["foreign.root"], "was not written by darkpair"
    yield ["folder"], "is a folder without parts of a dataset"
    yield [str(koto), "-o", "nowhere/x.html"], "there is no folder"
    yield [str(koto), "-o", "folder"], "is a folder; give the name of a file"
    yield [str(koto), "-o", str(koto)], "is the file itself; give another name"


def test_what_is_refused_is_one_line(koto: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = koto.read_bytes()
    for words, line in refused(tmp_path, koto):
        done = CliRunner().invoke(main, ["report", *words])
        assert (done.exit_code, done.stdout) == (2, ""), words
        assert line in done.stderr, done.stderr
        assert done.stderr.count("\n") == 1
    assert not [path for path in tmp_path.rglob("*") if path.suffix in (".html", ".part")]
    assert koto.read_bytes() == before


def test_without_matplotlib(koto: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("darkpair.run.picture.find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"^pictures need matplotlib; install 'darkpair\[plot\]'$"):
        write_report(koto, tmp_path / "x.html")


def test_what_fails_leaves_the_page_of_before(
    koto: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.html"
    path.write_text("before", encoding="utf-8")

    def fails(_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "page", fails)
    with pytest.raises(KeyboardInterrupt):
        write_report(koto, path)
    assert path.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_the_event_display(koto: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = parsed(write_report(koto, tmp_path / "x.html").read_text(encoding="utf-8"))
    heads = [head for _, head in shown.heads]
    assert heads.index("Event display") == heads.index("Where particles decay") + 1
    assert "#events" in [own["href"] for own in shown.of("a")]
    assert shown.loads() == []
    policy = next(own["content"] for own in shown.of("meta") if "http-equiv" in own)
    assert "script-src 'unsafe-inline'" in policy
    monkeypatch.setattr(module, "fragment", lambda _: "x" * module.LARGEST)
    path = write_report(koto, tmp_path / "y.html")
    assert path.stat().st_size < module.LARGEST / 5
    assert "Event display" not in path.read_text(encoding="utf-8")
