"""The main job, end to end through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot
from click.testing import CliRunner

from darkpair.cli import main
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.job.job import load_job
from darkpair.plugins.schema import job_keys

JOB = Path(__file__).parents[2] / "examples" / "koto_pi0.toml"


def invoke(*words: str) -> str:
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("job") / "out.root"
    text = invoke("run", str(JOB), "-n", "2e5", "-o", str(path))
    assert "acceptance" in text
    assert "effective sample size" in text
    assert "events/s" in text
    assert max(map(len, text.splitlines())) <= 80 + len(str(path))
    return path


def test_leaves_file_and_picture(file: Path) -> None:
    assert sorted(p.name for p in file.parent.iterdir()) == ["out.png", "out.root"]
    assert file.with_suffix(".png").read_bytes().startswith(b"\x89PNG")


def test_inspect(file: Path) -> None:
    told = json.loads(invoke("inspect", str(file), "--json"))
    result = told["result"]
    assert result["generated"] == 200_000
    assert result["cutflow"][0] == {"cut": "generated", "n": 200_000, "sum_w": 200_000.0, "sum_w2": 200_000.0}
    assert result["accepted"] == result["cutflow"][-1]["n"] == result["effective_sample_size"]
    assert result["acceptance"] == pytest.approx(result["accepted"] / 200_000)
    assert told["chain"]["particles"]["X2"] == {"pdgid": 901, "mass": 0.43, "ctau": 0.0}
    assert told["units"] == {"energy": "GeV", "length": "mm", "time": "mm/c"}
    assert told["source"]["decay_probability"] == pytest.approx(0.0784, abs=0.0008)
    assert told["detector"]["selection"] == "2016-18"
    assert "darkpair" in told["versions"]


def test_photons_rebuild_the_pi0(file: Path) -> None:
    with uproot.open(file) as root:
        tree = root["Events"]
        photon = (tree["GenPart_pdgId"].array() == 22) & (tree["GenPart_status"].array() == 1)
        total = {
            k: ak.sum(tree[f"GenPart_{k}"].array()[photon], axis=1) for k in ("px", "py", "pz", "energy")
        }
        assert ak.all(ak.sum(photon, axis=1) == 2)
    mass = np.sqrt(total["energy"] ** 2 - total["px"] ** 2 - total["py"] ** 2 - total["pz"] ** 2)
    assert ak.max(abs(mass / 0.1349768 - 1.0)) < 1e-4


def test_signal_box_holds(file: Path) -> None:
    with uproot.open(file) as root:
        z, pt = (root["Events"][f"Pi0_{k}"].array() for k in ("z_vtx", "pt"))
    inside = (
        (z >= 3200.0)
        & (z <= 5000.0)
        & (pt <= 0.25)
        & (pt >= 0.13 + 0.02 * np.maximum(z - 4000.0, 0.0) / 1000.0)
    )
    assert ak.all(ak.any(inside, axis=1))


@pytest.mark.parametrize("settings", [["run.chunk=10000"], ["run.chunk=100000"], ["run.workers=2"]])
def test_same_seed_same_bits(file: Path, settings: list[str], tmp_path: Path) -> None:
    other = tmp_path / "other.root"
    invoke("run", str(JOB), "-n", "2e5", "-o", str(other), *[x for s in settings for x in ("--set", s)])
    assert_same(file, other)


def test_longer_run_begins_with_the_shorter(file: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.root"
    invoke("run", str(JOB), "-n", "1e5", "-o", str(short), "--set", "output.picture=false")
    with uproot.open(short) as root:
        entries = root["Events"].num_entries
    assert 0 < entries < 200_000
    assert_same(file, short, entries)


def assert_same(one: Path, two: Path, entries: int | None = None) -> None:
    with uproot.open(one) as a, uproot.open(two) as b:
        assert a["Events"].keys() == b["Events"].keys()
        for name in a["Events"].keys():  # noqa: SIM118 (a tree is no mapping)
            left, right = (x["Events"][name].array(entry_stop=entries) for x in (a, b))
            assert ak.array_equal(left, right), name


def test_every_layout(tmp_path: Path) -> None:
    for layout in ("cartesian", "nano", "flat"):
        path = tmp_path / f"{layout}.root"
        invoke("run", str(JOB), "-n", "20000", "-o", str(path), "--set", f"output.layout={layout}")
        with uproot.open(path) as root:
            assert root["Events"].num_entries > 100


def test_all_events(tmp_path: Path) -> None:
    path = tmp_path / "all.root"
    invoke("run", str(JOB), "-n", "20000", "-o", str(path), "--set", "output.events=all")
    with uproot.open(path) as root:
        assert root["Events"].num_entries == 20_000


def test_removed_cut(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "loose.root"
    invoke("run", str(JOB), "-n", "2e5", "-o", str(path), "--set", 'detector.without=["pt", "z_vtx"]')
    told, loose = (json.loads(invoke("inspect", str(p), "--json"))["result"] for p in (file, path))
    assert loose["cutflow"] == told["cutflow"][:-2]


def test_every_key_is_told() -> None:
    """The list of keys holds every key that a job takes, and what each plug-in takes."""
    rows = {(row.owner, row.key): row for row in job_keys()}
    job = load_job(JOB)
    for section in ("run", "chain", "output"):
        for key in type(getattr(job, section)).model_fields:
            assert rows["", f"{section}.{key}"].what, key
    assert rows["", "output.events"].default == '"accepted"'
    assert rows["", "output.events"].words == "accepted or all"
    assert rows["koto_kl", "source.z_min"].unit == "mm"
    assert rows["zprime-scalar", "m2"].required
    shown = CliRunner().invoke(main, ["list", "keys", "--json"])
    assert [row["key"] for row in json.loads(shown.output)] == [row.key for row in job_keys()]
    assert "chain.lifetime" in CliRunner().invoke(main, ["list", "keys"]).output


def test_the_range_of_decays_follows(tmp_path: Path) -> None:
    """A long life asks for K_L upstream, whatever the seed; a range that is given stands."""
    path = tmp_path / "out.root"
    words = ["run", str(JOB), "-n", "20000", "-o", str(path), "--set", "chain.ctau.X2=1 m"]
    assert "decays at z = -21000 to 6148 mm for each K_L at the beam exit" in invoke(*words)
    told = json.loads(invoke("inspect", str(path), "--json"))["source"]
    assert told["z_min"] == -21_000.0
    assert told["share"] == 0.5
    assert told["p_min"] > 0.05
    own = KotoKL(z_min=told["z_min"], p_min=told["p_min"], share=told["share"])
    assert load_job(JOB, ["chain.ctau.X2='1 m'", "run.seed=77"]).pipeline().source == own
    for setting, own in (
        ("source.z_min=2000.0", KotoKL()),
        ("source.z_min=-5000.0", KotoKL(z_min=-5000.0)),
        ("source.z_min='-5 m'", KotoKL(z_min=-5000.0)),
        ("source.z_max=5000.0", KotoKL(z_max=5000.0)),
    ):
        assert load_job(JOB, ["chain.ctau.X2='1 m'", setting]).pipeline().source == own
    assert load_job(JOB).pipeline().source == KotoKL()


def test_a_range_beyond_the_target_is_one_line() -> None:
    result = CliRunner().invoke(main, ["run", str(JOB), "--set", "source.z_min=-30000.0"])
    assert result.exit_code == 2
    assert (
        "decays between z_min = -30000.0 and z_max = 6148.0 mm; allowed: growing order, from the target at -21000.0 mm on"
        in result.output
    )
    assert "Traceback" not in result.output
    result = CliRunner().invoke(main, ["run", str(JOB), "--set", "source.z_min=upstream"])
    assert result.exit_code == 2
    assert "source.z_min = 'upstream' is not a number; allowed: a length" in result.output
