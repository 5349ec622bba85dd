"""A job of several models with plus signs between them: rates add, events follow the widths, and each decay has its own spin law.

Both statistical tests allow five standard deviations: each fails by chance less than once in a million; the seed is fixed.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
from click.testing import CliRunner

import darkpair
from darkpair.chains.models.rates import build_model
from darkpair.cli import main
from darkpair.gen.errors import DarkpairError, InputError
from darkpair.gen.toml_text import toml_of
from darkpair.job.job import job_of
from darkpair.plugins.schema import job_schema
from darkpair.run.runner import run_job

C_V, C_A, N = 0.6, 1.0, 30_000
POINT = {"m1": 0, "m2": "240 MeV"}
Z_PRIME = {"G_X": "1 GF", "c_V": C_V, "c_A": C_A}
DIPOLE = {"mu": "1e-3 /TeV", "d": "1e-3 /TeV"}
JOB: dict[str, Any] = {
    "run": {"n": N, "seed": 19},
    "source": {"name": "koto_kl"},
    "chain": {
        "model": "zprime-dirac+dipole",
        "modes": ["X1 pi0", "X1 gamma"],
        "parameters": POINT | Z_PRIME | DIPOLE,
    },
    "output": {"path": "events.root", "picture": False},
}


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("combined") / "events.root"
    run_job(job_of(JOB, overrides={"output.path": str(path)}, where="here"))
    return darkpair.read_events(path)


def below_x2(events: Any) -> Any:
    """The particles that X2 decays to."""
    particles = events.particles
    return particles[(particles.mother >= 0) & (abs(particles.pdgid[particles.mother]) == 902)]


def test_rates_add() -> None:
    """Each decay has the width that its own model gives it, and X2 all of them together."""
    both = build_model("zprime-dirac+dipole", POINT | Z_PRIME | DIPOLE)
    alone = build_model("zprime-dirac", POINT | Z_PRIME), build_model("dipole", POINT | DIPOLE)
    for model in alone:
        for parent, mode in model.modes():
            assert both.partial_width(parent, mode) == model.partial_width(parent, mode)
            assert parent == "X2" or both.branching_ratio(parent, mode) == model.branching_ratio(parent, mode)
    assert set(both.modes()) == {key for model in alone for key in model.modes()}
    assert float(both.width("X2")) == pytest.approx(sum(float(m.width("X2")) for m in alone), rel=1e-12)
    assert 1.0 / float(both.ctau("X2")) == pytest.approx(
        sum(1.0 / float(m.ctau("X2")) for m in alone), rel=1e-12
    )


def test_events_are_in_the_ratio_of_the_widths(events: Any) -> None:
    """Of pi0 those that decay to two photons, which alone are generated."""
    visible = 0.98823
    pions = build_model("zprime-dirac", POINT | Z_PRIME).partial_width("X2", "X1 pi0") * visible
    photons = build_model("dipole", POINT | DIPOLE).partial_width("X2", "X1 gamma")
    share = float(photons / (photons + pions))
    made = int(ak.sum(ak.any(below_x2(events).pdgid == 22, axis=1)))
    assert int(ak.sum(ak.any(below_x2(events).pdgid == 111, axis=1))) == N - made
    assert 0.1 < share < 0.9
    assert abs(made - N * share) < 5.0 * math.sqrt(N * share * (1.0 - share))


@pytest.mark.parametrize(("pdgid", "asymmetry"), [(22, -1.0), (111, -2.0 * C_V * C_A / (C_V**2 + C_A**2))])
def test_each_decay_has_its_own_spin_law(events: Any, pdgid: int, asymmetry: float) -> None:
    """The Z' polarises X2 beside a massless X1 by -2 c_V c_A / (c_V^2 + c_A^2); the photon has the dipole's asymmetry (here
    mu = d, the largest), the pi0 the Z' current's: <cos> is a third of the product."""
    particles = events.particles
    kaon = ak.firsts(particles[particles.pdgid == 130])
    heavy = ak.firsts(particles[abs(particles.pdgid) == 902])
    seen = ak.firsts(below_x2(events)[below_x2(events).pdgid == pdgid])
    kaon, heavy, seen = (entry[~ak.is_none(seen)] for entry in (kaon, heavy, seen))
    at_rest = heavy.boostCM_of_p4(kaon)
    seen = seen.boostCM_of_p4(kaon).boostCM_of_p4(at_rest)
    cosine = np.asarray(
        (seen.px * at_rest.px + seen.py * at_rest.py + seen.pz * at_rest.pz) / (seen.p * at_rest.p)
    )
    wanted = asymmetry * -2.0 * C_V * C_A / (C_V**2 + C_A**2) / 3.0
    assert len(cosine) > 1000
    assert abs(cosine.mean() - wanted) < 5.0 * cosine.std() / math.sqrt(len(cosine))


def test_the_command_line_takes_a_combination(tmp_path: Path) -> None:
    """Set over the file of one model, as a job's file has it; an editor's schema takes it, too."""
    own = JOB["chain"] | {"model": "zprime-dirac", "parameters": POINT | Z_PRIME, "modes": ["X1 pi0"]}
    file = tmp_path / "job.toml"
    file.write_text(toml_of(JOB | {"chain": own}), encoding="utf-8")
    words = ["--set", "chain.model=zprime-dirac+dipole", "--set", "chain.parameters.mu=1e-3 /TeV"]
    out = tmp_path / "events.root"
    done = CliRunner().invoke(
        main, ["run", str(file), *words, "--set", 'chain.modes=["X1 gamma"]', "-n", "100", "-o", str(out)]
    )
    assert done.exit_code == 0, done.output
    assert ak.all(ak.any(below_x2(darkpair.read_events(out)).pdgid == 22, axis=1))
    cited = CliRunner().invoke(main, ["cite", str(out)])
    assert cited.exit_code == 0, cited.output
    pattern = job_schema()["properties"]["chain"]["properties"]["model"]["anyOf"][1]["pattern"]
    assert re.search(pattern, "zprime-dirac + dipole")
    assert not re.search(pattern, "zprime-dirac+dipol")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"model": "zprime-dirac+dipol"}, "did you mean 'dipole'"),
        ({"parameters": POINT | Z_PRIME | {"muu": 1}}, "unknown key of [chain.parameters] 'muu'"),
        ({"parameters": POINT | Z_PRIME}, "needs chain.parameters.mu"),
        ({"model": "zprime-dirac+zprime-dirac", "parameters": POINT | Z_PRIME}, "interfere"),
        ({"model": "dipole", "parameters": POINT | DIPOLE}, "as in zprime-dirac+dipole"),
        ({"model": "impostor", "parameters": POINT}, "as in zprime-scalar+impostor"),
    ],
)
def test_what_does_not_fit_is_one_line(change: dict[str, Any], word: str) -> None:
    with pytest.raises(DarkpairError) as caught:
        job_of(JOB | {"chain": JOB["chain"] | change}, where="here").pipeline()
    assert word in str(caught.value)


def test_rates_alone_say_what_is_lacking() -> None:
    words = ["rates", "dipole", "m1=0", "m2=240 MeV", "mu=0.1 /TeV"]
    shown = CliRunner().invoke(main, words)
    assert shown.exit_code == 0
    assert "dipole makes no pair" in shown.output
    assert "zprime-dirac+dipole" in shown.output
    words[1:2] = ["zprime-dirac+dipole"]
    assert "note" not in CliRunner().invoke(main, [*words, "G_X=1 GF"]).output


def test_a_lasting_x2_is_said() -> None:
    shown = CliRunner().invoke(
        main, ["rates", "higgs-portal-fermion", "m1=0", "m2=0.2", "A_3=1", "y_X=0.1", "m_S3=10"]
    )
    assert "keeps X2 whole here" in shown.output
    with pytest.raises(InputError, match="are both given|interfere"):
        build_model("zprime-scalar+zprime-scalar", {"m1": 0, "m2": "240 MeV", "G_X": "1 GF"})
