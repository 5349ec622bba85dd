"""What is said of a run is what holds of it: no advice that was taken, no error of zero, no number of a run that a file has not."""

from __future__ import annotations

import itertools
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from darkpair.detectors.data_file import data_files, detector_data
from darkpair.gen.cutflow import Cutflow, Stage
from darkpair.gen.importance import Aimed
from darkpair.gen.lifetime import Exponential, Forced, Lifetime, Scan
from darkpair.gen.region import Slab
from darkpair.gen.sources.aimed_kaons import AimedKaons
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.job.job import load_job
from darkpair.report.expected import expected_lines
from darkpair.report.run import result_lines
from darkpair.report.uncounted import uncounted_lines
from darkpair.run.expected import expected_rows
from darkpair.run.runner import run_job
from darkpair.run.summary import few_effective, summary
from tests.laws.pairs import PAIRS

KOTO = Path(__file__).parents[2] / "examples" / "koto_pi0.toml"
SLAB = Slab(z_min=0.0, z_max=100.0)
#: Laws of the flying particles by their names in a job, and whether there is more to force.
LAWS: dict[str, tuple[Lifetime | None, bool]] = {
    "own": (None, True),
    "exponential": (Exponential(5.0), True),
    "scan": (Scan(ctau=5.0), True),
    "forced": (Forced(region=SLAB, ctau=5.0), False),
}
CHAINS = list({pair.chain: pair for pair in PAIRS if pair.parent == "K_L0"}.values())


FLOW = Cutflow((Stage("generated", 10_000, 1e4, 1e4), Stage("all", 24, 1.0, 1 / 11.0)))


@pytest.mark.parametrize("pair", CHAINS, ids=str)
@pytest.mark.parametrize("law", LAWS)
def test_no_advice_that_was_taken(pair: Any, law: str) -> None:
    """Of every chain, aimed or not: lifetimes are to be forced where one flies and is not, a source aimed where it is not."""
    given, more = LAWS[law]
    laws = None if given is None else dict.fromkeys(pair.unstable, given)
    for ctau, kind in itertools.product((0.0, 5.0), (None, Aimed, AimedKaons)):
        if ctau == 0.0 and laws:
            continue
        # (the pilot of an aimed source takes seconds; what it is aimed at is not asked)
        source = KotoKL() if kind is None else object.__new__(kind)
        pipeline: Any = SimpleNamespace(source=source, chain=pair.made(ctau, laws))
        line = few_effective(FLOW, pipeline)
        assert line is not None
        assert ("force lifetimes" in line) == (more and ctau > 0.0)
        assert ("aim the source" in line) == (kind is None)
        assert "raise run.n" in line


def test_a_sample_of_which_nothing_was_asked_has_no_error() -> None:
    """One by definition: in words on the terminal, and a zero nowhere behind a sign of an error."""
    rows = summary(Cutflow.of(np.ones(500), []))
    (line, *_) = result_lines(rows)
    assert line == "acceptance             1 per generated event, of which nothing was asked"
    assert "±" not in "\n".join(result_lines(rows))


def test_expected_events_of_it_have_none_either(tmp_path: Path) -> None:
    text = (
        KOTO.read_text().split("[detector]")[0]
        + f'[output]\npath = "{tmp_path / "o.root"}"\npicture = false\n'
    )
    (tmp_path / "j.toml").write_text(text + "[normalisation]\nexposure = 1e9\n")
    result = run_job(load_job(tmp_path / "j.toml", ["run.n=500"]))
    rows = expected_rows(result.provenance)
    assert rows is not None
    lines = "\n".join(expected_lines(rows))
    assert "± 0" not in lines
    assert rows.get("statistical") in (None, 0.0)


@pytest.mark.parametrize("name", data_files())
def test_a_file_without_a_run_says_so(name: str) -> None:
    """Every file of the package, as a user's that is based on it: the run is not taken, and a line says what one event is of."""
    whole = detector_data(name)
    counted = dict(whole)
    bare = {key: value for key, value in whole.items() if key not in ("run", "runs", "normalisation")}
    for selection in whole["selections"]:
        own = {"type": "", "experiment": "my.toml", "selection": selection, "data": bare}
        (line,) = uncounted_lines(own, {})
        assert "my.toml has no [" in line
        assert not list(uncounted_lines(own, {"normalisation": {"exposure": 5.0}}))
        assert not list(uncounted_lines({**own, "data": None}, {}))
        run = {"fixed_target": "run", "b_factory": "normalisation"}.get(whole["kind"], "runs")
        key = {"run": "pot", "normalisation": "pairs"}.get(run)
        entries = whole.get(run, {})
        there = key in entries if key else "kl" in entries.get(selection, {})
        assert len(list(uncounted_lines({**own, "data": counted}, {}))) == (not there)
