"""Keys of [chain] that are a model's are refused beside a descriptor or a name; a key in quotes is TOML's."""

from __future__ import annotations

from pathlib import Path

import pytest

from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.job.job import load_job
from darkpair.job.settings import BESIDE

JOB = """
[run]
n = 100
[source]
name = "gun"
[chain]
{chain}
mass = {{ X1 = 0.0, X2 = "400 MeV" }}
[output]
path = "out.root"
picture = false
"""
CHAINS = {
    "decay": 'decay = "K_L0 -> X1 (X2 -> X1 gamma gamma)"',
    "name": 'name = "kl_x1x2_x1gammagamma"',
}
VALUES = {
    "parameters": '{ m1 = "5 cm" }',
    "inputs": '"paper"',
    "parent": '"5 MeV"',
    "production": '"5 MeV"',
    "modes": '["abc"]',
}


@pytest.mark.parametrize("choice", CHAINS)
@pytest.mark.parametrize("key", BESIDE["decay"])
def test_what_a_chain_makes_no_use_of_is_refused(tmp_path: Path, choice: str, key: str) -> None:
    path = tmp_path / "job.toml"
    path.write_text(JOB.format(chain=CHAINS[choice]))
    load_job(path).pipeline()
    if (choice, key) == ("name", "parameters"):  # a chain by its name may have some; this one has none
        with pytest.raises(UnknownNameError, match=r"chain\.parameters\.m1"):
            load_job(path, [f"chain.{key}={VALUES[key]}"]).pipeline()
        return
    for job in (f"{CHAINS[choice]}\n{key} = {VALUES[key]}", None):
        path.write_text(JOB.format(chain=job or CHAINS[choice]))
        settings = [] if job else [f"chain.{key}={VALUES[key]}"]
        with pytest.raises(InputError, match=rf"chain\.{key} = .* is of a model; allowed: "):
            load_job(path, settings).pipeline()


@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_key_in_quotes_is_one_key(tmp_path: Path, quote: str) -> None:
    path = tmp_path / "job.toml"
    path.write_text(JOB.format(chain=CHAINS["decay"]))
    decay = f"{quote}X2 -> X1 gamma gamma{quote}"
    settings = [f"chain.matrix_elements.{decay}.name=power", f"chain.matrix_elements.{decay}.power=2"]
    job = load_job(path, settings)
    assert job.chain.matrix_elements == {"X2 -> X1 gamma gamma": {"name": "power", "power": 2}}
    job.pipeline()
