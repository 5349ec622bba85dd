"""A meson and nothing seen: every pair that a model makes counts, both X2 of a pair with their flights, and not in the set of 2020."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.particles import particle
from darkpair.limits import limit_rows
from darkpair.searches import DATA, PAPER, SEARCHES, load_search, searches
from darkpair.searches.escape import both_unseen, escape_fraction, invisible_branching_ratio
from darkpair.searches.missing_energy import BToKNuNu, KPlusToPiNuNu, PionToInvisible
from tests.shared.made_up import MadeUp
from tests.shared.plain_photons import boosted, directions

PAIRS = ("X1 X1", "X1 X2", "X2 X2")
RATES = (1e-7, 2e-7, 4e-7)
UNSEEN = {"X1 gamma": 0.6, "X1 X1": 0.4}


def model(parent: str, daughter: str, m2: float, length: float = 1e-6) -> MadeUp:
    """All three pairs; prompt unless a length is given."""
    made = {f"{parent} -> {daughter} {pair}": rate for pair, rate in zip(PAIRS, RATES, strict=True)}
    return MadeUp(m1=0.01, m2=m2, made=made, decays=UNSEEN, length=length)


@pytest.mark.parametrize("name", list(PAPER))
def test_every_pair_counts_and_one_in_the_set_of_2020(name: str) -> None:
    """Prompt: X1 X1, 0.4 of X1 X2 and 0.16 of X2 X2, but for the part in the regions of K+ -> pi+."""
    parent, daughter = {"b": ("B+", "K+"), "k": ("K+", "pi+"), "p": ("pi0", "")}[name[0]]
    own = model(parent, daughter, 0.05 if parent == "pi0" else 0.1) if daughter else pions()
    kinds = {"today": PAIRS, "2020": ("X1 X1", "X1 X2") if parent == "pi0" else ("X1 X2",)}
    by_hand = dict(
        zip(PAIRS, (r * part for r, part in zip(RATES, (1.0, 0.4, 0.16), strict=True)), strict=True)
    )
    values = {}
    for data, counted in kinds.items():
        (row,) = limit_rows([own], only=[name], data=data)[0]
        values[data] = row.value
        if parent != "K+":
            assert row.value == pytest.approx(sum(by_hand[pair] for pair in counted), rel=1e-6)
    assert values["today"] > values["2020"] > 0.0
    if name in DATA["2020"]:
        (of_paper,) = searches("2020", without=set(DATA["2020"]) - {name}).values()
        assert float(of_paper.value(own)) == values["2020"]


def pions() -> MadeUp:
    made = {f"pi0 -> {pair}": rate for pair, rate in zip(PAIRS, RATES, strict=True)}
    return MadeUp(m1=0.01, m2=0.05, made=made, decays=UNSEEN, length=1e-6)


def test_no_search_with_pairs_is_forgotten() -> None:
    made = {n for n in SEARCHES.ours if not n.startswith(("koto", "charm", "nucal")) and hasattr(SEARCHES.factory(n)(), "pairs")}  # fmt: skip
    assert made == set(PAPER)


@pytest.mark.parametrize(("parent", "daughter"), [("B+", "K+"), ("K+", "pi+")])
def test_what_never_decays_counts_whole(parent: str, daughter: str) -> None:
    """X1 X1 alone: all of it."""
    made = {f"{parent} -> {daughter} X1 X1": 3e-9}
    alone = MadeUp(m1=0.0, m2=0.1, made=made, decays={"X1 gamma": 1.0}, length=1.0)
    search = BToKNuNu() if parent == "B+" else KPlusToPiNuNu(shape=False)
    assert search.applies(alone)
    assert float(search.value(alone)) == pytest.approx(3e-9)
    assert not type(search)(pairs="X1 X2").applies(alone)


@pytest.mark.parametrize("boost", [0.0, 0.284, 1.3])
def test_two_that_fly_beside_a_meson_by_hand(boost: float) -> None:
    """B+ -> K+ X2 X2, flat, in plain NumPy: both unseen; five standard errors, a chance of less than one in a million."""
    length, ctau, mass, light = 2000.0, 300.0, particle("B+").mass, particle("K+").mass
    own = MadeUp(m1=0.01, m2=0.5, made={"B+ -> K+ X2 X2": 1e-6}, decays=UNSEEN, length=ctau)
    rng, n = np.random.default_rng(5), 200_000
    root = rng.uniform(1.0, mass - light, n)
    k = np.sqrt(np.square(root) / 4.0 - 0.25)
    energy = (mass**2 - light**2 + root**2) / (2.0 * mass)
    recoil = np.sqrt(np.square(energy) - np.square(root))
    weight = recoil * k  # (phase space in the mass of the pair)
    pair = np.concatenate([recoil * directions(rng, n), energy[None]])
    way = directions(rng, n)
    parent = np.concatenate([boost * directions(rng, n), np.full((1, n), math.hypot(1.0, boost))])
    away = []
    for sign in (1.0, -1.0):
        inside = boosted(np.concatenate([sign * k * way, (root / 2.0)[None]]), pair)
        momentum = np.sqrt(np.sum(np.square(boosted(inside, parent)[:3]), axis=0))
        away.append(0.4 + 0.6 * np.exp(-length * 0.5 / (ctau * momentum)))
    both = away[0] * away[1]
    mean = np.average(both, weights=weight)
    error = math.sqrt(np.sum(np.square(weight * (both - mean)))) / np.sum(weight)
    ours = float(both_unseen(own, "B+", "K+", length=length, boost=boost))
    assert error < 2e-3 * mean
    assert abs(ours - mean) < 5.0 * error
    assert not math.isclose(
        mean, float(np.average(away[0], weights=weight)) ** 2, rel_tol=1e-3
    )  # (not independent)


def test_both_of_no_flight_and_of_all() -> None:
    """The ends: prompt, the square of what is invisible; without a decay that is seen, or a length, everything."""
    short, long = (
        MadeUp(m1=0.0, m2=0.3, made={"B+ -> K+ X2 X2": 1e-6}, decays=UNSEEN, length=c) for c in (1e-9, 1e15)
    )
    where = {"length": 2000.0, "boost": 0.28}
    assert float(both_unseen(short, "B+", "K+", **where)) == pytest.approx(0.16, rel=1e-6)
    assert float(both_unseen(long, "B+", "K+", **where)) == pytest.approx(1.0, rel=1e-6)
    assert float(invisible_branching_ratio(short)) == pytest.approx(0.4)
    single = MadeUp(m1=0.3, m2=0.3, made={"B+ -> K+ X1 X2": 1e-6}, decays={"X1 gamma": 1.0}, length=3e4)
    pair = MadeUp(m1=0.3, m2=0.3, made={"B+ -> K+ X2 X2": 1e-6}, decays={"X1 gamma": 1.0}, length=6e4)
    one, two = (
        float(f)
        for f in (escape_fraction(single, "B+", "K+", **where), both_unseen(pair, "B+", "K+", **where))
    )
    assert two == pytest.approx(one, rel=0.02)  # (twice the length for two)


def test_a_file_counts_them_too_unless_it_names_its_pair(tmp_path: Path) -> None:
    number = 'unit = "1"\nsource = "a test"\nconfidence = "read"\n'
    text = f'kind = "rate"\nparent = "B+"\nmode = "K+ X1 X2"\nthen = "invisible"\n[upper_limit]\nvalue = 1e-5\n{number}'
    (tmp_path / "all.toml").write_text(text)
    (tmp_path / "named.toml").write_text(text.replace("then =", 'pairs = "named"\nthen ='))
    own = model("B+", "K+", 0.1)
    every, named = (float(load_search(tmp_path / f"{n}.toml").value(own)) for n in ("all", "named"))
    assert named == pytest.approx(0.4 * RATES[1], rel=1e-6)
    assert every == pytest.approx(RATES[0] + 0.4 * RATES[1] + 0.16 * RATES[2], rel=1e-6)
    (tmp_path / "no.toml").write_text(text.replace("then =", 'pairs = "some"\nthen ='))
    with pytest.raises(InputError, match="pairs"):
        load_search(tmp_path / "no.toml")
    for search in (BToKNuNu, KPlusToPiNuNu, PionToInvisible):
        with pytest.raises(UnknownNameError, match="some"):
            search(pairs="some")
