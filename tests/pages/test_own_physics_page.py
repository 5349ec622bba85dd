"""docs/your_own_physics.md: its blocks are run in order, in one empty folder, the package of it found by its entry points."""

from __future__ import annotations

import re
import shlex
import sys
import tomllib
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import darkpair.run.normalisation
from darkpair.cli import main
from darkpair.gen.output.reader import read_provenance
from darkpair.plugins import REGISTRIES
from darkpair.run.expected import expected_rows
from darkpair.run.standard_acceptance import standard_acceptance

PAGE = Path(__file__).parents[2] / "docs" / "your_own_physics.md"


def installed(text: str, folder: Path) -> None:
    """What installing the package of a pyproject leaves for the entry points, beside its module."""
    project = tomllib.loads(text)["project"]
    info = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    lines = [
        line
        for group, points in project["entry-points"].items()
        for line in (f"[{group}]", *(f"{name} = {target}" for name, target in points.items()))
    ]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")


def command(line: str) -> str:
    words = shlex.split(line)
    assert words[0] == "darkpair"
    again = ["--force"] * (words[1] == "run")  # the page writes one name again
    result = CliRunner().invoke(main, [*words[1:], *again])
    assert result.exit_code == 0, f"{line}\n{result.output}\n{result.exception!r}"
    return result.output


def forget() -> None:
    """Registries look for entry points once: what a page installs is found when they forget."""
    for registry in REGISTRIES.values():
        for name in ("_theirs", "_cache"):
            registry.__dict__.pop(name, None)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Names that the page's code leaves, the output of its commands, and the folder."""
    folder = tmp_path_factory.mktemp("own")
    module = ModuleType("own_physics_page")  # (what is pickled is found by its module)
    names, said = module.__dict__, dict[str, str]()
    fewer = partial(standard_acceptance, n=30_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.syspath_prepend(str(folder))
        patch.setitem(sys.modules, module.__name__, module)
        patch.setattr(darkpair.run.normalisation, "standard_acceptance", fewer)  # (seconds for each spectrum)
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        blocks = re.findall(
            r"^```(\w+)\n(.*?)^```", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
        )
        for language, text in blocks:
            named = re.match(r"# (\S+\.\w+)\n", text)
            if named:
                (folder / named[1]).write_text(text, encoding="utf-8")
                if named[1] == "pyproject.toml":
                    installed(text, folder)
                    forget()
            elif language == "python":
                exec(compile(text, str(PAGE), "exec"), names)
            else:
                assert language == "bash"
                said |= {line: command(line) for line in text.splitlines()}
        yield names, said, folder
    forget()


def test_the_matrix_element_is_that_of_the_closed_form(page: Any) -> None:
    """Kolmogorov's distance of 16384 events; beyond 2.7 sqrt(1/n) once in a million."""
    names, _, _ = page
    assert len(names["x"]) == 16384
    assert names["distance"] < 2.7 / 16384**0.5
    flat = names["darkpair"].build("K_L0 -> gamma gamma S", mass={"S": 0.0})
    assert names["chain"] != flat


def test_the_model_s_width_is_the_closed_form(page: Any) -> None:
    """That of X2 is compared on the page itself, by check_model."""
    names, said, _ = page
    assert names["kaon_ratio"] == pytest.approx(1.0, abs=1e-6)
    assert any(line.startswith("darkpair limits vector_pair") for line in said)
    assert "k-to-pi-na62" in next(text for line, text in said.items() if "limits vector_pair" in line)


@pytest.mark.usefixtures("page")
def test_the_model_s_amplitudes_are_those_of_the_currents() -> None:
    """Currents contracted as four-vectors, at points drawn anywhere: another way than the page's formulas of the angle."""
    own = vars(sys.modules["my_pairs"])
    m_k, m_pi, m_e = own["KAON"], own["PION"], own["ELECTRON"]
    draws = np.random.default_rng(5)
    m1, m2, cosine = 0.02, 0.2, draws.uniform(-1.0, 1.0, 50)
    q2 = draws.uniform((m1 + m2) ** 2, (m_k - m_pi) ** 2, 50)
    kaon, pion, first, second = pair_frame(m_k, m_pi, (m1, m2), q2, cosine)
    f_plus, f_0 = own["F_PLUS_0"] / (1.0 - q2 / 0.892**2), own["F_PLUS_0"]
    quarks = f_plus * (kaon + pion) + (f_0 - f_plus) * (m_k**2 - m_pi**2) / q2 * (kaon - pion)
    squared = dot(quarks, first - second) ** 2 / 1e5**4
    element = own["Production"](m1=m1, m2=m2, scale=1e5, pole=0.892)
    assert np.allclose(element(q2, cosine), squared, rtol=1e-9)
    q2 = draws.uniform((2.0 * m_e) ** 2, (m2 - m1) ** 2, 50)
    heavy, light, plus, minus = pair_frame(m2, m1, (m_e, m_e), q2, cosine)
    scalars = heavy + light
    trace = 2.0 * dot(scalars, plus) * dot(scalars, minus) - dot(scalars, scalars) * (
        dot(plus, minus) + m_e**2
    )
    assert np.allclose(own["Electrons"](m1=m1, m2=m2, scale=1e2)(q2, cosine), 4.0 * trace / 1e2**4, rtol=1e-9)


def pair_frame(mass: float, other: float, pair: tuple[float, float], q2: Any, cosine: Any) -> list[Any]:
    """Four-momenta (E, x, y, z) of a parent, the daughter beside the pair, and the pair, in its frame; the cosine is the last one's."""
    energy = (mass**2 - other**2 - q2) / (2.0 * np.sqrt(q2))  # of the daughter, as that of the parent less q
    along = np.sqrt(energy**2 - other**2)
    of_last = (q2 + pair[1] ** 2 - pair[0] ** 2) / (2.0 * np.sqrt(q2))
    p = np.sqrt(of_last**2 - pair[1] ** 2)
    zero, sine = np.zeros_like(q2), np.sqrt(1.0 - cosine**2)
    last = np.stack([of_last, p * sine, zero, p * cosine])
    whole = np.stack([np.sqrt(q2), zero, zero, zero])
    beside = np.stack([energy, zero, zero, along])
    return [whole + beside, beside, whole - last, last]


def dot(a: Any, b: Any) -> Any:
    return a[0] * b[0] - (a[1:] * b[1:]).sum(axis=0)


def test_the_model_s_events_follow_its_amplitude(page: Any) -> None:
    """Means over the file against integrals of |M|² and phase space; 5 standard errors fail once in a million, flat ones are far."""
    names, _, _ = page
    own, q2 = vars(sys.modules["my_pairs"]), np.asarray(names["pairs_q2"])
    m_k, m_pi, m1, m2 = own["KAON"], own["PION"], 0.02, 0.2
    q2_grid = np.linspace((m1 + m2) ** 2, (m_k - m_pi) ** 2, 2003)[1:-1]
    space = np.sqrt(own["kallen"](m_k**2, m_pi**2, q2_grid) * own["kallen"](q2_grid, m1**2, m2**2)) / q2_grid
    element = own["Production"](m1=m1, m2=m2, scale=1e5, pole=0.892)
    weight = space * element.averaged(q2_grid)
    mean = (weight * q2_grid).sum() / weight.sum()
    error = q2.std() / len(q2) ** 0.5
    assert abs(q2.mean() - mean) < 5.0 * error
    assert abs((space * q2_grid).sum() / space.sum() - mean) > 10.0 * error
    events = names["events"]
    pair = events["X1_1"] + events["X2"]
    at_rest = [events[role].boostCM_of(pair) for role in ("X2", "pi+")]
    cosine = np.asarray(at_rest[0].to_pxpypz().unit().dot(at_rest[1].to_pxpypz().unit()))
    even, odd = element.terms(q2_grid)
    mean, error = (space * 2.0 * even * odd / 3.0).sum() / weight.sum(), cosine.std() / len(cosine) ** 0.5
    assert abs(cosine.mean() - mean) < 5.0 * error
    assert mean < -10.0 * error  # (the two terms' sign is seen)


def test_files_say_what_they_were_made_of(page: Any) -> None:
    _, _, folder = page
    told = read_provenance(folder / "kl.root")
    assert told["source"]["spectrum_file"]["path"] == "kl.csv"
    assert (
        told["source"]["spectrum_file"]["digest"]
        != read_provenance(folder / "hist.root")["source"]["spectrum_file"]["digest"]
    )
    eta = read_provenance(folder / "eta.root")
    assert eta["source"]["source"]["table"] == "eta.csv"
    assert eta["result"]["expected"]["multiplicity"] is not None
    assert {"own table", "pythia6"} <= set(eta["result"]["spectra"])
    assert "resonant" in str(read_provenance(folder / "photons.root")["chain"]["modes"])
    mine = read_provenance(folder / "mine.root")
    assert mine["source"]["source"] == {"type": "Flat", "slope": 0.25}
    assert mine["result"]["accepted"] > 0
    assert "expected" not in mine["result"]


def test_commands_say_what_the_page_says(page: Any) -> None:
    _, said, _ = page
    assert "my-physics" in said["darkpair list matrix_elements"]
    assert "expected events" in said["darkpair inspect kl.root"]


def test_a_number_that_is_not_known_is_a_line(page: Any) -> None:
    """A file that has changed since, or is gone, and mesons that nobody counted."""
    _, _, folder = page
    kaons, mesons = (read_provenance(folder / f"{name}.root") for name in ("kl", "eta"))
    path = folder / "kl.csv"
    plain = path.read_text()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(
            darkpair.run.normalisation, "standard_acceptance", partial(standard_acceptance, n=30_000)
        )
        assert expected_rows(kaons).keys() >= {"value", "beside"}  # type: ignore[union-attr]
        path.write_text(plain + "9000,0.5\n")
        assert "not what the sample was made with" in expected_rows(kaons)["reason"]  # type: ignore[index]
        path.unlink()
        assert "cannot be read" in expected_rows(kaons)["reason"]  # type: ignore[index]
        path.write_text(plain)
    source = mesons["source"]["source"]
    for number, told in ((None, "give source.multiplicity"), (0.7, None)):
        rows = expected_rows(mesons | {"source": {"source": source | {"multiplicity": number}}})
        assert rows is not None
        if told is not None:
            assert told in rows["reason"]
        else:
            assert rows["value"] == pytest.approx(2.0 * mesons["result"]["expected"]["value"])
