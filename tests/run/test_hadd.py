"""What ROOT's own hadd makes of our files; run by ``nox -s clients``, skipped where there is no hadd."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import uproot
from click.testing import CliRunner

from darkpair.cli import main
from darkpair.gen.streams import BLOCK

JOB = Path(__file__).parents[2] / "examples" / "koto_pi0.toml"


def hadd_command() -> tuple[str, dict[str, str]] | None:
    """The program and its environment: that of the path, or of the wheel ``root``."""
    if (program := shutil.which("hadd")) is not None:
        return program, dict(os.environ)
    wheel = importlib.util.find_spec("ROOT")
    if wheel is None or wheel.origin is None:
        return None
    root = Path(wheel.origin).parent
    return str(root / "bin" / "hadd"), os.environ | {"LD_LIBRARY_PATH": str(root / "lib")}


pytestmark = pytest.mark.skipif(hadd_command() is None, reason="no hadd (pip install root)")


def run(*words: object) -> str:
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.output


def hadd(out: Path, *parts: Path) -> int:
    command = hadd_command()
    assert command is not None
    words = [command[0], "-f", str(out), *map(str, parts)]
    return subprocess.run(words, env=command[1], capture_output=True, check=False).returncode


def sample(path: Path, n: int, seed: int, *more: object) -> Path:
    run("run", JOB, "-n", n, "--seed", seed, "-o", path, "--set", "output.picture=false", *more)
    return path


@pytest.mark.parametrize("layout", ["cartesian", "nano", "flat"])
def test_two_seeds_add_up(layout: str, tmp_path: Path) -> None:
    form = ("--set", f"output.layout={layout}")
    parts = [sample(tmp_path / "1.root", 50_000, 1, *form), sample(tmp_path / "2.root", 20_000, 2, *form)]
    assert hadd(tmp_path / "both.root", *parts) == 0
    said = json.loads(run("inspect", tmp_path / "both.root", "--json"))
    assert (said["result"]["generated"], said["result"]["accepted"], said["output"]["events"]) == (
        70_000,
        2602,
        2602,
    )
    with uproot.open(tmp_path / "both.root") as file:
        assert file["Events"].num_entries == 2602
        assert file["Runs"]["genEventCount"].array().to_list() == [50_000, 20_000]
        assert file["histograms/cutflow"].values()[[0, -1]].tolist() == [70_000, 2602]
        alone = [uproot.open(path)["histograms/pt_z"].values() for path in parts]
        assert (file["histograms/pt_z"].values() == alone[0] + alone[1]).all()


def test_what_does_not_fit_is_said(tmp_path: Path) -> None:
    n = 3 * BLOCK
    parts = [sample(tmp_path / f"{k}.root", n, 1, "--part", f"{k}/3") for k in (1, 2, 3)]
    assert hadd(tmp_path / "two.root", parts[0], parts[2]) == 0
    assert "missing                block 1 of 3" in run("inspect", tmp_path / "two.root")
    assert hadd(tmp_path / "twice.root", parts[0], parts[0]) == 0
    twice = CliRunner().invoke(main, ["inspect", str(tmp_path / "twice.root")])
    assert (twice.exit_code, "holds events of one sample twice" in twice.stderr) == (2, True)
    other = sample(tmp_path / "other.root", n, 1, "--set", "chain.mass.X2=400 MeV")
    assert hadd(tmp_path / "mixed.root", parts[0], other) == 0
    mixed = CliRunner().invoke(main, ["inspect", str(tmp_path / "mixed.root")])
    assert (mixed.exit_code, "joins samples that differ in their chain" in mixed.stderr) == (2, True)
    assert hadd(tmp_path / "all.root", *parts[::-1]) == 0
    run("merge", tmp_path / "joined.root", tmp_path / "all.root")
    one = sample(tmp_path / "one.root", n, 1)
    assert (
        run("inspect", one).split("seed  ")[0] == run("inspect", tmp_path / "joined.root").split("seed  ")[0]
    )


def test_rntuples_are_joined_by_our_merge_alone(tmp_path: Path) -> None:
    """hadd of ROOT 6.40 ends with an error, for uproot 5.7.7 gives pages no checksums; when this fails, say on the page that it works."""
    form = ("--set", "output.kind=rntuple")
    parts = [sample(tmp_path / f"{k}.root", 2 * BLOCK, 1, "--part", f"{k}/2", *form) for k in (1, 2)]
    assert hadd(tmp_path / "both.root", *parts) != 0
    run("merge", tmp_path / "joined.root", *parts)
