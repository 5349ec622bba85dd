"""Pictures made again from stored outputs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.pages.runs import read_runs
from darkpair.plugins.redraw import main, redrawable, redrawn

pytest.importorskip("matplotlib")

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "docs" / "results"

pytestmark = pytest.mark.skipif(not RESULTS.is_dir(), reason="no source tree")


def test_a_picture_is_made_of_its_stored_output_alone(tmp_path: Path) -> None:
    """The picture of docs to the byte is not asked for: versions of matplotlib differ; it follows the numbers."""
    results = tmp_path / "docs" / "results"
    results.mkdir(parents=True)
    runs = read_runs(RESULTS)
    pictures = []
    for scale in (1.0, 2.0):
        stored = json.loads((RESULTS / "koto-upstream.json").read_text(encoding="utf-8"))
        for row in stored["rows"]:
            row |= {key: scale * value for key, value in row.items() if key.startswith("from the") and value}
        (results / "koto-upstream.json").write_text(json.dumps(stored), encoding="utf-8")
        shutil.copy(ROOT / "docs" / "koto-upstream.png", tmp_path / "docs" / "koto-upstream.png")
        pictures.append(redrawn("koto-upstream", runs, tmp_path).read_bytes())
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)
    assert pictures[0] != pictures[1]


def test_what_cannot_be_drawn_again_is_one_line(tmp_path: Path) -> None:
    runs = read_runs(RESULTS)
    assert {"inputs", "koto-shifts", "fig8", "future"} <= set(redrawable(runs))
    with pytest.raises(UnknownNameError, match="fig7"):
        redrawn("fig7", runs, tmp_path)
    with pytest.raises(InputError, match=r"docs has no fig8\.png"):
        redrawn("fig8", runs, tmp_path)


def test_the_command_draws_and_says_what_it_cannot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(RESULTS, tmp_path / "docs" / "results")
    shutil.copy(ROOT / "docs" / "koto-upstream.png", tmp_path / "docs" / "koto-upstream.png")
    monkeypatch.chdir(tmp_path)
    assert main(["koto-upstream"]) == 0
    assert capsys.readouterr().out == "koto-upstream.png\n"
    assert main(["all"]) == 2  # (the others have no picture here)
    assert main(["fig7"]) == 2
    assert "fig7" in capsys.readouterr().err
