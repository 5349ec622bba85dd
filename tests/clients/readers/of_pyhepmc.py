"""Sums of a HepMC3 file by pyhepmc, object by object: FILE."""

import json
import sys

import pyhepmc
from sums import total

with pyhepmc.open(sys.argv[1]) as file:
    events = list(file)
particles = [particle for event in events for particle in event.particles]
out = {name: total([getattr(p.momentum, name) for p in particles]) for name in ("px", "py", "pz", "e")} | {
    "pid": total([p.pid for p in particles]),
    "status": total([p.status for p in particles]),
}
out["weight"] = total([event.weight("CV") for event in events])
vertices = sum(len(event.vertices) for event in events)
print(json.dumps({"events": len(events), "vertices": vertices, "totals": out}))
