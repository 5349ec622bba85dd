"""A disk that is full at any moment of any command: one line, status 2, what was there is whole, nothing half-written is left."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from darkpair.chains.chain import Chain
from darkpair.cli import main
from darkpair.cli import study as study_command
from darkpair.export.files import subplots
from darkpair.export.hepdata import Table as PublishedTable
from darkpair.gen.errors import InputError
from darkpair.gen.output.unwritten import UnwrittenError
from darkpair.job.job import load_job
from darkpair.pages import Outputs, rewrite
from darkpair.run.runner import run_job
from darkpair.scan import scan
from darkpair.studies import STUDIES, outputs
from darkpair.studies.study import Study
from tests.shared.forms import Form, every_form
from tests.shared.small_disk import Disk, LimitedFiles, SmallDisk, mounted

JOB = """
run = { n = 300, seed = 1 }
source = { name = "koto_kl" }
chain = { decay = "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))", mass = { X1 = 0.0, X2 = "300 MeV" }, ctau = { X2 = 0.0 } }
output = { path = "unused.root", picture = false }
"""


@pytest.fixture(scope="module")
def mountable(tmp_path_factory: pytest.TempPathFactory) -> bool:
    """Whether a file system can be mounted here."""
    with mounted(tmp_path_factory.mktemp("trial"), "1m") as mount:
        return mount is not None


@pytest.fixture(params=[SmallDisk, LimitedFiles])
def disk(request: pytest.FixtureRequest, tmp_path: Path, mountable: bool) -> Iterator[Disk]:
    """A small disk at ten moments and limited files at three; where nothing can be mounted, these at ten."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if request.param is LimitedFiles:
        yield LimitedFiles(folder, every=4 if mountable else 1)
    elif not mountable:
        pytest.skip("no file system can be mounted here")
    else:
        with mounted(folder, "8m"):
            yield SmallDisk(folder)


@pytest.fixture
def best_disk(tmp_path: Path, mountable: bool) -> Iterator[Disk]:
    """A small disk, or limited files where nothing can be mounted: for what draws pictures, which takes time."""
    folder = tmp_path / "disk"
    folder.mkdir()
    with mounted(folder, "8m") if mountable else nullcontext():
        yield SmallDisk(folder) if mountable else LimitedFiles(folder)


def answer(*words: str | Path) -> tuple[int, str]:
    """Exit status of a command, and what it says of an error."""
    result = CliRunner().invoke(main, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stderr


def contents(folder: Path) -> dict[str, bytes]:
    """Every file in a folder and below, hidden ones too."""
    return {
        str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if not path.is_dir()
    }


def refused(said: tuple[int, str]) -> None:
    status, text = said
    assert status == 2, text
    assert text.startswith("darkpair: "), text
    assert text.count("\n") == 1, text
    assert "cannot be written" in text, text


def check_moments(disk: Disk, make: Callable[[], tuple[int, str]]) -> None:
    """Make something where there is room, then where there is too little, over what is there and where there is nothing.

    Parameters
    ----------
    disk : Disk
    make : callable
        Runs a command that writes into ``disk.folder``; exit status and what it says of an error.
    """
    assert make() == (0, "")
    before = contents(disk.folder)
    assert before
    moments = disk.moments([len(content) for content in before.values()])
    for turn, moment in enumerate([*moments, *moments[:1]]):
        if turn == len(moments) // 2:
            clear(disk.folder)
        there = bool(contents(disk.folder))
        with disk.room(moment):
            refused(make())
        assert contents(disk.folder) == (before if there else {}), moment
    clear(disk.folder)
    assert make() == (0, "")
    assert contents(disk.folder).keys() == before.keys()


def clear(folder: Path) -> None:
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.fixture
def job(tmp_path: Path) -> Path:
    path = tmp_path / "job.toml"
    path.write_text(JOB)
    return path


@pytest.mark.parametrize("form", every_form(layout="cartesian"))
def test_events(disk: Disk, job: Path, form: Form) -> None:
    settings = [word for key, value in form.options.items() for word in ("--set", f"output.{key}={value}")]
    path = disk.folder / f"e{form.ending}"
    check_moments(disk, lambda: answer("run", job, "-o", path, "--force", *settings))


def test_check_and_its_trial(disk: Disk, job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The trial's file is a temporary one; nothing is left of it, nor in the folder that the output would have."""
    monkeypatch.setattr("tempfile.tempdir", str(disk.folder))
    path = job.parent / "e.root"
    assert answer("check", job, "-o", path)[0] == 0
    for room in (0, 8192, 16384):
        with disk.room(room):
            status, text = answer("check", job, "-o", path)
        assert (status, text.count("\n")) == (2, 1)
        assert "set TMPDIR" in text
        assert not contents(disk.folder)
        assert not path.exists()


def test_pictures_of_a_run(best_disk: Disk, job: Path) -> None:
    """Events that are complete are kept when their picture cannot be written."""
    words = (
        "run",
        job,
        "-o",
        best_disk.folder / "e.hepmc3",
        "--force",
        "-n",
        "20",
        "--set",
        "output.picture=true",
    )
    assert answer(*words)[0] == 0
    events, picture = (best_disk.folder / name for name in ("e.hepmc3", "e.png"))
    drawn, size = picture.read_bytes(), events.stat().st_size
    assert len(drawn) > size + 4096  # (the limit of a file is between them)
    for there in (True, False):
        if not there:
            clear(best_disk.folder)
        with best_disk.room(size + 4096):
            status, text = answer(*words)
        assert (status, text.count("\n")) == (2, 1)
        assert f"{picture} cannot be written" in text
        after = contents(best_disk.folder)
        assert after.keys() == ({"e.hepmc3", "e.png"} if there else {"e.hepmc3"})
        assert after.get("e.png", drawn) == drawn
        assert answer("inspect", events) == (0, "")


def _figure() -> Any:
    figure, axes = subplots(figsize=(2.0, 1.0))
    axes.plot([0.0, 1.0], [0.0, 1.0])
    return figure


def everything(_run: outputs.Run) -> list[outputs.Output]:
    """One of each kind of output, as a study gives them."""
    rows: list[Mapping[str, Any]] = [{"m2 [MeV]": float(m), "x": m**2} for m in range(400)]
    table = PublishedTable(name="T", description="A table.", rows=rows, independent=("m2 [MeV]",))
    return [
        outputs.Table(rows=rows),
        outputs.Page(text="text\n" * 2000),
        outputs.Document(name="document", value=list(range(2000))),
        outputs.Submission(comment="All.", tables=[table]),
        outputs.Picture(figure=_figure()),
    ]


def test_studies(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of a study's files, of every kind, or none."""
    monkeypatch.setitem(STUDIES.ours, "everything", Study(everything, "One of each.", name="all"))
    assert study_command.command.name == "study"
    check_moments(disk, lambda: answer("study", "everything", "-o", disk.folder))
    written = set(contents(disk.folder))
    assert {Path(name).suffix for name in written} == {".csv", ".json", ".md", ".yaml", ".png", ".pdf"}

    def fails(*_args: object, **_more: object) -> None:
        raise ValueError("no picture")

    clear(disk.folder)
    monkeypatch.setattr("matplotlib.figure.Figure.savefig", fails)
    with pytest.raises(ValueError, match="no picture"):
        answer("study", "everything", "-o", disk.folder)
    assert not contents(disk.folder)


def test_limits(best_disk: Disk, tmp_path: Path) -> None:
    """Rows as CSV and JSON and their picture, all or none; the cache is elsewhere."""
    words = (
        "limits", "zprime-scalar", "m1=0", "m2=300 MeV,400 MeV", "G_X=1 GF", "--along", "G_X", "--quick",
        "--only", "k-to-pi-na62", "-o", best_disk.folder, "--cache", tmp_path / "cache",
    )  # fmt: skip
    best_disk.every = 5  # (a picture each time)
    check_moments(best_disk, lambda: answer(*words))


def _at(point: Mapping[str, Any]) -> dict[str, Any]:
    return {"value": point["x"], "long": "x" * 6000}


def test_caches(disk: Disk) -> None:
    """Points that are complete stay in the cache, of the others nothing is left, and the next run goes on."""
    points = [{"x": x} for x in range(10)]
    results = scan(_at, points, folder=disk.folder, workers=1)
    whole = contents(disk.folder)
    assert len(whole) == 10
    kept = 0
    for moment in range(10):
        clear(disk.folder)
        room = disk.room(moment * 8192 if isinstance(disk, SmallDisk) else moment * 600)
        with room, pytest.raises(InputError, match="cannot be (made or )?written"):
            scan(_at, points, folder=disk.folder, workers=1)
        after = contents(disk.folder)
        assert after.items() <= whole.items()
        kept += len(after)
        assert scan(_at, points, folder=disk.folder, workers=1) == results
        assert contents(disk.folder) == whole
    assert kept == (45 if isinstance(disk, SmallDisk) else 0)


@pytest.mark.parametrize("kind", ["job", "detector"])
def test_starts(disk: Disk, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A start whose files do not fit leaves no folder."""
    monkeypatch.chdir(disk.folder)
    assert answer("new", kind, "mine") == (0, "")
    sizes = [len(content) for content in contents(disk.folder).values()]
    for moment in disk.moments(sizes):
        clear(disk.folder)
        with disk.room(moment):
            refused(answer("new", kind, "mine"))
        assert not list(disk.folder.iterdir())
    assert answer("new", kind, "mine") == (0, "")


def test_pages(disk: Disk, tmp_path: Path) -> None:
    results = tmp_path / "results"
    results.mkdir()
    (results / "o.json").write_text(json.dumps({"provenance": {}, "rows": [{"a": 1.5}]}))
    (results / "p.toml").write_text('[[says]]\ntext = "a is {a:.1f} here"\na = "o | rows | a"\n')
    page = disk.folder / "p.md"
    page.write_text("# P\n\na is 2.5 here" + "\n" * 9000)
    before = page.read_bytes()
    for room in (0, 4096, 8192):
        with disk.room(room), pytest.raises(UnwrittenError, match="is as it was"):
            rewrite(page, Outputs(folder=results))
        assert contents(disk.folder) == {"p.md": before}
    assert rewrite(page, Outputs(folder=results))
    assert b"a is 1.5 here" in page.read_bytes()


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_what_is_printed(tmp_path: Path, unbuffered: str) -> None:
    """An output that cannot be written whole is an error, buffered or not."""
    uncovered = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    with LimitedFiles(tmp_path).room(10_000), (tmp_path / "printed").open("wb") as file:
        done = subprocess.run(
            [sys.executable, "-m", "darkpair", "schema"],
            env=uncovered | {"PYTHONUNBUFFERED": unbuffered},
            stdout=file,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    refused((done.returncode, done.stderr))
    assert "the output cannot be written" in done.stderr


def test_a_folder_that_goes(job: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()

    def gone(_done: int) -> None:
        shutil.rmtree(folder, ignore_errors=True)

    with pytest.raises(UnwrittenError, match=r"e.root cannot be written: its folder is not there"):
        run_job(load_job(job, (), {"output": {"path": str(folder / "e.root")}}), progress=gone)
    assert not folder.exists()


def test_a_read_only_file_system(job: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    with mounted(folder, "1m", read_only=True) as mount:
        if mount is None:
            pytest.skip("no file system can be mounted here")
        for words in (
            ("run", job, "-o", mount / "e.root"),
            ("study", "fig1", "-o", mount / "new"),
            ("limits", "zprime-scalar", "m1=0", "m2=300 MeV", "G_X=1 GF", "-o", mount / "new"),
            ("new", "job", "mine"),
        ):
            with monkeypatch.context() as patch:
                patch.chdir(mount)
                status, text = answer(*words)
            assert (status, text.count("\n")) == (2, 1)
            assert "ead-only" in text


def test_memory(job: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too little memory, as NumPy and Python say it, is a line that says what to lower; nothing is left."""
    path = tmp_path / "e.root"
    path.write_bytes(b"before")
    for ask in (np.empty, bytearray):
        monkeypatch.setattr(Chain, "batch", lambda *_, ask=ask: ask(1 << 58))
        status, text = answer("run", job, "-o", path, "--force")
        assert (status, text.count("\n")) == (2, 1)
        assert "out of memory" in text
        assert "run.chunk or run.workers" in text
        assert path.read_bytes() == b"before"
        assert sorted(p.name for p in tmp_path.iterdir()) == ["e.root", "job.toml"]
