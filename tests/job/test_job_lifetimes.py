"""What a job's lifetimes speak of: the model's X2 whatever its name, the parent's own c tau, the detector's needs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from darkpair.chains.chain import Chain
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.lifetime import Exponential, Forced, Scan
from darkpair.gen.particles import particle, spoken
from darkpair.gen.pipeline import chunks
from darkpair.job.job import Job

POINT = {"m1": "40 MeV", "m2": "400 MeV", "G_X": "0.1 GF"}
DIRAC = {"model": "zprime-dirac", "parameters": POINT, "parent": "eta", "modes": ["X1 pi0"]}


def job(chain: dict[str, Any], *, detector: str = "charm", aim: bool = False, meson: str = "eta") -> Job:
    source = {"name": "dump_mesons", "meson": meson, "beam_energy": 400.0, "aim": aim}
    return Job.model_validate(
        {
            "run": {"n": 16_384, "seed": 4},
            "source": source,
            "chain": chain,
            "detector": {"name": detector},
            "output": {"path": "none.root"},
        }
    )


def laws(chain: dict[str, Any], **settings: Any) -> dict[str, Any]:
    made = job(chain, **settings).pipeline().chain
    assert isinstance(made, Chain)
    return dict(made.lifetimes)


@pytest.mark.parametrize("words", [["X2"], ["psi2"], ["psi2~"], ["psi2", "psi2~"]])
def test_the_models_x2_is_the_particle_and_the_antiparticle(words: list[str]) -> None:
    told = laws({**DIRAC, "lifetime": dict.fromkeys(words, "forced")})
    assert set(told) == {"psi2", "psi2~"}
    assert all(isinstance(law, Forced) and law.needs is not None for law in told.values())
    assert told["psi2"] == told["psi2~"]


def test_a_name_of_its_own_goes_first() -> None:
    told = laws({**DIRAC, "lifetime": {"X2": "scan", "psi2": "forced", "psi2~": "exponential"}})
    assert isinstance(told["psi2"], Forced)
    assert isinstance(told["psi2~"], Exponential)
    with pytest.raises(
        InputError, match="X2 = 'forced' and psi2~ = 'scan' both speak of psi2; give psi2 its own"
    ):
        laws({**DIRAC, "lifetime": {"X2": "forced", "psi2~": "scan"}})


@pytest.mark.parametrize("word", ["X3", "S", "psi1", "X1"])
def test_what_does_not_decay_is_refused(word: str) -> None:
    with pytest.raises(UnknownNameError, match=f"unknown decaying particle '{word}'"):
        laws({**DIRAC, "lifetime": {word: "forced"}})


@pytest.mark.parametrize("name", ["S2", "psi2", "X2"])
def test_a_descriptors_heavier_state(name: str) -> None:
    lighter = {"S2": "S1", "psi2": "psi1", "X2": "X1"}[name]
    chain = {
        "decay": f"eta -> {lighter} ({name} -> {lighter} gamma)",
        "mass": {"X1": "40 MeV", "X2": "200 MeV"},
        "ctau": {"X2": "3 m"},
        "lifetime": {"X2": "forced"},
    }
    told = laws(chain)
    assert set(told) == {name}
    assert told[name].ctau == 3000.0


def test_a_pair_of_both_kinds_from_one_word() -> None:
    chain = {
        "decay": "eta -> (psi2 -> psi1 gamma) (psi2~ -> psi1~ gamma)",
        "mass": {"X1": 0.04, "psi2": 0.2},
        "ctau": {"X2": 3000.0},
        "lifetime": {"psi2": "scan"},
    }
    told = laws(chain)
    assert told == dict.fromkeys(("psi2", "psi2~"), Scan(ctau=3000.0))


def test_spoken() -> None:
    names = ["X1", "psi2", "psi2~", "pi0"]
    assert spoken({"X2": 1, "pi0": 2}, names) == {"psi2": 1, "psi2~": 1, "pi0": 2}
    assert spoken({"psi2": 1}, ["psi2"]) == {"psi2": 1}
    assert spoken({"S": 1}, names) == {"S": 1}  # (for who refuses it)
    assert spoken({"X2": 1, "S2": 1}, ["X2"]) == {"X2": 1}
    with pytest.raises(InputError, match="S2 = 2 speaks of X2, which the table names itself"):
        spoken({"X2": 1, "S2": 2}, ["X2"])  # (nothing would follow from it)


@pytest.mark.parametrize("law", ["forced", "exponential", "scan"])
def test_a_parent_has_its_own_lifetime(law: str) -> None:
    """A kaon's 3.7 m, unless told otherwise: it neither becomes prompt nor takes the lifetime of X2."""
    chain: dict[str, Any] = {
        "decay": "K+ -> pi+ X1 (X2 -> X1 gamma)",
        "mass": {"X1": 0.04, "X2": 0.2},
        "ctau": {"X2": 1e4},
        "lifetime": {"K+": law},
    }
    (told,) = laws(chain, meson="K+").values()
    assert told.ctau == particle("K+").ctau > 3000.0
    (told,) = laws({**chain, "ctau": {"X2": 1e4, "K+": 50.0}}, meson="K+").values()
    assert told.ctau == 50.0


def test_a_models_kaon_has_its_own_lifetime() -> None:
    point = {"m1": "40 MeV", "m2": "400 MeV", "G_X": "1 GF"}
    made = Job.model_validate(
        {
            "run": {"n": 100},
            "source": {"name": "upsilon4s", "parent": "B0"},
            "chain": {
                "model": "zprime-scalar",
                "parameters": point,
                "parent": "B0",
                "production": "K0 X1 X2",
                "modes": ["X1 pi0"],
                "lifetime": {"K_S0": "forced", "X2": "forced"},
            },
            "detector": {"name": "belle2"},
            "output": {"path": "none.root"},
        }
    )
    told = made.pipeline().chain
    assert isinstance(told, Chain)
    assert {name: getattr(law, "ctau", None) for name, law in told.lifetimes.items()} == {
        "K_S0": particle("K_S0").ctau,
        "X2": told.decay.decaying["X2"].ctau,
    }


def test_nucal_sees_one_of_two() -> None:
    """eta -> (X2 -> X1 gamma)(X2 -> X1 gamma), c tau 3 m: 8.83(21)e-4 of an analog run, 2.7e-5 where both are forced."""
    chain = {
        "decay": "eta -> (X2 -> X1 gamma) (X2 -> X1 gamma)",
        "mass": {"X1": "40 MeV", "X2": "200 MeV"},
        "ctau": {"X2": "3 m"},
        "lifetime": {"X2": "forced"},
    }
    made = Job.model_validate(
        {
            "run": {"n": 8 * 16_384, "seed": 5},
            "source": {"name": "dump_mesons", "meson": "eta", "beam_energy": "70 GeV", "aim": True},
            "chain": chain,
            "detector": {"name": "nucal"},
            "output": {"path": "none.root"},
        }
    )
    flow = made.pipeline().chunk(0, 8, 8 * 16_384).cutflow
    assert flow.acceptance_error < 0.02 * flow.acceptance
    assert abs(flow.acceptance - 8.83e-4) < 3.0 * np.hypot(0.21e-4, flow.acceptance_error)


def test_of_two_forced_in_an_event_one_may_be_seen_in_the_gap() -> None:
    """SHiP asks for two showers, and photons made between its volume and the calorimeter count beside one of it."""
    two = {"decay": "eta -> (X2 -> X1 gamma) (X2 -> X1 gamma)", "lifetime": {"X2": "forced"}}
    one = {"decay": "eta -> X1 (X2 -> X1 gamma)", "lifetime": {"X2": "forced"}}
    settings = {"mass": {"X1": "10 MeV", "X2": "200 MeV"}, "ctau": {"X2": "300 m"}}
    pipeline = job({**two, **settings}, detector="ship").pipeline()
    ship = pipeline.detector
    assert isinstance(ship, FixedTarget)
    assert laws({**two, **settings}, detector="ship")["X2"].region == ship.veto_volume
    assert laws({**one, **settings}, detector="ship")["X2"].region == ship.region
    (chunk,) = chunks(pipeline, 16_384)
    # the law that forces both into the volume leaves 1328 of as many; with the gap's decays by chance alone it is 39 of 1e5
    assert chunk.cutflow.stages[-1].effective > 500.0
