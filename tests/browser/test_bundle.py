"""The event display's script is what its sources give, where npm has put what they need."""

from __future__ import annotations

import json
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest

BUNDLE = Path(__file__).parents[2] / "src" / "darkpair" / "report" / "bundle"
MODULES = BUNDLE / "node_modules"


def test_it_comes_out_again(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None or not (MODULES / "esbuild").is_dir() or not (MODULES / "three").is_dir():
        pytest.skip("node, esbuild and three are not installed: npm install in src/darkpair/report/bundle")
    for name in ("build.mjs", "package.json", "scene.js", "three.LICENSE"):
        shutil.copyfile(BUNDLE / name, tmp_path / name)
    (tmp_path / "node_modules").symlink_to(MODULES.resolve())
    done = subprocess.run([node, "build.mjs"], cwd=tmp_path, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    made, stored = (json.loads((at / "scene.json").read_text(encoding="utf-8")) for at in (tmp_path, BUNDLE))
    assert made == stored
    scripts = [zlib.decompress((at / "scene.deflate").read_bytes(), wbits=-15) for at in (tmp_path, BUNDLE)]
    assert scripts[0] == scripts[1]
