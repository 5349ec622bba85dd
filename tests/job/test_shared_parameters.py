"""A job of combined models of which several have a parameter: it takes what `limits` takes, and refuses the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from darkpair.chains.models import Combined
from darkpair.chains.models.rates import build_model
from darkpair.cli import main
from darkpair.gen.errors import InputError
from darkpair.gen.output.reader import read_provenance
from darkpair.gen.toml_text import toml_of
from darkpair.limits.rows import models_of

NAME = "zprime-scalar+impostor"
POINT: dict[str, Any] = {"m1": 0, "m2": "240 MeV", "G_X": "1 GF"}
CHAIN = {"model": NAME, "parent": "K_L0", "production": "X1 X2", "modes": ["X1 pi0"]}

#: How a parameter of the second model is given.
OWNED: dict[str, dict[str, Any]] = {
    "table": {"impostor": {"a_211": "0.1 GeV"}},
    "dotted": {"impostor.a_211": "0.1 GeV"},
}


def run(folder: Path, parameters: dict[str, Any], *words: str) -> Any:
    job = {
        "run": {"n": 100},
        "source": {"name": "koto_kl"},
        "chain": CHAIN | {"parameters": POINT | parameters},
    }
    (folder / "job.toml").write_text(toml_of(job), encoding="utf-8")
    return CliRunner().invoke(main, ["run", str(folder / "job.toml"), "-o", str(folder / "e.root"), *words])


@pytest.mark.parametrize("way", OWNED)
def test_a_job_takes_the_owner(way: str, tmp_path: Path) -> None:
    done = run(tmp_path, OWNED[way])
    assert done.exit_code == 0, done.output
    said = str(read_provenance(tmp_path / "e.root"))
    assert "impostor" in said
    ((_, model),) = models_of(
        NAME, {key: str(text) for key, text in POINT.items()} | {"impostor.a_211": "0.1 GeV"}
    )
    built = build_model(NAME, POINT | OWNED[way], where="chain.parameters")
    assert isinstance(model, Combined)
    assert built == model


def test_a_job_refuses_one_without(tmp_path: Path) -> None:
    for words in ((), ("--set", "chain.parameters.a_211=0.2")):
        done = run(tmp_path, {} if words else {"a_211": 0.1}, *words)
        assert done.exit_code == 2
        assert "a_211 is a parameter of zprime-scalar and of impostor; say whose it is" in done.output
        assert len(done.output.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["job.toml"]


def test_a_parameter_is_given_once() -> None:
    given = {"m1": "0", "m2": "240 MeV", "G_X": "1 GF", "mu": "1e-5 /GeV", "dipole.mu": "2e-5 /GeV"}
    with pytest.raises(
        InputError, match=r"dipole.mu = 2e-5 /GeV beside mu; it is given twice: leave one out"
    ):
        build_model("zprime-scalar+dipole", given)
