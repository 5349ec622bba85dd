"""Whatever somebody did to a folder or a file: the same events again, or one line, and nothing complete is lost."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from darkpair.cli import main
from darkpair.gen.errors import DarkpairError
from darkpair.gen.output.part_names import part_name
from darkpair.gen.output.reader import read_events
from darkpair.gen.output.row_check import fault_of, fault_of_tables
from darkpair.gen.streams import BLOCK
from darkpair.run.dataset import File
from darkpair.run.joined import provenance_at

#: Two that nobody sees: nothing is faster, and no part has an event.
JOB = """
run.n = 1
run.seed = 3
output.picture = false
[source]
name = "koto_kl"
[chain]
decay = "K_L0 -> X1 X2"
mass = { X1 = 0.0, X2 = "400 MeV" }
[detector]
name = "koto"
"""

#: Two whole blocks and a cut one.
N = 2 * BLOCK + 100


def call(*words: Any) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def run(out: str, *words: Any, n: int = N) -> Result:
    return call("run", "job.toml", "-n", n, "-o", out, *words)


def stamps(folder: str = "set") -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in sorted(Path(folder).glob("events-*"))}


def refused(done: Result) -> str:
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1), done.output
    return done.stderr


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset in three parts; tests work on copies."""
    folder = tmp_path_factory.mktemp("parts")
    (folder / "job.toml").write_text(JOB)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for k in (1, 2, 3):
            assert run("set/", "--part", f"{k}/3").exit_code == 0
    return folder


@pytest.fixture(autouse=True)
def dataset(parts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(parts, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "set"


def test_a_shorter_run_takes_no_events_away() -> None:
    before = stamps()
    for n in (N - 1, 2 * BLOCK, 1):
        assert "of a longer run" in refused(run("set/", n=n))
        assert stamps() == before
    assert run("set/", "--force", n=100).exit_code == 0
    assert provenance_at(Path("set"))["sample"]["events"] == [0, 100]


def test_damaged_parts_are_made_again_in_their_places() -> None:
    events = len(read_events("set"))
    for path in sorted(Path("set").glob("events-*"))[:2]:
        path.write_bytes(path.read_bytes()[:3000])
    names = list(stamps())
    assert run("set/").exit_code == 0
    assert (list(stamps()), len(read_events("set"))) == (names, events)


def test_an_edited_manifest_is_not_believed(dataset: Path) -> None:
    before, manifest = stamps(), dataset / "manifest.json"
    said = manifest.read_text()
    row = json.loads(said)["parts"][0]
    assert asdict(File.of_manifest(row)) == row | {key: tuple(row[key]) for key in ("blocks", "events")}
    edits = [
        *({"blocks": value} for value in (["a", "b"], [0], [0, 3], [None, None], [0, 10**30], 7)),
        *({"events": value} for value in ([0, 10**30], [5, 1], [0.5, 1], "xy")),
        *({key: ["x"]} for key in ("file", "written", "bytes", "mtime_ns", "blake2b", "other")),
    ]
    for edit in edits:
        with pytest.raises((DarkpairError, KeyError, TypeError, ValueError)):
            File.of_manifest(row | edit)
    document = json.loads(said)
    document["parts"][0] |= edits[0]
    manifest.write_text(json.dumps(document))
    done = run("set/")
    assert done.exit_code == 0, done.output
    assert stamps() == before
    assert json.loads(manifest.read_text())["parts"] == json.loads(said)["parts"]


def test_a_share_made_again_leaves_the_others(dataset: Path) -> None:
    """Parts of other processes, which the manifest may not have yet; and of a run that fails before its first part, all."""
    before = stamps()
    (dataset / "manifest.json").unlink()
    assert run("set/", "--part", "2/3", "--force").exit_code == 0
    after = stamps()
    assert [name for name in before if after[name] != before[name]] == [part_name(1, 2, ".root")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("darkpair.run.fill._make", _full_disk)
        assert "the disk is full" in refused(run("set/", "--force", "--seed", 4))
    assert stamps() == after


def _full_disk(*_: Any) -> None:
    raise OSError(28, "No space left on device", "set")


def test_names_that_are_no_parts_of_it(dataset: Path) -> None:
    for name in ("events-00000000005-00000000006.root", "events-0000000003-0000000003.root"):
        shutil.copy(dataset / part_name(0, 1, ".root"), dataset / name)
        assert name in refused(run("set/"))
        (dataset / name).unlink()
    assert "whose parts are called" in refused(run("set/", "--set", "output.format=hepmc3"))
    (dataset / part_name(7, 8, ".root")).mkdir()
    (dataset / part_name(8, 9, ".root")).symlink_to("nowhere")
    assert run("set/").exit_code == 0


@pytest.mark.parametrize("name", ["~", "#x::y:[1]*?\nz.root"])
def test_any_name_of_a_folder_or_a_file(name: str) -> None:
    """Those that mean something to uproot too."""
    for out in (f"{name}/", f"{name}.root"):
        assert run(out, n=10).exit_code == 0
        read_events(out)
    assert call("merge", f"{name}-joined.root", f"{name}/").exit_code == 0


def test_a_row_that_was_edited_is_seen() -> None:
    """Of every number and table of a row, any other value."""
    said = provenance_at(Path("set") / part_name(0, 1, ".root"))
    flow, sample = said["result"]["cutflow"][0], said["sample"]
    columns = {
        "genEventCount": flow["n"],
        "genEventSumw": flow["sum_w"],
        "genEventSumw2": flow["sum_w2"],
        "run": sample["run"],
        "firstBlock": sample["blocks"][0],
        "lastBlock": sample["blocks"][1],
        "sample": sample["digest"],
    }
    assert not fault_of(said, columns)
    for key in columns:
        for number in (-1, 7, "x", float("nan")):
            assert fault_of(said, columns | {key: number}), key
    for table in ("sample", "result", "output"):
        for entry in ("x", [1], None):
            assert fault_of(said | {table: entry}, columns), table
    for table in ("source", "chain", "detector", "job", "versions", "branching_ratio"):
        assert fault_of(said | {table: "x"}, columns), table
    for key in sample:
        for part in (-1, "x", [1], None, 1.5):
            assert fault_of(said | {"sample": sample | {key: part}}, columns), key
    assert fault_of([1], columns)
    for key in ("spelled", "particles", "events"):
        assert fault_of(said | {"output": {**said["output"], key: "x"}}, columns), key
    jobs: list[Any] = [{"run": {}}, {"run": "x", "output": {}}, {"output": [1]}]
    for job in jobs:
        assert fault_of(said | {"job": job}, columns), job
    entries: dict[str, Any] = {
        "flat_factors": 3,
        "spectra": "x",
        "expected": [1],
        "generated": 7,
        "accepted": None,
    }
    for key, wrong in entries.items():
        assert fault_of(said | {"result": said["result"] | {key: wrong}}, columns), key
    assert not fault_of_tables(said)
    tables: list[dict[str, Any]] = [{"source": 1}, {"sample": {"of": "x"}}, {"result": {"cutflow": []}}]
    for change in tables:
        assert fault_of_tables(said | change), change
    rows: list[Any] = [
        "x",
        [],
        [1],
        [flow | {"n": -5}],
        [flow | {"n": "5"}],
        [flow | {"sum_w": float("nan")}],
    ]
    for value in rows:
        assert fault_of(said | {"result": said["result"] | {"cutflow": value}}, columns), value


def test_a_part_of_a_sweep_that_is_empty() -> None:
    """More parts than blocks: nothing to make, and nothing wrong."""
    done = run("points/", "--scan", "run.seed=1,2", "--part", "2/3", n=10)
    assert done.exit_code == 0, done.output
    assert not list(Path("points").rglob("events-*"))


@pytest.mark.parametrize("ending", ["hepmc3", "hepmc3.gz"])
def test_hepmc_that_was_cut_is_made_again(ending: str) -> None:
    """Without a manifest too: the numbers stand before the events, and say nothing of whether these are there."""
    words = ("--set", f"output.format={ending}")
    assert run("cut/", *words, n=10).exit_code == 0
    (path,) = Path("cut").glob("events-*")
    whole = path.read_bytes()
    for size in (len(whole) // 2, len(whole) - 40, len(whole) - 9):
        path.write_bytes(whole[:size])
        Path("cut/manifest.json").unlink()
        refused(call("inspect", path))
        assert run("cut/", *words, n=10).exit_code == 0
        assert path.stat().st_size >= len(whole) - 9
        assert call("inspect", "cut").exit_code == 0
