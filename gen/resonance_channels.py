"""The particles that have a line shape, and the channels that make their width.

All others are lines: the next in width of what mesons here decay to are eta' (.19 MeV) and D*, J/psi (.1 MeV), less
than any detector resolves.  Scalars and axial vectors (f_0, K_1, a_1) have no simple Breit-Wigner, and are lines too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["RESONANCES", "Channel"]


@dataclass(frozen=True)
class Channel:
    """A decay that contributes to a width.

    Parameters
    ----------
    daughters : tuple of str
        Names of the daughters.
    share : float
        Part of the width; those of a particle are divided by their sum.
    """

    daughters: tuple[str, ...]
    share: float


_K_PI = 2.0 / 3.0, 1.0 / 3.0  # isospin 1/2; derived
_OMEGA = (  # shares: DECAY_LHCB.DEC of decaylanguage, after the PDG of 2011; read there
    Channel(("pi0", "pi+", "pi-"), 0.892),
    Channel(("pi0", "gamma"), 0.0828),
    Channel(("pi+", "pi-"), 0.0153),
)
_PHI = (  # the same
    Channel(("K+", "K-"), 0.489),
    Channel(("K_L0", "K_S0"), 0.342),
    Channel(("pi0", "pi+", "pi-"), 0.1525),
    Channel(("eta", "gamma"), 0.01309),
)

#: Channels by the absolute PDG id; antiparticles have the same masses and shares.
RESONANCES: Final[dict[int, tuple[Channel, ...]]] = {
    113: (Channel(("pi+", "pi-"), 1.0),),
    213: (Channel(("pi+", "pi0"), 1.0),),
    223: _OMEGA,
    313: (Channel(("K+", "pi-"), _K_PI[0]), Channel(("K0", "pi0"), _K_PI[1])),
    323: (Channel(("K0", "pi+"), _K_PI[0]), Channel(("K+", "pi0"), _K_PI[1])),
    333: _PHI,
}
