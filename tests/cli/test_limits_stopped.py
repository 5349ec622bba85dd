"""``darkpair limits`` that is stopped, or that meets damaged samples: one line, nothing half-written, and the same answer later."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from darkpair.chains.models import ZPrimeScalar
from darkpair.gen.errors import InputError
from darkpair.limits import Size, limit_rows
from tests.shared.kills import stopped

POINT = ["limits", "zprime-scalar", "m1=0", "m2=0.3", "G_X=1e-5"]
WORDS = [*POINT, "--only", "charm", "--only", "nucal", "--quick", "-o", "out", "--cache", "cache"]
TINY = Size(kaons=3_000, etas=500, spectra="central", cells=(6, 5, 4), throws=(2,))
MODEL = ZPrimeScalar(m1=0.0, m2=0.3, G_X=1e-5)


@pytest.mark.skipif(os.name != "posix", reason="signals of a terminal")
@pytest.mark.parametrize("send", [os.kill, os.killpg], ids=["parent", "group"])
def test_an_interrupt_leaves_no_orphan_and_nothing_half_written(send: Any, tmp_path: Path) -> None:
    def begun(_: subprocess.Popen[bytes]) -> bool:
        return any((tmp_path / "cache").rglob("*.json"))

    left = stopped(
        ["-m", "darkpair", *WORDS], tmp_path, begun, lambda process: send(process.pid, signal.SIGINT)
    )
    assert left.status == 130
    assert left.orphans == []
    assert left.unfinished == []
    (line,) = left.lines
    kept = list((tmp_path / "cache").rglob("*.json"))
    assert line.startswith(f"darkpair: stopped by Ctrl-C; cache keeps {len(kept)} of ")
    assert line.endswith(" points; the same command goes on")
    others = [p for p in tmp_path.rglob("*") if p.is_file() and p.suffix != ".json" and p.name != "stderr"]
    assert others == []
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def instead(text: str) -> Any:
    return lambda _: text


#: What a disk or a person does to the text of a kept sample.
DAMAGES = {
    "half": lambda text: text[: len(text) // 2],
    "name": lambda text: text.replace("efficiency", "efficacy"),
    "number": lambda text: text.replace("0.", "1.", 1),
    "NaN": lambda text: text.replace("[", "[NaN, ", 1),
    "empty": instead(""),
    "list": instead("[]"),
    "table": instead("{}"),
    "null": instead("null"),
    "word": instead('{"ctau": "nan"}'),
    "deep": instead("[" * 5000),
    "zeros": instead("\0" * 100),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_samples_are_made_again(damage: str, samples: tuple[Path, list[str]]) -> None:
    folder, said = samples
    kept = {path: path.read_text() for path in folder.rglob("*.json")}
    for path, text in kept.items():
        path.write_text(DAMAGES[damage](text))
    assert any(path.read_text() != text for path, text in kept.items())
    assert plain(folder) == said
    assert {path: path.read_text() for path in folder.rglob("*") if path.is_file()} == kept


def test_numbers_of_somebody_else_are_one_line(samples: tuple[Path, list[str]], tmp_path: Path) -> None:
    """A file of numbers by name is believed, and what it lacks is said."""
    for path in samples[0].rglob("*.json"):
        other = tmp_path / path.relative_to(samples[0])
        other.parent.mkdir(exist_ok=True)
        other.write_text('{"value": NaN}')
    with pytest.raises(InputError, match="it was not written by darkpair: delete it") as raised:
        plain(tmp_path)
    assert "\n" not in str(raised.value)


def plain(folder: Path) -> list[str]:
    (rows,) = limit_rows([MODEL], only=["koto-2021", "nucal"], size=TINY, folder=folder, workers=1)
    return [str(row) for row in rows]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Kept samples, and what they say."""
    folder = tmp_path_factory.mktemp("samples")
    return folder, plain(folder)
