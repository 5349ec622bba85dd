"""Where a model's name is wanted, a chain or a particle is one line that says who takes it, and that one does."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from darkpair.chains.catalogue import CHAINS
from darkpair.chains.models import MODELS
from darkpair.chains.models.points import require_model_name
from darkpair.cli import main
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.particles import ALIASES, DARK_IDS
from darkpair.job.job import job_of

AXES = ["x=m2: 150 MeV .. 450 MeV, 4", "y=G_X: 1 .. 10 GF, 3 log", "m1=0"]
#: Commands that take a model, with what makes them complete.
COMMANDS = {"reach": AXES, "rates": ["m1=0", "m2=0.1", "G_X=1 GF"]}
DESCRIPTORS = sorted({entry.summary for entry in CHAINS.ours.values()})
PARTICLES = ["K_L0", "pi+", "e-", *list(ALIASES)[:3], *list(DARK_IDS)[:3]]


def line_of(*words: str) -> str:
    """The one line of a refusal."""
    done = CliRunner().invoke(main, list(words))
    assert done.exit_code == 2, done.output
    (line,) = done.output.strip().splitlines()
    return line


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "name", ["K_L0 -> X1 (X2 -> X1 pi0)", "B+->K+ X1 X2", DESCRIPTORS[0], next(iter(CHAINS.ours))]
)
def test_a_chain_is_refused_as_a_chain(command: str, name: str) -> None:
    line = line_of(command, name, *COMMANDS[command])
    assert f"{name!r} is a chain, and " in line
    assert "darkpair limits takes chains by descriptor" in line
    assert "unknown model" not in line


@pytest.mark.parametrize("name", PARTICLES)
def test_a_particle_is_refused_as_a_particle(name: str) -> None:
    assert f"{name!r} is a particle, and " in line_of("rates", name, "m1=0")


def test_every_chain_is_refused_and_every_model_is_not() -> None:
    for name in (*DESCRIPTORS, *CHAINS.ours):
        with pytest.raises(InputError, match="is a chain, and"):
            require_model_name(name)
    for name in (*MODELS, "zprime-dirac+dipole", "zprime-scala", ""):
        require_model_name(name)


def test_what_takes_a_chain_does() -> None:
    """The descriptor that a map refuses, where the line says."""
    words = ["limits", "K+ -> pi+ X1 X2", "m1=0", "m2=0.1", "--only", "k-to-pi-na62"]
    assert CliRunner().invoke(main, words).exit_code == 0


@pytest.mark.parametrize("name", ["K_L0 -> X1 X2", next(iter(CHAINS.ours)), "K_L0"])
def test_a_job_names_its_own_key(name: str) -> None:
    chain = {"model": name, "parameters": {"m1": 0.0, "m2": 0.2}}
    with pytest.raises(InputError, match=r"chain\.model = '.*' is a .*; chain\.decay takes a descriptor"):
        job_of(
            {"source": {"name": "koto_kl"}, "chain": chain, "output": {"path": "x.root"}}, where="here"
        ).pipeline()
    with pytest.raises(UnknownNameError, match="unknown model"):
        job_of(
            {
                "source": {"name": "koto_kl"},
                "chain": chain | {"model": "zprime"},
                "output": {"path": "x.root"},
            },
            where="here",
        ).pipeline()
