"""Commands that write several files look at each before anything runs: somebody's stays as it is, and a refused command leaves nothing."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from darkpair.cli import main
from darkpair.gen.pipeline import Pipeline

EXAMPLES = Path(__file__).parents[2] / "examples"
KOTO, DUMP = EXAMPLES / "koto_pi0.toml", EXAMPLES / "charm.toml"
#: Without a detector the picture is of what decays where.
NO_DETECTOR = """
run = { n = 20, seed = 1 }
source = { name = "koto_kl" }
chain = { decay = "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))", mass = { X1 = 0.0, X2 = "300 MeV" }, ctau = { X2 = 0.0 } }
output = { path = "bare.root" }
"""

#: Commands that write more than one file; each is run once to see which.
SEVERAL = [
    f"run {KOTO} -n 20 -o k.root",
    f"run {KOTO} -n 20 -o k.hepmc3.gz --part 1/1",
    f"run {DUMP} -n 20 -o d.parquet --set source.aim=false",
    f"run {KOTO} -n 20 -o set/",
    f"run {KOTO} -n 20 -o s/ --scan chain.mass.X2='200 MeV, 300 MeV'",
    "run bare.toml",
    "limits zprime-scalar m1=0 m2='430 MeV' G_X='0.5 GF,1 GF' --only k-to-pi-na62 -o lim",
]

#: Commands that are refused, for whatever reason.
REFUSED = [
    f"run {KOTO} -n 20 -o s/ --scan chain.mass.X2='200 MeV, 900 MeV'",
    f"run {KOTO} -n 20 -o a/b/s/ --scan chain.mass.X2='200 MeV, 900 MeV'",
    f"run {KOTO} -n 20 -o s/ --scan chain.mass.X2='200 MeV' --set output.layout=nothing",
    f"run {KOTO} -n 20 -o set/ --set chain.mass.X2='900 MeV'",
    f"run {KOTO} -n 20 -o set/ --part 3/2",
    f"run {KOTO} -n 20 -o set/ --set output.format=nothing",
    f"run {KOTO} -n 20 -o a/k.root",
    f"run {KOTO} -n 20 -o k.nothing",
    "limits zprime-scalar m1=0 m2='430 MeV' G_X='1 GF' --only nothing -o lim",
    "limits zprime-scalar m1=0 m2='430 MeV' G_X='1 GF' --along nothing -o lim",
    "limits zprime-scalar m1=0 m2='430 MeV' G_X='1 GF' --search nothing.toml -o a/lim",
    "merge out.root nothing.root",
    "report nothing.root",
    "display nothing.root",
    "new nothing mine",
]


def invoke(command: str) -> Result:
    result = CliRunner().invoke(main, shlex.split(command))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def tree(folder: Path) -> dict[str, bytes | None]:
    """Everything below a folder, by its path: contents of files, None for a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def _start(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder.mkdir()
    (folder / "bare.toml").write_text(NO_DETECTOR, encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("command", SEVERAL)
def test_nobodys_file_is_replaced(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file or a folder in the place of each: one line before an event is made, unless --force replaces the file."""
    trial = _start(tmp_path / "trial", monkeypatch)
    before = tree(trial)
    assert invoke(command).exit_code == 0
    # the manifest is made again of what is there, and parts have names that nobody else gives
    written = [name for name, content in tree(trial).items() - before.items() if content is not None]
    written = [name for name in written if "manifest.json" not in name and "events-" not in name]
    assert len(written) > 1 or "set/" in command, written
    assert invoke(command).exit_code == 0  # (ours, which nobody is asked about)
    for i, name in enumerate(sorted(written)):
        # (a folder of the name of events is a dataset)
        for foreign in ("file", "folder")[: 1 if Path(name).suffix in {".root", ".parquet", ".gz"} else 2]:
            here = _start(tmp_path / f"{i}-{foreign}", monkeypatch)
            place = here / name
            place.parent.mkdir(parents=True, exist_ok=True)
            if foreign == "file":
                place.write_text("mine", encoding="utf-8")
            else:
                place.mkdir()
            before = tree(here)
            with monkeypatch.context() as patch:
                patch.setattr(Pipeline, "chunk", _never)
                done = invoke(command)
            assert (done.exit_code, done.stderr.count("\n")) == (2, 1), (name, foreign, done.output)
            assert place.name in done.stderr
            assert tree(here) == before, (name, foreign)


def _never(*_: object, **__: object) -> None:
    raise AssertionError("events were made")


@pytest.mark.parametrize(
    ("delete", "picture"), [(True, "k.png"), (False, "k.png"), (True, "set/set.png"), (False, "set/set.png")]
)
def test_our_own_pictures_bother_nobody(
    delete: bool, picture: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who deletes the events and runs again, or makes a longer run, gets the new picture."""
    monkeypatch.chdir(tmp_path)
    out = "set/" if "/" in picture else "k.root"
    assert invoke(f"run {KOTO} -n 20 -o {out}").exit_code == 0
    before = Path(picture).read_bytes()
    if delete:
        for path in [*tmp_path.rglob("*.root"), *tmp_path.rglob("manifest.json")]:
            path.unlink()
    assert invoke(f"run {KOTO} -n 30 -o {out}").exit_code == 0
    assert Path(picture).read_bytes() != before


def test_a_picture_of_somebodys_matplotlib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is nobody's of ours, unless events of ours stand beside it: earlier versions signed no more."""
    from darkpair.report.pictures import drawn, figure_of

    monkeypatch.chdir(tmp_path)
    somebodys = drawn(figure_of(1.0, 1.0), "png", 50)
    Path("k.png").write_bytes(somebodys)
    assert invoke(f"run {KOTO} -n 20 -o k.root").exit_code == 2
    assert Path("k.png").read_bytes() == somebodys
    assert invoke(f"run {KOTO} -n 20 -o k.root --force").exit_code == 0
    Path("k.png").write_bytes(somebodys)
    assert invoke(f"run {KOTO} -n 30 -o k.root").exit_code == 0
    assert Path("k.png").read_bytes() != somebodys
    Path("k.png").write_text("mine")
    assert invoke(f"run {KOTO} -n 30 -o k.root").exit_code == 0  # (nothing is made)
    assert invoke(f"run {KOTO} -n 40 -o k.root").exit_code == 2
    assert Path("k.png").read_text() == "mine"


@pytest.mark.parametrize("command", REFUSED)
def test_a_refused_command_leaves_nothing(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = invoke(command)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1), done.output
    assert tree(tmp_path) == {}


@pytest.mark.parametrize("command", ["run", "check"])
@pytest.mark.parametrize("name", ["thesis.tex", ".git/HEAD", "manifest.json"])
def test_a_folder_of_other_things_is_no_dataset(
    command: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a slash it is nobody's wish; with one it is, and an empty folder and a dataset are taken without."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "foreign" / name
    path.parent.mkdir(parents=True)
    path.write_text('{"name": "of a web page"}', encoding="utf-8")
    before = tree(tmp_path)
    for out in ("foreign", "."):
        done = invoke(f"{command} {KOTO} -n 20 -o {out}")
        assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
        assert repr(f"{out}/") in done.stderr
        assert tree(tmp_path) == before
    if command == "run" and name != "manifest.json":
        (tmp_path / "empty").mkdir()
        for out in ("foreign/", "foreign", "empty", "empty"):
            assert invoke(f"run {KOTO} -n 20 -o {out}").exit_code == 0, out
        assert path.read_text(encoding="utf-8") == '{"name": "of a web page"}'


def test_a_run_that_died_goes_on(tmp_path: Path) -> None:
    """A dataset whose first part was not complete is still one without its slash."""
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / ".events-0000000000-0000000001.root.0123abcd.part").touch()
    assert invoke(f"run {KOTO} -n 20 -o {folder}").exit_code == 0
