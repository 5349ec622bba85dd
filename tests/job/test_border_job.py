"""A stranger's plug-in that returns what it should not ends a job with one line, status 2 and nothing written."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

MODULE = '''
from dataclasses import dataclass, replace
import numpy as np
from darkpair.gen.sources.gun import Gun
from darkpair.detectors.koto import Koto

_CALLS = []

class _Base:
    pdgid = 130
    def change(self, made): return made
    def sample(self, n, rng): return self.change(Gun(momentum=2.0).sample(n, rng))

class NanWeights(_Base):
    """Weights that are no numbers."""
    def change(self, made): return replace(made, weights={"w": np.full(len(made), np.nan)})

class LateFloat32(_Base):
    """Forgets its precision in the second block."""
    def change(self, made):
        _CALLS.append(1)
        return replace(made, momentum=made.momentum.astype(np.float32)) if len(_CALLS) > 1 else made

class OffShell(_Base):
    """Of another mass."""
    def change(self, made): return replace(made, momentum=made.momentum * [[1.0], [1.0], [1.0], [1.1]])

class Silent:
    """Makes nothing."""
    pdgid = 130

class Lies(Koto):
    """A mask of numbers."""
    def select(self, reco, weight):
        made = super().select(reco, weight)
        return replace(made, mask=made.mask.astype(float))

RUN = """
import sys, json
from darkpair.cli import main
out = []
for words in json.loads(sys.argv[1]):
    try:
        main(words)
        out.append(0)
    except SystemExit as stop:
        out.append(stop.code)
    print("--", file=sys.stderr)
print(json.dumps(out))
"""
'''

CASES = {
    "source.name=nan_weights": "the source NanWeights returned a weight 'w' of nan; allowed: finite numbers",
    "source.name=late_float32": "the source LateFloat32 returned momenta in float32; allowed: float64",
    "source.name=off_shell": "the source OffShell supplies K_L0 of momentum 2 GeV and energy 2.26",
    "source.name=silent": "the source Silent has no sample; a source has to have sample(n, rng)",
    "detector.name=lies": "the detector Lies gives the mask as (16384,) float64; allowed: (16384,) bool",
}


def test_jobs(tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / "strange-1.0.dist-info").mkdir(parents=True)
    (site / "strange.py").write_text(MODULE)
    (site / "strange-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: strange\nVersion: 1.0\n"
    )
    (site / "strange-1.0.dist-info" / "entry_points.txt").write_text(
        "[darkpair.sources]\nnan_weights = strange:NanWeights\nlate_float32 = strange:LateFloat32\n"
        "off_shell = strange:OffShell\nsilent = strange:Silent\n[darkpair.detectors]\nlies = strange:Lies\n"
    )
    out = tmp_path / "out"
    out.mkdir()
    job = tmp_path / "job.toml"
    job.write_text(
        f'[run]\nn = 50000\n[source]\nname = "gun"\n[chain]\ndecay = "K_L0 -> gamma gamma"\n'
        f'[detector]\nname = "koto"\n[output]\npath = "{out}/o.root"\n'
    )
    start = f"import sys; sys.path.insert(0, {str(site)!r}); import strange; exec(strange.RUN)"
    words = json.dumps([["run", str(job), "--set", case] for case in CASES])
    done = subprocess.run([sys.executable, "-c", start, words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == [2] * len(CASES)
    assert "Traceback" not in done.stderr
    said = done.stderr.split("--\n")
    for line, wanted in zip(said, CASES.values(), strict=False):
        assert wanted in " ".join(line.split()), line
    assert not list(out.iterdir()), "something half-written is left"
