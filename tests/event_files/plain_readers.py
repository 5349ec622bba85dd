"""Parents of an event file, counted plainly by other people's readers, in a process of their own.

A parent is a last copy: no daughter of it, through any of the daughter's mothers, has the same absolute PDG id; in NanoAOD bit
13 of the status flags says so.  ``python plain_readers.py FILE...`` prints format, events and parents of each, or why not.
"""

from __future__ import annotations

import bz2
import gzip
import importlib
import json
import lzma
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

KINDS = {111: "pi0", 221: "eta", 130: "K_L0", 321: "K+", 511: "B0", 521: "B+"}  #: and their antiparticles
UNPACK = {b"\x1f\x8b": gzip.decompress, b"BZh": bz2.decompress, b"\xfd7zXZ": lzma.decompress}
#: Branches of the ids, and of the mothers' (first to last) indices, in trees that are well known.
TREES = {
    "nano": ("GenPart_pdgId", "GenPart_genPartIdxMother", "GenPart_genPartIdxMother"),
    "treemaker": ("GenParticles_PdgId", "GenParticles_ParentIdx", "GenParticles_ParentIdx"),
    "delphes": ("Particle.PID", "Particle.M1", "Particle.M2"),
    "edm4hep": ("MCParticles.PDG", "", ""),
    "fcc": ("Particle.PDG", "", ""),
    "hepmc3tree": ("particles.pid", "", ""),
}


def last_copies(ids: list[int], mothers: list[list[int]]) -> Counter[int]:
    """Particles of the kinds that have no daughter of the same kind."""
    copied = {
        m
        for daughter, above in enumerate(mothers)
        for m in above
        if 0 <= m < len(ids) and abs(ids[m]) == abs(ids[daughter])
    }
    return Counter(k for i, k in enumerate(ids) if abs(k) in KINDS and i not in copied)


def hepmc(path: str) -> tuple[int, Counter[int]]:
    import pyhepmc

    events, total = 0, Counter[int]()
    with pyhepmc.open(path) as file:
        for event in file:
            ids = [p.pid for p in event.particles]
            above = [
                [m.id - 1 for m in (p.production_vertex.particles_in if p.production_vertex else ())]
                for p in event.particles
            ]
            events, total = events + 1, total + last_copies(ids, above)
    return events, total


def hepmc_text(path: str) -> tuple[int, Counter[int]]:
    """HepMC2 and 3 by the lines themselves: E, V, P (doc of HepMC3, "ASCII formats"), a particle and a vertex at a time."""
    events, total = 0, Counter[int]()
    ids: dict[int, int] = {}  # PDG id by particle
    made: dict[int, int] = {}  # where a particle is made: a vertex (< 0) or a mother (> 0)
    into: dict[int, list[int]] = {}  # particles that go into a vertex

    def finished() -> Counter[int]:
        rows = {name: row for row, name in enumerate(ids)}
        above = [into.get(made[k], []) if made[k] < 0 else [made[k]] if made[k] > 0 else [] for k in ids]
        return last_copies(list(ids.values()), [[rows[m] for m in a if m in rows] for a in above])

    two, vertex, orphans = False, 0, 0
    for line in Path(path).read_text(errors="replace").splitlines():
        word = line.split()
        if not word:
            continue
        two = "IO_GenEvent-START" in line if "START_EVENT_LISTING" in line else two
        if word[0] == "E":
            total, events = total + finished(), events + 1
            ids, made, into = {}, {}, {}
            two = two or len(word) > 11  # (a listing that nothing opens)
        elif word[0] == "V" and two:
            vertex, orphans = int(word[1]), int(word[7])
        elif word[0] == "V":
            listed = line[line.index("[") + 1 : line.index("]")]
            into.setdefault(int(word[1]), []).extend(int(w) for w in listed.split(",") if w.strip())
        elif word[0] == "P":
            if len(word) < (12 if two else 10):
                raise ValueError(f"{len(word)} words in a line of a particle of event {events - 1}")
            name = int(word[1])
            ids[name], made[name] = (
                int(word[2 if two else 3]),
                (0 if orphans > 0 else vertex) if two else int(word[2]),
            )
            orphans -= 1
            if two and int(word[11]):
                into.setdefault(int(word[11]), []).append(name)
    return events, total + finished()


def lhe(path: str) -> tuple[int, Counter[int]]:
    pylhe: Any = importlib.import_module("pylhe")  # (no extra of ours)

    events, total = 0, Counter[int]()
    for event in pylhe.LHEFile.fromfile(path).events:
        ids = [int(p.id) for p in event.particles]
        above = [
            [m - 1 for m in range(int(p.mother1), max(int(p.mother1), int(p.mother2)) + 1)]
            for p in event.particles
        ]
        events, total = events + 1, total + last_copies(ids, above)
    return events, total


def root(path: str) -> tuple[str, int, Counter[int]]:
    import uproot

    file = uproot.open(path)
    for tree in (
        name for name, kind in file.classnames(cycle=False).items() if "TTree" in kind or "RNTuple" in kind
    ):
        names = set(file[tree].keys(recursive=True, full_paths=False))
        for layout, (ids, first, last) in TREES.items():
            if ids in names:
                relation = relations(file[tree], layout, names)
                total = Counter[int]()
                columns = {
                    n: file[tree][n].array().to_list() for n in {ids, first, last} - {""} if n in names
                }
                flags = (
                    file[tree]["GenPart_statusFlags"].array().to_list()
                    if "GenPart_statusFlags" in names
                    else None
                )
                for e, kinds in enumerate(columns[ids]):
                    if flags is not None and layout == "nano":
                        total += Counter(
                            k for k, f in zip(kinds, flags[e], strict=True) if abs(k) in KINDS and f >> 13 & 1
                        )
                    elif relation is not None:
                        total += last_copies(kinds, relation[e])
                    else:
                        pairs = (
                            zip(columns[first][e], columns[last][e], strict=True)
                            if first in columns
                            else ((-1, -1),) * len(kinds)
                        )
                        total += last_copies(
                            kinds, [list(range(a, max(a, b) + 1)) if a >= 0 else [] for a, b in pairs]
                        )
                return f"{layout}:{tree}", len(columns[ids]), total
    raise ValueError("no tree of particles that is well known")


def relations(tree: Any, layout: str, names: set[str]) -> list[list[list[int]]] | None:
    """Mothers of each particle of each event: of EDM4hep's and of HepMC3's trees."""
    if layout in ("edm4hep", "fcc"):
        name = TREES[layout][0].partition(".")[0]
        index = next(n for n in (f"_{name}_parents.index", f"{name}#0.index") if n in names)
        begin, end = (tree[f"{name}.parents_{w}"].array().to_list() for w in ("begin", "end"))
        index = tree[index].array().to_list()
        return [
            [i[a:b] for a, b in zip(x, y, strict=True)] for x, y, i in zip(begin, end, index, strict=True)
        ]
    if (
        layout == "hepmc3tree"
    ):  # a link is (particle, vertex), +-: in (particle > 0, vertex < 0), out the other way round
        out = []
        for ids, one, two in zip(
            *(tree[n].array().to_list() for n in ("particles.pid", "links1", "links2")), strict=True
        ):
            into: dict[int, list[int]] = {}
            for a, b in zip(one, two, strict=True):
                if a > 0:
                    into.setdefault(b, []).append(a - 1)
            above: list[list[int]] = [[] for _ in ids]
            for a, b in zip(one, two, strict=True):
                if a < 0:
                    above[b - 1] += into.get(a, [])
            out.append(above)
        return out
    return None


def lhe_text(path: str) -> tuple[int, Counter[int]]:
    """LHE by the lines themselves (hep-ph/0609017): behind <event> a line with the number of particles, then theirs."""
    events, total = 0, Counter[int]()
    lines = iter(Path(path).read_text(errors="replace").splitlines())
    for line in lines:
        if not line.strip().startswith(("<event>", "<event ")):
            continue
        words = [next(lines).split() for _ in range(int(next(lines).split()[0]))]
        above = [[m - 1 for m in range(int(w[2]), max(int(w[2]), int(w[3])) + 1) if m] for w in words]
        events, total = events + 1, total + last_copies([int(w[0]) for w in words], above)
    return events, total


def hepevt(path: str) -> tuple[int, Counter[int]]:
    """HEPEVT (CERN 89-08 vol. 3) as HepMC3 (E n N; 11 + 4 numbers), go-hep (n N; 15) and Geant4 (N; 8, daughters only) have it."""
    words = [line.split() for line in Path(path).read_text().splitlines() if line.split()]
    events, total, at = 0, Counter[int](), 0
    while at < len(words):
        step = 2 if words[at][0] == "E" else 1
        count = int(words[at][-1])
        rows = words[at + 1 : at + 1 + step * count : step]
        if not words[at][-1].isdigit() or len(rows) < count:
            raise ValueError(f"{len(rows)} of {count} particles")
        above: list[list[int]] = [[] for _ in rows]
        for row, word in enumerate(rows):
            first, last = int(word[2]), max(int(word[2]), int(word[3]))
            for other in range(first - 1, last) if first > 0 else ():
                if len(word) == 8:
                    above[other].append(row)
                else:
                    above[row].append(other)
        at += 1 + step * count
        events, total = events + 1, total + last_copies([int(word[1]) for word in rows], above)
    return events, total


def counted(path: str, *, second: bool = False) -> dict[str, object]:
    data = Path(path).read_bytes()
    for start, unpack in UNPACK.items():
        if data.startswith(start):
            data = unpack(data)
    if data.startswith(b"\x28\xb5\x2f\xfd"):
        import cramjam

        data = bytes(cramjam.zstd.decompress(data))
    begin = data[:200_000]
    with tempfile.NamedTemporaryFile(suffix=".dat") as plain:
        plain.write(data)
        plain.flush()
        if begin.startswith(b"root"):
            kind, events, total = root(path)
        else:
            kind, reader = (
                ("hepmc3", hepmc)
                if b"HepMC::Asciiv3" in begin
                else ("hepmc2", hepmc)
                if b"HepMC::IO_GenEvent" in begin
                else ("lhe", lhe)
                if b"<LesHouchesEvents" in begin
                else ("hepevt", hepevt)
            )
            lines = {hepmc: hepmc_text, lhe: lhe_text}.get(reader, reader)
            events, total = lines(plain.name)
            if second and reader is not lines:
                return told(kind, events, total) | {"other": agrees(reader, plain.name, events, total)}
    return told(kind, events, total)


def told(kind: str, events: int, total: Counter[int]) -> dict[str, object]:
    return {"format": kind, "events": events, "parents": {str(k): n for k, n in sorted(total.items())}}


def agrees(
    reader: Callable[[str], tuple[int, Counter[int]]], path: str, events: int, total: Counter[int]
) -> str:
    """What pyhepmc or pylhe says of the same file, in a process of its own: pyhepmc dies of some."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            text = (
                "agrees"
                if (seen := reader(path)) == (events, total)
                else f"other: {seen[0]} events, {dict(seen[1])}"
            )
        except BaseException as error:  # noqa: BLE001
            text = f"{type(error).__name__}: {str(error)[:80]}"
        os.write(write, text.encode()[:4000])
        os._exit(0)
    os.close(write)
    status = os.waitpid(child, 0)[1]
    with os.fdopen(read, "rb") as file:
        return file.read().decode() or f"ended by signal {os.WTERMSIG(status)}"


if __name__ == "__main__":
    import awkward  # noqa: F401 (children need not import them each time)
    import uproot  # noqa: F401

    for name in sys.argv[1:]:
        sys.stdout.flush()
        child = os.fork()  # fenced: what kills a reader kills no other file
        if child == 0:
            try:
                print(json.dumps({"file": name} | counted(name, second=True)), flush=True)
            except BaseException as error:  # noqa: BLE001 (whatever a reader of others raises)
                print(
                    json.dumps({"file": name, "refused": f"{type(error).__name__}: {str(error)[:100]}"}),
                    flush=True,
                )
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        if status:
            print(json.dumps({"file": name, "refused": f"ended by signal {os.WTERMSIG(status)}"}), flush=True)
