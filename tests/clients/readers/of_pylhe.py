"""Sums of an LHE file by pylhe: FILE."""

import json
import sys

import pylhe
from sums import total

events = list(pylhe.LHEFile.fromfile(sys.argv[1]).events)
rows = [particle for event in events for particle in event.particles]
out = {name: total([float(getattr(row, name)) for row in rows]) for name in ("px", "py", "pz", "e", "m")}
out["id"] = total([int(row.id) for row in rows])
out["weight"] = total([event.eventinfo.weight for event in events])
print(json.dumps({"events": len(events), "totals": out}))
