"""The acceptance of a scan of lifetimes is marked where it is printed."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from darkpair.cli import main

JOB = Path(__file__).parents[2] / "examples" / "koto_pi0.toml"


@pytest.mark.parametrize(
    ("settings", "marked"),
    [
        (["chain.lifetime.X2=scan"], True),
        (["chain.lifetime.X2=scan", "chain.ctau.X2=5 cm"], False),
        (["chain.ctau.X2=5 cm"], False),
    ],
    ids=str,
)
def test_acceptance(settings: list[str], marked: bool, tmp_path: Path) -> None:
    file = str(tmp_path / "x.root")
    words = ["run", str(JOB), "-n", "500", "-o", file, "--set", "output.picture=false"]
    for command in ([*words, *[x for s in settings for x in ("--set", s)]], ["inspect", file]):
        text = CliRunner().invoke(main, command).output
        (line,) = [line for line in text.splitlines() if line.startswith("acceptance ")]
        assert line.endswith(" per generated event" + ", which is that of no lifetime" * marked)
