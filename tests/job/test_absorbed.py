"""``lifetime.K_L0 = "absorbed"`` of a job: the law of the detector's data file, its weight, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from darkpair.gen.absorption import BeforeAbsorption
from darkpair.gen.errors import InputError
from darkpair.job.job import Job


def job(detector: dict[str, Any] | None, law: str = "absorbed", energy: float = 400.0) -> Job:
    tables: dict[str, Any] = {
        "run": {"n": 2000, "seed": 1},
        "source": {"name": "dump_mesons", "meson": "K_S0", "beam_energy": energy},
        "chain": {
            "decay": "K_S0 -> X1 (X2 -> X1 gamma)",
            "mass": {"X1": 0.0, "X2": 0.3},
            "ctau": {"X2": "10 m"},
            "lifetime": {"K_S0": law, "X2": "exponential"},
        },
        "output": {"path": "none.root"},
    }
    return Job.model_validate(tables if detector is None else {**tables, "detector": detector})


def test_the_law_is_that_of_the_detectors_file() -> None:
    pipeline = job({"name": "fixed_target", "experiment": "charm"}).pipeline()
    chain: Any = pipeline.chain
    law = chain.lifetimes["K_S0"]
    assert isinstance(law, BeforeAbsorption)
    assert (law.interaction_length, law.pipe) == (185.1, None)
    made = pipeline.source.sample(2000, np.random.default_rng(1))
    from darkpair.gen.streams import Streams

    batch = chain.batch(made, Streams(1))
    (part,) = batch.parts
    momentum = np.sqrt((part.momentum[:3, 0] ** 2).sum(axis=0))
    mean = momentum / 0.497611 * law.ctau
    assert part.weights["absorption"] == pytest.approx(185.1 / (185.1 + mean), rel=1e-4)
    flown = np.sqrt((part.vertices[:3, 1] ** 2).sum(axis=0))
    assert 0.0 < flown.max() < 40.0 * 185.1


def test_what_is_refused() -> None:
    for detector in (None, {"name": "fixed_target", "experiment": "faser2"}):
        with pytest.raises(InputError, match="absorber"):
            job(detector).pipeline()


@pytest.mark.parametrize(
    ("decay", "name"), [("K_S0 -> X1 (X2 -> X1 gamma)", "X2"), ("eta -> X1 (X2 -> X1 gamma)", "eta")]
)
def test_what_is_dark_or_decays_at_once_is_not_absorbed(decay: str, name: str) -> None:
    tables = job({"name": "fixed_target", "experiment": "charm"}).model_dump(exclude_unset=True)
    tables["source"]["meson"] = decay.split(maxsplit=1)[0]
    tables["chain"] |= {"decay": decay, "lifetime": {name: "absorbed"}}
    with pytest.raises(
        InputError,
        match=rf"chain.lifetime.{name} = 'absorbed' with c tau = .* mm; allowed: mesons of the target that fly 10 mm or more, and decay",
    ):
        Job.model_validate(tables).pipeline()
