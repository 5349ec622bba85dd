"""What `--verbose` says, and that nobody else says anything: the package logs, and leaves handlers to whoever asks."""

from __future__ import annotations

import logging
import re
import sys
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import darkpair
from darkpair.cli import COMMANDS, main
from darkpair.cli.verbose import logged
from darkpair.gen.bars import bar

ROOT = Path(__file__).parents[2]

AIMED = """
[run]
n = 300
seed = 1
[source]
name = "koto_kl"
aim = true
[chain]
decay = "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))"
mass = { X1 = 0.0, X2 = 0.43 }
[detector]
name = "koto"
[output]
path = "aimed.root"
picture = false
"""


def run(*words: str) -> Result:
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    return done


@pytest.fixture(autouse=True)
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run("new", "job", "job")


def without_time(text: str) -> str:
    return re.sub(r"throughput.*", "", text)


def test_what_is_done_is_said_on_the_errors_output() -> None:
    silent = run("run", "job/job.toml", "-n", "300", "--set", "output.picture=true")
    said = run("run", "job/job.toml", "-n", "300", "--force", "-v", "--set", "output.picture=true")
    assert silent.stderr == ""
    assert without_time(said.stdout) == without_time(silent.stdout)
    lines = said.stderr.splitlines()
    assert all(
        re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO darkpair\.[\w.]+: ", line) for line in lines
    )
    wanted = (
        r"darkpair.job.job: reads job/job.toml",
        r"darkpair.run.part: job.root: 300 of 300 events, \d+ accepted",
        r"darkpair.gen.output.target: wrote \S+job.root: \d+ events",
        r"darkpair.gen.output.target: wrote job.png",
    )
    at = 0
    for pattern in wanted:
        places = [i for i, line in enumerate(lines[at:], at) if re.search(pattern, line)]
        assert places, f"{pattern} is not in\n{said.stderr}"
        at = places[0]


def test_twice_names_data_files_too() -> None:
    from darkpair.gen import data_files

    data_files._read.cache_clear()
    assert "data/koto.toml" not in run("check", "job/job.toml", "-n", "300", "-v").stderr
    data_files._read.cache_clear()
    assert (
        "DEBUG darkpair.gen.data_files: reads data/koto.toml"
        in run("check", "job/job.toml", "-n", "300", "-vv").stderr
    )


def test_pilots_and_points_say_how_far_they_are() -> None:
    Path("aimed.toml").write_text(AIMED, encoding="utf-8")
    said = run("run", "aimed.toml", "--verbose").stderr
    assert "darkpair.gen.sources.kaon_pilot: pilot of aimed kaons: round 1, 4 blocks" in said


def test_a_formula_that_is_compiled_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from darkpair.gen.compiled import loops, mode

    monkeypatch.setattr(mode, "may_compile", lambda: True)
    monkeypatch.setattr(loops, "compiler_at_hand", lambda: True)
    monkeypatch.setattr(loops, "_compiler", lambda: lambda *_, **__: ("symbol", b"code"))
    monkeypatch.setattr(loops, "keep", lambda _, make: make())
    with caplog.at_level(logging.INFO, "darkpair"):
        assert loops._made(run, None, [], False, "name") == ("symbol", b"code")  # type: ignore[arg-type]
    assert re.search(r"compiled .*test_verbose\.run in \d+\.\d s", caplog.text)


def test_on_a_terminal_lines_stand_above_the_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.stderr, "isatty", lambda: True)
        with logged(1), bar("events", 2) as shown:
            assert shown is not None
            logging.getLogger("darkpair.somewhere").info("reads [red]%s", "a file")
            shown(2)
    said = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", capsys.readouterr().err)
    line = next(line for line in said.splitlines() if "reads" in line)
    assert re.search(r"\[\d\d:\d\d:\d\d\] INFO +darkpair.somewhere: reads \[red\]a file", line)
    assert "events" not in line
    assert "events" in said
    assert logging.getLogger("darkpair").handlers == []


def test_nothing_is_left_behind() -> None:
    logger = logging.getLogger("darkpair")
    before = logger.level, logger.handlers[:]
    run("check", "job/job.toml", "-n", "300", "-v")
    refused = CliRunner().invoke(main, ["check", "nothing.toml", "-v"])
    assert refused.exit_code == 2
    assert (logger.level, logger.handlers) == before


def test_python_hears_it_where_it_asks(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "darkpair"):
        darkpair.run_job(darkpair.load_job("job/job.toml", overrides={"run.n": 300}))
    names = {record.name for record in caplog.records}
    assert {
        "darkpair.job.job",
        "darkpair.run.runner",
        "darkpair.run.part",
        "darkpair.gen.output.target",
    } <= names


def test_every_command_takes_it() -> None:
    for name in COMMANDS:
        options = [word for p in import_module(f"darkpair.cli.{name}").command.params for word in p.opts]
        assert {"-v", "--verbose"} <= {*options}, name


def test_the_package_configures_nothing() -> None:
    """Loggers have the names of their modules; handlers and levels are set by the command line alone."""
    paths = [p for room in ("gen", "chains", "detectors") for p in (ROOT / room).rglob("*.py")]
    paths += list((ROOT / "src" / "darkpair").rglob("*.py"))
    if len(paths) < 100:
        pytest.skip("no source tree")
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert set(re.findall(r"getLogger\((.*?)\)", text)) <= {"__name__", "_ROOT"}, path
        if path.name != "verbose.py":
            assert not re.search(r"\baddHandler\(|\bbasicConfig\(|\.setLevel\(", text), path
