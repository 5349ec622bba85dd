"""Which particles of a chain are not the PDG's: one may want them, and nobody should take them for those of nature."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from darkpair.gen.particles import published
from darkpair.gen.resonance_channels import RESONANCES

__all__ = ["published_lines"]


def published_lines(chain: Mapping[str, Any]) -> Iterator[str]:
    """What differs from the PDG of each particle of a chain, as its provenance describes them, one a line."""
    shapes, first = chain.get("line_shapes", {}), str(chain.get("decay", "")).split(" ", 1)[0]
    for name, particle in chain.get("particles", {}).items():
        if (pdg := published(name)) is None:
            continue
        rows = [
            ("mass", float(particle["mass"]), pdg.mass, "GeV"),
            ("c tau", float(particle["ctau"]), pdg.ctau, "mm"),
        ]
        if abs(pdg.pdgid) in RESONANCES and name != first:
            rows.append(("width", float(shapes.get(name, {}).get("width", 0.0)), pdg.width, "GeV"))
        words = [
            f"{what} {own:.6g} {unit}, there {theirs:.6g}"
            for what, own, theirs, unit in rows
            if not math.isclose(own, theirs, rel_tol=1e-9)
        ]
        if words:
            yield f"not the PDG's          {name}: {'; '.join(words)}"
