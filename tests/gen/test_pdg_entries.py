"""Entries read one by one are those of the whole table, and nothing that a job names needs that."""

from __future__ import annotations

import subprocess
import sys
from copy import copy

import particle as pdg
import pytest

from darkpair.gen import pdg_entries
from darkpair.gen.pdg_entries import named_entry, pdg_entry

Entries = dict[int, tuple[pdg.Particle, pdg.Particle]]


@pytest.fixture
def unloaded(monkeypatch: pytest.MonkeyPatch) -> Entries:
    """Every entry of the table, which then is not loaded, beside its antiparticle's."""
    entries = {int(entry.pdgid): (entry, entry.invert()) for entry in pdg.Particle.all()}
    monkeypatch.setattr(pdg.Particle, "_table", None)
    monkeypatch.setattr(pdg.Particle, "_hash_table", None)
    return entries


def test_every_entry(unloaded: Entries) -> None:
    """Nuclei are left to the whole table."""
    apart = [pdgid for pdgid in unloaded if pdgid in pdg_entries._lines()[1]]
    assert apart == [
        pdgid for pdgid in unloaded if not pdg.PDGID(pdgid).is_nucleus or abs(pdgid) in (2112, 2212)
    ]
    for pdgid in apart:
        ours, (entry, partner) = pdg_entry(pdgid), unloaded[pdgid]
        for name in ("pdgid", "mass", "width", "ctau", "J", "P", "C", "charge", "anti_flag", "pdg_name"):
            assert getattr(ours, name) == getattr(entry, name), (pdgid, name)
        assert int(ours.invert().pdgid) == int(partner.pdgid)
    assert not pdg.Particle.table_loaded()


@pytest.mark.parametrize("pdgid", [0, 901, -51, 33, 1000000000])
def test_what_is_not_there(unloaded: Entries, pdgid: int) -> None:
    assert pdgid not in unloaded
    with pytest.raises((pdg.ParticleNotFound, pdg.InvalidParticle)):
        pdg_entry(pdgid)


@pytest.mark.parametrize("name", ["K_L0", "anti-B0", "e+", "deuteron"])
def test_by_name(unloaded: Entries, name: str) -> None:
    entry = named_entry(name)
    assert pdg.Particle.table_loaded() == (name == "deuteron")
    assert int(entry.pdgid) == int(pdg.Particle.from_evtgen_name(name).pdgid) in unloaded
    with pytest.raises(ValueError, match="not found"):
        named_entry(f"{name}?")


def test_a_table_of_the_user_s_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    kaon = copy(pdg.Particle.from_pdgid(130))
    kaon.mass = 498.0
    monkeypatch.setattr(pdg.Particle, "_hash_table", {130: kaon})
    monkeypatch.setattr(pdg.Particle, "_table", [kaon])
    assert pdg_entry(130).mass == 498.0


def test_a_chain_does_without_the_whole_table() -> None:
    code = (
        "import darkpair, particle\n"
        "darkpair.build('K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))', mass={'X1': 0.0, 'X2': 0.43})\n"
        "assert not particle.Particle.table_loaded()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
