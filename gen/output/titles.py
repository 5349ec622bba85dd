"""What each branch of a file of events means, and in which unit: the branch's title, ``meaning [unit]``.

The truth's stand here. A detector says its own (`darkpair.gen.observed.Observed.titles`); they travel with its record
as awkward's parameter ``__doc__``, which other programs show too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from darkpair.gen.errors import InputError
from darkpair.gen.output.event_columns import EventColumns
from darkpair.gen.output.file_format import VERTEX_UNIT
from darkpair.gen.output.spelling import SAMPLE, names, nano_name, word
from darkpair.gen.sample_name import NAME
from darkpair.gen.units import UNITS

if TYPE_CHECKING:
    import awkward as ak

    from darkpair.gen.output.layouts import Layout

__all__ = [
    "EVENT",
    "FILE_NAME",
    "LENGTH_TITLE",
    "PARTICLE",
    "WEIGHTS",
    "checked_title",
    "titles",
    "untitled",
]

_VERTEX = ("vx", "vy", "vz", "vt")

#: Of a particle, by the field of ``GenPart``; lengths and times of vertices in the unit of the layout.
PARTICLE = {
    "px": "momentum along x [GeV]",
    "py": "momentum along y [GeV]",
    "pz": "momentum along z, the beam [GeV]",
    "energy": "energy [GeV]",
    "pt": "transverse momentum [GeV]",
    "eta": "pseudorapidity [1]",
    "phi": "azimuth of the momentum [rad]",
    "mass": "mass that the chain or the event file gave the particle, in each event its own for a resonance [GeV]",
    "pdgId": "PDG id, dark states included [1]",
    "status": "1 final, 2 decayed, 4 beam; of a particle of an event file the file's [1]",
    "statusFlags": "NanoAOD's bits of the generator's status [1]",
    "genPartIdxMother": "index of the mother in GenPart, -1 without one [1]",
    "replaced": "whether the event file had the parent decay to it: not there any more [1]",
    "vx": "x of where the particle was made [mm]",
    "vy": "y of where the particle was made [mm]",
    "vz": "z of where the particle was made [mm]",
    "vt": "time when the particle was made [mm/c]",
}

#: Of an event.
EVENT = {
    "nGenPart": "particles of the event [1]",
    "run": "number of the run, which names the sample; 1 where nobody named the events [1]",
    "luminosityBlock": "number of the block of 16384 events in the sample, from 1; 1 where nobody named them [1]",
    "event": "number of the event in the sample, from 1; counted in this file where nobody named them [1]",
    "File_index": "which of the event files it is in, from 0, as source.files of the provenance lists them [1]",
    "File_entry": "number of the event in the event file, from 0 [1]",
    "File_genPartIdx": "index in GenPart of the parent that decays [1]",
    "File_hasVertex": "whether the parent's vertex is the event file's; it is 0 where not [1]",
    "File_weight": "weight of the event in the event file [1]",
    "File_azimuth": "angle by which the event file's event was turned about the z axis, from x to y [rad]",
}

#: Of the numbers of its name that a file's event had there.
FILE_NAME = {
    "run": "number of the run in the event file [1]",
    "luminosityBlock": "number of the luminosity block in the event file [1]",
    "event": "number of the event in the event file [1]",
}

#: Of the factors of ``genWeight``, by name; a chain or source of others may have its own.
WEIGHTS = {
    "genWeight": "weight of the event, product of all weight_* [1]",
    "absorption": "probability to decay before being absorbed [1]",
    "decay_region": "physical density over that of the draw, of decays forced where the detector may see them [1]",
    "directions": "isotropic density of the directions of decays over that of the draw [1]",
    "event_file": "weight in the event file over its mean over all parents [1]",
    "lifetime": "density of the exponential law at its c tau over that of the scan [1]",
    "path": "one over the density of the drawn proper lengths of a scan inside a region [mm per scanned particle]",
    "source": "physical density of the parents over that of the draw [1]",
}

#: Of the proper length of a role.
LENGTH_TITLE = "proper length of the decay of {}; NaN where the event has none [mm]"

_TITLE = re.compile(r"\S.* \[\S[^\[\]]*\]", re.DOTALL)


def titles(events: ak.Array | EventColumns, layout: Layout, columns: Mapping[str, Any]) -> dict[str, str]:
    """Title of each branch of the events, in the order of the file.

    Parameters
    ----------
    events : EventColumns or awkward.Array, (n,)
        Events, or their record.
    layout : {"cartesian", "nano", "flat"}
        Layout of the file.
    columns : mapping
        Columns by name, as `darkpair.gen.output.layouts.branches` or `file_columns` made them.

    Raises
    ------
    InputError
        For a detector's title without a unit.
    """
    if not isinstance(events, EventColumns):
        events = EventColumns.of_record(events)
    particle = {name: _in_layout(name, title, layout) for name, title in PARTICLE.items()}
    meanings = EVENT | {SAMPLE[name]: EVENT[name] for name in NAME}
    meanings |= {name: title for name, title in FILE_NAME.items() if name in events.original}
    meanings |= {f"GenPart_{name}": title for name, title in particle.items()}
    meanings |= {"genWeight": WEIGHTS["genWeight"]}
    if "path" in events.weights:  # then the product is no pure number
        meanings["genWeight"] = WEIGHTS["genWeight"].replace("[1]", "[mm per scanned particle]")
    for name in events.weights:
        meanings[f"weight_{word(name)}"] = WEIGHTS.get(name, f"factor of genWeight, {name} [1]")
    for role in events.proper_length:
        meanings[f"{word(role)}_properLength"] = LENGTH_TITLE.format(role)
    if layout == "flat":
        meanings |= {
            f"{word(role)}_{name}": f"{role}: {title}"
            for role in events.roles
            for name, title in particle.items()
        }
    for name, title in events.reco_titles.items():
        meanings[nano_name(name) if layout == "nano" else name] = checked_title(name, title)
    meanings = {f"n{name}": f"entries of {name} [1]" for name in columns} | meanings
    return {
        branch: meanings.get(branch) or untitled(branch)
        for name, column in columns.items()
        for branch in names(name, column)
    }


def untitled(branch: str) -> str:
    """Title of a branch of which nobody says what it is."""
    return f"{branch}, no title given [?]"


def checked_title(name: str, title: str) -> str:
    """The title, if it ends in a unit.

    Raises
    ------
    InputError
        If it does not.
    """
    if not _TITLE.fullmatch(title):
        raise InputError(
            f"the title {title!r} of the detector's {name!r} has no unit; write 'what it is [unit]', with [1] for a "
            "pure number"
        )
    return title


def _in_layout(name: str, title: str, layout: str) -> str:
    """Title of a particle's field with the unit that vertices have in the layout."""
    if name not in _VERTEX or layout not in VERTEX_UNIT:
        return title
    return title.replace(f"[{UNITS['length']}", f"[{VERTEX_UNIT[layout]}")
