"""One little sample of events, written as other people's trees are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import awkward as ak
import numpy as np
import uproot

from darkpair.gen.sources.tree_mothers import store_key

Kind = Literal["ttree", "rntuple"]
Columns = dict[str, Any]

#: Particles of three events: PDG id, status, mothers, momentum and mass [GeV], vertex [mm, mm/c].  All numbers are
#: exact in float32, in MeV and in cm too.
EVENTS = [
    [
        (2212, 4, [], (0.0, 0.0, 64.0), 0.9375, (0.0, 0.0, 0.0, 0.0)),
        (2212, 4, [], (0.0, 0.0, -64.0), 0.9375, (0.0, 0.0, 0.0, 0.0)),
        (521, 2, [0, 1], (1.5, -0.25, 8.0), 5.25, (0.0, 0.0, 0.0, 0.0)),
        (521, 2, [2], (1.25, -0.5, 7.5), 5.25, (0.0, 0.0, 0.0, 0.0)),
        (321, 1, [3], (0.5, 0.25, 3.0), 0.5, (1.25, -2.5, 10.0, 12.5)),
        (22, 1, [3], (0.75, -0.75, 4.5), 0.0, (1.25, -2.5, 10.0, 12.5)),
    ],
    [],
    [
        (-511, 2, [], (-2.0, 3.0, 0.5), 5.25, (0.0, 0.0, 5.0, 0.0)),
        (-521, 2, [], (0.5, 0.5, -6.0), 5.25, (0.0, 0.0, 5.0, 0.0)),
        (111, 2, [1], (-1.0, 1.0, 0.25), 0.125, (0.0, 2.5, 7.5, 10.0)),
    ],
]
WEIGHTS, NUMBERS, RUNS = [0.5, 2.0, -0.125], [11, 12, 15], [7, 7, 8]
_C = 299792458e3  # [mm/s]


def sample(events: list[list[Any]] = EVENTS) -> Columns:
    """Columns of the sample by quantity, lists of lists; ``mothers`` has a list for each particle."""
    lists: Columns = {
        "pdgid": [[p[0] for p in event] for event in events],
        "status": [[p[1] for p in event] for event in events],
        "mothers": [[p[2] for p in event] for event in events],
        "mass": [[p[4] for p in event] for event in events],
    }
    for i, name in enumerate(("px", "py", "pz")):
        lists[name] = [[p[3][i] for p in event] for event in events]
    for i, name in enumerate(("vx", "vy", "vz", "vt")):
        lists[name] = [[p[5][i] for p in event] for event in events]
    mothers = lists["mothers"]
    lists["mother"] = [[m[0] if m else -1 for m in event] for event in mothers]
    lists["mother2"] = [[m[1] if m[1:] else -1 for m in event] for event in mothers]
    out: Columns = {}
    for name, values in lists.items():
        dtype = np.int32 if name in ("pdgid", "status", "mother", "mother2", "mothers") else np.float64
        out[name] = ak.values_astype(ak.Array(values), dtype)
    three = [out[name] for name in ("px", "py", "pz")]
    out["energy"] = np.sqrt(sum(p * p for p in three) + out["mass"] ** 2)
    out["pt"] = np.sqrt(three[0] ** 2 + three[1] ** 2)
    out["phi"] = np.arctan2(three[1], three[0])
    axial = np.sign(three[2]) * (22756.0 + abs(three[2]))  # (as NanoAOD says a momentum along the axis)
    out["eta"] = ak.where(
        out["pt"] > 0.0, np.arcsinh(three[2] / ak.where(out["pt"] > 0.0, out["pt"], 1.0)), axial
    )
    return out


def write_tree(path: Path, name: str, columns: Columns, kind: Kind = "ttree") -> Path:
    """ROOT file with one tree of those columns: awkward's lists, or NumPy's arrays."""
    with uproot.recreate(path) as file:
        if kind == "rntuple":
            file.mkrntuple(name, ak.zip(_nested(columns), depth_limit=1))
        else:
            tree = file.mktree(
                name,
                {
                    k: np.dtype((v.dtype, v.shape[1:])) if isinstance(v, np.ndarray) else v.type.content
                    for k, v in columns.items()
                },
            )
            tree.extend(columns)
    return path


def _nested(columns: Columns) -> Columns:
    """Columns of names with dots as records, as classes in an RNTuple are."""
    inside: dict[str, Columns] = {}
    for name, values in columns.items():
        head, _, rest = name.partition(".")
        inside.setdefault(head, {})[rest] = values
    return {
        head: members[""] if list(members) == [""] else ak.zip(_nested(members), depth_limit=2)
        for head, members in inside.items()
    }


def _float(columns: Columns, scale: float = 1.0) -> Any:
    return lambda name: ak.values_astype(columns[name] * scale, np.float32)


def edm4hep(s: Columns, names: tuple[str, str] = ("MCParticles", "_MCParticles_parents")) -> Columns:
    """EDM4hep's MCParticle by podio."""
    particles, parents = names
    counts = ak.num(s["mothers"], axis=2)
    ends = ak.Array([np.cumsum(event) for event in counts.to_list()])
    ends = ak.values_astype(ends, np.uint32)
    index = ak.values_astype(ak.flatten(s["mothers"], axis=2), np.int32)
    one = ak.Array([[value] for value in WEIGHTS])
    c = f"{particles}."
    return {
        f"{c}PDG": s["pdgid"],
        f"{c}generatorStatus": s["status"],
        f"{c}time": ak.values_astype(s["vt"] / (_C * 1e-9), np.float32),
        f"{c}mass": s["mass"],
        **{f"{c}vertex.{x}": s[f"v{x}"] for x in "xyz"},
        **{f"{c}momentum.{x}": s[f"p{x}"] for x in "xyz"},
        f"{c}parents_begin": ak.values_astype(ends - counts, np.uint32),
        f"{c}parents_end": ends,
        f"{parents}.index": index,
        f"{parents}.collectionID": ak.values_astype(index * 0 + 3, np.uint32),
        "EventHeader.weight": one,
        "EventHeader.runNumber": ak.values_astype(ak.Array([[k] for k in RUNS]), np.uint32),
        "EventHeader.eventNumber": ak.values_astype(ak.Array([[k] for k in NUMBERS]), np.uint64),
    }


def delphes(s: Columns) -> Columns:
    """Delphes' GenParticle."""
    real = _float(s)
    names = {
        "Px": "px",
        "Py": "py",
        "Pz": "pz",
        "E": "energy",
        "Mass": "mass",
        "X": "vx",
        "Y": "vy",
        "Z": "vz",
    }
    return {
        "Event.Number": ak.values_astype(ak.Array([[k] for k in NUMBERS]), np.int64),
        "Event.Weight": ak.values_astype(ak.Array([[w] for w in WEIGHTS]), np.float32),
        "Particle.PID": s["pdgid"],
        "Particle.Status": s["status"],
        "Particle.IsPU": s["status"] * 0,
        "Particle.M1": s["mother"],
        "Particle.M2": ak.where(s["mother2"] < 0, s["mother"], s["mother2"]),  # (one mother is both)
        **{f"Particle.{name}": real(quantity) for name, quantity in names.items()},
        "Particle.T": ak.values_astype(s["vt"] / _C, np.float32),
    }


def exroot(s: Columns) -> Columns:
    """ExRootAnalysis' TRootGenParticle of STDHEP."""
    names = {"Px": "px", "Py": "py", "Pz": "pz", "E": "energy", "X": "vx", "Y": "vy", "Z": "vz", "T": "vt"}
    return {
        "Event.Number": ak.values_astype(ak.Array([[k] for k in NUMBERS]), np.int64),
        "GenParticle.PID": s["pdgid"],
        "GenParticle.Status": s["status"],
        "GenParticle.M1": s["mother"],
        "GenParticle.M2": s["mother2"],
        "GenParticle.Rapidity": s["px"] * 0.0,
        **{f"GenParticle.{name}": s[quantity] for name, quantity in names.items()},
    }


def lhef(s: Columns) -> Columns:
    """ExRootAnalysis' TRootLHEFParticle."""
    names = {"Px": "px", "Py": "py", "Pz": "pz", "E": "energy", "M": "mass"}
    return {
        "Event.Number": ak.values_astype(ak.Array([[k] for k in NUMBERS]), np.int64),
        "Event.Weight": ak.Array([[w] for w in WEIGHTS]),
        "Particle.PID": s["pdgid"],
        "Particle.Status": s["status"],
        "Particle.Mother1": s["mother"],
        "Particle.Mother2": s["mother2"],
        **{f"Particle.{name}": s[quantity] for name, quantity in names.items()},
    }


def treemaker(s: Columns) -> Columns:
    """CMS TreeMaker's GenParticles."""
    c = "GenParticles.fCoordinates.f"
    return {
        "RunNum": np.array(RUNS, dtype=np.uint32),
        "EvtNum": np.array(NUMBERS, dtype=np.uint64),
        "Weight": np.array(WEIGHTS),
        **{f"{c}{n}": s[q] for n, q in {"Pt": "pt", "Eta": "eta", "Phi": "phi", "E": "energy"}.items()},
        "GenParticles_PdgId": s["pdgid"],
        "GenParticles_Status": s["status"],
        "GenParticles_ParentIdx": s["mother"],
    }


def atlas(s: Columns) -> Columns:
    """ATLAS xAOD's TruthParticles in an RNTuple; each last mother is in another collection too."""
    real = _float(s, 1e3)
    own = store_key("TruthParticles", 1237340765)
    links = [
        [[{"m_persKey": own, "m_persIndex": m} for m in mothers] for mothers in event]
        for event in s["mothers"].to_list()
    ]
    links[2][2].append({"m_persKey": own + 1, "m_persIndex": 99})
    c = "TruthParticlesAuxDyn:"
    return {
        f"{c}pdgId": s["pdgid"],
        f"{c}status": s["status"],
        f"{c}barcode": s["status"],
        **{
            f"{c}{n}": real(q)
            for n, q in {"px": "px", "py": "py", "pz": "pz", "e": "energy", "m": "mass"}.items()
        },
        f"{c}parentLinks": ak.values_astype(ak.Array(links), np.uint32),
        "EventInfoAuxDyn:mcEventWeights": ak.Array([[w, 1.0] for w in WEIGHTS]),
        "EventInfoAuxDyn:runNumber": np.array(RUNS, dtype=np.uint32),
        "EventInfoAuxDyn:eventNumber": np.array(NUMBERS, dtype=np.uint64),
    }


def belle2(s: Columns) -> Columns:
    """basf2's MCParticles."""
    real = _float(s)
    bits = ak.values_astype(ak.where(s["status"] == 1, 3, 1), np.uint16)
    c = "MCParticles.m_"
    return {
        f"{c}pdg": s["pdgid"],
        f"{c}status": bits,
        f"{c}mass": real("mass"),
        f"{c}energy": real("energy"),
        **{f"{c}momentum_{x}": real(f"p{x}") for x in "xyz"},
        **{f"{c}productionVertex_{x}": _float(s, 0.1)(f"v{x}") for x in "xyz"},
        f"{c}productionTime": ak.values_astype(s["vt"] / (_C * 1e-9), np.float32),
        f"{c}mother": s["mother"] + 1,
    }


def tparticle(s: Columns) -> Columns:
    """ROOT's TParticle, split; the pair of mothers is an array."""
    names = {
        "Px": "px",
        "Py": "py",
        "Pz": "pz",
        "E": "energy",
        "Vx": "vx",
        "Vy": "vy",
        "Vz": "vz",
        "Vt": "vt",
    }
    pair = ak.concatenate([s["mother"][..., np.newaxis], s["mother2"][..., np.newaxis]], axis=2)
    return {
        "Particles.fPdgCode": s["pdgid"],
        "Particles.fStatusCode": s["status"],
        "Particles.fMother": ak.to_regular(pair, axis=2),
        **{f"Particles.f{name}": s[quantity] for name, quantity in names.items()},
    }


def tmcparticle(s: Columns) -> Columns:
    """ROOT's TMCParticle of Pythia 6."""
    real = _float(s)
    names = {"Px": "px", "Py": "py", "Pz": "pz", "Energy": "energy", "Mass": "mass"}
    names |= {"Vx": "vx", "Vy": "vy", "Vz": "vz", "Time": "vt"}
    return {
        "particles.fKS": s["status"],
        "particles.fKF": s["pdgid"],
        "particles.fParent": s["mother"] + 1,
        **{f"particles.f{name}": real(quantity) for name, quantity in names.items()},
    }


def bacon(s: Columns) -> Columns:
    """CMS Bacon's GenParticle; -2 is no mother."""
    real = _float(s)
    return {
        "GenParticle.parent": ak.values_astype(ak.where(s["mother"] < 0, -2, s["mother"]), np.int32),
        "GenParticle.pdgId": s["pdgid"],
        "GenParticle.status": s["status"],
        **{f"GenParticle.{name}": real(name) for name in ("pt", "eta", "phi", "mass")},
    }


#: Name of the tree and its columns, by layout; ATLAS's links and TParticle's pairs are beyond what uproot writes in TTrees.
TREES: dict[str, tuple[str, Callable[[Columns], Columns]]] = {
    "EDM4hep": ("events", edm4hep),
    "Delphes": ("Delphes", delphes),
    "ExRootAnalysis": ("STDHEP", exroot),
    "ExRootAnalysis LHEF": ("LHEF", lhef),
    "TreeMaker": ("PreSelection", treemaker),
    "ATLAS xAOD": ("EventData", atlas),
    "Belle II mDST": ("tree", belle2),
    "TParticle": ("T", tparticle),
    "TMCParticle": ("h1", tmcparticle),
    "Bacon": ("Events", bacon),
}
