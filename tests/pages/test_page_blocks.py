"""Every fenced block of README.md and the pages of docs/ is run, and every command and name of the package in their prose.

What is too long for a test is run smaller, by the rules of `SMALLER`, `SLOW`, `COMPARED` and `ELSEWHERE`, and by no other.
Blocks of `CHAINED` pages build on each other and are run by tests of their own.
"""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import darkpair.cli
import darkpair.pages.__main__
import darkpair.studies.runner
from darkpair.job.job import load_job
from darkpair.pages import page_files
from darkpair.pages.runs import read_runs, run_of
from darkpair.plugins.examples import write_examples
from darkpair.searches import load_search
from darkpair.studies.runner import run_study
from tests.shared.event_files import b_event, write_nano
from tests.shared.one_process import one_process

pytestmark = pytest.mark.filterwarnings("ignore:jsonschema.RefResolver:DeprecationWarning")

ROOT = Path(__file__).parents[2]
#: README.md first: its file must not be there yet.
PAGES = tuple(sorted(page_files(ROOT), key=lambda page: page.name != "README.md"))

#: Pages whose blocks build on each other, and what runs them; the commands of the first are run here as well.
CHAINED = {
    "analysis.md": "test_analysis_page.py",
    "clients.md": "../clients/test_clients_page.py",  # (where the other software is)
    "your_own_physics.md": "test_own_physics_page.py",
}

#: What is replaced in a command before it is run: pattern, replacement.
SMALLER = (
    (r"^(darkpair run .*)-n 5e6", r"\1-n 20000"),
    (r"^(darkpair run (?!.*-n )(?!examples/cms).*)$", r"\1 -n 20000"),
    (r"--workers 2", "--workers 1"),
    (r'm1="0, 20 MeV, 40 MeV" m2="300 MeV, 430 MeV"', 'm1="0, 40 MeV" m2="430 MeV"'),
    (r"source\.path=FILE\.root", "source.path=nanoAOD_2015_CMS_Open_Data_ttbar.root"),
    (r"^(darkpair limits .*)$", r"\1 --quick --cache cache"),
    (r"^(darkpair study (?!.*--quick).*)$", r"\1 --quick"),
    (r"^python examples/dark_photon_charm\.py$", "python examples/dark_photon_charm.py 30"),
    (r"^python benchmarks/event_file\.py$", "python benchmarks/event_file.py 2000 20"),
    (
        r"^(darkpair (?:run|merge) (?!.*--(?:force|scan)).*)$",
        r"\1 --force",
    ),  # pages write one name again and again
    # a fresh environment is the workflow's to make: here the command after it is run in this one
    (r"^python3 -m venv .*&& \.venv/bin/darkpair run", "darkpair run"),
)

#: Studies that take a minute and more: here their command line is read alone, and these tests run them, smaller.
SLOW = {
    "belle2": "test_belle2_study.py",
    "belle2-displaced": "test_belle2_displaced_study.py",
    "charm": "test_charm_study.py",
    "edges": "test_edges_study.py",
    "fig3": "test_slow_studies.py",
    "fig4": "test_slow_studies.py",
    "fig5": "test_slow_studies.py",
    "inelastic": "test_inelastic_study.py",
    "inputs": "test_inputs_study.py",
    "koto-band": "test_slow_studies.py",
    "koto-photons": "test_koto_studies.py",
    "koto-limits": "test_koto_studies.py",
    "koto-shifts": "test_koto_studies.py",
    "validation": "test_validation.py",
}

#: Studies as test_pages.py runs them, and compares what they leave: here their command line is read alone, too.
COMPARED = frozenset(
    f"{run.command} {run.quick}".replace(" -o {folder}", "")
    for run in read_runs(ROOT / "docs" / "results")
    if run.quick and not run.slow
)

#: Keys of a HepMC3 file's attributes, which look like names of the package.
ATTRIBUTES = tuple(
    f"darkpair.{key}" for key in ("exposure", "generated", "provenance", "result", "seed", "tally")
)

#: Commands that are not run here, and what runs them instead.
ELSEWHERE = {
    "python3 -m venv": ".ci and tests/test_packaging.py install the package; pytest is what runs now",
    "python benchmarks/dump_bias.py": "its sample is run by test_the_benchmark_s_sample",
    "python -m benchmarks.": "minutes of a measurement of time; tests/test_race.py runs a small one",
}


def title(page: Path) -> str:
    """Path of a page from the root: two pages may have one name."""
    return page.relative_to(ROOT).as_posix()


@dataclass(frozen=True)
class Block:
    """A fenced block."""

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{title(self.page)}:{self.line}"


def fenced(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in re.finditer(r"^```(\w*)\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
        yield Block(page, text[: found.start()].count("\n") + 1, found[1], found[2])


def prose(page: Path) -> str:
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


BLOCKS = [block for page in PAGES for block in fenced(page)]
COMMANDS = [
    (f"{block}+{i}", line.split("#")[0].strip())
    for block in BLOCKS
    if block.language == "bash" and block.page.name != "your_own_physics.md"
    for i, line in enumerate(block.text.splitlines())
    if line.split("#")[0].strip()
] + [
    (title(page), span)
    for page in PAGES
    for span in dict.fromkeys(re.findall(r"`((?:darkpair|python) [^`\n]+)`", prose(page)))
]


def quick_study(name: str, folder: Path, *settings: Mapping[str, Any]) -> list[Path]:
    """What the study of that name wrote; instead of a slow one, what does nothing."""
    return [] if name in SLOW else run_study(name, folder, *settings)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the commands run: with the examples, and a file of B mesons of the name that the pages have."""
    path = tmp_path_factory.mktemp("pages")
    write_examples(path / "examples")  # as who has no clone gets them
    (path / "benchmarks").symlink_to(ROOT / "benchmarks")
    write_nano(path / "nanoAOD_2015_CMS_Open_Data_ttbar.root", [b_event(), b_event(511)])
    with pytest.MonkeyPatch.context() as patch, one_process():
        patch.chdir(path)
        patch.setattr(darkpair.studies.runner, "run_study", quick_study)
        yield path


def test_every_block_has_a_language_that_is_run() -> None:
    run = {"bash", "python", "toml", "text"}
    # (floors are compared by test_architecture.py; sh has commands of other programs, js is run by tests/clients)
    assert {block.language for block in BLOCKS} <= run | {"floors", "sh", "js"}
    assert len(BLOCKS) > 20


@pytest.mark.parametrize(("where", "command"), COMMANDS, ids=[f"{w} {c[:40]}" for w, c in COMMANDS])
def test_commands(where: str, command: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for pattern, replacement in SMALLER:
        command = re.sub(pattern, replacement, command)
    if any(command.startswith(words) for words in ELSEWHERE):
        return
    if command in COMPARED:
        monkeypatch.setattr(darkpair.studies.runner, "run_study", lambda *_, **__: [])
    words = shlex.split(command)
    if words[:3] == ["python", "-m", "darkpair.pages"]:
        pages_command(words[3:], folder, monkeypatch)
        return
    if words[0] == "python":
        monkeypatch.setattr(sys, "argv", words[1:])
        runpy.run_path(str(folder / words[1]), run_name="__main__")
        return
    assert words[0] == "darkpair", where
    if not [word for word in words[2:] if not word.startswith("-") and word not in ("20000", "cache")]:
        assert words[1] in darkpair.cli.COMMANDS  # a command's name in prose, without its arguments
        if words[1] != "list":
            return
    # of a command that stands on another page
    if words[1] in ("inspect", "cite", "particles") and not (folder / words[2]).exists():
        make = ["run", "examples/koto_pi0.toml", "-n", "2000", "-o", words[2]]
        assert CliRunner().invoke(darkpair.cli.main, make).exit_code == 0
    result = CliRunner().invoke(darkpair.cli.main, words[1:])
    assert result.exit_code == 0, f"{where}: {command}\n{result.output}\n{result.exception!r}"


def pages_command(words: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages are written in a copy, where nothing changes; what remakes an output is run by tests/pages/test_pages.py."""
    if words[:1] == ["remake"]:
        assert all(run_of(name, read_runs(ROOT / "docs" / "results")).quick for name in words[1:])
        return
    shutil.copy(ROOT / "README.md", folder)
    shutil.copytree(
        ROOT / "docs",
        folder / "docs",
        ignore=shutil.ignore_patterns("*.png", "_build", "auto_gallery", ".jupyter_cache"),
        dirs_exist_ok=True,
    )
    monkeypatch.chdir(folder)
    assert darkpair.pages.__main__.main(words) == 0
    for page in PAGES:
        assert (folder / page.relative_to(ROOT)).read_bytes() == page.read_bytes()


@pytest.mark.parametrize("name", SLOW)
def test_slow_studies_have_a_test_that_runs_them(name: str) -> None:
    text = (ROOT / "tests" / "studies" / SLOW[name]).read_text(encoding="utf-8")
    module = re.escape(name.replace("-", "_"))
    called = rf'STUDIES\["{name}"\]\(|study\("{name}"|\b{module}\.run\('
    of_all = rf'parametrize\("name", \[.*"{name}".*STUDIES\[name\]\('
    assert re.search(f"{called}|{of_all}", text, flags=re.DOTALL)


@pytest.mark.parametrize("page", [page for page in PAGES if page.name not in CHAINED], ids=title)
def test_python_blocks(page: Path, folder: Path) -> None:
    """The blocks of a page in one module, one after the other."""
    text = "\n".join(block.text for block in fenced(page) if block.language == "python")
    text = text.replace("toys=3000", "toys=200")  # (a minute for the page's error)
    script = folder / f"{page.stem}_page.py"
    script.write_text(text, encoding="utf-8")
    names = runpy.run_path(str(script))
    if "toy_limit" in names:
        assert names["limit"] == pytest.approx(2.18, abs=5.0 * names["error"])


@pytest.mark.parametrize(
    "block",
    [
        b
        for b in BLOCKS
        if b.language == "toml" and b.page.name not in ("detector_files.md", "your_own_physics.md")
    ],
    ids=str,
)  # (those pages have data files and jobs of them, and tests of their own)
def test_jobs(block: Block, folder: Path) -> None:
    path = folder / "page.toml"
    path.write_text(block.text, encoding="utf-8")
    if block.text.startswith("kind ="):
        assert load_search(path).summary
        return
    if "[chain]" not in block.text:  # about a source alone
        path.write_text(f'{block.text}\n[chain]\ndecay = "eta -> X1 X2"\n', encoding="utf-8")
    load_job(path, overrides={"run.seed": 1, "output.path": str(folder / "page.root")})


@pytest.mark.parametrize(
    "block", [b for b in BLOCKS if b.language == "text" and b.page.name != "command_line.md"], ids=str
)
@pytest.mark.usefixtures("folder")
def test_printed_tables(block: Block) -> None:
    """The output of the command before it: the same columns and constraints, entries and keys."""
    before = [b for b in fenced(block.page) if b.language == "bash" and b.line < block.line][-1]
    words = shlex.split(before.text.splitlines()[0].split("#")[0])[1:]
    words += ["--quick", "--cache", "cache"] if words[0] == "limits" else []
    output = CliRunner().invoke(darkpair.cli.main, words).output
    for line in block.text.splitlines():
        if line != "...":
            assert line.split()[0].strip(":") in output


def names_in_prose() -> list[tuple[str, str]]:
    return [
        (title(page), name)
        for page in PAGES
        for name in dict.fromkeys(re.findall(r"`(darkpair(?:\.\w+)+)(?:\(.*?\))?`", prose(page)))
        if name not in ATTRIBUTES
    ]


@pytest.mark.parametrize(("page", "name"), names_in_prose())
def test_names_of_the_package_exist(page: str, name: str) -> None:
    parts = name.split(".")
    for i in range(len(parts), 0, -1):
        try:
            there: Any = import_module(".".join(parts[:i]))
        except ModuleNotFoundError:
            continue
        for attribute in parts[i:]:
            there = getattr(there, attribute)
        return
    pytest.fail(f"{page}: no {name}")


def test_options_in_prose_exist() -> None:
    """Every `--option` that a page names is one of some command (pip's, git's and nox's are none of ours)."""
    commands = [import_module(f"darkpair.cli.{name}").command for name in darkpair.cli.COMMANDS]
    rivet = {"--ignore-beams", "--nominal-weight"}
    known = {opt for command in commands for p in command.params for opt in p.opts} | {"--help"} | rivet
    for page in PAGES:
        for option in re.findall(r"`(--[a-z][a-z-]*)", prose(page)):
            assert option in known, f"{title(page)}: {option}"


def test_the_benchmark_s_sample(folder: Path) -> None:
    names = runpy.run_path(str(folder / "benchmarks" / "dump_bias.py"), run_name="__page__")
    flow = names["sample"]("charm", 1e4, 20_000, 1, aimed=True)
    assert flow.acceptance == pytest.approx(7.9e-5, rel=0.2)
