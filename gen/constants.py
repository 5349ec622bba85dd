"""Constants of nature, exact by definition of the SI (9th brochure, 2019): the same doubles as in scipy.constants."""

from __future__ import annotations

import math
from typing import Final

__all__ = ["C_MM_PER_NS", "HBAR_C", "HBAR_GEV_S"]

#: Speed of light [m/s], Planck constant [J s] and elementary charge [C].
_C, _H, _E = 299_792_458.0, 6.62607015e-34, 1.602176634e-19
_HBAR = _H / (2.0 * math.pi)

#: Speed of light [mm/ns]; exact (SI).
C_MM_PER_NS: Final = _C * 1e-6

#: Reduced Planck constant times c [GeV mm]; exact (SI).
HBAR_C: Final = _HBAR * _C / _E * 1e-9 * 1e3

#: Reduced Planck constant [GeV s]; exact (SI).
HBAR_GEV_S: Final = _HBAR / _E * 1e-9
