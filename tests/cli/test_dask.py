"""``--dask``: a scheduler that is not there, or a package that is not, is one line; the option is where it is promised."""

from __future__ import annotations

import sys

import pytest
from click.testing import CliRunner

from darkpair.cli import main
from darkpair.cli.dask import on_dask
from darkpair.gen.errors import InputError

COMMANDS = {"run": ["job.toml"], "limits": ["zprime-scalar"], "study": ["fig2"]}


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_that_share_work_take_an_address(command: str) -> None:
    assert "--dask ADDRESS" in " ".join(CliRunner().invoke(main, [command, "--help"]).output.split())


@pytest.mark.parametrize("address", ["nonsense", "none.json", "tcp://host"])
def test_what_is_no_address_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", type(sys)("distributed"))
    monkeypatch.setattr(sys.modules["distributed"], "Client", None, raising=False)
    with (
        pytest.raises(InputError, match=rf"--dask {address}; allowed: an address, as tcp://host:8786"),
        on_dask(address),
    ):
        pass


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(InputError, match=r"install it with  pip install 'darkpair\[dask\]'"),
        on_dask("tcp://host:8786"),
    ):
        pass


def test_a_scheduler_that_does_not_answer() -> None:
    pytest.importorskip("distributed", reason="the extra dask is not installed")
    with pytest.raises(InputError, match="no scheduler of dask answers"), on_dask("tcp://127.0.0.1:9"):
        pass
