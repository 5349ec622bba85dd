"""A file of the layout ``nano`` in coffea: ``python examples/with_coffea.py nano.root``."""

from __future__ import annotations

import sys
import warnings

import awkward as ak
import hist
from coffea.nanoevents import NanoAODSchema, NanoEventsFactory

warnings.filterwarnings("ignore", category=RuntimeWarning)  # that there are no electrons and no jets

events = NanoEventsFactory.from_root(
    {sys.argv[1]: "Events"}, schemaclass=NanoAODSchema, mode="eager"
).events()

photons = events.GenPart[events.GenPart.pdgId == 22]
pairs = photons[:, 0] + photons[:, 1]  # four-vectors
print("mass of the photon pair [GeV]:", ak.mean(pairs.mass))
print("who made the photons:", set(ak.to_list(ak.flatten(photons.parent.pdgId))))

accepted = events.Pi0[events.Pi0.accepted]
spectrum = hist.Hist.new.Reg(10, 0.0, 0.5, label="reconstructed p_T [GeV]").Weight()
spectrum.fill(
    ak.flatten(accepted.pt), weight=ak.flatten(ak.broadcast_arrays(events.genWeight, accepted.pt)[0])
)
print("accepted candidates, weighted:", spectrum.sum().value)
