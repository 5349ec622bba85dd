"""What the header of a HepMC3 file says of all its events, under the names that NuHepMC gave such things.

Processes, status codes, particles that the PDG does not number or that programs do not know, and what to cite.  A file of
ours is no NuHepMC file and does not call itself one (``NuHepMC.Version``): a decay has no cross section (G.R.5, G.R.6), no
target (E.R.7), and the place of an event stands in its ``E`` line alone (E.R.5).  What it declares it keeps.

References
----------
S. Gardiner, J. Isaacson, L. Pickering, arXiv:2310.13211: NuHepMC; requirements and conventions by the numbers that version
1.0.0 of its living text gives them (github.com/NuHepMC/Spec, README.md).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.dark_states import DarkState, chains_of, dark_states
from darkpair.gen.references import entries

__all__ = ["DECAY", "OF_FILE", "PRIMARY", "Processes", "late_lines", "run_lines"]

#: Status codes of vertices: the decay that the sample is made of (V.R.1), another of the chain, one of an event file.
PRIMARY, DECAY, OF_FILE = 1, 21, 22

_VERTICES: Final = {
    PRIMARY: ("primary", "decay of the parent, which the process names"),
    DECAY: ("decay", "decay of what comes from the parent"),
    OF_FILE: ("file", "vertex of the event file that the parent is from"),
}

_PARTICLES: Final = {
    1: ("final", "particle that is not decayed"),
    2: ("decayed", "particle that is decayed"),
    4: ("beam", "parent that the source gives"),
}

#: Process of events that no listed decay made.
_UNLISTED: Final = (0, "unlisted", "decay that the file's provenance does not list")

#: A type of citation by what its identifiers look like (G.C.3).
_CITED: Final = {
    "arXiv": re.compile(r"arXiv:(\S+)"),
    "DOI": re.compile(r"doi:(10\.\d{4,9}/\S+)"),
}


@dataclass(frozen=True, kw_only=True)
class Processes:
    """First decays of a sample by number.

    Parameters
    ----------
    rows : tuple of tuples
        Number, name and description of each.
    ids : dict of int to int
        Number by the `_key` of the parent and its daughters.
    """

    rows: tuple[tuple[int, str, str], ...] = (_UNLISTED,)
    ids: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, provenance: Mapping[str, Any]) -> Processes:
        """Those that the provenance of a file lists."""
        rows: list[tuple[int, str, str]] = []
        ids: dict[int, int] = {}
        for chain in chains_of(provenance):
            particles = chain.get("particles", {})
            parent = str(chain.get("decay", "")).partition(" -> ")[0]
            for mode, recipe in chain.get("modes", {}).items():
                names = mode.replace(" -> ", " ").split()
                if names[0] == parent and all(name in particles for name in names):
                    key = _key_of([particles[name]["pdgid"] for name in names])
                    if key not in ids:
                        ids[key] = len(rows) + 1
                        rows.append((len(rows) + 1, mode, str(recipe)))
        return cls(rows=(*rows, _UNLISTED), ids=ids)

    def numbers(
        self,
        pdgid: NDArray[Any],
        parents: NDArray[np.int64],
        daughters: NDArray[np.bool_],
        event: NDArray[np.int64],
    ) -> NDArray[np.int64]:
        """Number of the process of each event, (n,).

        Parameters
        ----------
        pdgid : ndarray, (k,)
            PDG ids of all particles.
        parents : ndarray, (n,)
            Row of each event's parent.
        daughters : ndarray of bool, (k,)
            Which come from their event's parent.
        event : ndarray, (k,)
            Which event each is of.
        """
        keys = _mixed(pdgid[parents], 1)
        np.add.at(keys, event[daughters], _mixed(pdgid[daughters], 0))
        values, place = np.unique(keys, return_inverse=True)
        return np.array([self.ids.get(key, 0) for key in values.tolist()], dtype=np.int64)[place]


def _mixed(pdgid: NDArray[Any], salt: int) -> NDArray[np.uint64]:
    """Numbers of PDG ids whose sums tell sets of particles apart."""
    mixed = (np.asarray(pdgid).astype(np.int64).astype(np.uint64) + np.uint64(salt << 40)) * np.uint64(
        0x9E3779B97F4A7C15
    )
    mixed ^= mixed >> np.uint64(29)
    mixed = mixed * np.uint64(0xBF58476D1CE4E5B9)
    return mixed ^ (mixed >> np.uint64(32))


def _key_of(pdgids: list[int]) -> int:
    """Key of a parent, the first, and its daughters."""
    parent, *daughters = np.array(pdgids, dtype=np.int64)
    keys = _mixed(np.array([parent]), 1)
    return (int(keys[0]) + sum(map(int, _mixed(np.array(daughters), 0)))) % 2**64


def run_lines(provenance: Mapping[str, Any], processes: Processes) -> list[tuple[str, str]]:
    """Names and values of the attributes of the run.

    Parameters
    ----------
    provenance : mapping
        How the events are made, as plain values.
    processes : Processes
        The file's.
    """
    of_file = (provenance.get("source") or {}).get("type") == "EventFile"
    vertices = {code: row for code, row in _VERTICES.items() if of_file or code != OF_FILE}
    cited = list(_citations(provenance))
    conventions = (
        ["G.C.3"] * bool(cited) + ["G.C.5"] + ["G.S.2"] * (not of_file)
    )  # (a file's particles have its codes)
    listed = {number: (name, recipe) for number, name, recipe in processes.rows}
    return [
        ("NuHepMC.Conventions", " ".join(conventions)),
        *_described("ProcessIDs", "ProcessInfo", listed),
        *_described("VertexStatusIDs", "VertexStatusInfo", vertices),
        *_described("ParticleStatusIDs", "ParticleStatusInfo", _PARTICLES),
        *_particle_lines(provenance),
        *cited,
        ("darkpair.CV", "genWeight of a ROOT file of the events, the product of all other weights"),
        (
            "darkpair.normalisation",
            "weights are for each generated parent; a decay has no cross section, and none is given",
        ),
    ]


def _described(ids: str, info: str, rows: Mapping[int, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """A list of numbers, and the name and description of each (G.R.8, G.R.9, G.R.10)."""
    yield f"NuHepMC.{ids}", " ".join(map(str, rows))
    for number, (name, text) in rows.items():
        yield f"NuHepMC.{info}[{number}].Name", name
        yield f"NuHepMC.{info}[{number}].Description", text


def _particle_lines(provenance: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Dark states (G.R.11, G.C.5): those of the chains; by their names alone where no chain is known."""
    states: dict[int, DarkState] = {}
    for state in dark_states(provenance):
        states.setdefault(state.pdgid, state)
    yield "NuHepMC.AdditionalParticleNumbers", " ".join(map(str, states))
    for pdgid, state in states.items():
        yield f"NuHepMC.AdditionalParticleNumber[{pdgid}].Name", state.name  # the text's spelling
        yield f"NuHepMC.AdditionalParticleInfo[{pdgid}].Name", state.name  # that of NuHepMC's own reader
        words = f"dark state, spin {state.spin:g}, charge 0"
        words += f", mass {state.mass:g} GeV" if state.mass is not None else ""
        words += f", lifetime {state.law.lower()} (darkpair.provenance)" if state.law else ""
        yield f"NuHepMC.AdditionalParticleInfo[{pdgid}].Description", words
        ctau = state.ctau if state.ctau is not None and math.isfinite(state.ctau) else None
        for key, value in (("Mass", state.mass), ("Width", state.width), ("CTau", ctau)):
            if value is not None:
                yield f"NuHepMC.AdditionalParticleNumber[{pdgid}].darkpair.{key}", f"{value:.17g}"
        yield f"NuHepMC.AdditionalParticleNumber[{pdgid}].darkpair.Spin", f"{state.spin:g}"
        yield f"NuHepMC.AdditionalParticleNumber[{pdgid}].darkpair.Charge", "0"


def _citations(provenance: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What the numbers of the file rest on (G.C.3), by the part of the job that does."""
    for part, given in (provenance.get("references") or {}).items():
        keys = [_identifier(key) for key in given]
        for kind, pattern in _CITED.items():
            cited = [match[1] for key in keys if (match := pattern.fullmatch(key))]
            if cited:
                yield f"NuHepMC.Citations.{part.capitalize()}.{kind}", " ".join(cited)


def _identifier(key: str) -> str:
    """The key itself, or the DOI of an entry that has another key."""
    entry = entries().get(key)
    if entry is None or key.startswith(("arXiv:", "doi:")) or "doi" not in entry.fields:
        return key
    return f"doi:{entry.fields['doi']}"


def late_lines(provenance: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and values of attributes that are known at the end: generated events, and what the experiment was exposed to."""
    result = provenance.get("result")
    if not isinstance(result, Mapping):
        return []
    out = [("darkpair.generated", str(result["generated"]))] if "generated" in result else []
    said = (result.get("expected") or {}).get("normalisation") or {}
    if said.get("exposure") is not None:
        out += [
            ("darkpair.exposure", f"{said['exposure']:.17g}"),
            ("darkpair.exposure_unit", str(said.get("unit", ""))),
        ]
    return out
