"""How many events survive each cut: n, the sum of weights and of squared weights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array

__all__ = ["Cutflow", "Stage"]


@dataclass(frozen=True)
class Stage:
    """Events that are left after a cut.

    Parameters
    ----------
    name : str
    n : int
        Events.
    sum_w, sum_w2 : float
        Sums of their weights and of the squares.
    """

    name: str
    n: int
    sum_w: float
    sum_w2: float

    @classmethod
    def of(cls, name: str, weight: Array) -> Stage:
        """Stage of events with those weights, (k,)."""
        return cls(name, len(weight), float(np.add.reduce(weight)), float(np.add.reduce(weight * weight)))

    @property
    def effective(self) -> float:
        """Effective sample size, (sum w)² / sum w²; 0 without events."""
        return self.sum_w**2 / self.sum_w2 if self.sum_w2 > 0.0 else 0.0


@dataclass(frozen=True)
class Cutflow:
    """Stages in order, the first of them every generated event; flows of two samples add.

    Parameters
    ----------
    stages : tuple of Stage
    """

    stages: tuple[Stage, ...]

    @classmethod
    def of(cls, weight: Array, masks: Sequence[tuple[str, NDArray[np.bool_]]]) -> Cutflow:
        """Flow of events of those weights (n,) through named masks (n,), each applied after the one before."""
        stages = [Stage.of("generated", weight)]
        alive: NDArray[np.bool_] | None = None
        for name, mask in masks:
            alive = mask if alive is None else alive & mask
            stages.append(Stage.of(name, weight[np.flatnonzero(alive)]))
        return cls(tuple(stages))

    def __add__(self, other: Cutflow) -> Cutflow:
        if [s.name for s in self.stages] != [s.name for s in other.stages]:
            raise InputError("two cut flows with different cuts do not add up; use one selection for both")
        return Cutflow(
            tuple(
                Stage(a.name, a.n + b.n, a.sum_w + b.sum_w, a.sum_w2 + b.sum_w2)
                for a, b in zip(self.stages, other.stages, strict=True)
            )
        )

    @property
    def generated(self) -> int:
        """Generated events."""
        return self.stages[0].n

    @property
    def acceptance(self) -> float:
        """Sum of the accepted weights over the number of generated events."""
        return self.stages[-1].sum_w / self.generated

    @property
    def acceptance_error(self) -> float:
        """Standard error of the acceptance: the sample variance of w times accepted, over n."""
        last = self.stages[-1]
        return math.sqrt(max(last.sum_w2 - last.sum_w**2 / self.generated, 0.0)) / self.generated

    def to_dict(self) -> list[dict[str, Any]]:
        """Plain rows, for JSON."""
        return [{"cut": s.name, "n": s.n, "sum_w": s.sum_w, "sum_w2": s.sum_w2} for s in self.stages]
