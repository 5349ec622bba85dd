"""Throughput of the source event_file on a synthetic file: ``python benchmarks/event_file.py [EVENTS [PARTICLES]]``.

The file stands in a temporary folder: NanoAOD's GenPart, in each event one B of either charge, its two daughters,
and pions.  Printed are the first pass through the file, source with chain, the same with the record, and the whole
job with its file in either layout: CPU time, of a machine that others use too.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import awkward as ak
import numpy as np
import uproot

from darkpair.chains.chain_set import ChainSet, build_chains
from darkpair.gen.memory import keep_freed_memory
from darkpair.gen.output.layouts import Layout
from darkpair.gen.output.root import RootWriter
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.sources.event_file import EventFile

KINDS = np.array([511, -511, 521, -521], dtype=np.int32)
DECAYS = [f"{b} -> {k} X1 (X2 -> X1 (pi0 -> gamma gamma))" for b, k in (("B0", "K0"), ("B+", "K+"))]


def write_events(path: Path, events: int, particles: int, seed: int = 1) -> None:
    """File of events with one B each, at a random place of the first half of the list; its daughters come last."""
    rng = np.random.default_rng(seed)
    with uproot.recreate(path, compression=uproot.LZ4(1)) as file:
        tree = None
        for start in range(0, events, 20000):
            n = min(20000, events - start)
            counts = rng.integers(particles // 2, 3 * particles // 2, n)
            offsets = np.concatenate([[0], np.cumsum(counts)])
            total = int(offsets[-1])
            place = offsets[:-1] + rng.integers(0, counts // 2)
            pdgid = rng.choice(np.array([211, -211, 111, 22], dtype=np.int32), total)
            mother = np.full(total, -1, dtype=np.int32)
            status = np.ones(total, dtype=np.int32)
            mass = np.where(np.abs(pdgid) == 211, 0.13957, 0.0).astype(np.float32)
            pdgid[place], status[place], mass[place] = rng.choice(KINDS, n), 2, 5.28125
            for back in (1, 2):
                last = offsets[1:] - back
                pdgid[last] = 421 if back == 1 else 211
                mother[last] = place - offsets[:-1]
            columns = {
                "pt": rng.exponential(3.0, total).astype(np.float32),
                "eta": rng.normal(0.0, 2.0, total).astype(np.float32),
                "phi": rng.uniform(-np.pi, np.pi, total).astype(np.float32),
                "mass": mass,
                "pdgId": pdgid,
                "status": status,
                "statusFlags": np.full(total, 1 << 13, dtype=np.int32),
                "genPartIdxMother": mother,
            }
            lists = ak.contents.ListOffsetArray(
                ak.index.Index64(offsets),
                ak.contents.RecordArray([ak.contents.NumpyArray(c) for c in columns.values()], list(columns)),
            )
            branches = {
                "run": np.ones(n, dtype=np.uint32),
                "luminosityBlock": np.ones(n, dtype=np.uint32),
                "event": np.arange(start, start + n, dtype=np.uint64),
                "genWeight": np.ones(n, dtype=np.float32),
                "GenPart": ak.Array(lists),
            }
            if tree is None:
                types = {
                    k: v.dtype if isinstance(v, np.ndarray) else v.type.content for k, v in branches.items()
                }
                tree = file.mktree("Events", types)
            tree.extend(branches)


def main() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    keep_freed_memory()
    events = int(float(sys.argv[1])) if len(sys.argv) > 1 else 100_000
    particles = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.root"
        write_events(path, events, particles)
        print(f"{events} events of {particles} particles, {path.stat().st_size / 1e6:.0f} MB")
        for _ in range(3):
            times = [time.process_time()]
            source = EventFile(path=str(path), parents=("B0", "B+"))
            times.append(time.process_time())
            chains = build_chains(DECAYS, mass={"X1": 0.0, "X2": 0.43}, ctau={"X2": 100.0})
            pipeline = Pipeline(source=source, chain=ChainSet.covering(chains, source.masses), seed=1)
            times.append(time.process_time())
            for chunk in chunks(pipeline, None, size=32768):
                del chunk
            times.append(time.process_time())
            layouts: tuple[Layout, ...] = ("cartesian", "nano")
            for layout in layouts:
                with RootWriter(Path(folder) / "out.root", layout=layout, provenance={}) as file:
                    for chunk in chunks(pipeline, None, size=32768):
                        file.add(chunk)
                times.append(time.process_time())
            scan, build, run, *written = np.diff(times)
            rates = ", ".join(f"{events / s:,.0f} ({name})" for s, name in zip(written, layouts, strict=True))
            print(
                f"first pass {scan:.2f} s, chains {build:.2f} s, source + chain {events / run:,.0f} events/s "
                f"({events / (scan + run):,.0f} with the first pass), with writing {rates} events/s"
            )


if __name__ == "__main__":
    main()
