"""What a report cannot show is a sentence on its page, and the rest stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import darkpair.run.report as module
from darkpair.gen.errors import InputError
from darkpair.gen.output.reader import read_provenance
from darkpair.job.job import job_of
from darkpair.run.runner import run_job

CHAIN = {
    "decay": "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))",
    "mass": {"X1": 0.0, "X2": 0.43},
    "ctau": {"X2": 0.0},
}


def _refused(*_: Any, **__: Any) -> Any:
    raise InputError("a reason")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("left") / "koto.root"
    table = {"run": {"n": 2000}, "source": {"name": "koto_kl"}, "chain": CHAIN, "detector": {"name": "koto"}}
    run_job(job_of(table | {"output": {"path": str(path), "picture": False}}, where="job"))
    return path


def test_events_that_cannot_be_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = module.gathered(file, display=False)
    assert whole.events is not None
    assert "events" not in whole.missing
    monkeypatch.setattr(module, "read_written", _refused)
    material = module.gathered(file, display=False)
    assert material.events is None
    assert material.missing["events"] == "The events are not shown: a reason"
    assert material.job == whole.job != ""


def test_a_job_of_another_day(file: Path) -> None:
    provenance = read_provenance(file)
    assert module._job(provenance) is not None
    strange = provenance | {"job": {"chain": {"decay": "K_L0 -> X1 X2"}, "what": {"is": "this"}}}
    assert module._job(strange) is None
    assert 'is = "this"' in module._job_text(strange, None)
    assert module._job_text({"job": None}, None) == ""


def test_a_detector_that_is_made_by_its_job(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    provenance = read_provenance(file)
    job = module._job(provenance)
    missing: dict[str, str] = {}
    monkeypatch.setattr(module, "detector_of", lambda _: None)
    assert type(module._detector(provenance, job, missing)).__name__ == "Koto"
    assert missing == {}
    assert module._detector(provenance, None, missing) is None
    monkeypatch.setattr("darkpair.gen.registry.Registry.make", _refused)
    assert module._detector(provenance, job, missing) is None
    assert missing == {"detector": "The detector's outline is not shown: a reason"}


def test_rates_of_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = {"m1": "0 GeV", "m2": "430 MeV", "G_X": "1 GF"}
    chain = {
        "model": "zprime-scalar",
        "modes": ["X1 pi0"],
        "parameters": parameters,
    }
    table = {"run": {"n": 10}, "source": {"name": "koto_kl"}, "chain": chain, "output": {"path": "out.root"}}
    job = job_of(table, where="job")
    missing: dict[str, str] = {}
    assert len(module._rates(job, missing)) > 0
    assert missing == {}
    assert module._rates(None, missing) == ()
    monkeypatch.setattr("darkpair.chains.models.rates.build_model", _refused)
    assert module._rates(job, missing) == ()
    assert missing == {"rates": "The rates of the model are not shown: a reason"}
