"""The shell completes names and keys, through click's own protocol; what is wrong completes nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import BashComplete

from darkpair.chains.models.inputs import PRESETS as TABLES
from darkpair.cli import COMMANDS, main
from darkpair.cli.options import PRESETS
from darkpair.plugins import REGISTRIES

KOTO = str(Path(__file__).parents[2] / "examples" / "koto_pi0.toml")
ZPRIME = str(Path(__file__).parents[2] / "examples" / "koto_zprime.toml")


def complete(*words: str) -> list[str]:
    """What is offered for the last word."""
    shell = BashComplete(main, {}, "darkpair", "_DARKPAIR_COMPLETE")
    return [item.value for item in shell.get_completions(list(words[:-1]), words[-1])]


def test_commands() -> None:
    assert complete("") == list(COMMANDS)
    assert complete("r") == ["run", "report", "rates", "reach"]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (("rates", ""), "models"),
        (("limits", ""), "models"),
        (("study", ""), "studies"),
        (("limits", "x", "--only", ""), "searches"),
    ],
)
def test_names(words: tuple[str, ...], kind: str) -> None:
    assert complete(*words) == REGISTRIES[kind].names()


@pytest.mark.parametrize("kind", REGISTRIES)
def test_kinds_and_their_names(kind: str) -> None:
    assert kind in complete("list", kind[:2])
    assert complete("list", kind, "--show", "") == REGISTRIES[kind].names()


def test_data_files() -> None:
    assert complete("list", "data", "--show", "koto") == ["koto"]


@pytest.mark.parametrize(
    ("words", "some"),
    [
        (("rates", "zprime-scalar", ""), {"m1=", "m2=", "G_X=", "b_to_k="}),
        (("rates", "zprime-scalar", "m1=0", "m"), {"m2=", "m_Zprime="}),
        (("rates", "zprime-scalar", "--inputs", ""), set(PRESETS)),
        (("run", KOTO, "--set", ""), {"run.", "source.", "chain.", "detector.", "output.", "normalisation."}),
        (("run", KOTO, "--set", "run."), {"run.n=", "run.seed="}),
        (("run", KOTO, "--set", "chain."), {"chain.name=", "chain.mass.", "chain.parameters."}),
        (("run", KOTO, "--set", "chain.name=kl_2"), {"chain.name=kl_2pi0"}),
        (("run", KOTO, "--set", "source.name=g"), {"source.name=gun"}),
        (("run", KOTO, "--set", "detector.s"), {"detector.selection="}),
        (("run", KOTO, "--set", "source."), {"source.z_min=", "source.name=", "source.aim="}),
        (("run", KOTO, "--set", "source.profile="), {"source.profile=collimator"}),
        (
            ("run", KOTO, "--set", "source.name=gun", "--set", "source.m"),
            {"source.momentum=", "source.mass="},
        ),
        (("run", KOTO, "--set", "output.layout="), {"output.layout=nano", "output.layout=flat"}),
        (("run", ZPRIME, "--set", "chain.parameters.G"), {"chain.parameters.G_X="}),
        (("check", ZPRIME, "--set", "chain.model=hi"), {"chain.model=higgs-portal-quartic"}),
        (("new", "mod"), {"model"}),
        (("limits", "zprime-scalar", "--data", ""), {"2020", "today"}),
    ],
    ids=lambda part: str(part) if isinstance(part, tuple) else "",  # (a set has no order)
)
def test_keys_and_words(words: tuple[str, ...], some: set[str]) -> None:
    assert some <= set(complete(*words))


def test_what_is_given_is_not_offered_again() -> None:
    assert "m1=" not in complete("rates", "zprime-scalar", "m1=0", "")


@pytest.mark.parametrize(
    "words",
    [
        ("rates", "no-model", ""),
        ("run", "no.toml", "--set", "detector.z"),
        ("run", KOTO, "--set", "nothing.x"),
        ("list", "nothing", "--show", ""),
    ],
)
def test_what_is_wrong_completes_nothing(words: tuple[str, ...]) -> None:
    assert [word for word in complete(*words) if word != "detector.name="] == []


def test_a_job_is_a_file() -> None:
    shell = BashComplete(main, {}, "darkpair", "_DARKPAIR_COMPLETE")
    assert [item.type for item in shell.get_completions(["run"], "exa")] == ["file"]


def test_the_presets_are_those_that_there_are() -> None:
    assert tuple(TABLES) == PRESETS


def test_names_import_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from click.shell_completion import BashComplete\n"
        "from darkpair.cli import main\n"
        "shell = BashComplete(main, {}, 'darkpair', '_DARKPAIR_COMPLETE')\n"
        "for words, last in ((['rates'], ''), (['study'], ''), (['list'], ''), (['run', 'x'], '-')):\n"
        "    assert shell.get_completions(words, last)\n"
        "heavy = {'numpy', 'scipy', 'awkward', 'uproot', 'hist', 'matplotlib', 'rich', 'particle', 'pydantic'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
