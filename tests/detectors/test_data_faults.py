"""All that is wrong with the numbers of a data file is said at once, with the short spelling; and where a file was looked for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from darkpair import InputError, UnknownNameError
from darkpair.cli import main
from darkpair.detectors.data_file import detector_data

DATA = Path(__file__).parents[2] / "detectors" / "data" / "charm.toml"


def _changed(tmp_path: Path, *changes: tuple[str, str]) -> str:
    text = DATA.read_text(encoding="utf-8")
    for key, line in changes:
        text, n = re.subn(rf"^{key} = .*$", line, text, count=1, flags=re.MULTILINE)
        assert n == 1, key
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_all_faults_at_once(tmp_path: Path) -> None:
    path = _changed(
        tmp_path, ("stochastic", "stochastic = 0.12"), ("z_max", "z_max = 5"), ("pot", "pot = 2e18")
    )
    with pytest.raises(InputError) as caught:
        detector_data(path)
    line = str(caught.value)
    assert 'or stochastic = "0.12 sqrt(GeV)"; and 2 more: ' in line
    assert 'or z_max = "5 mm"' in line
    assert (
        'pot = 2e+18; allowed: an entry with value, unit, source, confidence, as in pot = { value = 2e+18, unit = ""'
        in line
    )
    assert "\n" not in line
    short = _changed(tmp_path, ("stochastic", 'stochastic = "0.12 sqrt(GeV)"'))
    assert detector_data(short)["shower_resolution"]["stochastic"]["value"] == 0.12


def test_a_fault_alone_is_itself(tmp_path: Path) -> None:
    path = _changed(tmp_path, ("stochastic", 'stochastics = "0.12 sqrt(GeV)"\nstochastic = "1 sqrt(GeV)"'))
    with pytest.raises(UnknownNameError, match="stochastics"):
        detector_data(path)


def test_where_a_file_was_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="give an existing data file; looked for as ") as caught:
        detector_data("hall.toml")
    assert "hall.toml' (" in str(caught.value) or f"{tmp_path / 'hall.toml'}" in str(
        caught.value
    )  # (a long path is cut)
    assert str(caught.value).endswith(", from the folder where darkpair was started")
    with pytest.raises(InputError, match="give an existing data file$"):
        detector_data(str(tmp_path / "hall.toml"))
    done = CliRunner().invoke(main, ["run", "examples/charm.toml"])
    assert done.exit_code == 2
    assert "(darkpair examples examples writes these)" in done.output
