"""NanoAOD's bits of the generator's status that are used here.

References
----------
``DataFormats/HepMCCandidate/interface/GenStatusFlags.h`` of CMSSW, which numbers them from 0.
"""

from __future__ import annotations

from typing import Final

__all__ = ["FIRST_COPY", "FROM_HARD_PROCESS", "LAST_COPY", "OF_CHAIN", "OF_OURS"]

FROM_HARD_PROCESS: Final = 1 << 8
FIRST_COPY: Final = 1 << 12
LAST_COPY: Final = 1 << 13

#: Of a particle of a chain beside those of a file: nothing is copied.
OF_CHAIN: Final = FIRST_COPY | LAST_COPY

#: Of a particle of events of ours: the decay that the sample is made of is its hard process, from which every particle comes,
#: and nothing is copied; the other bits tell apart what happens in a proton collision and stay 0.
OF_OURS: Final = FROM_HARD_PROCESS | OF_CHAIN
