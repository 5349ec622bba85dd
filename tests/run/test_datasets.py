"""A dataset has lost nothing that was complete: what is missing or damaged is made again, what is another's is named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from darkpair.cli import main
from darkpair.gen.output.reader import read_events
from darkpair.gen.streams import BLOCK
from darkpair.job.job import load_job
from darkpair.run.merge import merge
from darkpair.run.runner import run_job
from tests.run.test_parts import same

JOB = Path(__file__).parents[2] / "examples" / "koto_pi0.toml"

#: Blocks of a whole sample: three parts, the last of them cut.
N = 40 * BLOCK - 5000


def run(out: Path | str, *words: Any, n: int = N) -> Result:
    given = ["run", JOB, "-n", n, "-o", out, "--set", "output.picture=false", *words]
    return CliRunner().invoke(main, [str(word) for word in given])


def stamps(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in sorted(folder.glob("events-*"))}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset and the file of one process beside it; tests work on copies."""
    folder = tmp_path_factory.mktemp("whole")
    assert run(f"{folder}/set/").exit_code == 0
    assert run(folder / "one.root").exit_code == 0
    return folder


@pytest.fixture
def dataset(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole / "set", tmp_path / "set"))


def test_a_manifest_says_what_is_there(dataset: Path) -> None:
    said = json.loads((dataset / "manifest.json").read_text())
    assert said["complete"] is True
    assert said["missing"] == []
    assert [part["blocks"] for part in said["parts"]] == [[0, 16], [16, 32], [32, 40]]
    assert [part["events"] for part in said["parts"]] == [
        [0, 16 * BLOCK],
        [16 * BLOCK, 32 * BLOCK],
        [32 * BLOCK, N],
    ]
    assert sum(part["written"] for part in said["parts"]) == len(read_events(dataset))


def test_the_same_command_again_makes_nothing(dataset: Path) -> None:
    before = stamps(dataset)
    done = run(f"{dataset}/")
    assert done.exit_code == 0, done.output
    assert stamps(dataset) == before
    assert "throughput" not in done.output
    assert "is there, made with darkpair 0" in done.output


@pytest.mark.parametrize("manifest", [True, False])
def test_what_is_missing_or_damaged_is_made_again(dataset: Path, whole: Path, manifest: bool) -> None:
    first, second, third = sorted(dataset.glob("events-*"))
    kept = third.stat().st_mtime_ns
    first.unlink()
    second.write_bytes(second.read_bytes()[:-1000])
    if not manifest:
        (dataset / "manifest.json").write_text("{")
    done = run(f"{dataset}/")
    assert done.exit_code == 0, done.output
    assert third.stat().st_mtime_ns == kept
    assert len(stamps(dataset)) == 3
    assert (
        f"{8 * BLOCK - 5000:,} of the generated events were there already, {32 * BLOCK:,} are new"
        in done.output
    )
    merge(dataset / "joined.root", [dataset])
    same(dataset / "joined.root", whole / "one.root")


def test_a_part_of_another_sample_is_named(dataset: Path, tmp_path: Path) -> None:
    assert run(f"{tmp_path}/other/", "--seed", 9).exit_code == 0
    name = sorted(dataset.glob("events-*"))[1].name
    shutil.copy(tmp_path / "other" / name, dataset / name)
    before = stamps(dataset)
    done = run(f"{dataset}/")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert name in done.stderr
    assert "run.seed = 9" in done.stderr
    assert stamps(dataset) == before
    refused = CliRunner().invoke(main, ["merge", str(tmp_path / "x.root"), str(dataset)])
    assert (refused.exit_code, (tmp_path / "x.root").exists()) == (2, False)
    assert "is of another sample" in refused.stderr
    shutil.copy(min(dataset.glob("events-*")), dataset / name)
    assert "is not what its name says" in run(f"{dataset}/").stderr
    assert run(f"{dataset}/", "--force").exit_code == 0


def test_a_sample_is_extended(dataset: Path, tmp_path: Path) -> None:
    """The part that was cut is made again, the others stay."""
    before = stamps(dataset)
    done = run(f"{dataset}/", n=60 * BLOCK)
    assert done.exit_code == 0, done.output
    after = stamps(dataset)
    changed = [name for name in before if before[name] != after[name]]
    assert (changed, len(after)) == (["events-0000000032-0000000040.root"], 5)
    assert run(tmp_path / "long.root", n=60 * BLOCK).exit_code == 0
    merge(tmp_path / "joined.root", [dataset])
    same(tmp_path / "joined.root", tmp_path / "long.root")


@pytest.mark.parametrize("manifest", [True, False])
@pytest.mark.parametrize("n", [N - 1, 16 * BLOCK])
def test_a_shorter_run_cuts_nothing(dataset: Path, n: int, manifest: bool) -> None:
    before = stamps(dataset)
    if not manifest:
        (dataset / "manifest.json").unlink()
    done = run(f"{dataset}/", *["--part", "1/2"] * manifest, n=n)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1), done.output
    assert "is of a longer run" in done.stderr
    assert stamps(dataset) == before
    assert run(f"{dataset}/", "--force", n=10).exit_code == 0
    assert list(stamps(dataset)) == ["events-0000000000-0000000001.root"]


def test_a_damaged_part_goes_when_its_blocks_are_made(dataset: Path, whole: Path) -> None:
    """Its neighbours are gone, so that the new parts have other names."""
    first, second, _ = sorted(dataset.glob("events-*"))
    damaged = second.rename(dataset / "events-0000000010-0000000020.root")
    damaged.write_bytes(b"root")
    first.unlink()
    run(f"{dataset}/", "--part", "1/40")
    assert damaged.read_bytes() == b"root"
    assert run(f"{dataset}/").exit_code == 0
    assert damaged.read_bytes() != b"root"  # (it keeps its blocks)
    merge(dataset / "joined.root", [dataset])
    same(dataset / "joined.root", whole / "one.root")


def test_force_for_a_part_keeps_the_other_parts(dataset: Path) -> None:
    """Whether the manifest says so or they do."""
    _, *others = stamps(dataset).items()
    (dataset / "manifest.json").unlink()
    assert run(f"{dataset}/", "--part", "1/40", "--force").exit_code == 0
    assert list(stamps(dataset).items())[1:] == others


def test_parts_of_another_format_are_no_parts(dataset: Path) -> None:
    before = stamps(dataset)
    done = run(f"{dataset}/", "--set", "output.format=hepmc3")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1), done.output
    assert "whose parts are called as 'events-0000000000-0000000016.hepmc3'" in done.stderr
    assert stamps(dataset) == before


def test_parts_of_an_array_job_fill_a_dataset(whole: Path, tmp_path: Path) -> None:
    out = f"{tmp_path}/set/"
    for k in (3, 1):
        done = run(out, "--part", f"{k}/3")
        assert done.exit_code == 0, done.output
        assert "not there yet: blocks " in done.output
    assert json.loads((tmp_path / "set" / "manifest.json").read_text())["complete"] is False
    shown = CliRunner().invoke(main, ["inspect", out])
    assert shown.exit_code == 0, shown.output
    assert "missing                blocks 13 to 25 of 40" in shown.output
    assert (
        "no part holds blocks 13 to 25 of 40"
        in CliRunner().invoke(main, ["merge", f"{tmp_path}/x.root", out]).stderr
    )
    assert run(out, "--part", "2/3").exit_code == 0
    assert json.loads((tmp_path / "set" / "manifest.json").read_text())["complete"] is True
    merge(tmp_path / "joined.root", [tmp_path / "set"])
    same(tmp_path / "joined.root", whole / "one.root")


def test_another_job_is_not_mixed_in(dataset: Path) -> None:
    before = stamps(dataset)
    for setting in (
        "run.seed=2",
        "chain.mass.X2=400 MeV",
        "output.layout=flat",
        "output.events=all",
        "output.kind=rntuple",
    ):
        done = run(f"{dataset}/", "--set", setting)
        assert (done.exit_code, done.stderr.count("\n")) == (2, 1), setting
        assert setting.partition("=")[0].removesuffix(".X2") in done.stderr
    assert stamps(dataset) == before


def test_pictures_and_hepmc(tmp_path: Path) -> None:
    """A picture of the whole, made again where it is missing, of formats that keep no histograms too."""
    for kind in ("root", "hepmc3.gz"):
        over = {"run.n": 2 * BLOCK, "output.path": f"{tmp_path}/{kind}/", "output.format": kind}
        result = run_job(load_job(JOB, overrides=over))
        assert [path.name for path in result.pictures] == [f"{kind}.png"]
        assert list(Path(over["output.path"]).glob(f"events-*.{kind}"))  # type: ignore[arg-type]
        result.pictures[0].unlink()
        again = run_job(load_job(JOB, overrides=over))
        assert (again.made, again.pictures[0].exists(), again.cutflow) == (0, True, result.cutflow)
    done = run(f"{tmp_path}/x/", "--set", "output.format=jsonl")
    assert done.exit_code == 2
    assert "allowed: root or hepmc3 or hepmc3.gz" in done.stderr
    done = run(f"{tmp_path}/x.root", "--set", "output.format=root", n=10)
    assert done.exit_code == 0
    done = run(f"{tmp_path}/x.root", "--set", "output.format=hepmc3", n=10)
    assert "leave it out" in done.stderr


def test_a_picture_of_a_dataset_is_of_all_of_it(tmp_path: Path) -> None:
    """An array job draws none, and outdates what was drawn of fewer events."""
    out, drawn = f"{tmp_path}/set/", tmp_path / "set" / "set.png"
    assert run(out, "--set", "output.picture=true", n=10).exit_code == 0
    assert drawn.exists()
    for k in (1, 2):
        assert run(out, "--set", "output.picture=true", "--part", f"{k}/2", n=BLOCK + 10).exit_code == 0
        assert not drawn.exists()
    done = run(out, "--set", "output.picture=true", n=BLOCK + 10)
    assert "throughput" not in done.output
    assert drawn.exists()


def test_changed_bytes_are_damage(dataset: Path, whole: Path) -> None:
    """The manifest has the digest of what was written, so that a byte in the middle counts."""
    name, *_ = stamps(dataset)
    content = bytearray((dataset / name).read_bytes())
    content[len(content) // 2] ^= 1
    (dataset / name).write_bytes(content)
    assert f"{16 * BLOCK:,} are new" in run(f"{dataset}/").output
    merge(dataset / "joined.root", [dataset])
    same(dataset / "joined.root", whole / "one.root")
