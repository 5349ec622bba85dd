"""Parents taken from anyone's event files, with the events that they are in: ROOT trees, RNTuples, HepMC, LHE, HEPEVT."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, ClassVar, Literal, get_args

import numpy as np

from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.events import Parents
from darkpair.gen.frozen import freeze
from darkpair.gen.kinematics import Array
from darkpair.gen.originals import VERTEX, Originals, four_momentum
from darkpair.gen.parameters import settle
from darkpair.gen.particles import conjugate, particle
from darkpair.gen.ranges import ENERGIES, PLACES
from darkpair.gen.shared_parents import require_uses
from darkpair.gen.sources.event_index import EventIndex
from darkpair.gen.sources.event_listing import REFERENCES, Format
from darkpair.gen.sources.event_paths import event_paths
from darkpair.gen.sources.event_quantities import unit_of
from darkpair.gen.sources.event_scan import scan
from darkpair.gen.sources.event_series import EventSeries
from darkpair.gen.sources.reused import azimuths, repeated, turned
from darkpair.gen.streams import BLOCK, asked
from darkpair.gen.units import ENERGY, LENGTH

__all__ = ["EventFile"]


@dataclass(frozen=True, kw_only=True)
class EventFile:
    """Mesons of anyone's event file (ROOT, HepMC, LHE, HEPEVT), the original event kept and linked.

    Every parent in the file is one generated event, in the file's order: an event with two of them appears twice,
    each time with another one decayed.  Of copies in the record (B -> B, or an oscillated B0 -> anti-B0) the last
    one counts (`darkpair.gen.sources.copies`).  Several files are one sample, in their order.  A parent keeps its
    three-momentum and gets the mass of `mass`.  Events are weighted with the file's weights divided by their mean over all
    parents, so that the factor ``event_file`` is 1 on average.  With `uses` each parent is taken several times, one after
    the other, and decays anew each time; errors count parents.

    Parameters
    ----------
    path : str, or tuple of str
        The file or files: ROOT with NanoAOD's GenPart, a known layout or columns of one's own, or text of HepMC,
        LHE or HEPEVT. Several hold the same quantities; ``~`` is the home folder, ``*.root`` all files of such names in
        their order, ``FILE:TREE`` a tree by its name; ``https://``, ``root://``, ``s3://``, ... are addresses.
    parents : tuple of str, or str
        Names of the particles to take.
    conjugates : bool
        Whether their antiparticles are taken as well.
    format : {"ttree", "rntuple", "hepmc3", "lhe", "hepevt"}, optional
        What the files have to be, else they are refused; seen from their first bytes unless given. HepMC2 is hepmc3 here.
    tree : str, optional
        Name of the TTree or RNTuple, perhaps with folders and a cycle (``dir/tree;2``); ``Events`` or the only one with
        particles unless given.
    branches : mapping of str to str
        Branches by quantity, where they are not NanoAOD's, ours or of a known layout: ``pt, eta, phi`` or ``px, py, pz``
        with ``mass`` or ``energy``, or ``p4``; ``pdgid, status, mother, mother2, statusFlags``; ``vx, vy, vz, vt``;
        ``weight, run, luminosityBlock, event``; ``particles``, the list of a known layout.  A component is ``p[:,0]``, a
        member ``p4.fE``, an index from 1 ``mother - 1``.  An empty name says that the file has none, as of HepMC ``weight = ""``.
        Of HepMC3 and LHE ``weight`` may name one of the weights.
    mass : {"pdg", "stored"}
        Mass that the parents get: the PDG's, or the file's, which has to be one for each kind.
    momentum_unit : {"GeV", "MeV", ...}, optional
        Unit of the branches of momenta, energies and masses, GeV unless given; HepMC, LHE, ours and
        known layouts say it themselves.
    length_unit : {"mm", "cm", ...}, optional
        Unit of the branches of vertices, to be given where there are any; HepMC, ours and known layouts say it
        themselves.
    uses : int
        How often each parent is used, a power of two from 1 to 16384.
    azimuth : {"kept", "free"}
        "free": each use has its event turned as a whole about the z axis by an angle of its own, which is right where the
        file's events are of unpolarised beams head on along z, as in a dump, and none of their directions was selected.

    Raises
    ------
    InputError
        For a file that is missing, damaged, foreign or without such parents, and for what cannot be read of it.
    UnknownNameError
        For an unknown particle, tree, branch, quantity, unit or format.
    """

    #: Formats that files may have (`darkpair.gen.references`); of a source those of its files. Who made one, it has to say itself.
    references: ClassVar[tuple[str, ...]] = tuple(dict.fromkeys(chain.from_iterable(REFERENCES.values())))

    path: tuple[str, ...] | str
    parents: tuple[str, ...] | str
    conjugates: bool = True
    format: Format | None = None
    tree: str | None = None
    branches: Mapping[str, Literal[""] | str] = field(default_factory=dict)  # noqa: PYI051 (an empty one is allowed)
    mass: Literal["pdg", "stored"] = "pdg"
    momentum_unit: str | None = None
    length_unit: str | None = None
    uses: int = 1
    azimuth: Literal["kept", "free"] = "kept"
    _series: EventSeries = field(init=False, repr=False, compare=False)
    _index: EventIndex = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        words: list[tuple[str, Any, tuple[str, ...]]] = [
            ("mass of parents", self.mass, ("pdg", "stored")),
            ("format", self.format, get_args(Format)),
        ]
        for what, word, allowed in words:
            if isinstance(word, str) and word not in allowed:
                raise UnknownNameError(what, word, allowed)
        settle(self)
        require_uses(self.uses)
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
        series = EventSeries(
            files=event_paths(self.path, self.tree),
            branches=self.branches,
            format=self.format,
            momentum_unit=self.momentum_unit,
            length_unit=self.length_unit,
            kinds=tuple(kinds),
        )
        object.__setattr__(self, "_series", series)
        index = scan(
            series, kinds, tuple(self.parents), stored=self.mass == "stored", block=BLOCK // self.uses
        )
        if self.tree is not None and not any(file.tree for file in index.files):
            raise InputError(
                f"tree = {self.tree!r} of {series.name}, of the format {index.files[0].kind}, which has no tree; leave tree out"
            )
        object.__setattr__(self, "_index", index)
        read = (REFERENCES[file.kind] + (REFERENCES["ttree"] if file.tree else ()) for file in index.files)
        object.__setattr__(self, "references", tuple(dict.fromkeys(chain.from_iterable(read))))

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
        """How many parents the files give: all that they hold, as often as each is used."""
        return self._index.n_parents * self.uses

    @property
    def _uses(self) -> dict[str, Any]:
        """How parents are used, where that is not once as they are."""
        once = (self.uses, self.azimuth) == (1, "kept")
        return {} if once else {"uses": self.uses, "azimuth": self.azimuth}

    def sample_identity(self) -> dict[str, Any]:
        """What the files hold, and what is read of them; where they stand decides about no event."""
        every = [self._identity(file) for file in range(len(self._series.files))]
        first = every[0]
        shared = {key for key in first if all(row[key] == first[key] for row in every)}
        differing = [{key: row[key] for key in row if key not in shared} for row in every]
        rows = {"files": differing} if len(every) > 1 else {}
        return (
            {key: first[key] for key in first if key in shared}
            | rows
            | {
                "masses": self.masses,
                "stored": self.mass == "stored",
            }
            | self._uses
        )

    def _identity(self, file: int) -> dict[str, Any]:
        """What one of the files holds, and what is read of it."""
        index = self._index.files[file]
        return {
            "content": self._series.digest(file, index),
            "tree": index.tree,
            "branches": index.branches,
            "units": (
                unit_of(self.momentum_unit, ENERGY, ours=index.ours),
                unit_of(self.length_unit, LENGTH, ours=index.ours),
            ),
        }

    def provenance(self) -> dict[str, Any]:
        """The files, what is read of them, and what a first pass through them found."""
        files = [self._described(file) for file in range(len(self._series.files))]
        return {
            "path": self.path,
            "bytes": sum(row["bytes"] for row in files),
            "format": " and ".join(dict.fromkeys(row["format"] for row in files)),
            "tree": " and ".join(dict.fromkeys(row["tree"] for row in files if "tree" in row)),
            "layout": " and ".join(dict.fromkeys(row["layout"] for row in files if "layout" in row)),
            "entries": sum(row["entries"] for row in files),
            "files": files,
            "parents": self.parents,
            "counts": self._index.counts,
            "masses": self._index.masses,
            "mass": self.mass,
            "branches": self._index.files[0].branches,
            "momentum_unit": self.momentum_unit,
            "length_unit": self.length_unit,
            "mean_weight": self._index.mean_weight,
            "parents_per_event": self._index.parents_per_event,
            "parents_per_event_error": self._index.parents_per_event_error,
        } | self._uses

    def _described(self, file: int) -> dict[str, Any]:
        """What provenance says of one of the files."""
        index = self._index.files[file]
        return {
            "path": self._series.files[file].path,
            **({"tree": index.tree} if index.tree else {}),
            **({"layout": index.layout} if index.layout else {}),
            "bytes": index.stamp[0],
            "sha256": self._series.digest(file, index),
            "format": index.kind,
            "entries": index.entries,
            "parents": index.parents,
        }

    def sample(self, n: int, rng: np.random.Generator) -> Parents:
        """The first n parents; the generator is asked for their azimuth where that is free, and for nothing else.

        Raises
        ------
        InputError
            For more than there are.
        """
        n = asked(n)
        if not 0 < n <= self.n_parents:
            raise InputError(f"{n} parents of {self._series.name}; allowed: 1 to {self.n_parents}")
        blocks = [self._rows(index) for index in range(-(-n // BLOCK))]
        whole = repeated(Originals.concatenate(blocks), self.uses)
        return self.turned(self._made(whole).take(np.arange(n)), rng)

    def block(self, index: int) -> Parents:
        """Parents of a block, with their events, as they are in the file.

        Parameters
        ----------
        index : int
            Index of the block, from 0; all blocks but the last hold 16384 uses of parents.
        """
        return self._made(repeated(self._rows(index), self.uses))

    def turned(self, parents: Parents, rng: np.random.Generator) -> Parents:
        """Parents of a block, each use at an azimuth of its own; these themselves where azimuths are kept.

        Parameters
        ----------
        parents : Parents, (n,)
            As `block` gives them.
        rng : numpy.random.Generator
            Generator of the angles.
        """
        if self.azimuth == "kept" or parents.originals is None:
            return parents
        return self._made(turned(parents.originals, azimuths(len(parents), self.uses, rng)))

    def _rows(self, index: int) -> Originals:
        """Parents of a block in the files' events."""
        (first, skip), (last, beyond) = self._index.starts[index : index + 2]
        size = min(BLOCK, self.n_parents - index * BLOCK) // self.uses
        parts = []
        taken = 0
        for piece in self._series.pieces(self._index.files, first, last + (beyond > 0)):
            at = piece.parents[skip if piece.first == first else 0 :][: size - taken]
            taken += len(at)
            if len(at):
                quantities = self._series.quantities(piece.file, self._index.types)
                parts.append(quantities.originals(piece, at))
        return Originals.concatenate(parts)

    def _made(self, originals: Originals) -> Parents:
        """Parents on their mass shell, where the file made them."""
        at = originals.offsets[originals.rows] + originals.parent
        pdgid = originals.particles["pdgid"][at]
        momentum = np.stack(four_momentum(originals.particles, at))
        mass = np.empty(len(at))
        for kind, value in self._index.masses.items():
            mass[pdgid == kind] = value
        vertex = np.zeros((4, len(at)))
        for i, name in enumerate(VERTEX):
            if name in originals.particles:
                vertex[i] = originals.particles[name][at]
        self._check(originals, momentum[:3], vertex)
        momentum[3] = np.sqrt((momentum[:3] ** 2).sum(axis=0) + mass * mass)
        return Parents(
            pdgid=self.pdgid,
            momentum=momentum,
            vertex=vertex,
            weights={"event_file": originals.events["weight"][originals.rows] / self._index.mean_weight},
            pdgids=pdgid,
            originals=originals,
        )

    def _check(self, originals: Originals, momentum: Array, vertex: Array) -> None:
        """Refuse parents whose momentum (3, n) [GeV] or vertex (4, n) [mm] is not finite, or beyond what the arithmetic carries."""
        fits = (np.abs(momentum) <= ENERGIES[1]).all(axis=0) & (np.abs(vertex) <= PLACES[1]).all(axis=0)
        for bad in np.flatnonzero(~fits)[:1]:
            row = originals.rows[bad]
            file = int(originals.events["file"][row]) if "file" in originals.events else 0
            finite = np.isfinite(momentum[:, bad]).all() and np.isfinite(vertex[:, bad]).all()
            what = f"beyond {ENERGIES[1]:g} GeV or {PLACES[1]:g} mm" if finite else "not finite"
            raise InputError(
                f"{self._series.files[file].path!r}: the parent in event {originals.events['entry'][row]} has a momentum or vertex that "
                f"is {what}; correct the file, or the branches"
            )
