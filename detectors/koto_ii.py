"""KOTO II: detector and beam of the examples that a user copies, ``koto2.toml`` and the job ``koto2_pi0.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from darkpair.detectors.data_file import detector_data, digest
from darkpair.detectors.koto import Koto
from darkpair.gen.parameters import arguments
from darkpair.gen.sources.koto_kl import KotoKL

__all__ = ["KOTO_II", "koto_ii_beam", "koto_ii_detector", "koto_ii_digest"]

#: What it is called where KOTO's selections are named.
KOTO_II: Final = "koto-ii"

_FOLDER: Final = Path(str(files("darkpair") / "examples"))


@cache
def koto_ii_detector() -> Koto:
    """KOTO II with the cuts of its proposal that are listed."""
    return Koto(experiment=str(_FOLDER / "koto2.toml"))


@cache
def koto_ii_beam() -> KotoKL:
    """K_L of KOTO II, decaying from the end of its beam line to the calorimeter."""
    source = tomllib.loads((_FOLDER / "koto2_pi0.toml").read_text("utf-8"))["source"]
    return KotoKL(**arguments(KotoKL, {key: value for key, value in source.items() if key != "name"}))


@cache
def koto_ii_digest() -> str:
    """Digest of detector and beam: the same for the same numbers, wherever their files stand."""
    return digest({"detector": detector_data(koto_ii_detector().experiment), "beam": repr(koto_ii_beam())})
