"""Data files of a user's own, made from those of the package, and events for each kind of detector."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from darkpair import Batch, Streams, build
from darkpair.detectors.belle2 import Belle2
from darkpair.detectors.catalogue import show
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.detectors.koto import Koto
from darkpair.detectors.koto_kaon import KotoKaon
from darkpair.gen.lifetime import Forced
from darkpair.gen.sources.gun import Gun
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.sources.upsilon4s import Upsilon4S

__all__ = ["CLASSES", "based", "copied", "truth"]

#: Class and a built-in file of each kind.
CLASSES: dict[str, tuple[Any, str]] = {
    "koto": (Koto, "koto"),
    "koto_kaon": (KotoKaon, "koto"),
    "b_factory": (Belle2, "belle2"),
    "fixed_target": (FixedTarget, "charm"),
}


def copied(folder: Path, name: str, *changes: tuple[str, str]) -> str:
    """Path of a built-in file with texts in it replaced."""
    text = show(name)
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def based(folder: Path, name: str, text: str = "", file: str = "mine.toml") -> str:
    """Path of a file that is based on a built-in one."""
    path = folder / file
    path.write_text(f'based_on = "{name}"\n{text}', encoding="utf-8")
    return str(path)


@cache
def truth(kind: str) -> Batch:
    """Events of which the detectors of a kind accept some."""
    streams = Streams(11)
    if kind == "koto_kaon":
        chain, source = build("K_L0 -> (pi0 -> gamma gamma) (pi0 -> gamma gamma)"), KotoKL()
    elif kind == "koto":
        chain, source = build("K_L0 -> (pi0 -> gamma gamma) nu nubar"), KotoKL()
    elif kind == "b_factory":
        chain = build("B+ -> K+ nu nubar")
        return chain.batch(Upsilon4S().sample(4096, streams.rng("source")), streams)
    else:
        law = Forced(region=FixedTarget(experiment="charm").region, ctau=1e4)
        chain = build(
            "eta -> X1 (X2 -> X1 gamma [.5] | X1 e+ e- [.2] | X1 mu+ mu- [.3])",
            mass={"X1": 0.04, "X2": 0.4},
            ctau={"X2": 1e4},
            lifetimes={"X2": law},
        )
        gun = Gun(parent="eta", momentum=(20.0, 300.0), cone=0.012)
        return chain.batch(gun.sample(4096, streams.rng("source")), streams)
    return chain.batch(source.sample(8192, streams.rng("source")), streams)
