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
