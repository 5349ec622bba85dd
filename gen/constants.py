"""Constants of nature, from CODATA by way of scipy.constants: exact by definition of the SI."""

from __future__ import annotations

from typing import Final

from scipy import constants as si

__all__ = ["C_MM_PER_NS", "HBAR_C", "HBAR_GEV_S"]

#: Speed of light [mm/ns]; exact (SI).
C_MM_PER_NS: Final = si.c * 1e-6

#: Reduced Planck constant times c [GeV mm]; exact (SI).
HBAR_C: Final = si.hbar * si.c / si.e * 1e-9 * 1e3

#: Reduced Planck constant [GeV s]; exact (SI).
HBAR_GEV_S: Final = si.hbar / si.e * 1e-9
