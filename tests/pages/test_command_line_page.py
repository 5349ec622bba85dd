"""docs/command_line.md: what it prints under a command is what the command says, line by line, with ... for what it leaves out."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from darkpair.cli import COMMANDS, main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "command_line.md").read_text(encoding="utf-8")

#: Commands of the page in order, each with what is printed below it; "" where nothing is.
SHOWN = [
    (found[1].strip(), found[2] or "")
    for found in re.finditer(
        r"^```bash\n(.*?)^```\n(?:\n```text\n(.*?)^```)?", PAGE, flags=re.MULTILINE | re.DOTALL
    )
]


def test_what_is_printed_is_what_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for command, text in SHOWN:
        done = CliRunner().invoke(main, shlex.split(command)[1:])
        assert done.exit_code == 0 or command == "darkpair doctor", f"{command}: {done.output}"
        lines = [line.rstrip() for line in done.output.splitlines()]
        at = 0
        for line in text.splitlines():
            if line == "...":
                continue
            assert line in lines[at:], f"{command}: {line!r} is not among\n{done.output}"
            at = lines.index(line, at) + 1


def test_every_command_has_an_example() -> None:
    for name in COMMANDS:
        assert f"`darkpair {name}" in PAGE or f"\ndarkpair {name}" in PAGE, name
