"""Counting of PYTHIA's mesons, with a stand-in for PYTHIA whose events are written down here."""

from __future__ import annotations

import math
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import awkward as ak
import numpy as np
import pytest

from darkpair.gen.data.mesons import make_tables, pythia8_mesons
from darkpair.gen.particles import particle
from darkpair.gen.sources.meson_files import COLLIDER, TableKey

PROTON = particle("p+").mass
KEY = TableKey("pythia8", 400.0, "p")
MESONS = np.array([111, 221])


def entry(pdgid: int, status: int, px: float = 0.0, py: float = 0.0, pz: float = 0.0) -> dict[str, Any]:
    """A line of PYTHIA's event record; what decayed has a status below 0."""
    return {"id": pdgid, "status": status, "p": {"px": px, "py": py, "pz": pz}}


#: Inelastic: a pi0 at the end, and an eta that decays.
MESONS_MADE = [
    entry(2212, -12),
    entry(221, -83, 0.3, -0.4, 7.0),
    entry(111, 84, 5.0, 12.0, -2.0),
    entry(22, 91),
]
#: Nothing but nucleons comes out, though an eta stood between: not counted.
NUCLEONS = [entry(221, -83, 1.0, 1.0, 1.0), entry(2212, 14, 0.1), entry(-2112, 14, -0.1)]
#: Inelastic without a meson that is wanted.
PIONS = [entry(2212, 14), entry(211, 84, 1.0), entry(-211, 84, -1.0)]


class Pythia:
    """What `mesons` asks of PYTHIA: the three events again and again, and round cross-sections."""

    refused = ""
    starts = True

    def __init__(self, folder: str, banner: bool) -> None:
        self.lines: list[str] = []
        self.batches: list[int] = []
        self.handed = 0
        self.asked: list[float] = []
        type(self).last = self

    last: Pythia

    def readString(self, line: str) -> bool:
        self.lines.append(line)
        return line != self.refused

    def init(self) -> bool:
        return self.starts

    def nextBatch(self, events: int) -> SimpleNamespace:
        cycle = (MESONS_MADE, NUCLEONS, PIONS)
        self.batches.append(events)
        batch = [cycle[i % 3] for i in range(self.handed, self.handed + events)]
        self.handed += events
        return SimpleNamespace(prt=ak.Array(batch))

    def getSigmaTotal(self, first: int, second: int, root_s: float) -> float:
        self.asked.append(root_s)
        return 40.0

    def getSigmaPartial(self, first: int, second: int, root_s: float, process: int) -> float:
        return {2: 7.5}[process]

    def parm(self, name: str) -> float:
        return {"Pythia:versionNumber": 8.316}[name]


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> type[Pythia]:
    class Fresh(Pythia):
        pass

    module = ModuleType("pythia8mc")
    module.Pythia = Fresh  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pythia8mc", module)
    monkeypatch.setattr(pythia8_mesons, "version", {"pythia8mc": "8.316.0"}.__getitem__)
    monkeypatch.setattr(pythia8_mesons, "_BATCH", 3)
    return Fresh


def test_the_mesons_of_inelastic_events_are_counted(stand_in: type[Pythia]) -> None:
    pdgid, pz, pt, about = pythia8_mesons.mesons(KEY, 7, 5, MESONS)
    assert stand_in.last.batches == [3, 3, 1]
    assert pdgid.tolist() == [221, 111] * 3
    assert pz.tolist() == [7.0, -2.0] * 3
    assert pt == pytest.approx([0.5, 13.0] * 3)
    assert about["inelastic_events"] == 5
    assert (about["sigma_total_mb"], about["sigma_inelastic_mb"]) == (40.0, 32.5)
    assert about["version"] == "8.316 in pythia8mc 8.316.0"
    assert ["Print:quiet = on", *about["settings"]] == stand_in.last.lines
    assert "Random:seed = 5" in about["settings"]


@pytest.mark.parametrize(
    ("target", "energy", "root_s"),
    [
        ("p", 400.0, math.sqrt((400.0 + PROTON) ** 2 - (400.0**2 - PROTON**2))),
        (COLLIDER, 6.8e3, 13.6e3),
    ],
)
def test_energy_in_the_centre_of_mass(
    stand_in: type[Pythia], target: str, energy: float, root_s: float
) -> None:
    about = pythia8_mesons.mesons(TableKey("pythia8", energy, target), 1, 1, MESONS)[3]
    assert stand_in.last.asked == pytest.approx([root_s])
    (line,) = (line for line in about["settings"] if line.startswith("Beams:eCM = "))
    assert float(line.removeprefix("Beams:eCM = ")) == pytest.approx(root_s)


@pytest.mark.parametrize(("root_s", "process"), [(10.0, "LowEnergyQCD"), (10.1, "SoftQCD")])
def test_low_energies_have_a_process_of_their_own(root_s: float, process: str) -> None:
    lines = pythia8_mesons.settings(root_s, 1)
    assert [line for line in lines if line.endswith(":inelastic = on")] == [f"{process}:inelastic = on"]


def test_what_pythia_cannot_do_is_refused(stand_in: type[Pythia]) -> None:
    with pytest.raises(ValueError, match="protons on protons, not on Cu"):
        pythia8_mesons.mesons(TableKey("pythia8", 400.0, "Cu"), 1, 1, MESONS)
    stand_in.starts = False
    with pytest.raises(ValueError, match="does not start"):
        pythia8_mesons.mesons(KEY, 1, 1, MESONS)
    stand_in.refused = "111:mayDecay = off"
    with pytest.raises(ValueError, match="refuses '111:mayDecay = off'"):
        pythia8_mesons.mesons(KEY, 1, 1, MESONS)


@pytest.mark.usefixtures("stand_in")
def test_what_a_table_is_made_of() -> None:
    """Rapidity in the centre of mass: sinh y = pz / mT, each meson with its own mass."""
    pdgid, y, pt, about = make_tables.generate(KEY, 3, 9)
    assert pdgid.tolist() == [221.0, 111.0]
    masses = np.array([particle("eta").mass, particle("pi0").mass])
    assert np.sinh(y) * np.sqrt(pt**2 + masses**2) == pytest.approx([7.0, -2.0])
    assert (about["generator"], about["seed"], about["events"]) == ("pythia8", 9, 3)
    assert about["inelastic_events"] == 2
