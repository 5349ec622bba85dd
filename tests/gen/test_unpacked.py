"""Compressed text: all of it, at any place, or one line; and never more than a disk or a memory takes."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from darkpair.gen.errors import InputError
from darkpair.gen.output.hepmc import hepmc_provenance
from darkpair.gen.sources import unpacked as room
from darkpair.gen.sources.event_readers import file_format
from darkpair.gen.sources.unpacked import first_bytes, last_bytes, unpacked

Packer = Callable[[bytes], bytes]

PACKERS: dict[str, Packer] = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress}
try:
    from backports import zstd

    PACKERS["zstd"] = lambda text: zstd.compress(text, options={zstd.CompressionParameter.checksum_flag: 1})
except ImportError:  # pragma: no cover
    pass

TEXT = b"HepMC::Version 3\n" + np.random.default_rng(3).bytes(150_000).hex().encode()


@pytest.fixture(params=PACKERS)
def packer(request: pytest.FixtureRequest) -> tuple[str, Packer]:
    return request.param, PACKERS[request.param]


def put(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return str(path)


def test_all_of_it_is_there_at_any_place(tmp_path: Path, packer: tuple[str, Packer]) -> None:
    name, pack = packer
    skipped = b"\x5e\x2a\x4d\x18\x03\x00\x00\x00abc" if name == "zstd" else b""
    whole = {
        "one": pack(TEXT),
        "parts": skipped + pack(TEXT[:999]) + pack(b"") + bytes(4) + pack(TEXT[999:]) + bytes(1 << 21),
        "plain": TEXT,
    }
    for key, content in whole.items():
        path = put(tmp_path / key, content)
        with unpacked(path) as file, unpacked(path) as other:
            assert file.read() == TEXT
            assert other.seek(70_000) == other.tell() == 70_000
            assert other.read(5) == TEXT[70_000:70_005]
            assert other.seek(-3, io.SEEK_END) == len(TEXT) - 3
            assert other.read() == TEXT[-3:]
            assert file.read() == b""
        assert first_bytes(path, 1234) == TEXT[:1234]
        assert first_bytes(path, 1 << 20) == TEXT
        assert last_bytes(path, 99) == TEXT[-99:]
        assert file_format(path) == "hepmc3"

        def there(at: int, path: str = path) -> bool:
            with unpacked(path) as file:
                file.seek(at)
                return file.read(20) == TEXT[at : at + 20]

        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(there, range(0, 300_000, 9001)))


def test_what_is_missing_is_not_passed_over(tmp_path: Path, packer: tuple[str, Packer]) -> None:
    name, pack = packer
    good = pack(TEXT)
    bad = bytearray(good)
    bad[len(bad) // 2] ^= 0x55
    broken = {
        "cut": (good[: len(good) // 2], "cut short"),
        "no end": (good[:-3], "cut short"),
        "bad": (bytes(bad), f"cannot be unpacked by {name}"),
        "junk": (good + b"x" * 20, "bytes behind its end"),
        "other": (good + next(PACKERS[other] for other in PACKERS if other != name)(TEXT), "bytes behind"),
    }
    for key, (content, words) in broken.items():
        path = put(tmp_path / key, content)
        for read in (unpacked, lambda path: last_bytes(path, 10)):
            with pytest.raises(InputError, match=words) as refusal:
                read(path)
            assert "\n" not in str(refusal.value), key


def test_what_grows_without_bound_is_one_line(
    tmp_path: Path, packer: tuple[str, Packer], monkeypatch: pytest.MonkeyPatch
) -> None:
    name, pack = packer
    monkeypatch.setattr(room, "_ALWAYS", 1 << 19)
    path = put(
        tmp_path / "e.hepmc3.gz", pack(b"HepMC::Version 3\nA darkpair.provenance {}\n" + bytes(1 << 20))
    )
    assert file_format(put(tmp_path / "e", pack(b"HepMC::Version 3" + TEXT))) == "hepmc3"
    for read in (unpacked, lambda path: last_bytes(path, 10)):
        with pytest.raises(InputError, match=r"unpacks to more than [\d,]+, which no text"):
            read(path)
    with pytest.raises(InputError, match="lacks 'darkpair.provenance'"):
        hepmc_provenance(path)
    with pytest.raises(InputError, match=f"no event file when unpacked by {name}"):
        file_format(put(tmp_path / "zeros", pack(bytes(1 << 20))))
    with pytest.raises(InputError, match=f"a ROOT file that {name} packed; unpack it first"):
        file_format(put(tmp_path / "root", pack(b"root\0\0\xf3\xc0")))


def test_our_own_file_that_grows_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_ALWAYS", 1 << 19)
    header = b'HepMC::Version 3\nA darkpair.provenance {"output": {}}\nE 0 0 0\n'
    with pytest.raises(InputError, match="unpacks to more than"):
        hepmc_provenance(put(tmp_path / "e.hepmc3.gz", gzip.compress(header + bytes(1 << 20))))


def test_a_full_disk_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = os.statvfs(tmp_path).f_bavail * os.statvfs(tmp_path).f_frsize
    monkeypatch.setattr(room, "_SPARE", 2 * free)
    with pytest.raises(InputError, match="does not fit unpacked on the disk .* TMPDIR"):
        unpacked(put(tmp_path / "e.gz", gzip.compress(TEXT)))


def test_without_its_library_zstd_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_zstd", lambda: None)
    with pytest.raises(InputError, match=r"install 'darkpair\[hepmc\]', or unpack it yourself"):
        unpacked(put(tmp_path / "e.zst", b"\x28\xb5\x2f\xfd" + bytes(20)))
