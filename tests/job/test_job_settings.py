"""Another chain, source or detector than the file's: the last choice wins, what no longer applies is dropped and said."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from click.testing import CliRunner

from darkpair.chains.catalogue import CHAINS
from darkpair.chains.chain import Chain
from darkpair.cli import main
from darkpair.gen.errors import DarkpairWarning, InputError, UnknownNameError
from darkpair.gen.particles import DARK_IDS
from darkpair.job.job import Job, load_job

EXAMPLES = Path(__file__).parents[2] / "examples"
KOTO = EXAMPLES / "koto_pi0.toml"
ZPRIME = EXAMPLES / "koto_zprime.toml"


def loaded(path: Path, *settings: str) -> tuple[Job, list[str]]:
    """Job with settings, and what was said."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        job = load_job(path, settings)
    assert {w.category for w in said} <= {DarkpairWarning}
    return job, [str(w.message) for w in said]


def first_chain(job: Job) -> Chain:
    chain = job.pipeline().chain
    assert isinstance(chain, Chain)
    return chain


#: A mass for every dark state, light enough for all chains.
LIGHT = {name: 0.01 if name.startswith(("X1", "S1", "psi1")) else 0.16 for name in DARK_IDS}


@pytest.mark.parametrize("name", CHAINS)
def test_every_chain_by_name_over_a_descriptor(name: str) -> None:
    words = CHAINS[name].descriptor.replace("(", " ").replace(")", " ").split()
    dark = sorted(set(words) & set(DARK_IDS))
    job, said = loaded(KOTO, f"chain.name={name}", *(f"chain.mass.{d}={LIGHT[d]}" for d in dark))
    assert job.chain.decay is None
    assert said[0].startswith("chain.decay of the file is replaced by chain.name")
    for key, table in (("mass", job.chain.mass), ("ctau", job.chain.ctau)):
        assert set(table) <= set(dark)
        for lost in {"mass": {"X1", "X2"}, "ctau": {"X2"}}[key] - set(dark):
            assert f"chain.{key}.{lost}" in said[0]
    assert job._given()[0].decay.parent.name in words


def test_the_same_chain_is_the_same_job() -> None:
    job, said = loaded(KOTO, "chain.name=kl_x1x2_pi0")
    assert said == ["chain.decay of the file is replaced by chain.name"]
    assert first_chain(job) == first_chain(load_job(KOTO))


def test_a_descriptor_drops_masses_of_particles_that_it_has_not() -> None:
    job, said = loaded(KOTO, "chain.decay=K_L0 -> (pi0 -> gamma gamma) S", "chain.mass.S=100 MeV")
    assert said == [
        "chain.mass.X1, chain.mass.X2 and chain.ctau.X2 of the file no longer apply and are dropped"
    ]
    assert job.chain.mass == {"S": "100 MeV"}


def test_a_lifetime_of_what_no_longer_decays_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "job.toml"
    path.write_text(KOTO.read_text().replace("ctau =", 'lifetime = { X2 = "exponential" }\nctau ='))
    job, said = loaded(path, "chain.decay=K_L0 -> X1 X2")
    assert job.chain.lifetime == {}
    assert "chain.lifetime.X2" in said[0]
    kept, _ = loaded(path, "chain.name=kl_x1x2_gamma")
    assert kept.chain.lifetime == {"X2": "exponential"}


def test_a_model_over_a_descriptor_and_back() -> None:
    point = ("chain.parameters.m1=0", "chain.parameters.m2=430 MeV", "chain.parameters.G_X=1 GF")
    job, said = loaded(KOTO, "chain.model=zprime-scalar", *point)
    assert said[0].endswith("chain.mass.X1, chain.mass.X2 and chain.ctau.X2 no longer apply and are dropped")
    assert first_chain(job).decay.decaying["X2"].ctau > 0.0
    back, said = loaded(ZPRIME, "chain.name=kl_x1x2_pi0", "chain.mass.X1=0", "chain.mass.X2=0.43")
    assert "chain.parameters.G_X, chain.inputs and chain.modes" in said[0]
    assert back.chain.parameters == {}


def test_another_model_keeps_the_parameters_that_it_has() -> None:
    job, said = loaded(ZPRIME, "chain.model=higgs-portal-quartic", "chain.parameters.B=1e-5")
    assert set(job.chain.parameters) == {"m1", "m2", "B"} or "chain.parameters.G_X" in said[0]
    assert "chain.parameters.G_X" in said[0]


def test_the_last_of_two_choices_wins() -> None:
    job, said = loaded(KOTO, "chain.name=kl_3pi0", "chain.decay=K_L0 -> X1 (X2 -> X1 gamma)")
    assert (job.chain.name, said) == (None, ["chain.name, set before, is replaced by chain.decay"])


def test_a_branching_ratio_is_the_file_s_chain_s(tmp_path: Path) -> None:
    path = tmp_path / "job.toml"
    path.write_text(KOTO.read_text() + "\n[normalisation]\nbranching_ratio = 1e-9\n")
    job, said = loaded(path, "chain.name=kl_2pi0")
    assert job.normalisation.branching_ratio is None
    assert "normalisation.branching_ratio" in said[0]
    assert load_job(
        path, ["chain.decay=K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))"]
    ).normalisation.branching_ratio
    assert loaded(path, "chain.name=kl_2pi0", "normalisation.branching_ratio=1e-3")[
        0
    ].normalisation.branching_ratio


def test_another_source_and_detector() -> None:
    job, said = loaded(KOTO, "source.name=gun", "source.parent=K_L0", "source.momentum=2")
    assert (set(job.source), said) == ({"name", "parent", "momentum"}, [])
    job, said = loaded(KOTO, "detector.name=charm")
    assert (job.detector, said) == (
        {"name": "charm"},
        ["detector.selection of the file no longer applies and is dropped"],
    )
    job, said = loaded(EXAMPLES / "belle2.toml", "source.name=koto_kl")
    assert said == ["source.parent and source.machine of the file no longer apply and are dropped"]


def test_what_was_set_is_never_dropped() -> None:
    job, _ = loaded(KOTO, "chain.name=kl_3pi0", "chain.mass.X7=1")
    with pytest.raises(UnknownNameError, match="X7"):
        job.pipeline()
    job, _ = loaded(KOTO, "detector.name=charm", "detector.selection=2015")
    with pytest.raises(UnknownNameError, match="2015"):
        job.pipeline()


def test_two_choices_in_a_file_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "job.toml"
    path.write_text(KOTO.read_text().replace("decay =", 'name = "kl_3pi0"\ndecay ='))
    with pytest.raises(InputError, match="not more"):
        loaded(path)[0].pipeline()
    assert loaded(path, "chain.name=kl_x1x2_pi0")[0].pipeline().chain == first_chain(load_job(KOTO))


def test_the_command_line_says_it_in_one_line(tmp_path: Path) -> None:
    words = ["run", str(KOTO), "-n", "1000", "-o", str(tmp_path / "x.root"), "--set", "output.picture=false"]
    done = CliRunner().invoke(main, [*words, "--set", "chain.name=kl_2pi0"])
    assert done.exit_code == 0
    (line,) = done.stderr.splitlines()
    assert line.startswith("darkpair: chain.decay of the file is replaced by chain.name; chain.mass.X1, ")


def test_in_python_it_is_a_warning() -> None:
    with pytest.warns(DarkpairWarning, match="replaced by chain.name") as said:
        load_job(KOTO, ["chain.name=kl_2pi0"])
    assert said[0].filename == __file__


def test_a_refusal_is_one_line_and_what_it_dropped_is_forgotten() -> None:
    """What a command would have said stays unsaid when it is refused, then and in the next command of the process."""
    dropping = ["chain.name=kl_2pi0", "source.momentum=1"]
    words = [word for setting in dropping for word in ("--set", setting)]
    refused = CliRunner().invoke(main, ["check", str(KOTO), *words])
    assert (refused.exit_code, len(refused.output.strip().splitlines())) == (2, 1), refused.output
    assert "no longer" not in CliRunner().invoke(main, ["list", "sources"]).output
    said = CliRunner().invoke(main, ["check", str(KOTO), "--set", "chain.name=kl_2pi0"]).output
    assert said.count("no longer") == 1


def test_a_c_tau_of_what_no_longer_decays_is_dropped() -> None:
    """The mass stays, for the particle does; one that is set itself is refused."""
    job, said = loaded(KOTO, "chain.decay=K_L0 -> X1 X2")
    assert job.chain.ctau == {}
    assert set(job.chain.mass) == {"X1", "X2"}
    assert said == ["chain.ctau.X2 of the file no longer applies and is dropped"]
    with pytest.raises(InputError, match=r"ctau\.X2 = 70 mm, and X2 does not decay in the chain"):
        loaded(KOTO, "chain.decay=K_L0 -> X1 X2", "chain.ctau.X2=7 cm")[0].pipeline()
