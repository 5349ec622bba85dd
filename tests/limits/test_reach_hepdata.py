"""A map as a HEPData submission: its numbers are the map's, its validator takes it, and an earlier run's files go away, nobody else's."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from darkpair.cli import main
from darkpair.gen.output.target import put
from darkpair.limits.reach import ReachMap, reach_map
from darkpair.limits.reach_table import contour_rows
from darkpair.limits.samples import Size
from darkpair.searches.beam_dump import BeamDump
from darkpair.studies.exchange_map import map_contents
from tests.shared.clients import ask, python_of

TINY = Size(kaons=30_000, etas=12_000, spectra="central", cells=(8, 6, 4), throws=(4,))


@pytest.fixture(scope="module")
def of_map(tmp_path_factory: pytest.TempPathFactory) -> ReachMap:
    return reach_map(
        "zprime-scalar",
        x="m2: 380 MeV .. 430 MeV, 2",
        y="G_X: 0.02 .. 5 GF, 9 log",
        settings={"m1": "0.1*m2", "m_Zprime": "10 GeV"},
        size=TINY,
        masses=2,
        folder=tmp_path_factory.mktemp("samples"),
        workers=1,
        only=("nucal", "atomic-parity-2021", "pi0-invisible"),
    )


def columns(text: str) -> dict[str, list[Any]]:
    table = json.loads(text)
    both = [*table["independent_variables"], *table["dependent_variables"]]
    return {column["header"]["name"]: [value["value"] for value in column["values"]] for column in both}


def test_tables_are_the_contours_and_the_samples(of_map: ReachMap) -> None:
    contents = {path.name: text for path, text in map_contents(Path("o"), of_map).items()}
    for region in contour_rows(of_map):
        points = [point for line in region["contours"] for point in line["G_X [GF]"]]
        file = f"{region['region'].replace('-', '_')}_contour.yaml"
        assert (file in contents) == bool(points)
        if points:
            table = columns(contents[file])
            assert table["G_X"] == points
            assert table["line"] == sorted(table["line"])
    assert len([name for name in contents if name.endswith("_contour.yaml")]) == 2
    assert "No edge inside the map: pi0-invisible" in contents["submission.yaml"]
    table = columns(contents["nucal_1_eta_x1_x2_x2_x1_pi0.yaml"])
    masses = [1e3 * float(np.asarray(point.m2)) for point, _ in of_map.samples]
    assert sorted(set(table["m2"])) == pytest.approx(masses) == [380.0, 430.0]
    search = of_map.samples[0][1]["nucal"][1]
    assert isinstance(search, BeamDump)
    own = [e for e, m2 in zip(table["efficiency"], table["m2"], strict=True) if m2 == 380.0]
    multiplicity = search.acceptance.samples[0].multiplicity  # type: ignore[attr-defined]
    lengths = np.array(search.acceptance.samples[0].acceptance.ctau)  # type: ignore[attr-defined]
    assert np.array(own) * multiplicity == pytest.approx(search.acceptance.at(lengths), rel=1e-12)


def test_its_validator_takes_a_map(of_map: ReachMap, tmp_path: Path) -> None:
    python = python_of("hepdata_validator")
    made = map_contents(tmp_path, of_map)
    put(made)
    said = ask(python, "of_hepdata.py", tmp_path / "hepdata")
    assert said == {"valid": True, "messages": [], "tables": len(made) - 1}


REACH = "reach zprime-scalar x='m2: 330 .. 430 MeV, 3' y='G_X: 0.1 .. 5 GF, 5 log' m1=0 m_Zprime='10 GeV'"
LIMITS = "limits zprime-scalar m1=0 m2='430 MeV' G_X='1 GF' m_Zprime='10 GeV'"
ONE, OTHER = "--only atomic-parity-2021", "--only atomic-parity-2009"


def invoke(command: str, folder: Path) -> Result:
    return CliRunner().invoke(main, [*shlex.split(command), "-o", str(folder)])


@pytest.mark.parametrize("command", [REACH, LIMITS])
def test_files_of_an_earlier_run_go(command: str, tmp_path: Path) -> None:
    for which, name in ((ONE, "2021"), (OTHER, "2009")):
        done = invoke(f"{command} {which} --hepdata", tmp_path)
        assert done.exit_code == 0, done.output
        files = {path.name for path in (tmp_path / "hepdata").iterdir()}
        assert files - {"submission.yaml"} == {file for file in files if name in file}
        assert len(files) == 2


def test_a_map_without_a_table_has_no_submission(tmp_path: Path) -> None:
    """Its validator takes none without one; what an earlier map left goes."""
    assert invoke(f"{REACH} {ONE} --hepdata", tmp_path).exit_code == 0
    assert list((tmp_path / "hepdata").iterdir()) != []
    done = invoke(f"{REACH.replace('0.1 .. 5', '0.01 .. 0.1')} {ONE} --hepdata", tmp_path)
    assert done.exit_code == 0
    assert "0 files, because no edge is inside" in " ".join(done.output.split())
    assert list((tmp_path / "hepdata").iterdir()) == []
    assert (tmp_path / "reach.json").exists()


def test_likelihoods_of_an_earlier_run_go(tmp_path: Path) -> None:
    def of(search: str) -> str:
        return json.dumps({"channels": [{"name": search}]})

    assert invoke(f"{LIMITS} {ONE}", tmp_path).exit_code == 0
    for name in ("nucal", "charm-point3"):
        (tmp_path / "pyhf").mkdir(exist_ok=True)
        (tmp_path / "pyhf" / f"{name}.json").write_text(of(name.partition("-")[0]))
    assert invoke(f"{LIMITS} {ONE} --likelihoods", tmp_path).exit_code == 0
    assert list((tmp_path / "pyhf").iterdir()) == []
    (tmp_path / "pyhf" / "nucal.json").write_text(of("mine"))
    refused = invoke(f"{LIMITS} {ONE} --likelihoods", tmp_path)
    assert refused.exit_code == 2
    assert "not of an earlier darkpair limits" in " ".join(refused.output.split())
    assert (tmp_path / "pyhf" / "nucal.json").read_text() == of("mine")


@pytest.mark.parametrize("command", [REACH, LIMITS])
def test_what_somebody_put_there_stays(command: str, tmp_path: Path) -> None:
    """A folder without our table beside it, one with a file more, and the other command's submission."""
    (tmp_path / "a" / "hepdata").mkdir(parents=True)
    refused = invoke(f"{command} {ONE} --hepdata", tmp_path / "a")
    assert refused.exit_code == 2
    assert list((tmp_path / "a" / "hepdata").iterdir()) == []
    assert invoke(f"{command} {ONE} --hepdata", tmp_path / "b").exit_code == 0
    (tmp_path / "b" / "hepdata" / "mine.yaml").write_text("mine")
    before = (tmp_path / "b" / "hepdata" / "submission.yaml").read_bytes()
    refused = invoke(f"{command} {OTHER} --hepdata", tmp_path / "b")
    assert refused.exit_code == 2
    assert "mine.yaml" in "".join(refused.output.split())
    assert (tmp_path / "b" / "hepdata" / "submission.yaml").read_bytes() == before
    (tmp_path / "b" / "hepdata" / "mine.yaml").unlink()
    other = LIMITS if command == REACH else REACH
    assert invoke(f"{other} {ONE}", tmp_path / "b").exit_code == 0
    assert invoke(f"{other} {ONE} --hepdata", tmp_path / "b").exit_code == 2
    assert (tmp_path / "b" / "hepdata" / "submission.yaml").read_bytes() == before


def test_a_listed_file_outside_of_the_folder_stays(tmp_path: Path) -> None:
    assert invoke(f"{LIMITS} {ONE} --hepdata", tmp_path).exit_code == 0
    (tmp_path / "mine.txt").write_text("mine")
    listed = tmp_path / "hepdata" / "submission.yaml"
    listed.write_text(
        listed.read_text()
        + '---\n{"name": "x", "description": "x", "keywords": [], "data_file": "../mine.txt"}\n'
    )
    assert invoke(f"{LIMITS} {OTHER} --hepdata", tmp_path).exit_code == 0
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_submission_wants_a_folder() -> None:
    said = CliRunner().invoke(main, [*shlex.split(REACH), *shlex.split(ONE), "--hepdata"])
    assert said.exit_code == 2
    assert "--hepdata without a folder for its files; give -o FOLDER" in said.output
