"""A decay chain."""

from typing import Literal

import darkpair


def kaon(*, lepton: Literal["e", "mu"] = "e", **settings):
    """K_L0 to two dark scalars, the heavier of which makes a pair of leptons."""
    return darkpair.build(f"K_L0 -> X1 (X2 -> X1 {lepton}+ {lepton}-)", **settings)
