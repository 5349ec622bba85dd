"""A published likelihood with a model's own spectrum: an injected X comes back, its limits by hand, and wrong files in one line."""

from __future__ import annotations

import json
import math
import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair.chains.models import HiggsPortalQuartic, Inputs, ZPrimeScalar
from darkpair.chains.widths import three_body_window
from darkpair.gen.errors import DarkpairError, InputError
from darkpair.gen.particles import particle
from darkpair.limits import limit_rows
from darkpair.searches import load_search
from darkpair.searches.likelihood_search import LikelihoodSearch
from tests.shared.knunu import BINS, BOTTOMS, CHANNELS, END, RATE, events, neutrinos, written
from tests.shared.one_x import OneX

pyhf = pytest.importorskip("pyhf", reason="the likelihood needs pyhf, of darkpair[limits]")
G_F = Inputs()["G_F"]
pytestmark = pytest.mark.filterwarnings("ignore:jsonschema.RefResolver")


def load(path: Path) -> LikelihoodSearch:
    search = load_search(path)
    assert isinstance(search, LikelihoodSearch)
    return search


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A search without anything injected."""
    return written(tmp_path_factory.mktemp("plain"))


@pytest.mark.parametrize("mass", [1.0, 2.1, 3.0])
def test_an_injected_x_comes_back(mass: float, tmp_path: Path) -> None:
    """Its events come from the response itself, not by densities; the best of the masses is the nearest to its own."""
    rate = 8e-6
    search = load(written(tmp_path, mass, rate))
    masses = [mass - 0.6, mass - 0.3, mass, mass + 0.3, mass + 0.6]
    fits = search.fit_narrow(masses)
    best = min(fits, key=lambda fit: fit[2])
    assert best[0] == mass
    assert best[1] == pytest.approx(rate, rel=0.05)
    assert sorted(fit[2] for fit in fits)[1] > best[2] + 0.1


def test_neutrinos_and_nothing_else(plain: Path) -> None:
    """No X: nothing fits best; with the Standard Model's shape the factors are all one."""
    search = load(plain)
    ((_, rate, _),) = search.fit_narrow([2.0])
    assert rate == pytest.approx(0.0, abs=1e-7)
    for factor in search.likelihood.factors(RATE * search.neutrinos).values():
        np.testing.assert_allclose(factor, 1.0, rtol=1e-9)
    assert search.neutrinos.sum() == pytest.approx(1.0)


def test_limit_is_that_of_a_hand_made_workspace(plain: Path) -> None:
    """CLs crosses 10 % at the limit, with the signal's events made from the response."""
    search = load(plain)
    limit = search.likelihood.limit(search.narrow(2.0))
    workspace = json.loads((plain.parent / "workspace.json").read_text())
    edges = np.linspace(0.0, END, BINS + 1)
    at = np.searchsorted(edges, 4.0) - 1
    middle = 0.5 * (edges[at] + edges[at + 1])
    for channel in workspace["channels"]:
        seen = limit * events(channel["name"], np.array([middle]))[:, 0]
        signal, tilt = channel["samples"][0], np.linspace(0.97, 1.03, len(seen))
        own = [
            {"name": "x", "type": "normfactor", "data": None},
            {"name": f"x {channel['name']}", "type": "staterror", "data": (0.05 * seen).tolist()},
            {
                "name": f"shape {channel['name']}",
                "type": "histosys",
                "data": {"hi_data": (seen * tilt).tolist(), "lo_data": (seen * (2.0 - tilt)).tolist()},
            },
        ]
        signal["modifiers"] = [m for m in signal["modifiers"] if m["name"] != "mu"]
        channel["samples"].append({"name": "x", "data": seen.tolist(), "modifiers": own})
    workspace["measurements"][0]["config"]["poi"] = "x"
    model = pyhf.Workspace(workspace).model()
    with np.errstate(all="ignore"):
        cls = float(
            pyhf.infer.hypotest(1.0, pyhf.Workspace(workspace).data(model), model, test_stat="qtilde")
        )
    assert cls == pytest.approx(0.10, abs=0.003)


def test_the_row_of_a_point(plain: Path) -> None:
    """The limit for its own spectrum, stronger where the efficiency is; a ratio is linear in the rate."""
    names: dict[str, Any] = {"only": [plain.stem], "files": [plain]}
    stable: dict[str, Any] = {"invisible_branching_ratio": 1.0 - 1e-9}
    light = ZPrimeScalar(m1=0.0, m2=0.4, G_X=G_F, **stable)
    (row,) = limit_rows([light], **names)[0]
    search = load(plain)
    spectrum = search.spectrum(light)
    assert row.value == pytest.approx(
        float(light.branching_ratio("B+", "K+ X1 X2")), rel=1e-3
    )  # (100 windows)
    assert row.value == pytest.approx(float(spectrum.sum()), rel=1e-9)
    assert row.limit == pytest.approx(search.likelihood.limit(spectrum), rel=1e-6)
    assert (row.kind, row.confidence_level, row.note) == ("excluded", 0.90, "")
    (twice,) = limit_rows([replace(light, G_X=2.0 * G_F)], **names)[0]
    assert twice.ratio == pytest.approx(4.0 * row.ratio, rel=1e-6)
    limits = [search.likelihood.limit(search.narrow(mass)) for mass in (1.0, 4.5)]
    assert limits[1] > 3.0 * limits[0]  # (at 20 GeV^2 the efficiency is a sixteenth)
    both = ZPrimeScalar(m1=0.0, m2=0.4, G_X=G_F * np.array([1.0, 3.0]), **stable)
    np.testing.assert_allclose(search.ratio(both), row.ratio * np.array([1.0, 9.0]), rtol=1e-6)
    (closed,) = limit_rows([ZPrimeScalar(m1=2.0, m2=2.9, G_X=G_F)], **names)[0]
    assert closed.value == 0.0


def test_a_spectrum_is_the_models(plain: Path) -> None:
    """A scalar operator's parts of the width, in each bin; an X of two bodies lies in one bin."""
    search = load(plain)
    model = HiggsPortalQuartic(m1=0.0, m2=0.5, lambda_12=0.01, invisible_branching_ratio=1.0 - 1e-9)
    parts = search.spectrum(model)
    averaged = model.matrix_element("B+", "K+ X1 X2").averaged
    edges = search.q2.edges
    part = three_body_window(
        particle("B+").mass, particle("K+").mass, 0.0, 0.5, averaged, edges[20], edges[40]
    )
    whole = float(model.partial_width("B+", "K+ X1 X2"))
    assert parts[20:40].sum() / parts.sum() == pytest.approx(float(part) / whole, rel=1e-3)
    one = search.spectrum(OneX(m1=0.0, m2=np.array([2.1, 4.9]), rate=np.array([1e-6, 1e-6])))
    assert one.shape == (BINS, 2)
    assert one[np.searchsorted(edges, 4.41) - 1, 0] == 1e-6
    assert list(one.sum(axis=0)) == [1e-6, 0.0]  # (beyond the last bin)


def test_events_in_a_bin_by_hand(plain: Path) -> None:
    """Mesons times efficiency times rate, in a bin of a channel."""
    search = load(plain)
    spectrum = 1e-5 * search.narrow(2.0)
    workspace = search.likelihood.with_signal(spectrum)
    config = workspace["measurements"][0]["config"]
    assert config["poi"] == "pairs"
    assert {"name": "mu", "inits": [1.0], "fixed": True} in config["parameters"]  # (the Standard Model stays)
    channel = next(entry for entry in workspace["channels"] if entry["name"] == "hadronic")
    data = channel["samples"][-1]["data"]
    expected = 1e-5 * BOTTOMS * 0.06 * 0.14 * math.exp(-4.0 / 7.0)
    assert sum(data) == pytest.approx(expected, rel=0.02)  # (at the middle of a bin of q2)
    names = {modifier["name"] for modifier in channel["samples"][-1]["modifiers"]}
    assert names == {"pairs", "shape hadronic", "uncorr signal hadronic_pairs"}
    assert len(channel["samples"]) == 3
    assert set(CHANNELS) == {"region A", "hadronic"}
    assert neutrinos()[1].sum() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("workspace.json", "knunu.toml", "no JSON that can be read"),
        ("density0.csv", "workspace.json", "no table of numbers"),
        ("density0.csv", "density1.csv", "allowed: 12"),
        ('"region A"', '"region B"', "did you mean 'region A'"),
        ("bins = 100", "bins = 99", "100, those of q2"),
        ("high = 22.885", "high = 0.0", "above 0"),
        ("value = 5e-06", "value = 0", "and above 0"),
        ('unit = "1"', 'unit = "events"', "allowed: '1'"),
    ],
)
def test_a_file_that_is_wrong(old: str, new: str, says: str, plain: Path) -> None:
    text = plain.read_text()
    assert old in text
    wrong = plain.with_name("wrong.toml")
    wrong.write_text(text.replace(old, new))
    with pytest.raises(DarkpairError) as error:
        load_search(wrong)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def changed(plain: Path, edit: Any) -> LikelihoodSearch:
    """The search with a workspace that somebody edited."""
    workspace = json.loads(plain.with_name("workspace.json").read_text())
    edit(workspace)
    plain.with_name("edited.json").write_text(json.dumps(workspace))
    path = plain.with_name("edited.toml")
    path.write_text(plain.read_text().replace("workspace.json", "edited.json"))
    return load(path)


def test_what_cannot_be_fitted_is_one_line(plain: Path) -> None:
    search = load(plain)
    with pytest.raises(InputError, match="see nothing; choose masses within"):
        search.likelihood.limit(np.zeros(BINS))

    def shape(workspace: dict[str, Any]) -> None:
        signal = next(s for s in workspace["channels"][0]["samples"] if s["name"] == "signal")
        data = [1.0] * len(signal["data"])
        signal["modifiers"].append({"name": "odd", "type": "shapefactor", "data": data})

    with pytest.raises(
        InputError, match="'odd' of type shapefactor, which nobody here can re-weight; name it in drop"
    ):
        changed(plain, shape).likelihood.limit(search.narrow(2.0))
    with pytest.raises(InputError, match=r"no workspace that pyhf reads \(.*\); give a published one"):
        changed(plain, lambda workspace: workspace.pop("version")).likelihood.limit(search.narrow(2.0))


def test_a_rate_from_memory_is_a_line(plain: Path) -> None:
    recalled = plain.with_name("recalled.toml")
    recalled.write_text(plain.read_text().replace('"choice"', '"memory"'))
    assert (load(plain).kind, load(recalled).kind) == ("excluded", "line")


def test_the_pages_file(plain: Path) -> None:
    """With the names of the small one's channels and files in place of the published ones."""
    page = Path(__file__).parents[2] / "docs" / "howto" / "limit_tables.md"
    text = re.findall(r"^~~~toml\n(.*?)^~~~", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)[-1]
    table = tomllib.loads(text)
    assert table["q2"] == {"high": END, "bins": BINS}
    own = {"A__": ("region A", "density0.csv"), "sgn1": ("hadronic", "density1.csv")}
    lines, kept = text.splitlines(), []
    for number, line in enumerate(lines):
        if line.startswith("[densities"):
            name = next((own[key] for key in own if key in line), None)
            if name is not None:
                kept += [f'[densities."{name[0]}"]', f'file = "{name[1]}"']
        elif not any(lines[number - back].startswith("[densities") for back in (1, 2)):
            kept.append(line.replace("combined_likelihood", "workspace"))
    shown = plain.with_name("shown.toml")
    shown.write_text("\n".join(kept))
    search = load(shown)
    assert search.escape is not None
    assert set(search.densities) == set(CHANNELS)
    assert search.likelihood.limit(search.narrow(2.0)) > 0.0
