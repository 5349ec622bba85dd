"""A detector."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from darkpair import Cutflow, Energy, Ge, Gt, Length, Observed, Selected, checked


@checked
@dataclass(frozen=True, kw_only=True)
class Chamber:
    """A drift chamber about the beams, of KLOE's radius: electrons and muons that start in it."""

    radius: Annotated[float, Length, Gt(0.0)] = 2000.0
    pt_min: Annotated[float, Energy, Ge(0.0)] = 0.02

    def observe(self, truth, rng):
        tracks = truth.final_state(11, -11, 13, -13)
        pt, r = np.hypot(*tracks.momentum[:2]), np.hypot(*tracks.vertex[:2])
        seen = tracks.event[(pt > self.pt_min) & (r < self.radius)]
        return Observed(n=len(truth), flat={"n_tracks": np.bincount(seen, minlength=len(truth))})

    def select(self, reco, weight):
        two = reco.flat["n_tracks"] == 2
        return Selected(mask=two, cutflow=Cutflow.of(weight, [("two tracks", two)]))
