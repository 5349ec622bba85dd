"""A third party's chain and detector: what somebody else has to write."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

import darkpair
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.observed import Observed
from darkpair.gen.parameters import Length
from darkpair.gen.pipeline import Selected


def kaon(**settings):
    """K_L to two dark scalars, one of which makes two electrons."""
    return darkpair.build("K_L0 -> X1 (X2 -> X1 e+ e-)", **settings)


@dataclass(frozen=True, kw_only=True)
class Wall:
    """A wall of one square metre that counts electrons."""

    z: Annotated[float, Length] = 10_000.0

    def observe(self, truth, rng):
        tracks = truth.final_state(11, -11)
        x, y, z, _ = tracks.vertex + tracks.momentum * ((self.z - tracks.vertex[2]) / tracks.momentum[2])
        hit = (np.abs(x) < 500.0) & (np.abs(y) < 500.0) & (tracks.momentum[2] > 0.0) & (z > 0.0)
        return Observed(n=len(truth), flat={"n_hits": np.bincount(tracks.event[hit], minlength=len(truth))})

    def select(self, reco, weight):
        mask = reco.flat["n_hits"] == 2
        return Selected(mask=mask, cutflow=Cutflow.of(weight, [("two_hits", mask)]))
