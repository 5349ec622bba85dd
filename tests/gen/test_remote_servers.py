"""Event files on servers of S3 and XRootD on this machine; nox -s servers has what that takes."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from darkpair.gen.errors import InputError
from darkpair.gen.sources.event_file import EventFile
from tests.shared import small_events
from tests.shared.event_files import b_event, opened, write_nano

#: What a server gives: the beginning of its addresses, and what puts a file there.
Server = tuple[str, Callable[[str, bytes], object]]


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    pytest.importorskip("s3fs", reason="s3fs is not installed")
    moto = pytest.importorskip("moto.server", reason="moto's server is not installed")
    boto3 = pytest.importorskip("boto3", reason="boto3 is not installed")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.get_host_and_port()[1]}")
    client = boto3.client("s3")
    client.create_bucket(Bucket="events")
    yield "s3://events/", lambda name, data: client.put_object(Bucket="events", Key=name, Body=data)
    server.stop()


@pytest.fixture
def root() -> Iterator[Server]:
    pytest.importorskip("fsspec_xrootd", reason="fsspec-xrootd is not installed")
    if shutil.which("xrootd") is None:
        pytest.skip("there is no xrootd (apt-get install xrootd-server)")
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        top = Path(folder)
        for name in ("files", "admin"):
            (top / name).mkdir()
        (top / "xrootd.cfg").write_text(
            f"xrd.port {port}\nall.export /\noss.localroot {top / 'files'}\nall.adminpath {top / 'admin'}\n"
            f"all.pidpath {top / 'admin'}\nxrd.network nodnr\n"
        )
        command = ["xrootd", "-c", str(top / "xrootd.cfg"), "-l", str(top / "admin" / "log")]
        if os.geteuid() == 0:  # (it does not run as root)
            command += ["-R", "nobody"]
            top.chmod(0o755)
            shutil.chown(top / "admin", "nobody")
        with subprocess.Popen(
            command, cwd=top / "admin", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as run:
            _wait(port)
            yield f"root://127.0.0.1:{port}//", lambda name, data: _put(top / "files" / name, data)
            run.terminate()


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)


def _wait(port: int) -> None:
    """Until somebody listens there."""
    for _ in range(100):
        with socket.socket() as there:
            if there.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"nobody listens at {port}")


@pytest.mark.parametrize("kind", ["s3", "root"])
def test_files_of_a_server_are_those_here(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """By the protocol of its own: a tree, a text and both of a kind together; and what is not there is said."""
    beginning, put = request.getfixturevalue(kind)
    path = write_nano(tmp_path / "e.root", [b_event(), b_event(-511)])
    text = small_events.hepmc3(small_events.toy_events(3))
    put("a folder/e.root", path.read_bytes())
    put("e.hepmc3", text.encode())
    (tmp_path / "e.hepmc3").write_text(text)
    local = opened(path)
    for address in (f"{beginning}a folder/e.root", f"{beginning}a folder/e.root:Events"):
        source = EventFile(path=address, parents=("B0", "B+"))
        assert np.array_equal(source.block(0).momentum, local.block(0).momentum)
        assert source.sample_identity() == local.sample_identity()
        assert source.provenance()["files"][0]["path"] == address.removesuffix(":Events")
    of_text = EventFile(path=f"{beginning}e.hepmc3", parents="B+")
    assert (
        of_text.sample_identity()
        == EventFile(path=str(tmp_path / "e.hepmc3"), parents="B+").sample_identity()
    )
    for name, words in {
        "none.root": "cannot be fetched .*no such file",
        "a folder": "is a folder|cannot be fetched",
    }.items():
        with pytest.raises(InputError, match=words) as refusal:
            EventFile(path=f"{beginning}{name}", parents="B+")
        assert f"'{beginning}{name}'" in str(refusal.value)
        assert "\n" not in str(refusal.value)


def test_a_server_that_is_not_there_is_said_soon() -> None:
    """XRootD tries for ten minutes by itself."""
    pytest.importorskip("fsspec_xrootd", reason="fsspec-xrootd is not installed")
    begun = time.monotonic()
    with pytest.raises(InputError, match="cannot be fetched"):
        EventFile(path="root://127.0.0.1:9//e.root", parents="B+")
    assert time.monotonic() - begun < 60.0
