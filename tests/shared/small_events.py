"""Toy events of B mesons, kaons, eta and pi0, written as HepMC2, HepMC3, LHE, HEPEVT and ROOT trees; no library of theirs."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import uproot

__all__ = ["KINDS", "Entry", "hepevt", "hepmc2", "hepmc3", "last_copies", "lhe", "toy_events", "write_nano"]

#: What the tests take as parents; antiparticles go with them.
KINDS = {111: "pi0", 221: "eta", 130: "K_L0", 321: "K+", 511: "B0", 521: "B+"}
_MASS = {
    111: 0.135,
    221: 0.548,
    130: 0.498,
    321: 0.494,
    511: 5.28,
    521: 5.28,
    22: 0.0,
    211: 0.14,
    2212: 0.938,
    21: 0.0,
}


@dataclass
class Entry:
    """A particle of the list.

    Parameters
    ----------
    pdgid, status : int
    mothers : tuple of int
        Indices into the list, the first to the last one.
    p : tuple of float [GeV]
        px, py, pz, E, m.
    """

    pdgid: int
    status: int = 2
    mothers: tuple[int, ...] = ()
    p: tuple[float, float, float, float, float] = field(default=(0.0, 0.0, 1.0, 1.0, 0.0))


def _entry(rng: random.Random, pdgid: int, status: int, *mothers: int) -> Entry:
    x, y, z = (rng.uniform(-3.0, 3.0) for _ in range(3))
    m = _MASS[abs(pdgid)]
    return Entry(pdgid, status, mothers, (x, y, z, math.sqrt(x * x + y * y + z * z + m * m), m))


def toy_events(
    seed: int, n: int = 3, *, several: bool = True, copies: int = 1, second: bool = False
) -> list[list[Entry]]:
    """Events of two protons, two gluons, a B and an anti-B with copies, and what they decay to.

    Parameters
    ----------
    seed, n : int
        Of the random numbers; number of events.
    several : bool
        Whether the gluons have two mothers each and the B are made by both gluons.
    copies : int
        How often each B stands in the list once more.
    second : bool
        Whether a copy comes from a gluon of its own and, as its second mother, from the B before.
    """
    rng = random.Random(seed)
    events = []
    for _ in range(n):
        event = [_entry(rng, 2212, 4), _entry(rng, 2212, 4)]
        event += [_entry(rng, 21, 21, *((0, 1) if several else (i,))) for i in (0, 1)]
        for pdgid in (rng.choice((511, 521)), -rng.choice((511, 521))):
            event.append(_entry(rng, pdgid, 2, *((2, 3) if several else (2,))))
            for _ in range(copies):
                above = len(event) - 1
                if second:
                    event.append(_entry(rng, 21, 21))
                event.append(_entry(rng, pdgid, 2, *((above + 1,) if second else ()), above))
            b = len(event) - 1
            event += [
                _entry(rng, rng.choice((321, -321, 130)), 1, b),
                _entry(rng, rng.choice((111, 221)), 2, b),
            ]
            last = len(event) - 1
            event += [_entry(rng, 22, 1, last), _entry(rng, 22, 1, last)]
        events.append(event)
    return events


def last_copies(events: Iterable[Sequence[Entry]]) -> dict[int, int]:
    """Particles of `KINDS` without a daughter, through any of its mothers, of the same absolute id."""
    total: Counter[int] = Counter()
    for event in events:
        copied = {m for entry in event for m in entry.mothers if abs(event[m].pdgid) == abs(entry.pdgid)}
        total.update(e.pdgid for i, e in enumerate(event) if abs(e.pdgid) in KINDS and i not in copied)
    return dict(total)


def _numbers(entry: Entry, unit: float) -> str:
    return " ".join(f"{x * unit:.16e}" for x in entry.p)


def hepmc3(
    events: Sequence[Sequence[Entry]],
    *,
    end: str = "\n",
    unit: str = "GEV",
    length: str = "MM",
    short: bool = False,
    footer: bool = True,
    listings: int = 1,
    version: str = "3.02.05",
    attributes: bool = False,
    weights: bool = True,
) -> str:
    """Asciiv3 text; `short` writes a single mother instead of a vertex."""
    scale = 1.0 if unit == "GEV" else 1e3
    out: list[str] = []
    parts = np.array_split(np.arange(len(events)), listings)
    for part in parts:
        out += [
            f"HepMC::Version {version}",
            "HepMC::Asciiv3-START_EVENT_LISTING",
            *(["W CV"] if weights else []),
        ]
        if attributes:
            out += ["T toy\\|1.0\\|made by a test", "A some.attribute one two three"]
        for number in part:
            event = events[number]
            vertices: dict[tuple[int, ...], int] = {}
            body: list[str] = []
            for i, entry in enumerate(event):
                above = 0
                if len(entry.mothers) == 1 and short:
                    above = entry.mothers[0] + 1
                elif entry.mothers:
                    if entry.mothers not in vertices:
                        vertices[entry.mothers] = -len(vertices) - 1
                        into = ",".join(str(m + 1) for m in entry.mothers)
                        place = " @ 1e-1 2e-1 3e-1 4e-1" if len(vertices) % 2 else ""
                        body.append(f"V {vertices[entry.mothers]} 0 [{into}]{place}")
                    above = vertices[entry.mothers]
                body.append(f"P {i + 1} {above} {entry.pdgid} {_numbers(entry, scale)} {entry.status}")
            # a mother that is written short is a vertex too
            plain = len({e.mothers for e in event if e.mothers})
            out += [f"E {number} {plain} {len(event)}", f"U {unit} {length}", *(["W 1.0"] if weights else [])]
            out += ["A 0 signal_process_id 9999", "A 1 flow1 501"] if attributes else []
            out += body
        out += ["HepMC::Asciiv3-END_EVENT_LISTING", ""] if footer else []
    return end.join(out) + ("" if footer else end)


def hepmc2(
    events: Sequence[Sequence[Entry]],
    *,
    end: str = "\n",
    unit: str = "GEV",
    length: str = "MM",
    footer: bool = True,
    extras: bool = False,
) -> str:
    """IO_GenEvent text."""
    scale = 1.0 if unit == "GEV" else 1e3
    out = ["", "HepMC::Version 2.06.09", "HepMC::IO_GenEvent-START_EVENT_LISTING"]
    for number, event in enumerate(events):
        vertices = list(dict.fromkeys(e.mothers for e in event if e.mothers))
        ends = {m: -k - 1 for k, mothers in enumerate(vertices) for m in mothers}
        lines = [
            f"P {10001 + i} {e.pdgid} {_numbers(e, scale)} {e.status} 0 0 {ends.get(i, 0)} {'1 1 501' if extras else '0'}"
            for i, e in enumerate(event)
        ]
        out.append(f"E {number} -1 -1.0e+00 -1.0e+00 -1.0e+00 0 -1 {len(vertices)} 10001 10002 0 1 1.0e+00")
        out += ['N 1 "0"', f"U {unit} {length}"]
        out += ["C 1.0e+00 0.0e+00", "F 21 21 1e-1 2e-1 9.1e+01 1.0 1.0 0 0"] if extras else []
        written: set[int] = set()
        for k, mothers in enumerate(vertices):
            orphans = [m for m in mothers if not event[m].mothers and m not in written]
            written.update(orphans)
            daughters = [i for i, e in enumerate(event) if e.mothers == mothers]
            out.append(f"V {-k - 1} 0 0 0 0 0 {len(orphans)} {len(daughters)} 0")
            out += [lines[i] for i in (*orphans, *daughters)]
    out += ["HepMC::IO_GenEvent-END_EVENT_LISTING", ""] if footer else []
    return end.join(out) + ("" if footer else end)


def lhe(
    events: Sequence[Sequence[Entry]],
    *,
    end: str = "\n",
    version: str = "1.0",
    comments: bool = False,
    footer: bool = True,
    weights: bool = False,
) -> str:
    """Les Houches text (hep-ph/0609017); mothers are the first and the last."""
    out = [f'<LesHouchesEvents version="{version}">', "<!-- made by a test: <event> -->", "<init>"]
    out += ["2212 2212 6.5e3 6.5e3 0 0 247000 247000 3 1", "1.0e0 1.0e-1 1.0e0 1", "</init>"]
    for event in events:
        out += ["<event>", f" {len(event)} 1 +1.0000000e+00 9.1e+01 7.8e-03 1.2e-01"]
        for e in event:
            first, last = (e.mothers[0] + 1, e.mothers[-1] + 1) if e.mothers else (0, 0)
            status = {4: -1, 1: 1}.get(e.status, 2)
            out.append(f" {e.pdgid:8d} {status} {first} {last} 0 0 {_numbers(e, 1.0)} 0.0 9.0")
        out += ["# a comment of a generator", "#pdf 21 21 0.1 0.2"] if comments else []
        out += ["<rwgt>", "<wgt id='1'> 1.0 </wgt>", "</rwgt>"] if weights else []
        out.append("</event>")
    return end.join([*out, *(["</LesHouchesEvents>"] if footer else []), ""])


def hepevt(events: Sequence[Sequence[Entry]], *, end: str = "\n") -> str:
    """HEPEVT text as HepMC3 writes it: E n N, and two lines a particle with mothers, daughters, p and vertex."""
    out = []
    for number, event in enumerate(events):
        out.append(f"E {number:7d} {len(event):7d}")
        for i, e in enumerate(event):
            first, last = (e.mothers[0] + 1, e.mothers[-1] + 1) if e.mothers else (0, 0)
            below = [j + 1 for j, d in enumerate(event) if i in d.mothers]
            daughters = (below[0], below[-1]) if below else (0, 0)
            p = " ".join(f"{x:18.8E}" for x in e.p)
            out.append(f"{e.status:8d}{e.pdgid:8d}{first:8d}{last:8d}{daughters[0]:8d}{daughters[1]:8d} {p}")
            out.append(" " * 48 + " ".join(f"{0.0:18.8E}" for _ in range(4)))
    return end.join([*out, ""])


def write_nano(
    path: Path,
    events: Sequence[Sequence[Entry]],
    *,
    tree: str = "Events",
    rntuple: bool = False,
    flags: bool = False,
    prefix: str = "GenPart_",
    cartesian: bool = False,
    wide: bool = False,
) -> Path:
    """NanoAOD's GenPart, or columns in px, py, pz, E; first mothers only."""
    copied = [
        {m for e in event for m in e.mothers[:1] if abs(event[m].pdgid) == abs(e.pdgid)} for event in events
    ]
    mass = [[e.p[4] for e in event] for event in events]
    columns: dict[str, Any] = {
        "pdgId": ak.Array([[e.pdgid for e in event] for event in events]),
        "genPartIdxMother": ak.Array(
            [[e.mothers[0] if e.mothers else -1 for e in event] for event in events]
        ),
        "status": ak.Array([[e.status for e in event] for event in events]),
        "mass": ak.Array(mass),
    }
    if flags:
        columns["statusFlags"] = ak.Array(
            [[0 if i in copied[k] else 1 << 13 for i in range(len(event))] for k, event in enumerate(events)]
        )
    px, py, pz, energy = (ak.Array([[e.p[k] for e in event] for event in events]) for k in range(4))
    if cartesian:
        columns |= {"px": px, "py": py, "pz": pz, "E": energy}
    else:
        pt = np.maximum(np.hypot(px, py), 1e-9)
        columns |= {"pt": pt, "eta": np.arcsinh(pz / pt), "phi": np.arctan2(py, px)}
    whole = {"pdgId", "genPartIdxMother", "status", "statusFlags"}
    real = np.float64 if wide else np.float32
    typed = {
        f"{prefix}{name}": ak.values_astype(c, np.int32 if name in whole else real)
        for name, c in columns.items()
    }
    with uproot.recreate(path) as file:
        if rntuple:
            file.mkrntuple(tree, ak.Array(ak.zip(typed, depth_limit=1)))
        else:
            file.mktree(tree, {name: column.type.content for name, column in typed.items()}).extend(typed)
    return path
