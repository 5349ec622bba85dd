"""A file of events in ROOT's RDataFrame: ``python examples/with_rdataframe.py events.root``."""

from __future__ import annotations

import sys

import ROOT

frame = (
    ROOT.RDataFrame("Events", sys.argv[1])
    .Define("pt", "Pi0_pt[Pi0_accepted]")
    .Define("photon_energy", "GenPart_energy[GenPart_pdgId == 22]")
    .Filter("photon_energy.size() == 2")
)
spectrum = frame.Histo1D(("pt", ";reconstructed p_{T} [GeV];events", 10, 0.0, 0.5), "pt", "genWeight")
weights = frame.Sum("genWeight")
generated = ROOT.RDataFrame("Runs", sys.argv[1]).Sum("genEventCount")

print("acceptance:", weights.GetValue() / generated.GetValue())
print("mean p_T [GeV]:", spectrum.GetMean())
