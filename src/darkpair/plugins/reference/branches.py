"""The page of the branches of a file, and of the ids of dark states, from the tables that write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from darkpair.detectors.branches import BELLE2, DUMP, KOTO, KOTO_KAON, SPECTROMETER
from darkpair.gen.output.titles import EVENT, FILE_NAME, LENGTH_TITLE, PARTICLE, WEIGHTS
from darkpair.gen.particles import DARK_IDS, DARK_SPINS
from darkpair.plugins.reference.markdown import code, table

__all__ = ["branches_page"]

_HEAD: Final = """# Branches of a file

Every branch that a file may have, with its unit and its meaning. Made from the code when this site is built: each is the title that the branch has in the file. Which layout has which of them, and what
a file holds beside its events, is in [From the file to your analysis](../analysis.md); dots stand for a name of the chain.
"""

#: Titles of each section.
_SECTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "Particles, the list `GenPart`": {f"GenPart_{name}": title for name, title in PARTICLE.items()},
    "The event": EVENT,
    "The numbers that a file's event had there": {
        f"{name} of the file": title for name, title in FILE_NAME.items()
    },
    "Weights and lengths": {
        **{name if name == "genWeight" else f"weight_{name}": title for name, title in WEIGHTS.items()},
        "..._properLength": LENGTH_TITLE.format("that particle"),
    },
    "What KOTO reconstructs, `koto`": KOTO,
    "Besides, of kaons, `koto_kaon`": {name: title for name, title in KOTO_KAON.items() if name not in KOTO},
    "What a B factory reconstructs, `b_factory`": BELLE2,
    "What an experiment behind a target reconstructs, `fixed_target`": DUMP,
    "Besides, with tracks in its data file": SPECTROMETER,
}


def branches_page() -> str:
    """Markdown of the page."""
    parts = [_HEAD]
    for title, branches in _SECTIONS.items():
        parts += [
            f"## {title}",
            table(("branch", "unit", "what it is"), [_row(*entry) for entry in branches.items()]),
        ]
    ids = [(code(name), str(number), f"{DARK_SPINS[abs(number)]:g}") for name, number in DARK_IDS.items()]
    return "\n\n".join([*parts, "## Ids of dark states", table(("name", "PDG id", "spin"), ids)]) + "\n"


def _row(branch: str, title: str) -> tuple[str, ...]:
    what, _, unit = title.removesuffix("]").rpartition(" [")
    return code(branch), unit, what
