"""What HepMC's own reader (pyhepmc) makes of a text, asked in a process of its own, which a text may end."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

__all__ = ["by_pyhepmc", "by_us"]

#: Of each event: its number, and of each particle the id, status, momentum and mass with those of its mothers, sorted.
_CHILD = """
import json, os, sys
import pyhepmc

answers = os.fdopen(os.dup(1), "w")
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the library prints what it thinks of a text

def particle(p):
    m = p.momentum
    return [p.pid, p.status, *map(repr, (m.px, m.py, m.pz, m.e, p.generated_mass))]

def events(path):
    head = open(path, "rb").read(1 << 16)
    reader = (pyhepmc.io.ReaderAscii if b"Asciiv3" in head else pyhepmc.io.ReaderAsciiHepMC2)(path)
    event = pyhepmc.GenEvent(pyhepmc.Units.GEV, pyhepmc.Units.MM)
    while True:
        event.clear()
        if not reader.read_event(event) or reader.failed():
            return
        rows = []
        for p in event.particles:
            mothers = p.production_vertex.particles_in if p.production_vertex else []
            rows.append([particle(p), sorted(map(particle, mothers))])
        yield [event.event_number, sorted(rows)]

for path in sys.argv[1:]:
    out = []
    try:
        for event in events(path):
            out.append(event)
    except Exception as error:
        out = None
    print(json.dumps(out), file=answers, flush=True)
"""


def by_pyhepmc(paths: Sequence[Path]) -> list[list[Any] | None]:
    """Events of each file that it reads until one fails; None where it ends in an exception or a signal."""
    out: list[list[Any] | None] = []
    while len(out) < len(paths):
        command = [sys.executable, "-c", _CHILD, *map(str, paths[len(out) :])]
        text = subprocess.run(command, capture_output=True, check=False, timeout=300).stdout.decode()
        out += [json.loads(line) for line in text.splitlines()]
        if len(out) < len(paths):
            out.append(None)
    return out


def by_us(path: Path) -> list[Any]:
    """Events of a file, read at one go by our reader."""
    from darkpair.gen.sources.hepmc_reader import HepMCReader

    reader = HepMCReader(str(path))
    if not reader.entries:
        return []
    offsets, columns, events = reader.read(0, reader.entries, sorted(reader.names))
    units = [columns[name].tolist() for name in ("px", "py", "pz", "energy", "mass")]
    ids, statuses = columns["pdgid"].tolist(), columns["status"].tolist()
    particles = [[i, s, *map(repr, p)] for i, s, *p in zip(ids, statuses, *units, strict=True)]
    mothers: list[list[int]] = [[] for _ in particles]
    for event, (first, last) in enumerate(pairwise(offsets)):
        for row in range(first, last):
            if columns["mother"][row] >= 0:
                mothers[row].append(int(offsets[event] + columns["mother"][row]))
    for row, mother in zip(*reader.more_mothers(0, reader.entries), strict=True):
        mothers[row].append(int(mother))
    rows = [
        [particle, sorted(particles[k] for k in above)]
        for particle, above in zip(particles, mothers, strict=True)
    ]
    return [
        [number, sorted(rows[first:last])]
        for number, first, last in zip(events["event"].tolist(), offsets[:-1], offsets[1:], strict=True)
    ]
