"""Trees that are known by their branches: where each quantity stands, and in which units.

A collection of particles has a name of its own in each file (``{c}``): EDM4hep's is ``MCParticles`` here and
``Particle`` there.  What a branch means is said in `darkpair.gen.sources.branch_expressions`; several texts in a tuple
are spellings, of which the first counts that the tree has.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from darkpair.gen.units import ENERGY, LENGTH

__all__ = ["TREE_LAYOUTS", "MotherLinks", "MotherRange", "TreeLayout"]

Spelled: TypeAlias = "str | tuple[str, ...]"

_C = 299_792_458_000.0  # speed of light [mm/s], exact
#: Units of times in mm/c.
TIME = {"mm/c": 1.0, "cm/c": 10.0, "ns": _C * 1e-9, "s": _C}

_ENERGIES = ("px", "py", "pz", "energy", "pt", "mass", "p4")


@dataclass(frozen=True, kw_only=True)
class MotherRange:
    """Mothers as a range of rows of a second list, whose entries are indices (podio's relations).

    Parameters
    ----------
    begin, end : str
        First row, and the one after the last, of each particle.
    index, collection : str or tuple of str
        Index of the mother in its collection, and that collection's number.
    """

    begin: str
    end: str
    index: Spelled
    collection: Spelled


@dataclass(frozen=True, kw_only=True)
class MotherLinks:
    """Mothers as ATLAS's element links: a collection's key and an index in it, a list for each particle.

    Parameters
    ----------
    links : str
        Branch of ``vector<vector<ElementLink>>``.
    """

    links: str


@dataclass(frozen=True, kw_only=True)
class TreeLayout:
    """One kind of tree.

    Parameters
    ----------
    name : str
        What it is called.
    mark : str
        Branch that only such a collection has.
    particles : mapping of str to str or tuple of str
        Branch of each quantity of the particles.
    events : mapping of str to str or tuple of str
        The same for numbers of an event, if there.
    mothers : MotherRange or MotherLinks, optional
        Where the mothers stand, if not in ``mother`` and ``mother2`` of `particles`.
    optional : frozenset of str
        Quantities of the particles that a tree may lack.
    stable_bit : int
        Bit of the status that a final particle has, where the status is made of bits; 0 where it is a generator's.
    energy, length, time : str
        Units of the file.  An empty length says that the file's users choose it: vertices are not read.
    """

    name: str
    mark: str
    particles: Mapping[str, Spelled]
    events: Mapping[str, Spelled] = field(default_factory=dict)
    mothers: MotherRange | MotherLinks | None = None
    optional: frozenset[str] = frozenset()
    stable_bit: int = 0
    energy: str = "GeV"
    length: str = "mm"
    time: str = "mm/c"

    def collections(self, names: Collection[str]) -> Iterator[str]:
        """Names of what may be such collections in a tree with those branches."""
        before, _, after = self.mark.partition("{c}")
        for name in names:
            if name.startswith(before) and name.endswith(after) and "/" not in name:
                collection = name[len(before) : len(name) - len(after)]
                yield collection

    def scale(self, quantity: str) -> float:
        """What one in the file is in GeV, mm or mm/c."""
        if quantity in _ENERGIES:
            return ENERGY[self.energy]
        if quantity == "vt":
            return TIME[self.time]
        return LENGTH[self.length] if quantity in ("vx", "vy", "vz") else 1.0


def _members(before: str, **members: str) -> dict[str, Spelled]:
    return {quantity: f"{{c}}{before}{member}" for quantity, member in members.items()}


#: EDM4hep: github.com/key4hep/EDM4hep, edm4hep.yaml (MCParticle, EventHeader); names of relations by podio's
#: src/rootUtils.h, ``_name_parents``, and ``name#0`` before version 0.16.4; an index is that of podio's ObjectID.
EDM4HEP = TreeLayout(
    name="EDM4hep",
    mark="{c}.generatorStatus",
    particles=_members(
        ".",
        pdgid="PDG",
        status="generatorStatus",
        px="momentum.x",
        py="momentum.y",
        pz="momentum.z",
        mass="mass",
        vx="vertex.x",
        vy="vertex.y",
        vz="vertex.z",
        vt="time",
    ),
    mothers=MotherRange(
        begin="{c}.parents_begin",
        end="{c}.parents_end",
        index=("_{c}_parents.index", "{c}#0.index"),
        collection=("_{c}_parents.collectionID", "{c}#0.collectionID"),
    ),
    events={
        "weight": "EventHeader.weight",
        "run": "EventHeader.runNumber",
        "event": "EventHeader.eventNumber",
    },
    time="ns",
)

#: Delphes: github.com/delphes/delphes, classes/DelphesClasses.h (GenParticle; M1 and M2 count from 0) and
#: modules/TreeWriter.cc (T is in seconds, X in mm).
DELPHES = TreeLayout(
    name="Delphes",
    mark="{c}.IsPU",
    particles=_members(
        ".",
        pdgid="PID",
        status="Status",
        px="Px",
        py="Py",
        pz="Pz",
        energy="E",
        mass="Mass",
        mother="M1",
        mother2="M2",
        vx="X",
        vy="Y",
        vz="Z",
        vt="T",
    ),
    events={"weight": "Event.Weight", "event": "Event.Number"},
    time="s",
)

#: MadGraph's ExRootAnalysis of an LHE file: github.com/mg5amcnlo/ExRootAnalysis, ExRootClasses.h (TRootLHEFParticle)
#: and ExRootLHEFReader.cc (mothers count from 0).
LHEF = TreeLayout(
    name="ExRootAnalysis LHEF",
    mark="{c}.Mother1",
    particles=_members(
        ".",
        pdgid="PID",
        status="Status",
        px="Px",
        py="Py",
        pz="Pz",
        energy="E",
        mass="M",
        mother="Mother1",
        mother2="Mother2",
    ),
    events={"weight": "Event.Weight", "event": "Event.Number"},
)

#: MadGraph's ExRootAnalysis of STDHEP: the same sources (TRootGenParticle); vertices in mm and mm/c as HEPEVT's.
EXROOT = TreeLayout(
    name="ExRootAnalysis",
    mark="{c}.Rapidity",
    particles=_members(
        ".",
        pdgid="PID",
        status="Status",
        px="Px",
        py="Py",
        pz="Pz",
        energy="E",
        mother="M1",
        mother2="M2",
        vx="X",
        vy="Y",
        vz="Z",
        vt="T",
    ),
    events={"event": "Event.Number"},
)

#: CMS TreeMaker: github.com/TreeMaker/TreeMaker, Utils/src/GenParticlesProducer.cc; PtEtaPhiE vectors in GeV.
TREEMAKER = TreeLayout(
    name="TreeMaker",
    mark="{c}_ParentIdx",
    particles={
        "p4": "{c}",
        "pdgid": "{c}_PdgId",
        "status": "{c}_Status",
        "mother": "{c}_ParentIdx",
    },
    events={"weight": "Weight", "run": "RunNum", "luminosityBlock": "LumiBlockNum", "event": "EvtNum"},
)


def _atlas(inside: str) -> TreeLayout:
    """ATLAS xAOD: gitlab.cern.ch/atlas/athena, Event/xAOD/xAODTruth/Root (TruthParticleAuxContainer); MeV, mm."""
    return TreeLayout(
        name="ATLAS xAOD",
        mark=f"{{c}}{inside}barcode",
        particles=_members(
            inside, pdgid="pdgId", status="status", px="px", py="py", pz="pz", energy="e", mass="m"
        ),
        mothers=MotherLinks(links=f"{{c}}{inside}parentLinks"),
        events={
            "weight": ("EventInfoAuxDyn.mcEventWeights[0]", "EventInfoAuxDyn:mcEventWeights[0]"),
            "run": ("EventInfoAuxDyn.runNumber", "EventInfoAuxDyn:runNumber", "EventInfoAux.runNumber"),
            "event": (
                "EventInfoAuxDyn.eventNumber",
                "EventInfoAuxDyn:eventNumber",
                "EventInfoAux.eventNumber",
            ),
        },
        energy="MeV",
    )


#: Belle II's own files: github.com/belle2/basf2, mdst/dataobjects/include/MCParticle.h; GeV, cm, ns; the mother's index
#: counts from 1, and 0 is none; the status is made of bits (c_StableInGenerator is 2).
BELLE2 = TreeLayout(
    name="Belle II mDST",
    mark="{c}.m_productionVertex_x",
    particles=_members(
        ".m_",
        pdgid="pdg",
        status="status",
        px="momentum_x",
        py="momentum_y",
        pz="momentum_z",
        energy="energy",
        mass="mass",
        mother="mother - 1",
        vx="productionVertex_x",
        vy="productionVertex_y",
        vz="productionVertex_z",
        vt="productionTime",
    ),
    events={
        "weight": "EventMetaData/m_generatedWeight",
        "run": "EventMetaData/m_run",
        "event": "EventMetaData/m_event",
    },
    stable_bit=2,
    length="cm",
    time="ns",
)

#: Belle II's ntuples of candidates (analysis/variables: mcPDG, mcPX, ..., mcProductionVertexX): one particle a row.
BELLE2_NTUPLE = TreeLayout(
    name="Belle II ntuple",
    mark="{c}mcPDG",
    particles=_members(
        "mc",
        pdgid="PDG",
        px="PX",
        py="PY",
        pz="PZ",
        energy="E",
        vx="ProductionVertexX",
        vy="ProductionVertexY",
        vz="ProductionVertexZ",
    ),
    optional=frozenset({"vx", "vy", "vz"}),
    events={"run": "__run__", "event": "__event__"},
    length="cm",
)

#: LHCb's MCDecayTreeTuple: gitlab.cern.ch/lhcb/Analysis, Phys/DecayTreeTuple (MCTupleToolKinematic); MeV, mm; one
#: particle a row.
LHCB = TreeLayout(
    name="LHCb ntuple",
    mark="{c}_TRUEID",
    particles=_members(
        "_TRUE",
        pdgid="ID",
        px="P_X",
        py="P_Y",
        pz="P_Z",
        energy="P_E",
        vx="ORIGINVERTEX_X",
        vy="ORIGINVERTEX_Y",
        vz="ORIGINVERTEX_Z",
    ),
    optional=frozenset({"vx", "vy", "vz"}),
    events={"run": "runNumber", "event": "eventNumber"},
    energy="MeV",
)

#: ROOT's TParticle (montecarlo/eg/inc/TParticle.h): mothers count from 0; GeV; nobody says the vertex's unit.
TPARTICLE = TreeLayout(
    name="TParticle",
    mark="{c}.fPdgCode",
    particles=_members(
        ".f",
        pdgid="PdgCode",
        status="StatusCode",
        px="Px",
        py="Py",
        pz="Pz",
        energy="E",
        mother="Mother[:,0]",
        mother2="Mother[:,1]",
    ),
    length="",
)

#: ROOT's TMCParticle of Pythia 6 (montecarlo/pythia6/inc/TMCParticle.h): GeV, mm, mm/c; mothers count from 1.
TMCPARTICLE = TreeLayout(
    name="TMCParticle",
    mark="{c}.fKF",
    particles=_members(
        ".f",
        pdgid="KF",
        status="KS",
        px="Px",
        py="Py",
        pz="Pz",
        energy="Energy",
        mass="Mass",
        mother="Parent - 1",
        vx="Vx",
        vy="Vy",
        vz="Vz",
        vt="Time",
    ),
)

#: CMS Bacon: github.com/ksung25/BaconAna, DataFormats (TGenParticle); GeV, no vertices; a mother below 0 is none.
BACON = TreeLayout(
    name="Bacon",
    mark="{c}.parent",
    particles=_members(
        ".", pdgid="pdgId", status="status", pt="pt", eta="eta", phi="phi", mass="mass", mother="parent"
    ),
    events={
        "weight": "GenEvtInfo/weight",
        "run": "Info/runNum",
        "luminosityBlock": "Info/lumiSec",
        "event": "Info/evtNum",
    },
)

#: In the order in which they are looked for: a later one may be what an earlier one also has.
TREE_LAYOUTS = (
    EDM4HEP,
    DELPHES,
    LHEF,
    EXROOT,
    TREEMAKER,
    *map(_atlas, ("AuxDyn.", "Aux.", "AuxDyn:")),
    BELLE2,
    BELLE2_NTUPLE,
    LHCB,
    TPARTICLE,
    TMCPARTICLE,
    BACON,
)
