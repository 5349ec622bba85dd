"""Every word that EvtGen has for a particle is one here, or is refused in one line."""

from __future__ import annotations

import math

from darkpair.gen.errors import UnknownNameError
from darkpair.gen.particles import Particle, particle
from darkpair.gen.pdg_entries import evtgen_names


def test_every_name_is_a_particle_or_unknown() -> None:
    """Some names have ids that the PDG's table does not have, or that are none."""
    refused = {}
    for name in evtgen_names().values():
        made, said = tried(name)
        if made is None:
            refused[name] = said
        else:
            assert made.name == name
            assert math.isfinite(made.mass)
            assert made.mass >= 0.0
    for name, said in refused.items():
        assert f"unknown particle {name!r}" in said
        assert f"did you mean {name!r}" not in said
    assert "Xsd" in refused
    assert 0 < len(refused) < 0.5 * len(evtgen_names())


def tried(name: str) -> tuple[Particle | None, str]:
    """The particle of a name, or what is said of it."""
    try:
        return particle(name), ""
    except UnknownNameError as error:
        return None, str(error)
