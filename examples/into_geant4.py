"""Final particles of a ROOT file of ours as primaries of Geant4: ``pip install geant4_pybind``.

    darkpair run examples/koto_pi0.toml -n 1000 --set output.events=all -o events.root
    darkpair particles events.root --for geant4_pybind -o dark_states.py
    python examples/into_geant4.py events.root dark_states.py 10

A world of thin gas in which particles fly straight on: put your detector and your physics list in their places.
Prints each track that begins: PDG id, place [mm], time [ns], momentum [MeV].
"""

from __future__ import annotations

import runpy
import sys

import awkward as ak
from geant4_pybind import (
    G4Box,
    G4Electron,
    G4Gamma,
    G4LogicalVolume,
    G4Material,
    G4ParticleGun,
    G4ParticleTable,
    G4Positron,
    G4Proton,
    G4PVPlacement,
    G4RunManagerFactory,
    G4RunManagerType,
    G4ThreeVector,
    G4UserTrackingAction,
    G4VModularPhysicsList,
    G4VPhysicsConstructor,
    G4VUserActionInitialization,
    G4VUserDetectorConstruction,
    G4VUserPrimaryGeneratorAction,
    GeV,
    MeV,
    c_light,
    cm3,
    g,
    m,
    mm,
    mole,
    ns,
)

import darkpair


class World(G4VUserDetectorConstruction):
    """A box."""

    def Construct(self):
        """The world's placement."""
        gas = G4Material("gas", 1.0, 1.008 * g / mole, 1e-25 * g / cm3)
        box = G4Box("world", 100 * m, 100 * m, 100 * m)
        volume = G4LogicalVolume(box, gas, "world")
        self.kept = gas, box, volume
        return G4PVPlacement(None, G4ThreeVector(), volume, "world", None, False, 0)


class Particles(G4VPhysicsConstructor):
    """The particles of the events, and the dark states of the table."""

    def __init__(self, table):
        super().__init__()
        self.table = table

    def ConstructParticle(self):
        """Made before the run manager is initialised."""
        for kind in (G4Gamma, G4Electron, G4Positron, G4Proton):
            kind.Definition()
        self.kept = runpy.run_path(self.table)["construct_dark_particles"]()

    def ConstructProcess(self):
        """None but flight, which the list adds."""


class Primaries(G4VUserPrimaryGeneratorAction):
    """An event of the file for each event."""

    def __init__(self, events):
        super().__init__()
        self.events = events
        self.gun = G4ParticleGun(1)

    def GeneratePrimaries(self, event):
        """Its final particles, each where and when it was made."""
        table = G4ParticleTable.GetParticleTable()
        for p in self.events[event.GetEventID()]:
            kind = table.FindParticle(p["pdgid"])
            if kind is None:
                raise SystemExit(f"Geant4 does not know {p['pdgid']}: it would leave it out")
            self.gun.SetParticleDefinition(kind)
            self.gun.SetParticleMomentum(G4ThreeVector(p["px"], p["py"], p["pz"]) * GeV)
            self.gun.SetParticlePosition(G4ThreeVector(p["vx"], p["vy"], p["vz"]) * mm)
            self.gun.SetParticleTime(p["vt"] * mm / c_light)  # (t of ours is c t in mm)
            self.gun.GeneratePrimaryVertex(event)


class Tracks(G4UserTrackingAction):
    """Says what begins."""

    def PreUserTrackingAction(self, track):
        """One line."""
        x, p = track.GetPosition() / mm, track.GetMomentum() / MeV
        numbers = (x.x, x.y, x.z, track.GetGlobalTime() / ns, p.x, p.y, p.z)
        print("track", track.GetDefinition().GetPDGEncoding(), *numbers)


class Actions(G4VUserActionInitialization):
    """The two."""

    def __init__(self, events):
        super().__init__()
        self.events = events

    def Build(self):
        """Geant4 asks for them here."""
        self.kept = Primaries(self.events), Tracks()
        for action in self.kept:
            self.SetUserAction(action)


def main(path: str, table: str, events: str) -> None:
    """Shoot so many events."""
    p = darkpair.read_events(path).particles
    p = p[p.status == 1]
    names = ("pdgid", "px", "py", "pz", "vx", "vy", "vz", "vt")
    rows = ak.zip({name: p[name] for name in names})[: int(events)].to_list()
    manager = G4RunManagerFactory.CreateRunManager(G4RunManagerType.Serial)
    physics, particles = G4VModularPhysicsList(), Particles(table)
    physics.RegisterPhysics(particles)
    for part in (World(), physics, Actions(rows)):
        manager.SetUserInitialization(part)
    manager.Initialize()
    manager.BeamOn(len(rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
