"""An LHE file of ours through PYTHIA 8, which decays what is final here and unstable: ``pip install pythia8mc``.

    darkpair run examples/koto_pi0.toml -n 1000 --set output.events=all -o events.lhe
    python examples/into_pythia8.py events.lhe

PYTHIA learns of the dark states from `darkpair particles`, as any program would.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pythia8mc

SETTINGS = (
    "Print:quiet = on",
    "Beams:frameType = 4",
    "ProcessLevel:all = off",  # no beams, no hard process: the events are taken as they are
)


def main(path: str) -> None:
    """Print what PYTHIA decayed, and what is final in the end."""
    pythia = pythia8mc.Pythia("", False)
    words = [sys.executable, "-m", "darkpair", "particles", path, "--for", "pythia8"]
    table = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    for line in (*SETTINGS, *table.splitlines(), f"Beams:LHEF = {path}"):
        if not pythia.readString(line):
            raise SystemExit(f"PYTHIA 8 refuses {line!r}")
    if not pythia.init():
        raise SystemExit(f"PYTHIA 8 does not start with {path}")
    events, decayed, final = 0, Counter[str](), Counter[str]()
    while pythia.next():
        events += 1
        for p in pythia.event:
            if p.isFinal():
                final[p.name()] += 1
            elif p.daughter1() and pythia.event[p.daughter1()].status() > 90:
                decayed[p.name()] += 1
    print(f"{events} events of {path}")
    print("decayed by PYTHIA:", dict(sorted(decayed.items())))
    print("final:", dict(sorted(final.items())))


if __name__ == "__main__":
    main(*sys.argv[1:])
