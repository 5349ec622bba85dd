"""Parents taken from anyone's event file, with the event that they are in: ROOT trees, RNTuples, HepMC3."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.events import Parents
from darkpair.gen.frozen import freeze
from darkpair.gen.identity import content_digest
from darkpair.gen.originals import VERTEX, Originals, four_momentum
from darkpair.gen.parameters import settle
from darkpair.gen.particles import conjugate, particle
from darkpair.gen.sample_name import NAME
from darkpair.gen.sources.event_index import EventIndex, WeightSums
from darkpair.gen.streams import BLOCK
from darkpair.gen.units import ENERGY, LENGTH

if TYPE_CHECKING:
    from darkpair.gen.sources.event_listing import Reader

__all__ = ["EventFile"]

Index: TypeAlias = NDArray[np.int64]

_MOMENTUM = ("px", "py", "pz", "energy", "pt", "eta", "phi", "mass")


@dataclass(frozen=True, kw_only=True)
class EventFile:
    """Mesons of a ROOT or HepMC3 event file, the original event kept and linked.

    Every parent in the file is one generated event, in the file's order: an event with two of them appears twice,
    each time with another one decayed.  Of copies in the record (B -> B, or an oscillated B0 -> anti-B0) the last
    one counts.  A parent keeps its three-momentum and gets the mass of `mass`.  Events are weighted with the file's
    weights divided by their mean over the parents, so that the factor ``event_file`` is 1 on average.

    Parameters
    ----------
    path : str
        The file: ROOT with NanoAOD's GenPart or columns of one's own, or HepMC3.
    parents : tuple of str, or str
        Names of the particles to take.
    conjugates : bool
        Whether their antiparticles are taken as well.
    format : {"ttree", "rntuple", "hepmc3"}, optional
        What the file has to be; guessed unless given.
    tree : str
        Name of the TTree or RNTuple.
    branches : mapping of str to str
        Branches by quantity, where they are not NanoAOD's or ours: ``pt, eta, phi, mass`` or ``px, py, pz, energy,
        mass``; ``pdgid, status, mother, statusFlags``; ``vx, vy, vz, vt``; ``weight, run, luminosityBlock, event``.
        An empty name says that the file has none.
    mass : {"pdg", "stored"}
        Mass that the parents get: the PDG's, or the file's, which has to be one for each kind.
    momentum_unit : {"GeV", "MeV", ...}, optional
        Unit of the branches of momenta, energies and masses, GeV unless given; HepMC3 files and ours say it
        themselves.
    length_unit : {"mm", "cm", ...}, optional
        Unit of the branches of vertices, to be given where there are any; HepMC3 files and ours say it themselves.

    Raises
    ------
    InputError
        For a file that is missing, damaged, foreign or without such parents, and for what cannot be read of it.
    UnknownNameError
        For an unknown particle, tree, branch, quantity, unit or format.
    """

    #: Formats of its files (`darkpair.gen.references`); who made one, it has to say itself.
    references: ClassVar = ("arXiv:1912.08005", "uproot")

    path: str
    parents: tuple[str, ...] | str
    conjugates: bool = True
    format: str | None = None
    tree: str = "Events"
    branches: Mapping[str, Literal[""] | str] = field(default_factory=dict)  # noqa: PYI051 (an empty one is allowed)
    mass: Literal["pdg", "stored"] = "pdg"
    momentum_unit: str | None = None
    length_unit: str | None = None
    _index: EventIndex = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        mass: Any = self.mass
        if isinstance(mass, str) and mass not in get_args(Literal["pdg", "stored"]):
            raise UnknownNameError("mass of parents", mass, ("pdg", "stored"))
        settle(self)
        freeze(self)
        if isinstance(self.parents, str):
            object.__setattr__(self, "parents", (self.parents,))
        for unit, table in ((self.momentum_unit or "GeV", ENERGY), (self.length_unit or "mm", LENGTH)):
            if unit not in table:
                raise UnknownNameError("unit", unit, table)
        if self.length_unit is None and any(self.branches.get(name) for name in VERTEX):
            raise InputError('vertex branches need their unit; give length_unit = "cm" (CMS) or "mm"')
        kinds = self._kinds  # an unknown name comes before a long pass through the file
        if not kinds:
            raise InputError('parents are empty; name the particles to decay, as in parents = ["B0", "B+"]')
        object.__setattr__(self, "_index", self._scan())

    @property
    def _kinds(self) -> dict[int, float]:
        """PDG masses [GeV] by PDG id, in the order of `parents`."""
        names = [self.parents] if isinstance(self.parents, str) else self.parents
        masses = {}
        for name in names:
            parent = particle(name, key="parents")
            for kind in (parent, conjugate(parent)) if self.conjugates else (parent,):
                masses[kind.pdgid] = kind.mass
        return masses

    @property
    def pdgid(self) -> int:
        """PDG id of the parents; 0 where there are several kinds."""
        kinds = list(self._kinds)
        return kinds[0] if len(kinds) == 1 else 0

    @property
    def masses(self) -> Mapping[int, float]:
        """Mass [GeV] of each kind of parent, by PDG id."""
        return self._index.masses

    @property
    def n_parents(self) -> int:
        """How many parents the file holds."""
        return self._index.n_parents

    def sample_identity(self) -> dict[str, Any]:
        """What the file holds, and what is read of it; where it stands decides about no event."""
        reader = self._reader()
        return {
            "content": content_digest(self.path),
            "tree": "" if reader.kind == "hepmc3" else self.tree,
            "branches": getattr(reader, "branch", {}),
            "masses": self.masses,
            "stored": self.mass == "stored",
            "units": (_unit(reader, self.momentum_unit, ENERGY), _unit(reader, self.length_unit, LENGTH)),
        }

    def provenance(self) -> dict[str, Any]:
        """The file, what is read of it, and what a first pass through it found."""
        reader = self._reader()
        return {
            "path": self.path,
            "bytes": Path(self.path).stat().st_size,
            "format": reader.kind,
            "entries": reader.entries,
            "parents": self.parents,
            "counts": self._index.counts,
            "masses": self._index.masses,
            "mass": self.mass,
            "branches": getattr(reader, "branch", {}),
            "momentum_unit": self.momentum_unit,
            "length_unit": self.length_unit,
            "mean_weight": self._index.mean_weight,
            "parents_per_event": self._index.parents_per_event,
            "parents_per_event_error": self._index.parents_per_event_error,
        }

    def sample(self, n: int, rng: np.random.Generator) -> Parents:
        """The first n parents; the generator is not asked.

        Raises
        ------
        InputError
            For more than there are.
        """
        if not 0 < n <= self.n_parents:
            raise InputError(f"{n} parents of {self.path!r}; allowed: 1 to {self.n_parents}")
        blocks = [self._rows(index) for index in range(-(-n // BLOCK))]
        return self._made(Originals.concatenate(blocks)).take(np.arange(n))

    def block(self, index: int) -> Parents:
        """Parents of a block, with their events.

        Parameters
        ----------
        index : int
            Index of the block, from 0; all blocks but the last hold 16384 parents.
        """
        return self._made(self._rows(index))

    def _rows(self, index: int) -> Originals:
        """Parents of a block in the file's events."""
        reader = self._reader()
        (first, skip), (last, beyond) = self._index.starts[index : index + 2]
        size = min(BLOCK, self.n_parents - index * BLOCK)
        parts = []
        taken = 0
        for start, stop in _steps(first, last + (beyond > 0), reader.step):
            offsets, columns, at = self._candidates(reader, start, stop)
            at = at[skip if start == first else 0 :][: size - taken]
            taken += len(at)
            if len(at):
                parts.append(self._originals(reader, (start, stop), offsets, columns, at))
        return Originals.concatenate(parts)

    def _reader(self) -> Reader:
        from darkpair.gen.sources.event_readers import open_events  # uproot is slow to import

        reader = open_events(self.path, self.tree, dict(self.branches), self.format)
        if reader.ours and not {self.momentum_unit, self.length_unit} <= {None, "GeV", "mm"}:
            raise InputError(f"{self.path!r} says its units itself; leave momentum_unit and length_unit out")
        return reader

    def _candidates(
        self, reader: Reader, start: int, stop: int
    ) -> tuple[Index, dict[str, NDArray[Any]], Index]:
        """Offsets of the lists of events start to stop - 1, their ids and mothers, and where the parents stand."""
        names = [name for name in ("pdgid", "mother") if name in reader.names]
        offsets, particles, _ = reader.read(start, stop, names)
        pdgid = particles["pdgid"]
        kind = np.abs(pdgid)
        mesons = np.flatnonzero(_among(kind, {abs(k) for k in self._kinds}))
        if "mother" in particles and len(mesons):
            event = np.searchsorted(offsets, mesons, side="right") - 1
            mother = particles["mother"][mesons].astype(np.int64)
            self._check_mothers(particles["mother"], offsets, start)
            above = mother + offsets[event]
            copied = above[(mother >= 0) & (kind[np.maximum(above, 0)] == kind[mesons])]
            mesons = np.setdiff1d(mesons, copied)
        return offsets, particles, mesons[_among(pdgid[mesons], self._kinds)]

    def _check_mothers(self, mother: NDArray[Any], offsets: Index, start: int) -> None:
        counts = np.diff(offsets)
        bad = np.flatnonzero(mother >= np.repeat(counts, counts))
        if len(bad):
            event = int(np.searchsorted(offsets, bad[0], side="right")) - 1
            raise InputError(
                f"{self.path!r}: in event {start + event} a particle's mother has the index {mother[bad[0]]}, and there are "
                f"{counts[event]} particles; allowed: an index into the event's own list, or -1; correct branches.mother"
            )

    def _scan(self) -> EventIndex:
        """Where each block begins, how many parents there are, what they weigh."""
        reader = self._reader()
        if self.mass == "stored" and "mass" not in reader.names:
            raise InputError(f'{self.path!r} stores no mass; name branches.mass, or take mass = "pdg"')
        kinds = self._kinds
        counts = dict.fromkeys(kinds, 0)
        masses: dict[int, float] = {}
        starts: list[tuple[int, int]] = []
        sums = WeightSums()
        for start, stop in _steps(0, reader.entries, reader.step):
            offsets, columns, at = self._candidates(reader, start, stop)
            event = np.searchsorted(offsets, at, side="right") - 1
            begins = range(-sums.n_parents % BLOCK, len(at), BLOCK)
            starts += [(start + int(event[k]), int(k - np.searchsorted(event, event[k]))) for k in begins]
            weight = np.ones(stop - start)
            if "weight" in reader.names:
                weight = reader.read(start, stop, ["weight"])[2]["weight"]
            sums.add(weight, event)
            for kind, number in zip(*np.unique(columns["pdgid"][at], return_counts=True), strict=True):
                counts[int(kind)] += int(number)
            if self.mass == "stored" and len(at):
                columns |= reader.read(start, stop, ["mass"])[1]
                self._one_mass(columns, at, masses, _unit(reader, self.momentum_unit, ENERGY))
        if not sums.n_parents:
            raise InputError(
                f"{self.path!r} holds none of {', '.join(self.parents)} in {reader.entries} events; name other parents"
            )
        if not math.isfinite(sums.mean) or sums.mean == 0.0:
            raise InputError(
                f"the weights of {self.path!r} have the mean {sums.mean} over the {sums.n_parents} parents; allowed: a finite "
                'number that is not 0; map branches.weight, or leave the weights out by branches.weight = ""'
            )
        per_event, error = sums.parents_per_event()
        return EventIndex(
            counts=counts,
            masses=kinds | masses,
            mean_weight=sums.mean,
            parents_per_event=per_event,
            parents_per_event_error=error,
            starts=(*starts, (reader.entries, 0)),
        )

    def _one_mass(
        self, particles: dict[str, NDArray[Any]], at: Index, masses: dict[int, float], unit: float
    ) -> None:
        """Collect the stored mass of each kind [GeV], and refuse several."""
        for kind in np.unique(particles["pdgid"][at]):
            stored = particles["mass"][at[particles["pdgid"][at] == kind]]
            values = stored.astype(np.float64) * unit
            first = masses.setdefault(int(kind), float(values[0]))
            off = float(np.max(np.abs(values - first)))
            if not (first > 0.0 and off <= 1e-9 * first):
                raise InputError(
                    f'mass = "stored": {self.path!r} stores masses of PDG id {kind} from {values.min():.9g} to '
                    f'{values.max():.9g} GeV, and a chain needs one above 0; take mass = "pdg"'
                )

    def _originals(
        self,
        reader: Reader,
        span: tuple[int, int],
        offsets: Index,
        columns: dict[str, NDArray[Any]],
        at: Index,
    ) -> Originals:
        """The events of those parents [GeV, mm]."""
        start, stop = span
        _, particles, events = reader.read(start, stop, sorted(reader.names - set(columns)))
        row = np.searchsorted(offsets, at, side="right") - 1
        n = int(offsets[-1])
        energy = _unit(reader, self.momentum_unit, ENERGY)
        length = LENGTH[reader.length_unit] if reader.ours else _unit(reader, self.length_unit, LENGTH)
        quantities = particles | columns
        for name in _MOMENTUM:
            if name in quantities and name not in ("eta", "phi"):
                quantities[name] = _scaled(quantities[name], energy)
        if "energy" in quantities:
            quantities["E"] = quantities.pop("energy")
        if "mass" not in quantities or ("px" in quantities and "E" not in quantities):
            quantities |= self._completed(quantities)
        for name in VERTEX:
            if name in quantities:
                quantities[name] = _scaled(quantities[name], length)
        quantities.setdefault("mother", np.full(n, -1, dtype=np.int32))
        quantities.setdefault("status", np.zeros(n, dtype=np.int32))
        numbers = {name: events[name] for name in NAME if name in events}
        numbers["entry"] = np.arange(start, stop, dtype=np.uint64)
        numbers["weight"] = events.get("weight", np.ones(stop - start)).astype(np.float64)
        whole = Originals(
            offsets=offsets, particles=quantities, events=numbers, rows=row, parent=at - offsets[row]
        )
        return whole.compact()

    def _completed(self, columns: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Energy or mass from the other [GeV]."""
        if "px" in columns:
            p2 = sum(columns[name].astype(np.float64) ** 2 for name in ("px", "py", "pz"))
            if "E" in columns:
                return {"mass": np.sqrt(np.maximum(columns["E"].astype(np.float64) ** 2 - p2, 0.0))}
            if "mass" in columns:
                return {"E": np.sqrt(columns["mass"].astype(np.float64) ** 2 + p2)}
        raise InputError(
            f"{self.path!r} tells neither energy nor mass; name branches.mass"
            + (" or branches.energy" if "px" in columns else "")
        )

    def _made(self, originals: Originals) -> Parents:
        """Parents on their mass shell, where the file made them."""
        at = originals.offsets[originals.rows] + originals.parent
        pdgid = originals.particles["pdgid"][at]
        momentum = np.stack(four_momentum(originals.particles, at))
        mass = np.empty(len(at))
        for kind, value in self._index.masses.items():
            mass[pdgid == kind] = value
        momentum[3] = np.sqrt((momentum[:3] ** 2).sum(axis=0) + mass * mass)
        vertex = np.zeros((4, len(at)))
        for i, name in enumerate(VERTEX):
            if name in originals.particles:
                vertex[i] = originals.particles[name][at]
        if not (np.isfinite(momentum).all() and np.isfinite(vertex).all()):
            bad = int(np.flatnonzero(~np.isfinite(np.concatenate([momentum, vertex])).all(axis=0))[0])
            raise InputError(
                f"{self.path!r}: the parent in event {originals.events['entry'][originals.rows[bad]]} has a momentum or "
                "vertex that is not finite; correct the file, or the branches"
            )
        return Parents(
            pdgid=self.pdgid,
            momentum=momentum,
            vertex=vertex,
            weights={"event_file": originals.events["weight"][originals.rows] / self._index.mean_weight},
            pdgids=pdgid,
            originals=originals,
        )


def _steps(first: int, last: int, step: int) -> Iterator[tuple[int, int]]:
    return ((start, min(start + step, last)) for start in range(first, last, step))


def _among(values: NDArray[np.int32], kinds: Collection[int]) -> NDArray[np.bool_]:
    """Whether each value is one of few."""
    out = np.zeros(len(values), dtype=bool)
    for kind in kinds:
        out |= values == kind
    return out


def _unit(reader: Reader, given: str | None, table: Mapping[str, float]) -> float:
    """What one in the file is in GeV or mm."""
    return 1.0 if reader.ours or given is None else table[given]


def _scaled(column: NDArray[Any], unit: float) -> NDArray[Any]:
    """Column in GeV or mm; the file's own numbers where that is its unit."""
    return column if unit == 1.0 else column.astype(np.float64) * unit
