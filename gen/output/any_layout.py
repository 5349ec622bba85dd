"""Some events of a finished file in one shape, whatever its layout and kind: for who shows events, not for who counts them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import awkward as ak
import numpy as np

from darkpair.gen.output.file_format import vertex_unit
from darkpair.gen.output.file_particles import FileParticles, branch_table, particles_of
from darkpair.gen.output.formats import format_of_name
from darkpair.gen.output.layouts import ORIGINAL
from darkpair.gen.output.part_names import require_parts
from darkpair.gen.output.reader import read_branches, read_events, read_provenance, reco_record
from darkpair.gen.output.spelling import word
from darkpair.gen.sample_name import NAME

if TYPE_CHECKING:
    import os

    from numpy.typing import NDArray

__all__ = ["accepted_rows", "read_some"]

#: Branches that are neither a particle's nor a detector's.
_OTHERS = re.compile(r"n?GenPart(_.*)?|(Sample|File)_.*|genWeight|weight_.*|.*_properLength")

#: A detector's plain branch in the layout ``nano``.
_NANO = re.compile(r"n([A-Z]\w*)")


def read_some(path: str | os.PathLike[str], first: int = 0, last: int | None = None) -> ak.Array:
    """Events of a ROOT or Parquet file in any layout, or of the parts of a dataset.

    Parameters
    ----------
    path : str or path
        The file, or the folder of the parts.
    first, last : int
        Index of the first event, and of the one after the last.

    Returns
    -------
    awkward.Array, (n,)
        ``run``, ``luminosityBlock`` and ``event``; ``weight``; ``particles`` with ``px, py, pz, E`` [GeV], ``vx, vy, vz``
        [mm], ``pdgid``, ``status`` and ``mother``; of an event file's events the index ``parent`` of the particle that
        decays, and whether a particle is ``replaced``; and a detector's record ``reco``, if the file has any.

    Raises
    ------
    InputError
        For a file that is missing or damaged, or of a format that does not hold whole events.
    """
    if Path(path).is_dir():
        whole = ak.concatenate([read_some(part, 0, last) for part in require_parts(Path(path))])
        return whole[first:last]
    provenance = read_provenance(path)
    layout = provenance["output"].get("layout", "cartesian")
    if layout == "cartesian" or not _is_of_branches(path):
        return _of_record(read_events(path, entry_start=first, entry_stop=last))
    branches = branch_table(path, first, last)
    particles = _record(particles_of(branches, provenance, vertex_unit(provenance, str(path))))
    flat = layout == "flat"
    roles = tuple(f"{word(row['role'])}_" for row in provenance["output"]["particles"]) if flat else ()
    fields = {name: branches[name] for name in NAME if name in branches}
    fields |= {"weight": branches["genWeight"], "particles": particles}
    fields |= {"parent": branches[ORIGINAL["parent"]]} if ORIGINAL["parent"] in branches else {}
    rest = {
        name: column
        for name, column in branches.items()
        if name not in NAME and not _OTHERS.fullmatch(name) and not (roles and name.startswith(roles))
    }
    if rest:
        reco = reco_record(rest)
        plain = _plain_name if layout == "nano" else str
        fields["reco"] = ak.zip({plain(name): reco[name] for name in reco.fields}, depth_limit=1)
    return ak.zip(fields, depth_limit=1)


def accepted_rows(path: str | os.PathLike[str]) -> NDArray[np.int64]:
    """Indices of the accepted events of a ROOT file that has others too; none of another file.

    Raises
    ------
    InputError
        As `read_some`.
    """
    kind = format_of_name(path)
    if Path(path).is_dir() or not (kind is None or kind.name == "root"):
        return np.zeros(0, np.int64)
    column = read_branches(path, names="accepted").get("accepted", ())
    return np.flatnonzero(np.asarray(column, bool))


def _is_of_branches(path: str | os.PathLike[str]) -> bool:
    """Whether a file of another layout than the record's can be read here, branch by branch."""
    kind = format_of_name(path)
    return kind is None or kind.name in ("root", "parquet")


def _of_record(events: ak.Array) -> ak.Array:
    """Events of the record of `read_events`."""
    weight = np.ones(len(events))
    for name in events.weights.fields:
        weight = weight * np.asarray(events.weights[name])
    fields = {name: events[name] for name in NAME if name in events.fields}
    fields |= {"weight": weight, "particles": events.particles}
    if "original" in events.fields:
        fields["parent"] = events.original.parent
    return ak.zip(fields | ({"reco": events.reco} if "reco" in events.fields else {}), depth_limit=1)


def _record(particles: FileParticles) -> ak.Array:
    """Particles as lists of records."""
    columns: dict[str, Any] = dict(zip(("px", "py", "pz", "E"), particles.momentum(), strict=True))
    names = ("vx", "vy", "vz", "pdgid", "status", "mother", "replaced")
    columns |= {name: particles.columns[name] for name in names if name in particles.columns}
    if "replaced" in columns:
        columns["replaced"] = columns["replaced"].astype(bool)
    return ak.unflatten(ak.zip(columns), np.diff(particles.offsets))


def _plain_name(name: str) -> str:
    """Name that a detector's plain branch has in other layouts: ``n_missed`` for nano's ``nMissed``."""
    match = _NANO.fullmatch(name)
    if match is None or "_" in name:
        return name
    return "n" + re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", match[1])
