"""Event files by an address: a server in this process, fsspec's memory, and what is said where there is none."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import fsspec
import numpy as np
import pytest

from darkpair.gen import remote
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.remote import fetched, is_remote
from darkpair.gen.sources.event_file import EventFile
from tests.shared.event_files import b_event, opened, write_nano


class Quiet(SimpleHTTPRequestHandler):
    """A server of a folder; of what is called short it sends half."""

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        if not self.path.startswith("/short"):
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"root" + bytes(496))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path))) as serving:
        Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()


def test_files_elsewhere_are_those_here(tmp_path: Path, server: str) -> None:
    path = write_nano(tmp_path / "e f.root", [b_event(), b_event(-511)])
    fsspec.filesystem("memory").pipe("/kept/e.root", path.read_bytes())
    local = opened(path)
    for address in (
        f"{server}/e%20f.root",
        f"{server}/e%20f.root:Events",
        "memory://kept/e.root",
        path.as_uri(),
    ):
        source = EventFile(path=address, parents=("B0", "B+"))
        assert np.array_equal(source.block(0).momentum, local.block(0).momentum)
        (row,) = source.provenance()["files"]
        assert row == local.provenance()["files"][0] | {
            "path": str(path) if address == path.as_uri() else address.removesuffix(":Events")
        }
        assert source.sample_identity() == local.sample_identity()


def test_what_is_told_names_the_address(tmp_path: Path, server: str) -> None:
    bad = b_event()
    bad[5] = (321, 70, *bad[5][2:])
    write_nano(tmp_path / "bad.root", [bad])
    (tmp_path / "cut.root").write_bytes((tmp_path / "bad.root").read_bytes()[:400])
    for name, words in {
        "bad.root": "in event 0 particle 5 of PDG id 321 has a mother|a mother of the index 70",
        "cut.root": "cut short|cannot be read",
        "none.root": "cannot be fetched .*404",
        "short.root": "broke off after 500 of 1,000 bytes",
    }.items():
        with pytest.raises(InputError, match=words) as refusal:
            EventFile(path=f"{server}/{name}", parents="B+")
        assert f"'{server}/{name}'" in str(refusal.value)
        assert "\n" not in str(refusal.value)
        assert "darkpair-" not in str(refusal.value)


@pytest.mark.parametrize(
    ("address", "kind", "words"),
    [
        ("bogus://a/b.root", UnknownNameError, "unknown protocol 'bogus'"),
        ("http://127.0.0.1:9/e.root", InputError, "cannot be fetched .*refused"),
        ("memory://nothing.root", InputError, "cannot be fetched"),
        ("file:///nowhere/e.root", InputError, "there is no file '/nowhere/e.root'"),
        ("http://127.0.0.1:nine/e.root", InputError, "cannot be fetched"),
    ],
)
def test_addresses_that_lead_nowhere(address: str, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words) as refusal:
        EventFile(path=address, parents="B+")
    assert "\n" not in str(refusal.value)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: Any, **__: Any) -> None:
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr(fsspec, "open", missing)
    with pytest.raises(
        InputError, match=r"s3:// needs a package that is missing \(Install s3fs to access S3\)"
    ):
        fetched("s3://bucket/e.root")


def test_a_file_that_does_not_fit_is_refused_before_it_comes(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the size that the other side says; nothing of it is left."""
    (tmp_path / "large.root").write_bytes(bytes(5 << 20))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=(1 << 28) + (5 << 20) - 1))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    read: list[int] = []

    def piece(*_: Any) -> bytes:
        read.append(1)
        return b""

    monkeypatch.setattr("darkpair.gen.remote._PIECE", 1 << 10)
    monkeypatch.setattr("http.client.HTTPResponse.read", piece)
    with pytest.raises(
        InputError, match=r"large.root' does not fit on the disk of .*: it has 5,242,880 or more"
    ):
        fetched(f"{server}/large.root")
    assert not read
    assert not [*(tmp_path / "temporary").rglob("*.root")]


def test_a_bar_shows_how_much_is_there(tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "e.root").write_bytes(bytes(2500))
    shown: list[Any] = []

    @contextmanager
    def bar(description: str, total: int | None) -> Iterator[Any]:
        shown.append((description, total))
        yield shown.append

    monkeypatch.setattr("darkpair.gen.remote.bar", bar)
    monkeypatch.setattr("darkpair.gen.remote._PIECE", 1000)
    fsspec.filesystem("memory").pipe("/kept/bar.root", bytes(2500))
    for address in (f"{server}/e.root", "memory://kept/bar.root"):
        assert Path(fetched(address)).read_bytes() == bytes(2500)
        name = address.rpartition("/")[2]
        assert shown == [(f"copies {name}", 2500), 1000, 2000, 2500]
        shown.clear()


def test_a_path_is_no_address() -> None:
    assert not any(map(is_remote, ("e.root", "/a/b:c.root", "file:///e.root", "C:/e.root")))
    assert fetched("a/e.root") == "a/e.root"


def test_xrootd_tries_once_unless_the_environment_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, int] = {}
    client = SimpleNamespace(EnvPutInt=given.__setitem__)
    monkeypatch.setitem(sys.modules, "XRootD", SimpleNamespace(client=client))
    for name in ("XRD_CONNECTIONRETRY", "XRD_CONNECTIONWINDOW"):
        monkeypatch.delenv(name, raising=False)
    remote._without_retries()
    assert given["ConnectionRetry"] == 1
    assert 0 < given["ConnectionWindow"] < 120
    given.clear()
    monkeypatch.setenv("XRD_CONNECTIONRETRY", "7")
    remote._without_retries()
    assert set(given) == {"ConnectionWindow"}
    monkeypatch.setitem(sys.modules, "XRootD", None)
    remote._without_retries()  # (fsspec says what is missing)


def test_a_folder_elsewhere_and_no_fsspec_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = SimpleNamespace(details={"type": "directory"})
    with pytest.raises(InputError, match="is a folder; give the address of a file"):
        remote._said_size(folder, "s3://bucket/there")
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(InputError, match="needs fsspec; install it, or copy the file here"):
        remote._opened("s3://bucket/there")
