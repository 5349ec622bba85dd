"""``darkpair check`` says what a run would do and leaves nothing; ``darkpair doctor`` says what is broken and never breaks."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import darkpair.plugins.doctor
import darkpair.run.check
from darkpair.cli import main
from darkpair.gen.streams import BLOCK
from darkpair.job.job import load_job
from darkpair.run.check import check_job
from darkpair.run.runner import run_job

EXAMPLES = Path(__file__).parents[2] / "examples"
KOTO = EXAMPLES / "koto_pi0.toml"


def invoke(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["koto_pi0", "koto_zprime"])
def test_an_example_is_told_and_nothing_is_left(name: str, empty: Path) -> None:
    done = invoke("check", str(EXAMPLES / f"{name}.toml"))
    assert done.exit_code == 0, done.output
    for word in (
        "source  ",
        "chain  ",
        "detector  ",
        "acceptance  ",
        "time of all  ",
        "nothing is written now",
    ):
        assert word in done.output, word
    assert "decay volume  " not in done.output
    assert ("X2 -> X1 pi0  " in done.output) == (name != "koto_pi0")  # rates of a model
    assert list(empty.iterdir()) == []


@pytest.mark.usefixtures("empty")
def test_a_decay_volume_is_told_with_its_full_widths() -> None:
    done = invoke("check", str(EXAMPLES / "charm.toml"))
    assert "decay volume           3 m x 3 m, z = 480 m to 515 m (full widths)\n" in done.output, done.output


@pytest.mark.usefixtures("empty")
def test_an_aimed_source_is_told_with_what_is_aimed() -> None:
    done = invoke("check", str(EXAMPLES / "charm.toml"))
    for word in (
        "meson = eta, ",
        "beam_energy = 400, ",
        "target = p, ",
        "generator = ",
        "defensive_share = ",
    ):
        assert word in done.output, word
    assert "inside the decay volume" not in done.output


@pytest.mark.usefixtures("empty")
def test_a_calorimeter_inside_the_volume_is_warned_of() -> None:
    done = invoke("check", str(EXAMPLES / "charm.toml"), "--set", "detector.numbers.calorimeter.z='500 m'")
    assert done.exit_code == 0, done.output
    assert (
        "the calorimeter at z = 500000 mm is inside the decay volume, which ends at 515000 mm" in done.output
    )


@pytest.mark.usefixtures("empty")
def test_the_pilot_is_the_first_block_of_the_run() -> None:
    told = json.loads(invoke("check", str(KOTO), "-n", str(10 * BLOCK), "--json").stdout)
    run = invoke("run", str(KOTO), "-n", str(BLOCK), "-o", "x.root", "--set", "output.picture=false")
    assert run.exit_code == 0
    made = json.loads(invoke("inspect", "x.root", "--json").stdout)
    assert told["result"]["cutflow"] == made["result"]["cutflow"]
    assert told["result"]["expected"]["value"] == made["result"]["expected"]["value"]
    assert told["events"] == 10 * BLOCK


@pytest.mark.usefixtures("empty")
def test_the_size_is_the_file_s() -> None:
    job = load_job(KOTO, overrides={"run.n": 6 * BLOCK, "output.path": "x.root", "output.picture": False})
    preview = check_job(job)
    run_job(job)
    assert preview.size == pytest.approx(Path("x.root").stat().st_size, rel=0.1)
    assert preview.warnings == ()
    assert check_job(job).warnings == ("x.root is there already and would be left as it is",)
    longer = load_job(KOTO, overrides={"run.n": 7 * BLOCK, "output.path": "x.root", "output.picture": False})
    said = "x.root has 98,304 generated events and would be replaced by the longer run"
    assert check_job(longer).warnings == (said,)


@pytest.mark.usefixtures("empty")
def test_the_time_of_writing_is_a_run_s(monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns, of which no record is made; and what comes between once does not count."""
    check, turns = darkpair.run.check, iter(range(100))
    timed, written = check._timed, check._written

    def slow_at_times(*given: Any) -> Any:
        file, late = written(*given), 0.05 if next(turns) in {0, 1, 4} else 0.0
        return replace(file, seconds=late + (0.001 if given[-1] < 1.0 else 0.003))

    monkeypatch.setattr(check, "_timed", lambda *given: (timed(*given)[0], 0.0))
    monkeypatch.setattr(check, "_written", slow_at_times)
    monkeypatch.setattr("darkpair.gen.output.root.RootWriter.write", None)  # (no record is made)
    job = load_job(KOTO, overrides={"run.n": 6 * BLOCK, "output.path": "x.root", "output.picture": False})
    assert check_job(job).seconds == pytest.approx(6 * 2 * 0.002)


@pytest.mark.usefixtures("empty")
def test_a_sample_without_events_is_a_warning() -> None:
    done = invoke("check", str(KOTO), "--set", "chain.ctau.X2=1 km")
    assert done.exit_code == 0
    assert "warning                none of the first 16,384 events is accepted" in done.output
    assert "not known: too few events are kept" in done.output


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize(
    "words",
    [
        ("-n", "0"),
        ("-o", "nowhere/x.root"),
        ("--set", "chain.mass.X9=1"),
        ("--set", "detector.selection=2099"),
        ("--branching-ratio", "2"),
        ("nothing.toml",),
    ],
)
def test_what_a_run_refuses_check_refuses(words: tuple[str, ...]) -> None:
    job = () if words == ("nothing.toml",) else (str(KOTO),)
    check, run = (invoke(command, *job, *words) for command in ("check", "run"))
    assert (check.exit_code, check.stderr) == (run.exit_code, run.stderr)
    assert check.exit_code == 2
    assert len(check.stderr.splitlines()) == 1


def test_a_healthy_installation() -> None:
    rows = json.loads(invoke("doctor", "--json").stdout)
    states = {(row["part"], row["name"]): row["state"] for row in rows}
    for name in ("python", "darkpair", "numpy", "awkward"):
        assert states["versions", name] == "ok"
    for name in ("numba", "pyhf", "matplotlib", "pyhepmc"):
        assert states["extras", name] in {"ok", "missing"}
    assert {part for part, _ in states} == {"versions", "extras", "plug-ins", "caches", "machine"}
    done = invoke("doctor")
    assert done.exit_code == (1 if "broken" in states.values() else 0)


def test_what_is_missing_comes_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name == "pyhf":
            raise PackageNotFoundError(name)
        return {"numpy": "1.2", "darkpair": "1"}.get(name, "99")

    monkeypatch.setattr(darkpair.plugins.doctor, "version", version)
    done = invoke("doctor")
    assert done.exit_code == 1
    assert (
        "MISSING: not installed; for toy experiments and workspaces: pip install 'darkpair[limits]'"
        in done.output
    )
    (floor,) = [word.partition(">=")[2] for word in requires("darkpair") or [] if word.startswith("numpy>=")]
    assert f"BROKEN: 1.2; needed: {floor} or later; pip install 'numpy>={floor}'" in done.output


@pytest.mark.parametrize("part", ["_versions", "_extras", "_plugins", "_caches", "_machine"])
def test_whatever_fails_is_a_line(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Any:
        raise OSError(f"no {part}\nat all")

    monkeypatch.setattr(darkpair.plugins.doctor, part, fail)
    done = invoke("doctor")
    assert done.exit_code == 1
    assert f"BROKEN: OSError: no {part} at all" in done.output
    assert "1 broken" in done.output


def test_a_cache_that_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "darkpair").write_text("x")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    done = invoke("doctor")
    assert done.exit_code == 1
    assert "not a folder that may be written to; say --cache FOLDER" in done.output
