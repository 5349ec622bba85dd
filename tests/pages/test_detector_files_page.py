"""docs/detector_files.md: its files and jobs run, and it names every key, shape and variable that there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from darkpair.cli import main
from darkpair.detectors.branches import variables
from darkpair.detectors.data_structure import KINDS, TRACKS
from darkpair.detectors.shapes import FACES, VOLUMES
from darkpair.detectors.tracks import KINDS as OF_TRACKS
from darkpair.gen.output.reader import read_provenance

PAGE = Path(__file__).parents[2] / "docs" / "detector_files.md"
pytestmark = pytest.mark.skipif(not PAGE.is_file(), reason="no pages")

TEXT = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
BLOCKS = re.findall(r"^```toml\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)
FILES = {b.split("\n")[0].removeprefix("# "): b for b in BLOCKS if re.match(r"# \w+\.toml\n", b)}
JOBS = [b for b in BLOCKS if b not in FILES.values()]


@pytest.mark.parametrize("job", JOBS, ids=lambda job: str(job.split("\n")[0]))
def test_its_jobs_run(job: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "job.toml").write_text(job, encoding="utf-8")
    result = CliRunner().invoke(main, ["run", "job.toml", "-o", "out.root", "--set", "output.picture=false"])
    assert result.exit_code == 0, result.output
    assert read_provenance("out.root")["result"]["accepted"] > 0


def test_every_file_of_the_page_is_used() -> None:
    assert len(FILES) == len(KINDS)
    assert all(any(f'experiment = "{name}"' in job for job in JOBS) for name in FILES)


@pytest.mark.parametrize("kind", KINDS)
def test_it_names_everything(kind: str) -> None:
    asked = KINDS[kind]
    part = next(p for p in TEXT.split("\n## ") if f'`kind = "{kind}"`' in p)
    for table, numbers in asked.numbers.items() if kind != "koto_kaon" else ():
        assert f"[{table.rstrip('?')}]" in part
        assert all(f"`{name.rstrip('?*')}`" in part for name in numbers)
    own = variables(kind)
    assert all(f"| `{name}` | {unit or 1} |" in part for name, unit in own.items())
    assert all(f"`{name}" in TEXT or f"[{name}" in TEXT or f"[[{name}" in TEXT for name in asked.needed)


def test_it_names_every_shape() -> None:
    for shapes in (VOLUMES, FACES):
        for shape, numbers in shapes.items():
            assert f"| `{shape}` | {', '.join(f'`{n}`' for n in numbers)} |" in TEXT
    assert tuple(OF_TRACKS) == TRACKS
    assert all(f'"{word}"' in TEXT for word in TRACKS)
