"""What a job imports: nothing that its own source, chain, detector, format and picture do without."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

#: Modules by what needs them: half a second of pictures, decays to three, models, mesons, another format, progress bars.
HEAVY = (
    "matplotlib", "matplotlib.pyplot", "mplhep", "scipy.stats", "scipy.optimize", "rich", "numba", "pyhepmc",
    "darkpair.chains.standard_model", "darkpair.chains.models.rates", "darkpair.gen.importance",
    "darkpair.gen.sources.dump_mesons", "darkpair.gen.output.hepmc", "darkpair.gen.output.parquet",
    "darkpair.studies", "darkpair.limits",
)  # fmt: skip

JOB = """
[run]
n = 1
[source]
name = "koto_kl"
[chain]
decay = "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))"
mass = { X1 = 0.0, X2 = 0.43 }
[detector]
name = "koto"
[output]
path = "koto.root"
"""


@pytest.mark.parametrize("picture", [True, False])
def test_a_job_imports_what_it_needs(picture: bool, tmp_path: Path) -> None:
    (tmp_path / "job.toml").write_text(f"{JOB}picture = {str(picture).lower()}\n", encoding="utf-8")
    code = (
        "import sys\nfrom darkpair.cli import main\nmain(['run', 'job.toml'], standalone_mode=False)\n"
        f"print('\\n', *(name for name in {HEAVY} if name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1].split() == ["matplotlib"] * picture
    assert (tmp_path / "koto.png").exists() == picture
