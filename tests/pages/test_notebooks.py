"""The notebooks: what is in them, and that they run; with coffea and dask in ``nox -s notebooks``."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shared.notebooks import FOLDER, NEEDS, cells, notebooks, run
from tests.shared.real_files import real_file

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="no source tree")

NOTEBOOKS = notebooks()


def name_of(notebook: Path) -> str:
    return notebook.stem


def test_there_are_six() -> None:
    assert [*map(name_of, NOTEBOOKS)] == [
        "b_mesons_of_a_nanoaod_file",
        "coffea_analysis",
        "coupling_to_exclusion",
        "first_ntuple",
        "own_chain_and_detector",
        "scan_on_dask",
    ]
    assert NEEDS.keys() <= {*map(name_of, NOTEBOOKS)}


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=name_of)
def test_a_notebook_is_a_page_with_code_and_no_stored_output(notebook: Path) -> None:
    text = notebook.read_text(encoding="utf-8")
    front, heading = re.split(r"^---$", text, flags=re.MULTILINE)[1:3]
    assert "file_format: mystnb" in front
    assert heading.strip().startswith("# ")
    code = cells(notebook)
    assert len(code) >= 4
    assert text.count("```{code-cell}") == len(code)
    for _, cell in code:
        ast.parse(cell)
    assert "plt.show()" in "".join(cell for _, cell in code)


@pytest.fixture(autouse=True)
def no_windows(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pictures that nobody shows, and none that are left."""
    import matplotlib.pyplot as plt

    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setattr(plt, "show", lambda: None)
    plt.close("all")
    yield
    plt.close("all")
    plt.rcdefaults()


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=name_of)
def test_a_notebook_runs(notebook: Path, tmp_path: Path) -> None:
    import matplotlib.pyplot as plt

    package, how = NEEDS.get(notebook.stem, ("matplotlib", ""))
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed ({how}); nox -s notebooks runs this one")
    if "nanoaod" in notebook.stem:
        real_file("nanoAOD_2015_CMS_Open_Data_ttbar.root")
    names = run(notebook, tmp_path)
    assert plt.get_fignums()
    assert names["result" if "result" in names else "detector"] is not None
    assert not list(tmp_path.iterdir())  # it writes into a folder of its own


def test_without_the_file_of_cms_other_b_mesons_stand_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import skhep_testdata

    def no_network(name: str) -> str:
        raise OSError(f"no way to {name}")

    monkeypatch.setattr(skhep_testdata, "data_path", no_network)
    names = run(FOLDER / "b_mesons_of_a_nanoaod_file.md", tmp_path)
    assert names["result"].cutflow.generated == 200
    assert "OSError" in capsys.readouterr().out
