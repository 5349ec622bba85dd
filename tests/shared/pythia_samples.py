"""Samples of PYTHIA 8 written as five formats of event files, and what their readers make of them beside PYTHIA's own record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from darkpair.gen.sources.event_file import EventFile
from darkpair.gen.streams import Streams
from tests.shared.tree_files import write_tree

__all__ = [
    "SAMPLES",
    "WRITERS",
    "Sample",
    "Spectrum",
    "compare",
    "generated",
    "last_copies",
    "parents_of",
    "read",
]

Array = NDArray[Any]

#: Speed of light [mm/ns]; exact.
_C: Final = 299.792458


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What is generated: settings of PYTHIA, and the mesons that are parents."""

    settings: tuple[str, ...]
    parents: tuple[str, ...]
    ids: tuple[int, ...]


SAMPLES: Final = {
    "eta, p p at 400 GeV": Sample(
        settings=(
            "Beams:frameType = 2",
            "Beams:idA = 2212",
            "Beams:idB = 2212",
            "Beams:eA = 400",
            "Beams:eB = 0",
            "SoftQCD:inelastic = on",
        ),
        parents=("eta",),
        ids=(221,),
    ),
    "B, e+ e- at 10.58 GeV": Sample(
        settings=(
            "Beams:idA = 11",
            "Beams:idB = -11",
            "Beams:eCM = 10.58",
            "PDF:lepton = off",
            "WeakSingleBoson:ffbar2gmZ = on",
            "23:onMode = off",
            "23:onIfAny = 5",
        ),
        parents=("B0", "B+"),
        ids=(511, 521),
    ),
}


def generated(sample: Sample, events: int, seed: int) -> ak.Array:
    """Particles of PYTHIA's record, its first line (the system) left out: mothers are rows, -1 for none; [GeV], [mm]."""
    import pythia8mc

    pythia = pythia8mc.Pythia("", False)
    for word in ("Print:quiet = on", "Random:setSeed = on", f"Random:seed = {seed}", *sample.settings):
        if not pythia.readString(word):
            raise ValueError(f"PYTHIA 8 refuses {word!r}")
    pythia.init()
    record = pythia.nextBatch(events).prt[:, 1:]
    first, last = record.mother1 - 1, record.mother2 - 1
    of_string = (abs(record.status) >= 81) & (abs(record.status) <= 86)  # (its mothers are a range)
    beam = abs(record.status) == 12
    places = ak.fill_none(record.vProd, {"px": 0.0, "py": 0.0, "pz": 0.0, "e": 0.0}, axis=None)
    return ak.zip(
        {
            "pdgid": record.id,
            "status": ak.where(beam, 4, ak.where(record.status > 0, 1, 2)),
            "first": first,
            "last": ak.where(of_string & (last > first), last, first),
            **{name: record.p[name] for name in ("px", "py", "pz")},
            "energy": record.p.e,
            "mass": record.m,
            **{f"v{axis}": places[name] for axis, name in zip("xyzt", ("px", "py", "pz", "e"), strict=True)},
        }
    )


def last_copies(events: ak.Array, ids: tuple[int, ...]) -> ak.Array:
    """Which particles are of a kind and have no daughter of it."""
    kind = abs(events.pdgid)
    wanted = (kind == ids[0]) | (kind == ids[-1])
    offsets = np.concatenate([[0], np.cumsum(ak.to_numpy(ak.num(events)))])
    flat, mother = ak.to_numpy(ak.flatten(kind)), ak.to_numpy(ak.flatten(events.first))
    rows = mother + np.repeat(offsets[:-1], np.diff(offsets))
    same = (mother >= 0) & (flat[np.maximum(rows, 0)] == flat)
    copied = np.zeros(len(flat), dtype=bool)
    copied[rows[same]] = True
    return wanted & ~ak.unflatten(copied, np.diff(offsets))


def parents_of(events: ak.Array, sample: Sample) -> tuple[Array, Array]:
    """Three-momenta [GeV], (3, n), and numbers of events, (n,), of the parents that PYTHIA's record has."""
    wanted = last_copies(events, sample.ids)
    own = np.array([ak.to_numpy(ak.flatten(events[axis][wanted])) for axis in ("px", "py", "pz")])
    return own, np.repeat(np.arange(len(events)), ak.to_numpy(ak.sum(wanted, axis=1)))


def _hepmc3(path: Path, events: ak.Array, _ids: tuple[int, ...]) -> None:
    import pyhepmc

    names = ("px", "py", "pz", "energy", "mass", "pdgid", "status")
    with pyhepmc.open(path, "w", precision=17) as file:
        for number, rows in enumerate(events):
            event = pyhepmc.GenEvent(pyhepmc.Units.GEV, pyhepmc.Units.MM)
            columns = [ak.to_numpy(rows[name]) for name in names]
            parents = np.stack([ak.to_numpy(rows.first) + 1, ak.to_numpy(rows.last) + 1], axis=1)
            places = [ak.to_numpy(rows[f"v{axis}"]) for axis in "xyzt"]
            event.from_hepevt(number, *columns, parents.astype(np.int32), None, *places)
            file.write(event)


def _hepevt(path: Path, events: ak.Array, _ids: tuple[int, ...]) -> None:
    with path.open("w") as file:
        for number, rows in enumerate(events.to_list()):
            file.write(f"E {number} {len(rows)}\n")
            for p in rows:
                codes = (p["status"], p["pdgid"], p["first"] + 1, p["last"] + 1, 0, 0)
                four = (p["px"], p["py"], p["pz"], p["energy"], p["mass"])
                file.write(" ".join(map(repr, (*codes, *four))) + "\n")
                file.write(" ".join(repr(p[f"v{axis}"]) for axis in "xyzt") + "\n")


def _lhe(path: Path, events: ak.Array, ids: tuple[int, ...]) -> None:
    """The two beams and what they make of the kinds, as a hard process."""
    kept = events[(events.status == 4) | last_copies(events, ids)]
    with path.open("w") as file:
        file.write('<LesHouchesEvents version="3.0">\n<init>\n')
        beams = kept[0].to_list()[:2]
        words = [*(str(b["pdgid"]) for b in beams), *(repr(b["energy"]) for b in beams)]
        file.write(" ".join(words) + " 0 0 0 0 3 1\n 1. 0. 1. 1\n</init>\n")
        for rows in kept.to_list():
            file.write(f"<event>\n {len(rows)} 1 1. -1. -1. -1.\n")
            for p in rows:
                beam = p["status"] == 4
                codes = (p["pdgid"], -1 if beam else 1, *((0, 0) if beam else (1, 2)), 0, 0)
                four = (p["px"], p["py"], p["pz"], p["energy"], p["mass"])
                file.write(" ".join(map(repr, (*codes, *four))) + " 0. 9.\n")
            file.write("</event>\n")
        file.write("</LesHouchesEvents>\n")


def _nano(path: Path, events: ak.Array, _ids: tuple[int, ...]) -> None:
    pt = np.hypot(events.px, events.py)
    axial = np.sign(events.pz) * 22756.0  # (as NanoAOD says a momentum along the axis)
    real = {
        "pt": pt,
        "eta": ak.where(pt > 0.0, np.arcsinh(events.pz / ak.where(pt > 0.0, pt, 1.0)), axial),
        "phi": np.arctan2(events.py, events.px),
        "mass": events.mass,
    }
    whole = {"pdgId": events.pdgid, "status": events.status, "genPartIdxMother": events["first"]}
    columns = {f"GenPart_{name}": ak.values_astype(v, np.float32) for name, v in real.items()}
    columns |= {f"GenPart_{name}": ak.values_astype(v, np.int32) for name, v in whole.items()}
    write_tree(path, "Events", columns)


def _edm4hep(path: Path, events: ak.Array, _ids: tuple[int, ...]) -> None:
    parents = ak.values_astype(events["first"][events["first"] >= 0], np.int32)
    has = ak.values_astype(events["first"] >= 0, np.uint32)
    ends = ak.Array([np.cumsum(event) for event in has.to_list()])
    ends = ak.values_astype(ends, np.uint32)
    n = len(events)
    columns = {
        "MCParticles.PDG": events.pdgid,
        "MCParticles.generatorStatus": ak.values_astype(events.status, np.int32),
        "MCParticles.time": ak.values_astype(events.vt / _C, np.float32),
        "MCParticles.mass": events.mass,
        **{f"MCParticles.vertex.{axis}": events[f"v{axis}"] for axis in "xyz"},
        **{f"MCParticles.momentum.{axis}": events[f"p{axis}"] for axis in "xyz"},
        "MCParticles.parents_begin": ak.values_astype(ends - has, np.uint32),
        "MCParticles.parents_end": ends,
        "_MCParticles_parents.index": parents,
        "_MCParticles_parents.collectionID": ak.values_astype(parents * 0 + 3, np.uint32),
        "EventHeader.weight": ak.Array(np.ones((n, 1)).tolist()),
        "EventHeader.runNumber": ak.values_astype(ak.Array(np.ones((n, 1)).tolist()), np.uint32),
        "EventHeader.eventNumber": ak.values_astype(ak.Array(np.arange(n)[:, None].tolist()), np.uint64),
    }
    write_tree(path, "events", columns, kind="rntuple")


#: Ending of a file and what writes it, by the name of the format.
WRITERS: Final[Mapping[str, tuple[str, Callable[[Path, ak.Array, tuple[int, ...]], None]]]] = {
    "HepMC3": ("hepmc3", _hepmc3),
    "HEPEVT": ("hepevt", _hepevt),
    "LHE": ("lhe", _lhe),
    "NanoAOD-like TTree": ("root", _nano),
    "EDM4hep-like RNTuple": ("edm4hep.root", _edm4hep),
}


def read(path: Path, sample: Sample) -> tuple[Array, Array]:
    """Three-momenta [GeV], (3, n), and numbers of events, (n,), of the parents that `event_file` takes from a file."""
    source = EventFile(path=str(path), parents=tuple(sample.parents))
    parents = source.sample(source.n_parents, Streams(1).rng("source"))
    assert parents.originals is not None
    entry = parents.originals.events["entry"][parents.originals.rows]
    return np.asarray(parents.momentum[:3]), entry


@dataclass(frozen=True, kw_only=True)
class Spectrum:
    """Means over parents and numbers per event, each with its standard error by events.

    Parameters
    ----------
    values, errors : ndarray, (k,)
        One of each quantity of `NAMES`, then the parents per event in each bin.
    """

    values: Array
    errors: Array

    NAMES = ("per event", "<pT> [GeV]", "<|p|> [GeV]", "<|pz|> [GeV]")

    @classmethod
    def of(cls, momentum: Array, entry: Array, events: int, edges: Array) -> Spectrum:
        """Of parents of some events; `edges` of |pz| [GeV]."""
        size = np.sqrt((momentum**2).sum(axis=0))
        n = np.bincount(entry, minlength=events)
        columns = [np.ones(len(entry)), np.hypot(momentum[0], momentum[1]), size, abs(momentum[2])]
        sums = [np.bincount(entry, weights=c, minlength=events) for c in columns]
        mean = [s.sum() / n.sum() for s in sums[1:]]
        residuals = [
            sums[0] - sums[0].mean(),
            *((s - m * n) * events / n.sum() for s, m in zip(sums[1:], mean, strict=True)),
        ]
        bins = np.digitize(columns[-1], edges) - 1
        counts = [np.bincount(entry[bins == k], minlength=events) for k in range(len(edges) - 1)]
        residuals += [c - c.mean() for c in counts]
        values = np.array([sums[0].mean(), *mean, *(c.mean() for c in counts)])
        return cls(values=values, errors=np.sqrt([(r**2).sum() for r in residuals]) / events)

    def pulls(self, other: Spectrum) -> Array:
        """Differences in standard errors; 0 where neither varies."""
        error = np.hypot(self.errors, other.errors)
        return np.where(error > 0.0, (self.values - other.values) / np.where(error > 0.0, error, 1.0), 0.0)


def compare(folder: Path, names: Iterable[str], events: int, of_reference: int) -> list[dict[str, Any]]:
    """A row of each of some samples in each format, with a seed of its own, beside PYTHIA's record of many more events."""
    rows = []
    for number, name in enumerate(names):
        sample = SAMPLES[name]
        own, of_events = parents_of(generated(sample, of_reference, 900 + number), sample)
        edges = np.quantile(abs(own[2]), np.linspace(0.0, 1.0, 9))
        edges[0], edges[-1] = 0.0, np.inf
        reference = Spectrum.of(own, of_events, of_reference, edges)
        for place, (kind, (ending, write)) in enumerate(WRITERS.items()):
            path = folder / f"{number}-{place}.{ending}"
            record = generated(sample, events, 100 * (1 + number) + place)
            write(path, record, sample.ids)
            momentum, entry = read(path, sample)
            own, of_events = parents_of(record, sample)
            if not np.array_equal(entry, of_events):
                raise AssertionError(f"{kind}: parents of other events")
            spectrum = Spectrum.of(momentum, entry, events, edges)
            pulls, means = spectrum.pulls(reference), len(Spectrum.NAMES)
            rows.append(
                {
                    "sample": name,
                    "format": kind,
                    "parents": round(spectrum.values[0] * events),
                    "largest difference": float((abs(momentum - own) / np.sqrt((own**2).sum(axis=0))).max()),
                    **dict(zip(Spectrum.NAMES, map(float, spectrum.values[:means]), strict=True)),
                    **{
                        f"{n} error": float(e)
                        for n, e in zip(Spectrum.NAMES, spectrum.errors[:means], strict=True)
                    },
                    "largest pull of a mean": float(max(pulls[:means], key=abs)),
                    "largest pull of a bin": float(max(pulls[means:], key=abs)),
                    "chi2": float((pulls[means:] ** 2).sum()),
                    "bins": len(edges) - 1,
                }
            )
    return rows
