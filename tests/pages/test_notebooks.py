"""The notebooks: what is in them, and that they run; with coffea and dask in ``nox -s notebooks``."""

from __future__ import annotations

import ast
import importlib.util
import re
from pathlib import Path

import pytest

from tests.shared.notebooks import FOLDER, NEEDS, cells, notebooks, run

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


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=name_of)
def test_a_notebook_runs(notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import matplotlib.pyplot as plt

    package, how = NEEDS.get(notebook.stem, ("matplotlib", ""))
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed ({how}); nox -s notebooks runs this one")
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setattr(plt, "show", lambda: None)
    plt.close("all")
    try:
        names = run(notebook, tmp_path)
        assert plt.get_fignums()
    finally:
        plt.close("all")
    assert names["result" if "result" in names else "detector"] is not None
    assert not list(tmp_path.iterdir())  # it writes into a folder of its own
