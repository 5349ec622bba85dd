"""An empty name of a file or a folder, as an unset variable of a shell leaves it, is refused by every command."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from darkpair.cli import main
from darkpair.cli.options import Place


def _paths() -> list[tuple[str, str]]:
    """Every command, and its parameters that are paths."""
    context = click.Context(main)
    commands = {name: main.get_command(context, name) for name in main.list_commands(context)}
    return [
        (name, str(param.name))
        for name, command in commands.items()
        for param in (command.params if command else ())
        if isinstance(param.type, click.Path)
    ]


@pytest.mark.parametrize(("name", "key"), _paths(), ids=" ".join)
def test_an_empty_name_is_no_place(
    name: str, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    command = main.get_command(click.Context(main), name)
    assert command is not None
    (param,) = (param for param in command.params if param.name == key)
    assert isinstance(param.type, Place)
    assert param.type.convert("a b", param, None) == Path("a b")
    words = [param.opts[0], ""] if isinstance(param, click.Option) else ["", "x"]
    result = CliRunner().invoke(main, [name, *words])
    assert result.exit_code == 2
    assert "is empty; give a name" in result.output
    assert not list(tmp_path.iterdir())


def test_there_are_such_commands() -> None:
    assert {("limits", "folder"), ("limits", "cache"), ("reach", "folder"), ("run", "job")} <= set(_paths())
