"""A format of files."""

import json
from pathlib import Path
from typing import Annotated

import awkward as ak
import numpy as np

from darkpair import EventWriter, Ge, Le

COLUMNS = ("pdgid", "status", "px", "py", "pz", "E")


class FourVectors(EventWriter):
    """CSV, .csv: a particle a line, its event, PDG id, status and four-momentum [GeV]."""

    ENDINGS = (".csv",)

    def __init__(self, path, provenance, *, digits: Annotated[int, Ge(4), Le(17)] = 10):
        super().__init__(path, provenance)
        self.digits = digits

    def open_file(self):
        file = self.partial.open("w", encoding="utf-8")
        file.write(f"event,{','.join(COLUMNS)}\n")
        return file

    def write(self, events):
        number = np.repeat(np.arange(self.events, self.events + len(events)), ak.num(events.particles))
        rows = [number, *(ak.to_numpy(ak.flatten(events.particles[name])) for name in COLUMNS)]
        np.savetxt(
            self.file, np.stack(rows, axis=1), delimiter=",", fmt=["%d"] * 3 + [f"%.{self.digits}g"] * 4
        )
        self.events += len(events)

    def finish(self):
        self.file.write(f"# {json.dumps(self.described() | {'output': {'events': self.events}})}\n")

    @classmethod
    def read_provenance(cls, path):
        return json.loads(Path(path).read_text(encoding="utf-8").splitlines()[-1].removeprefix("# "))
