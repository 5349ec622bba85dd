"""Where pairs of K_L are looked for by two photons: KOTO with each of its selections, and KOTO II; detector and beam of each."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from darkpair.detectors.koto import Koto
from darkpair.detectors.koto_ii import KOTO_II, koto_ii_beam, koto_ii_detector
from darkpair.gen.sources.koto_kl import Z_EXIT, Z_NEAR, Z_TARGET, KotoKL

__all__ = ["beam_of", "between_of", "detector_of", "upstream_of"]

#: The K_L that decay upstream of the beam's exit, from the target on: some c tau of the table asks for each of them.  Those
#: below p_min have less energy, .64 GeV, than the selection asks of the photons; KOTO II's asks for .5 GeV, and accepts nothing
#: of them that a sample shows.  Their X2 are scanned inside the vessel, where alone photons are seen: so a quarter of the events is
#: enough.
_FAR: Final = KotoKL(z_min=Z_TARGET, z_max=Z_EXIT, p_min=0.4)

#: Those from the exit to where most accepted events begin.  Photons of an X2 that decays at once are seen here, and those of a vertex that
#: is not a pi0's are reconstructed elsewhere: 12 % of a prompt pair's.
_BETWEEN: Final = KotoKL(z_min=Z_EXIT, z_max=Z_NEAR, p_min=_FAR.p_min)


def detector_of(box: str) -> Koto:
    """Detector with the selection of a box.

    Parameters
    ----------
    box : str
        Selection of KOTO, or `darkpair.detectors.koto_ii.KOTO_II`.
    """
    return koto_ii_detector() if box == KOTO_II else Koto(experiment="koto", selection=box)


def beam_of(box: str) -> KotoKL:
    """K_L of a box that decay where most accepted events come from."""
    return koto_ii_beam() if box == KOTO_II else KotoKL()


def between_of(box: str) -> KotoKL | None:
    """K_L of a box that decay from the beam's exit to those; None where those begin at the exit."""
    return None if box == KOTO_II else _BETWEEN


def upstream_of(box: str) -> KotoKL:
    """K_L of a box that decay upstream of the beam's exit, from the target on."""
    if box != KOTO_II:
        return _FAR
    near = koto_ii_beam()
    return replace(near, z_min=near.z_start, z_max=near.z_min, p_min=_FAR.p_min)
