"""Channels of a model behind a target, one sample each; tests/limits/test_channel_sums.py adds them up.

The failure rate of a bound of 4.89 standard errors is 1e-6.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair.chains.models import (
    Dipole,
    Impostor,
    ZPrimeDirac,
    ZPrimeMajorana,
    ZPrimeScalar,
    combine,
)
from darkpair.chains.models.channels import UNSEEN, Channel, channels_of, visible_modes
from darkpair.gen.errors import InputError
from darkpair.gen.identity import identity_digest
from darkpair.limits import Size, limit_rows
from darkpair.limits.channels import ChannelAgainstCtau
from darkpair.limits.dump_samples import DumpAgainstCtau, DumpYield, EtaSample
from darkpair.limits.koto_channels import koto_channels
from darkpair.limits.rows import _changes, _moved, _row
from darkpair.scan import Acceptance
from darkpair.searches.dump_search import SHOWERS
from darkpair.searches.koto import KotoChannel, KotoLimit
from tests.shared.channel_sums import NEAR, pairs

CELLS, THROWS = (16, 12, 8), (6, 6)


@pytest.fixture
def near(tmp_path: Path) -> str:
    (tmp_path / "near.toml").write_text(NEAR)
    return str(tmp_path / "near.toml")


def test_a_channel_does_not_know_how_large_couplings_are() -> None:
    few, many = pairs(), pairs(3.0)
    single = Channel(parent="eta", production="X1 X2", modes=("X1 e+ e-",))
    both = Channel(parent="eta", production="X2 X2", modes=("X1 e+ e-", "X1 gamma"))
    for channel in (single, both):
        assert identity_digest(channel.chain(few)) == identity_digest(channel.chain(many))
    of_scalars = single.chain(ZPrimeScalar(m1=0.02, m2=0.14, G_X=1e-5))
    of_majorana = single.chain(ZPrimeMajorana(m1=0.02, m2=0.14, G_X=1e-5))
    assert identity_digest(of_scalars) != identity_digest(of_majorana)


def test_a_size_is_no_shape_and_a_phase_is() -> None:
    """c_V or c_A alone, mu alone, G_X are sizes; mu at fixed d, c_A at fixed c_V and the mass of a Z' are shapes."""
    made = ZPrimeDirac(m1=0.0, m2=0.2, G_X=1e-5, c_V=0.0, c_A=0.7, c_A22=1.0)
    electrons = Channel(parent="eta", production="X1 X2", modes=("X1 e+ e-",))
    photons = Channel(parent="eta", production="X2 X2", modes=("X1 gamma", "X1 gamma"))
    pure = combine(made, Dipole(m1=0.0, m2=0.2, mu=1e-5))
    mixed = combine(replace(made, c_V=0.3), Dipole(m1=0.0, m2=0.2, mu=1e-5, d=1e-5))
    for along, channel, shapes in (
        ("G_X", electrons, (False, False)),
        ("c_A", electrons, (False, True)),
        ("mu", photons, (False, True)),
    ):
        assert (_changes(pure, along, channel), _changes(mixed, along, channel)) == shapes
    assert _changes(pure, "m2", electrons)


def test_a_coupling_that_changes_the_shape_is_known_at_the_point_alone() -> None:
    """A pair of photons by mu at fixed d: the efficiency is that of the point, and no number elsewhere."""
    made = ZPrimeDirac(m1=0.0, m2=0.2, G_X=1e-5, c_A=0.0, c_A22=1.0)
    model = combine(made, Dipole(m1=0.0, m2=0.2, mu=1e-5, d=1e-5))
    photons = Channel(parent="K_L0", production="X2 X2", modes=("X1 gamma", "X1 gamma"))
    flat = Acceptance(ctau=(1e-9, 1e9), value=(1e4, 1e4), error=(1.0, 1.0))
    part = KotoChannel(channel=photons, ratio=flat, most=0.0)
    search = KotoLimit(run="2021", efficiency_ratio=1.0, more=(part,), seen=visible_modes(model))
    rows = {
        along: _row(
            "koto-2021",
            "excluded",
            search,
            model,
            along,
            _moved(model, along),
            partial(_changes, model, along),
        )
        for along in ("mu", "G_X")
    }
    assert {row.verdict for row in rows.values()} == {"excluded"}
    (span,) = rows["mu"].ranges
    assert (span.low_open, span.high_open) == (True, True)
    assert span.high == pytest.approx(span.low) == pytest.approx(1e-5)
    assert rows["G_X"].ranges[0].low < 0.9e-5


def test_shares_are_of_all_that_is_seen() -> None:
    """The shares of what is seen are one: of all that X2 does they said how rarely it is seen, which decides about no limit."""
    model = pairs()
    shares = channels_of(model, ("eta",), SHOWERS)
    seen = [mode for mode in SHOWERS if ("X2", mode) in model.modes()]
    part = {mode: float(model.branching_ratio("X2", mode)) for mode in seen}
    part[UNSEEN] = 1.0 - sum(part.values())
    rates = {name: float(model.branching_ratio("eta", name)) for name in ("X1 X2", "X2 X2")}
    any_seen = rates["X1 X2"] * (1.0 - part[UNSEEN]) + rates["X2 X2"] * (1.0 - part[UNSEEN] ** 2)
    assert sum(map(float, shares.values())) == pytest.approx(1.0, rel=1e-9)
    mixed = Channel(parent="eta", production="X2 X2", modes=("X1 e+ e-", "X1 gamma"))
    assert float(shares[mixed]) * any_seen == pytest.approx(
        2.0 * rates["X2 X2"] * part["X1 gamma"] * part["X1 e+ e-"], rel=1e-9
    )
    pions = Channel(parent="eta", production="X1 X2", modes=("X1 pi0",))
    heavier = ZPrimeScalar(m1=0.0, m2=0.3, G_X=1e-5)
    assert pions.chain(heavier).generated_branching_ratio == pytest.approx(0.98823)
    assert channels_of(model, ("pi0",), SHOWERS) == {}  # too light for a pair


@pytest.mark.parametrize("dark", [0.0, 0.994, 1.0 - 1e-6])
def test_what_is_invisible_hides_no_channel(dark: float) -> None:
    """However rarely X2 is seen: the events are many where enough X2 are made."""
    plain = ZPrimeScalar(m1=0.0, m2=0.12, G_X=3e-5, invisible_branching_ratio=dark)
    ((channel, share),) = channels_of(plain, ("eta",), SHOWERS).items()
    assert channel.modes == ("X1 e+ e-",)
    assert float(share) == pytest.approx(1.0)
    model = combine(
        ZPrimeScalar(m1=0.0, m2=0.12, G_X=3e-5), Impostor(m1=0.0, m2=0.12), invisible_branching_ratio=dark
    )
    (made,) = koto_channels([(model, model)], ("2015",), 500, None, workers=1)
    assert [part.channel.modes for part in made["2015"]] == [("gamma gamma",)]


def test_a_spin_of_the_main_channel_is_a_sample_of_its_own(near: str, tmp_path: Path) -> None:
    """c_V and c_A of Dirac fermions: X2 -> X1 pi0 does not decay isotropically, and is no longer a row of nothing."""
    size = Size(kaons=20_000, etas=4_000, spectra="central", cells=(8, 6, 4), throws=(4,))
    (tmp_path / "mine.toml").write_text(f'kind = "dump"\nexperiment = "{near}"\n')
    asked: dict[str, Any] = {"size": size, "folder": tmp_path / "c", "workers": 1}
    asked |= {"files": [tmp_path / "mine.toml"], "only": ["mine", "koto-2021"]}
    model = ZPrimeDirac(m1=0.0, m2=0.24, G_X=1e-5, c_V=1.0, c_A=0.7)
    (rows,) = limit_rows([model], **asked)
    named = {row.constraint: row for row in rows}
    for name, parent in (("mine", "eta"), ("koto-2021", "K_L0")):
        assert named[name].channels[f"{parent} -> X1 X2, X2 -> X1 pi0"] > 0.0
    assert named["mine"].value > 0.0
    # where it is closed nothing of it makes the others unknown
    (closed,) = limit_rows([replace(model, m2=0.12)], **asked | {"only": ["mine"]})
    assert closed[0].value > 0.0


@pytest.mark.parametrize("modes", [("unseen",), ("X1 pi0", "X1 pi0"), ()])
def test_what_is_no_channel(modes: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="X1 X2"):
        Channel(parent="eta", production="X1 X2", modes=modes)


def test_the_main_channel_is_that_of_the_paper() -> None:
    """eta -> X1 X2, X2 -> X1 pi0 by the sample that serves every channel, and by that of Figs. 3 to 5, with two spectra."""
    model = ZPrimeScalar(m1=0.02, m2=0.24, G_X=1e-5)
    size: dict[str, Any] = {"events": 30_000, "cells": CELLS, "throws": THROWS}
    chain = Channel(parent="eta", production="X1 X2", modes=("X1 pi0",)).chain(model)
    spectra = ("pythia6", "sibyll23d")
    every = ChannelAgainstCtau(experiment="nucal", selection="showers", spectra=spectra, **size)
    tables = every({"parent": "eta", "chain": chain})
    values = []
    for generator in spectra:
        alone = DumpAgainstCtau(experiment="nucal", generator=generator, **size)({"m1": 0.02, "m2": 0.24})
        one, other = Acceptance.of(tables[generator]), Acceptance.of(alone)
        values.append(float(other.at(1e3)))
        for ctau in (1e3, 1e5):
            errors = [float(a.at(ctau) * a.relative_error(ctau)) for a in (one, other)]
            assert abs(float(one.at(ctau) - other.at(ctau))) < 4.89 * math.hypot(*errors)
            assert math.hypot(*errors) < 0.08 * float(other.at(ctau))
    assert values[1] < 0.7 * values[0]  # (the spectra are not alike)


def test_limits_add_channels_and_say_them(near: str, tmp_path: Path) -> None:
    size = Size(kaons=1, etas=4_000, spectra="central", cells=(8, 6, 4), throws=(4,))
    (tmp_path / "mine.toml").write_text(f'kind = "dump"\nexperiment = "{near}"\nstatus = "projection"\n')
    asked: dict[str, Any] = {
        "files": [tmp_path / "mine.toml"],
        "only": ["mine"],
        "size": size,
        "folder": tmp_path / "c",
    }
    point = ZPrimeScalar(m1=0.0, m2=0.24, G_X=1e-5)
    ((row, low, high),) = limit_rows([point], workers=1, **asked)
    ((paper, *_),) = limit_rows([point], data="2020", workers=1, **asked)
    main = "eta -> X1 X2, X2 -> X1 pi0"
    assert set(row.channels) == {main, "eta -> X1 X2, X2 -> X1 e+ e-"}  # (few muons)
    assert row.value == pytest.approx(sum(row.channels.values()))
    assert paper.channels == {main: paper.value}
    assert paper.value == row.channels[main]  # to the bit: the paper's channel is what it was
    assert low.value < row.value < high.value
    assert (row.kind, row.verdict) == ("line", "above")


def test_an_end_of_a_channel_is_that_of_the_spectra_that_are_known() -> None:
    more = Acceptance(ctau=(1.0, 10.0), value=(2e-3, 2e-3), error=(1e-4, 1e-4))
    less = Acceptance(ctau=(1.0, 10.0), value=(1e-3, 1e-3), error=(3e-4, 3e-4))
    blind = Acceptance(ctau=(), value=(), error=())
    samples = tuple(
        EtaSample(generator="any", multiplicity=0.5, multiplicity_error=0.0, acceptance=of)
        for of in (more, less, blind)
    )
    ctau = np.array([2.0, 0.1])
    for end, expected in (("low", 5e-4), ("central", 1e-3), ("high", 1e-3)):
        of_all = DumpYield(samples=samples, end=end, every=False)
        assert of_all.at(ctau) == pytest.approx([expected, math.nan], nan_ok=True)
        assert np.isnan(DumpYield(samples=samples, end=end).at(ctau)).all() or end == "central"
    assert DumpYield(samples=samples, end="low", every=False).relative_error(ctau)[0] == pytest.approx(0.3)


def test_pairs_alone_have_rows(near: str, tmp_path: Path) -> None:
    """No pi0 of X2: K_L and eta give X2 X2, and each X2 a photon, as in the paper's scenario with a dipole."""
    size = Size(kaons=600_000, etas=8_000, spectra="central", cells=(8, 6, 4), throws=(4,))
    (tmp_path / "mine.toml").write_text(f'kind = "dump"\nexperiment = "{near}"\n')
    model = combine(
        ZPrimeDirac(m1=0.0, m2=0.2, G_X=1e-5, c_A=0.0, c_A22=1.0), Dipole(m1=0.0, m2=0.2, mu=1e-6)
    )
    (rows,) = limit_rows(
        [model],
        files=[tmp_path / "mine.toml"],
        only=["mine", "koto-2021"],
        size=size,
        folder=tmp_path / "c",
        workers=1,
    )
    named = {row.constraint: row for row in rows}
    (dump,) = [name for name, events in named["mine"].channels.items() if events > 0.0]
    assert dump == "eta -> X2 X2, X2 -> X1 gamma, X2 -> X1 gamma"
    koto = named["koto-2021"].channels
    assert koto["K_L0 -> X1 X2, X2 -> X1 pi0"] == 0.0
    assert koto["K_L0 -> X2 X2, X2 -> X1 gamma, X2 -> X1 gamma"] == pytest.approx(named["koto-2021"].events)


def test_one_impostor_more_is_one_channel_more() -> None:
    model = combine(ZPrimeScalar(m1=0.0, m2=0.1, G_X=1e-5), Impostor(m1=0.0, m2=0.1))
    names = {str(channel) for channel in channels_of(model, ("pi0",), SHOWERS)}
    assert names == {"pi0 -> X1 X2, X2 -> X1 e+ e-", "pi0 -> X1 X2, X2 -> gamma gamma"}
