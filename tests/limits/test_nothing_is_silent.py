"""Of every model's productions of X2 each search whose source makes them counts each, or a list says why not: nothing is silent."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import darkpair.limits.belle2_samples
import darkpair.limits.channels
import darkpair.limits.dump_samples
import darkpair.limits.four_photons
import darkpair.limits.koto_beside
import darkpair.limits.koto_channels
import darkpair.limits.one_photon
import darkpair.limits.samples
from darkpair.chains.models import MODELS
from darkpair.detectors.koto_pairs import TIGHTNESS
from darkpair.limits import limit_rows
from darkpair.limits.channels import ChannelAgainstCtau
from darkpair.limits.flown_out import FlownOut, OnePhotonFlownOut
from darkpair.limits.four_photons import FourPhotonsAgainstCtau
from darkpair.limits.left_out import LEFT_OUT, left_out, made_by
from darkpair.limits.one_photon import OnePhotonAgainstCtau
from darkpair.limits.samples import Size
from darkpair.searches import FILES, SEARCHES
from tests.shared.made_up import PRODUCTIONS, MadeUp
from tests.shared.model_points import EXAMPLES

#: Of X2: light enough for every production, and for the window of four photons.
MASS = 0.06
MODES = {"X1 gamma": 0.3, "gamma gamma": 0.3, "X1 X1": 0.4}
#: Behind a target, where every way to be seen is a channel: photons, or electrons at the detectors that do not look for photons.
SHOWERS = {name: {"gamma gamma": 1.0} for name in (*FILES, "charm", "nucal")} | {"bebc": {"X1 e+ e-": 1.0}}
SIZE = Size(kaons=100, etas=100, spectra="central", cells=(2, 2, 2), throws=(1,))
TABLE = {"ctau": [0.1, 1e5], "efficiency": [0.1, 0.1], "error": [1e-3, 1e-3], "effective": [1e4, 1e4], "tail": [0.0, 0.0], "most": 0.0}  # fmt: skip


def flat(evaluate: Any, points: list[Any], **_: Any) -> list[dict[str, Any]]:
    """In place of samples: everything is accepted as often."""
    table: dict[str, Any] = TABLE
    if isinstance(evaluate, FlownOut | OnePhotonFlownOut):
        table = {str(number): TABLE for number in range(3)}
    if isinstance(evaluate, OnePhotonAgainstCtau | OnePhotonFlownOut):
        table = {f"{least:g}": table for least in evaluate.least}
    if isinstance(evaluate, OnePhotonAgainstCtau) and points and "mass" in points[0]:
        table = {f"{least:g}": {"efficiency": 0.1, "error": 1e-3} for least in evaluate.least}
    if isinstance(evaluate, FourPhotonsAgainstCtau):
        table = dict.fromkeys(TIGHTNESS, TABLE)
    if isinstance(evaluate, ChannelAgainstCtau):
        table = dict.fromkeys(evaluate.spectra, TABLE)
    return [table for _ in points]


@pytest.fixture(autouse=True)
def no_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    of_limits = darkpair.limits
    for module in (
        of_limits.belle2_samples, of_limits.channels, of_limits.dump_samples, of_limits.four_photons, of_limits.koto_beside, of_limits.koto_channels,
        of_limits.one_photon, of_limits.samples,
    ):  # fmt: skip
        monkeypatch.setattr(module, "scan", flat)


@cache
def counts(search: str, parent: str, production: str) -> bool:
    """Whether a production alone gives the search anything, or an unknown; in a model whose X2 does what it sees."""
    decays = SHOWERS.get(search, MODES)
    model = MadeUp(m1=0.0, m2=MASS, made={f"{parent} -> {production}": 1e-3}, decays=decays)
    (rows,) = limit_rows([model], only=[search], size=SIZE, workers=1)
    return any(np.isnan(row.value) or row.value > 0.0 for row in rows)


def productions_of(name: str) -> list[tuple[str, str]]:
    """(parent, production) pairs with X2 of a model of the package, or those that no model has."""
    if name == "made up":
        return [(parent, production) for parent, own in PRODUCTIONS.items() for production in own]
    model = MODELS.factory(name)(m1=0.0, m2=MASS, **EXAMPLES[name])
    return [(parent, mode) for parent, mode in model.modes() if parent != "X2" and "X2" in mode.split()]


@pytest.mark.parametrize("name", [*MODELS.ours, "made up"])
def test_every_production_counts_or_the_list_says_why_not(name: str) -> None:
    for search in SEARCHES.ours:
        for parent, production in productions_of(name):
            if parent in made_by(search):
                reason = left_out(search, parent, production)
                assert counts(search, parent, production) == (reason is None), (search, parent, production)


def test_every_search_says_what_its_source_makes() -> None:
    """But for those of couplings, which have none."""
    without = {name for name in SEARCHES.ours if not made_by(name)}
    assert without == {"atomic-parity-2009", "atomic-parity-2021", "neutrino-electron"}


@pytest.mark.parametrize("entry", LEFT_OUT, ids=lambda entry: entry.searches[0] + " " + entry.parents[0])
def test_no_entry_of_the_list_is_idle(entry: Any) -> None:
    every = {pair for name in (*MODELS.ours, "made up") for pair in productions_of(name)}
    assert any(entry.covers(search, *pair) for search in SEARCHES.ours for pair in every)
    assert entry.reason
