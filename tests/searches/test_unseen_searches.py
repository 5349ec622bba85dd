"""Searches for what is not seen: by hand at a point, and every model is constrained or says why not."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from darkpair.chains.models import (
    MODELS,
    HiggsPortalFermion,
    HiggsPortalQuartic,
    Inputs,
    ZPrimeMajorana,
    ZPrimeScalar,
)
from darkpair.cli import main
from darkpair.gen.errors import InputError
from darkpair.gen.particles import particle
from darkpair.limits import limit_rows
from darkpair.limits.choice import choose
from darkpair.searches import SEARCHES, UNSEEN, BToKNuNu, PionToInvisible, load_search
from darkpair.searches.escape import escape_fraction, invisible_branching_ratio, two_body_escape
from darkpair.searches.unseen import UnseenSearch, operator_note
from tests.shared.model_points import EXAMPLES

G_F = Inputs()["G_F"]
NUMBER = 'source = "a test"\nconfidence = "read"\n'
LIMIT = f'[upper_limit]\nvalue = 4.4e-9\nunit = "1"\n{NUMBER}'


def shipped(name: str) -> UnseenSearch:
    search = SEARCHES.factory(name)()
    assert isinstance(search, UnseenSearch)
    return search


def load(folder: Path, text: str) -> UnseenSearch:
    (folder / "mine.toml").write_text(text)
    search = load_search(folder / "mine.toml")
    assert isinstance(search, UnseenSearch)
    return search


def test_pion_to_nothing_is_that_of_the_class(tmp_path: Path) -> None:
    search = load(tmp_path, f'kind = "unseen"\nparent = "pi0"\n{LIMIT}')
    model = ZPrimeMajorana(
        m1=0.01, m2=0.05, G_X=G_F, c_A11=0.3, g_X_over_eps_Z=100.0, invisible_branching_ratio=0.4
    )
    assert float(search.value(model)) == pytest.approx(float(PionToInvisible().value(model)), rel=1e-12)
    assert search.value(model) > 0.0
    assert (search.limit, search.kind) == (PionToInvisible().limit, "excluded")


def test_a_meson_and_nothing_is_that_of_the_class() -> None:
    model = ZPrimeScalar(m1=0.04, m2=0.4, G_X=G_F * np.geomspace(0.1, 10.0, 3), m_Zprime=10.0)
    np.testing.assert_allclose(
        shipped("b-to-k-belle-sl").value(model), BToKNuNu().value(model), rtol=3e-4
    )  # (its boost, rounded)


def test_two_bodies_fly_as_three_of_no_momentum_do() -> None:
    """A B0 at rest: one momentum, so the part is that of an exponential law; in flight, the mean over directions by hand."""
    model = ZPrimeScalar(m1=0.1, m2=0.5, G_X=0.3 * G_F)
    mass, length = particle("B0").mass, 2000.0
    p = math.sqrt((mass**2 - 0.6**2) * (mass**2 - 0.4**2)) / (2.0 * mass)
    at_rest = math.exp(-length * 0.5 / (p * float(model.ctau("X2"))))
    assert float(two_body_escape(model, mass, 0.1, 0.5, length=length, boost=0.0)) == pytest.approx(at_rest)
    assert 0.01 < at_rest < 0.999
    cos = np.linspace(-1.0, 1.0, 20_001)
    lab = math.sqrt(1.0 + 0.559**2) * math.hypot(p, 0.5) + 0.559 * p * cos
    flight = np.exp(-length * 0.5 / (float(model.ctau("X2")) * np.sqrt(lab**2 - 0.25)))
    inflight = float(two_body_escape(model, mass, 0.1, 0.5, length=length, boost=0.559))
    assert inflight == pytest.approx(float(np.mean(flight)), rel=1e-4)
    value = shipped("b0-invisible").value(model) / model.branching_ratio("B0", "X1 X2")
    unseen = float(invisible_branching_ratio(model))
    assert float(value) == pytest.approx(unseen + (1.0 - unseen) * inflight, rel=1e-9)


def test_a_flight_of_nothing_is_no_flight() -> None:
    model = ZPrimeScalar(m1=0.1, m2=0.5, G_X=G_F)
    assert float(two_body_escape(model, 5.0, 0.1, 0.5, length=0.0, boost=0.3)) == pytest.approx(1.0)
    assert float(escape_fraction(model, "B0", "K*0", length=0.0, boost=0.3)) == pytest.approx(1.0)


def test_the_higgs_boson_has_the_pairs_in_its_width() -> None:
    """At a large coupling all of its decays are dark, and no more than all."""
    search = shipped("h-invisible")
    model = HiggsPortalQuartic(m1=0.0, m2=0.2, lambda_12=np.array([1e-3, 50.0]))
    ratio = model.branching_ratio("h", "X1 X2")
    small, large = search.value(model)
    assert small == pytest.approx(float(ratio[0] / (1.0 + ratio[0])), rel=1e-3)
    assert large == pytest.approx(1.0, rel=1e-3)
    assert search.measurements[0].confidence_level == 0.95


def test_pairs_of_the_same_count() -> None:
    """X2 X2 of the fermions' portal, which are stable: all of K+ psi psi."""
    model = HiggsPortalFermion(m1=0.0, m2=0.2, **EXAMPLES["higgs-portal-fermion"])
    ratio = float(model.branching_ratio("B+", "K+ X2 X2"))
    assert ratio > 0.0
    assert float(shipped("b-to-k-belle-sl").value(model)) == pytest.approx(ratio)


def test_another_operator_is_said(tmp_path: Path) -> None:
    scalar = HiggsPortalQuartic(m1=0.0, m2=0.2, lambda_12=0.01)
    vector = ZPrimeScalar(m1=0.0, m2=0.2, G_X=G_F)
    names = ("b-to-k-belle", "b0-to-k0-belle", "k-to-pi-na62", "h-invisible")
    (rows,) = limit_rows([scalar], only=names, folder=tmp_path)
    assert {row.constraint for row in rows if "operator" in row.note} == set(names) - {"h-invisible"}
    (rows,) = limit_rows([vector], only=[*names, "b-to-kstar-belle"], folder=tmp_path)
    assert [row.note for row in rows] == [""] * len(rows)
    assert len(rows) == 4
    assert operator_note(vector, "B0", ("K*0 X1 X2",)) == ""
    words = ["limits", "higgs-portal-quartic", "m1=0", "m2=200 MeV", "lambda_12=0.01"]
    result = CliRunner().invoke(main, [*words, "--only", names[0], "--only", names[1], "--only", names[3]])
    assert "note" in result.output
    assert "b-to-k-belle, b0-to-k0-belle: the" in " ".join(result.output.split())


@pytest.mark.parametrize("name", UNSEEN)
def test_what_it_is_worth(name: str) -> None:
    search = shipped(name)
    (number,) = search.measurements
    estimate = UNSEEN[name].startswith("Estimate")
    assert estimate == (search.status == "estimate") == (search.kind == "line")
    assert search.status in ("measurement", "estimate")
    assert estimate or (number.confidence == "read" and number.place)
    assert (name in choose().ours) != estimate
    assert name in choose(planned=True).ours
    assert name not in choose("2020").ours


def test_memory_never_excludes(tmp_path: Path) -> None:
    text = f'kind = "unseen"\nparent = "K_L0"\n{LIMIT}'
    assert load(tmp_path, text).kind == "excluded"
    assert load(tmp_path, text.replace('"read"', '"memory"')).kind == "line"
    with pytest.raises(InputError, match="above 0"):
        load(tmp_path, text.replace("4.4e-9", "0.0"))
    with pytest.raises(InputError, match="unknown particle"):
        load(tmp_path, text.replace("K_L0", "K_long"))


@pytest.mark.parametrize("name", list(MODELS.ours))
def test_every_model_is_constrained_or_says_why_not(name: str) -> None:
    """By a measurement that has no samples, or in a line."""
    only = [n for n in choose().ours if not n.startswith("koto") and n not in ("charm", "nucal")]
    words = [f"{key}={value}" for key, value in EXAMPLES[name].items()]
    asked = [f"--only={n}" for n in only]
    result = CliRunner().invoke(main, ["limits", name, "m1=0", "m2=200 MeV", *words, *asked, "--json"])
    assert result.exit_code == 0, result.output
    if '"excluded"' in result.output:
        return
    plain = CliRunner().invoke(main, ["limits", name, "m1=0", "m2=200 MeV", *words, *asked])
    assert "combine it with a portal" in " ".join(plain.output.split())
    assert name in ("impostor", "dipole")
