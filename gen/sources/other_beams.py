"""What to give where a source's protons have another energy than a detector's: what is said can be done, and helps."""

from __future__ import annotations

from typing import Any

from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.gen.sources.meson_files import COLLIDER
from darkpair.gen.sources.meson_spectra import generators

__all__ = ["for_beam"]


def for_beam(source: Any, energy: float) -> str:
    """What to give for protons of that energy [GeV], in the words of a message.

    Parameters
    ----------
    source : object
        Whatever has a beam; of `DumpMesons` the tables are asked.
    energy : float [GeV]
        Of the protons.
    """
    beam = f'source.beam_energy = "{energy:.15g} GeV"'
    if not isinstance(source, DumpMesons):
        return f"give {beam}"
    if source.table_file is not None:
        return f"give a source.table_file of such protons, with {beam}"
    meson = source.table.meson
    for target in (source.target, None, COLLIDER):  # (the table's own, where there is none of protons)
        if able := generators(meson, energy, target):
            stays = target == source.target or source.target is None
            return f"give {beam}{_by(source, able)}{'' if stays else ', and no source.target'}"
    return f"nothing here has {meson} of such protons: give a table of one's own, source.table_file (docs/mesons.md)"


def _by(source: DumpMesons, able: tuple[str, ...]) -> str:
    """The generator to give beside the beam; nothing of one that can stay."""
    return "" if source.generator in able else f' and source.generator = "{able[0]}"'
