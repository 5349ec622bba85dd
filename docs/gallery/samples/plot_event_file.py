"""
B mesons of somebody's event file
=================================

The source ``event_file`` takes parents out of a file, NanoAOD, EDM4hep, Delphes, HepMC, LHE and more, and lets them decay through a chain;
everything else of each event stays. So that this page needs no file of others, it first writes some B⁺ as HepMC3; whatever they decayed
to there is replaced.

Source: the parents' momenta are the file's (the points), what they decay to is the chain's.
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from darkpair import EventFile, Job, Pipeline, build, chunks, run_job
from darkpair.report.picture_style import RC

path = Path(tempfile.mkdtemp()) / "mesons.hepmc3"
run_job(
    Job(
        run={"n": 5000},
        source={"name": "upsilon4s", "parent": "B+"},
        chain={"decay": "B+ -> K+ nu nubar"},
        output={"path": str(path)},
    )
)

chain = build(
    "B+ -> K+ X1 (X2 -> X1 (pi0 -> gamma gamma))",
    mass={"X1": "40 MeV", "X2": "400 MeV"},
)
source = EventFile(path=str(path), parents=("B+",), conjugates=False)
(chunk,) = chunks(Pipeline(source=source, chain=chain, seed=1), None)
particles = chunk.record().particles
parent = particles[particles.pdgid == 521][:, -1]
heavy = particles[particles.pdgid == 901][:, 0]

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
bins = np.linspace(0.0, 4.0, 41)
axes.hist(parent.p, bins, histtype="stepfilled", color="0.8", label="$B^+$ of the file")
axes.hist(heavy.p, bins, histtype="step", lw=1.8, label="$X_2$ of the chain")
axes.set(
    xlabel="momentum [GeV]",
    ylabel=f"particles / 0.1 GeV of {len(particles)} parents",
    yscale="log",
)
axes.legend(frameon=False)
plt.show()
