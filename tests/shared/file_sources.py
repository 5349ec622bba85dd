"""Sources that are made of a user's files: for sweeps over every source."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import hist
import uproot

from darkpair.gen.sources import SOURCES

__all__ = ["FILE_SOURCES"]


def _text(folder: Path, name: str, lines: list[str]) -> str:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def _points(folder: Path) -> str:
    return _text(folder, "p.csv", ["p [MeV],density", "300,0", "1500,2", "4000,1", "9000,0"])


def _bins(folder: Path) -> str:
    histogram = (
        hist.Hist.new.Reg(9, 0.3, 6.0, label="p [GeV/c]").Double().fill([0.5, 1.2, 1.4, 2.0, 2.1, 5.9])
    )
    with uproot.recreate(folder / "h.root") as file:
        file["kl"] = histogram
    return f"{folder / 'h.root'}:kl"


def _rapidity(folder: Path) -> str:
    rows = [f"{y},{pt},{pt * (6 - y) * (2 - pt)}" for y in (0, 2, 4, 6) for pt in (0, 0.5, 1, 2)]
    return _text(folder, "y.csv", ["y,pT [GeV],density", *rows])


def _angle(folder: Path) -> str:
    rows = [f"{p},{t},{t * p * (60 - p)}" for p in (1, 5, 20, 60) for t in (0, 10, 30)]
    return _text(folder, "t.csv", ["p [GeV],theta [mrad],density", *rows])


#: Makers by name: folder -> source.
FILE_SOURCES: Final[dict[str, Callable[[Path], Any]]] = {
    "koto_kl of points": lambda folder: SOURCES.make("koto_kl", {"spectrum": _points(folder)}),
    "koto_kl of bins": lambda folder: SOURCES.make(
        "koto_kl", {"spectrum": _bins(folder), "z_min": "-3 m", "share": 0.5}
    ),
    "gun of points": lambda folder: SOURCES.make("gun", {"spectrum": _points(folder), "cone": "5 mrad"}),
    "gun of bins": lambda folder: SOURCES.make(
        "gun",
        {
            "parent": "K+",
            "spectrum": _bins(folder),
            "angle": _text(folder, "a.csv", ["theta,density", "0,0", "3,1"]),
            "angle_unit": "mrad",
        },
    ),
    "dump_mesons of rapidity": lambda folder: SOURCES.make(
        "dump_mesons", {"table_file": _rapidity(folder), "beam_energy": "400 GeV"}
    ),
    "dump_mesons of angle": lambda folder: SOURCES.make(
        "dump_mesons", {"meson": "D+", "table_file": _angle(folder)}
    ),
    "upsilon4s of numbers": lambda _: SOURCES.make(
        "upsilon4s", {"machine": {"electron": "7 GeV", "positron": "4.0 GeV", "positron_spread": "3 MeV"}}
    ),
}
