"""Collisions of PYTHIA 8 as a file for the source `event_file`: ``pip install pythia8mc``.

    python examples/pythia8_to_events.py pythia8.root 2000
    darkpair run examples/pythia8_b_mesons.toml

PYTHIA showers, hadronises and decays the whole event, the other B too; the chain decays one B anew, and the rest is kept.
Lists are NumPy's and awkward's, so that no line of Python runs for each particle.
"""

from __future__ import annotations

import sys

import awkward as ak
import numpy as np
import pythia8mc
import uproot

SETTINGS = (
    "Print:quiet = on",
    "Random:setSeed = on",
    "Random:seed = 1",
    "Beams:eCM = 13000",
    "HardQCD:hardbbbar = on",
    "PhaseSpace:pTHatMin = 10",
)


def main(path: str, events: str) -> None:
    """Write so many events: momenta [GeV] and places [mm, mm/c] under the names of our own trees."""
    pythia = pythia8mc.Pythia("", False)
    for line in SETTINGS:
        if not pythia.readString(line):
            raise SystemExit(f"PYTHIA 8 refuses {line!r}")
    pythia.init()
    p = pythia.nextBatch(int(events)).prt[:, 1:]  # (line 0 is the system)
    place = ak.fill_none(p.vProd, {"px": 0.0, "py": 0.0, "pz": 0.0, "e": 0.0}, axis=None)
    beam = abs(p.status) == 12
    whole = {"pdgId": p.id, "genPartIdxMother": p.mother1 - 1}
    whole["status"] = ak.where(beam, 4, ak.where(p.status > 0, 1, 2))
    real = {"px": p.p.px, "py": p.p.py, "pz": p.p.pz, "energy": p.p.e, "mass": p.m}
    real |= {"vx": place.px, "vy": place.py, "vz": place.pz, "vt": place.e}
    columns = {f"GenPart_{name}": ak.values_astype(v, np.int32) for name, v in whole.items()}
    columns |= {f"GenPart_{name}": ak.values_astype(v, np.float64) for name, v in real.items()}
    with uproot.recreate(path) as file:
        tree = file.mktree("Events", {name: column.type.content for name, column in columns.items()})
        tree.extend(columns)


if __name__ == "__main__":
    main(*sys.argv[1:])
